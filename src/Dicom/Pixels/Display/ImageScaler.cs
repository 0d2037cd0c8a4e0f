// Scales images: the mean of what a pixel covers on the way down, the line between neighbours on the way up.

using System.Buffers;

namespace FhirHub.Dicom.Pixels;

/// <summary>Scales parts of images.</summary>
internal static class ImageScaler
{
    /// <summary>Scales a region to a size.</summary>
    public static void Scale(ReadOnlySpan<byte> source, int columns, int channels, ImageRegion region, Span<byte> target, int width, int height)
    {
        var across = Weights(region.Width, width);
        var down = Weights(region.Height, height);
        // Two rows are enough: the next row of the target begins with the last row of the source that this one used.
        var rows = ArrayPool<float>.Shared.Rent(width * channels * 2);
        var sums = ArrayPool<float>.Shared.Rent(width * channels);
        try
        {
            Span<int> held = [-1, -1];
            for (var y = 0; y < height; y++)
            {
                var sum = sums.AsSpan(0, width * channels);
                sum.Clear();
                var (first, weights) = down[y];
                for (var i = 0; i < weights.Length; i++)
                {
                    var row = first + i;
                    var scaled = rows.AsSpan((row & 1) * width * channels, width * channels);
                    if (held[row & 1] != row)
                    {
                        ScaleRow(source.Slice((((region.Y + row) * columns) + region.X) * channels, region.Width * channels), scaled, channels, across);
                        held[row & 1] = row;
                    }

                    var weight = weights[i];
                    for (var x = 0; x < sum.Length; x++)
                        sum[x] += scaled[x] * weight;
                }

                var line = target.Slice(y * sum.Length, sum.Length);
                for (var x = 0; x < sum.Length; x++)
                    line[x] = (byte)(sum[x] + 0.5f);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rows);
            ArrayPool<float>.Shared.Return(sums);
        }
    }

    private static void ScaleRow(ReadOnlySpan<byte> source, Span<float> target, int channels, (int First, float[] Weights)[] across)
    {
        for (var x = 0; x < across.Length; x++)
        {
            var (first, weights) = across[x];
            for (var channel = 0; channel < channels; channel++)
            {
                var sum = 0f;
                for (int i = 0, at = (first * channels) + channel; i < weights.Length; i++, at += channels)
                    sum += source[at] * weights[i];
                target[(x * channels) + channel] = sum;
            }
        }
    }

    private static (int First, float[] Weights)[] Weights(int from, int to)
    {
        var all = new (int, float[])[to];
        var ratio = (double)from / to;
        for (var i = 0; i < to; i++)
        {
            if (ratio <= 1)
            {
                var center = Math.Clamp(((i + 0.5) * ratio) - 0.5, 0, from - 1);
                var first = Math.Min((int)center, Math.Max(0, from - 2));
                var part = (float)(center - first);
                all[i] = from == 1 ? (0, [1f]) : (first, [1 - part, part]);
                continue;
            }

            double start = i * ratio, end = Math.Min(from, (i + 1) * ratio);
            int begin = (int)start, behind = Math.Min(from, (int)Math.Ceiling(end - 1e-9));
            var weights = new float[Math.Max(1, behind - begin)];
            for (var at = 0; at < weights.Length; at++)
                weights[at] = (float)((Math.Min(end, begin + at + 1) - Math.Max(start, begin + at)) / (end - start));
            all[i] = (begin, weights);
        }

        return all;
    }
}
