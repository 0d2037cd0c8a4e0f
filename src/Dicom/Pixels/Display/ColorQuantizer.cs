// Up to 256 colours that stand for all of an image: exactly where it has no more, else by median cut.

namespace FhirHub.Dicom.Pixels;

/// <summary>Chooses palettes.</summary>
internal static class ColorQuantizer
{
    private const int Greatest = 256;
    private const int Cells = 1 << 15;

    /// <summary>Chooses a palette for an image and gives each pixel its index.</summary>
    /// <param name="pixels">Red, green and blue of each.</param>
    /// <param name="palette">Takes 256 colours.</param>
    /// <param name="indices">Takes an index for each pixel.</param>
    public static void Quantize(ReadOnlySpan<byte> pixels, Span<byte> palette, Span<byte> indices)
    {
        if (!TryExact(pixels, palette, indices))
            ByMedianCut(pixels, palette, indices);
    }

    private static bool TryExact(ReadOnlySpan<byte> pixels, Span<byte> palette, Span<byte> indices)
    {
        // Four times as many places as colours, so that what is not found is known at once.
        Span<int> keys = stackalloc int[4 * Greatest];
        Span<byte> values = stackalloc byte[4 * Greatest];
        keys.Clear();
        var count = 0;
        for (int i = 0, at = 0; i < indices.Length; i++, at += 3)
        {
            var key = ((pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]) + 1;
            var place = (int)((uint)(key * 0x9E37_79B1L) >> 22);
            while (keys[place] != key && keys[place] != 0)
                place = (place + 1) & ((4 * Greatest) - 1);
            if (keys[place] == 0)
            {
                if (count == Greatest)
                    return false;
                pixels.Slice(at, 3).CopyTo(palette[(3 * count)..]);
                (keys[place], values[place]) = (key, (byte)count++);
            }

            indices[i] = values[place];
        }

        return true;
    }

    private static void ByMedianCut(ReadOnlySpan<byte> pixels, Span<byte> palette, Span<byte> indices)
    {
        var counts = new int[Cells];
        for (var at = 0; at + 2 < pixels.Length; at += 3)
            counts[Cell(pixels, at)]++;
        var used = new List<int>();
        for (var cell = 0; cell < Cells; cell++)
        {
            if (counts[cell] > 0)
                used.Add(cell);
        }

        var cells = used.ToArray();
        var boxes = new List<Box> { Box.Of(cells, 0, cells.Length, counts) };
        while (boxes.Count < Greatest)
        {
            // The box whose widest side holds the most pixels is cut in halves of as many.
            var chosen = boxes.Where(box => box.Length > 1).MaxBy(box => box.Pixels * (long)box.Extent);
            if (chosen is null)
                break;
            var shift = chosen.Shift;
            cells.AsSpan(chosen.Start, chosen.Length).Sort((left, right) => ((left >> shift) & 31) - ((right >> shift) & 31));
            long half = chosen.Pixels / 2, sum = 0;
            var cut = 1;
            for (; cut < chosen.Length - 1 && (sum += counts[cells[chosen.Start + cut - 1]]) < half; cut++)
            {
            }

            boxes.Remove(chosen);
            boxes.Add(Box.Of(cells, chosen.Start, cut, counts));
            boxes.Add(Box.Of(cells, chosen.Start + cut, chosen.Length - cut, counts));
        }

        var indexOf = new byte[Cells];
        for (var i = 0; i < boxes.Count; i++)
        {
            for (var at = boxes[i].Start; at < boxes[i].Start + boxes[i].Length; at++)
                indexOf[cells[at]] = (byte)i;
        }

        // The colour of a box is the mean of its pixels, not of its cells.
        var sums = new long[4 * Greatest];
        for (int i = 0, at = 0; i < indices.Length; i++, at += 3)
        {
            var index = indexOf[Cell(pixels, at)];
            indices[i] = index;
            sums[4 * index] += pixels[at];
            sums[(4 * index) + 1] += pixels[at + 1];
            sums[(4 * index) + 2] += pixels[at + 2];
            sums[(4 * index) + 3]++;
        }

        for (var i = 0; i < boxes.Count; i++)
        {
            var count = Math.Max(1, sums[(4 * i) + 3]);
            for (var color = 0; color < 3; color++)
                palette[(3 * i) + color] = (byte)((sums[(4 * i) + color] + (count / 2)) / count);
        }
    }

    private static int Cell(ReadOnlySpan<byte> pixels, int at) => ((pixels[at] >> 3) << 10) | ((pixels[at + 1] >> 3) << 5) | (pixels[at + 2] >> 3);

    private sealed record Box(int Start, int Length, long Pixels, int Shift, int Extent)
    {
        public static Box Of(int[] cells, int start, int length, int[] counts)
        {
            Span<int> least = [31, 31, 31];
            Span<int> greatest = [0, 0, 0];
            var pixels = 0L;
            foreach (var cell in cells.AsSpan(start, length))
            {
                pixels += counts[cell];
                for (var color = 0; color < 3; color++)
                {
                    var value = (cell >> (5 * color)) & 31;
                    least[color] = Math.Min(least[color], value);
                    greatest[color] = Math.Max(greatest[color], value);
                }
            }

            var widest = 0;
            for (var color = 1; color < 3; color++)
            {
                if (greatest[color] - least[color] > greatest[widest] - least[widest])
                    widest = color;
            }

            return new(start, length, pixels, 5 * widest, greatest[widest] - least[widest]);
        }
    }
}
