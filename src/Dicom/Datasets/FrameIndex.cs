// Which bytes of encapsulated Pixel Data are which frame (PS3.5 A.4, PS3.3 C.7.6.3.1.8).

using System.Buffers.Binary;

namespace FhirHub.Dicom;

/// <summary>The fragments of one frame.</summary>
/// <param name="First">The number of its first fragment.</param>
/// <param name="Count">How many fragments it has.</param>
/// <param name="Length">Its bytes, without padding where the extended offset table tells them.</param>
public readonly record struct FrameFragments(int First, int Count, long Length);

/// <summary>Finds the frames among fragments.</summary>
public static class FrameIndex
{
    /// <summary>The fragments of each frame, by the extended or basic offset table, by their number, else by how codestreams begin.</summary>
    /// <exception cref="DicomException">The fragments can't be told apart.</exception>
    public static IReadOnlyList<FrameFragments> Of(DicomDataset dataset)
    {
        if (dataset.Find(DicomTags.PixelData)?.Fragments is not { } fragments)
            throw new DicomException(DicomFault.Unsupported, "it is not encapsulated", DicomTags.PixelData);
        var frames = dataset.GetInt64(DicomTags.NumberOfFrames) ?? 1;
        if (frames < 1 || frames > fragments.All.Count)
            frames = frames == 1 ? 1 : throw new DicomException(DicomFault.Malformed, $"there are {fragments.All.Count:N0} fragments for {frames:N0} frames", DicomTags.NumberOfFrames);
        var count = (int)frames;
        if (count == 1)
            return [Frame(fragments, 0, fragments.All.Count)];
        if (Extended(dataset, fragments, count) is { } extended)
            return extended;
        if (fragments.OffsetTable.Length >= 4 * count && Starts(fragments, fragments.GetOffsets(), count) is { } starts)
            return ByStarts(fragments, starts);
        if (fragments.All.Count == count)
            return [.. Enumerable.Range(0, count).Select(frame => Frame(fragments, frame, 1))];
        return ByStarts(fragments, Codestreams(fragments, count));
    }

    private static FrameFragments[]? Extended(DicomDataset dataset, DicomFragments fragments, int count)
    {
        if (dataset.Find(DicomTags.ExtendedOffsetTable) is not { } table || dataset.Find(DicomTags.ExtendedOffsetTableLengths) is not { } lengths)
            return null;
        if (table.Length < 8L * count || lengths.Length < 8L * count)
            return null;
        var offsets = Numbers(table, count);
        var sizes = Numbers(lengths, count);
        if (Starts(fragments, offsets, count) is not { } starts)
            return null;
        var frames = ByStarts(fragments, starts);
        for (var i = 0; i < count; i++)
        {
            if (sizes[i] > 0 && sizes[i] <= frames[i].Length)
                frames[i] = frames[i] with { Length = sizes[i] };
        }

        return frames;
    }

    private static long[] Numbers(DicomElement element, int count)
    {
        var bytes = element.GetLittleEndianBytes().Span;
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
            numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]);
        return numbers;
    }

    // The number of the fragment at each offset; null if an offset is where no fragment begins.
    private static int[]? Starts(DicomFragments fragments, IReadOnlyList<long> offsets, int count)
    {
        var starts = new int[count];
        var fragment = 0;
        var origin = fragments.All[0].Offset;
        for (var frame = 0; frame < count; frame++)
        {
            while (fragment < fragments.All.Count && fragments.All[fragment].Offset - origin < offsets[frame])
                fragment++;
            if (fragment == fragments.All.Count || fragments.All[fragment].Offset - origin != offsets[frame])
                return null;
            starts[frame] = fragment;
        }

        return starts[0] == 0 ? starts : null;
    }

    // A frame begins where a JPEG, JPEG-LS or JPEG 2000 codestream, or the file around one, does.
    private static int[] Codestreams(DicomFragments fragments, int count)
    {
        var starts = new List<int>(count);
        var head = new byte[12];
        for (var i = 0; i < fragments.All.Count; i++)
        {
            var fragment = fragments.All[i];
            var length = fragments.Source?.Read(fragment.Offset, head.AsSpan(0, (int)Math.Min(head.Length, fragment.Length))) ?? 0;
            if (head.AsSpan(0, length) is [0xFF, 0xD8, 0xFF, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, ..])
                starts.Add(i);
        }

        if (starts.Count != count || starts[0] != 0)
            throw new DicomException(DicomFault.Malformed, $"{fragments.All.Count:N0} fragments can't be told to be {count:N0} frames without an offset table", DicomTags.PixelData);
        return [.. starts];
    }

    private static FrameFragments[] ByStarts(DicomFragments fragments, int[] starts)
    {
        var frames = new FrameFragments[starts.Length];
        for (var i = 0; i < frames.Length; i++)
        {
            var end = i + 1 < starts.Length ? starts[i + 1] : fragments.All.Count;
            frames[i] = Frame(fragments, starts[i], end - starts[i]);
        }

        return frames;
    }

    private static FrameFragments Frame(DicomFragments fragments, int first, int count)
    {
        var length = 0L;
        for (var i = first; i < first + count; i++)
            length += fragments.All[i].Length;
        return new(first, count, length);
    }
}
