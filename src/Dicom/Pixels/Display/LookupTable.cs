// Lookup tables: modality, VOI, and one colour of a palette, plain or segmented (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.5, C.7.9.2).

using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>A lookup table. Values below and beyond it get its first and last entry.</summary>
internal sealed class LookupTable
{
    private const int GreatestSize = 65536;

    private readonly ushort[] _entries;

    private LookupTable(ushort[] entries, int first, int bits)
    {
        _entries = entries;
        First = first;
        Bits = bits;
    }

    /// <summary>The value of the first entry.</summary>
    public int First { get; }

    /// <summary>Bits of an entry.</summary>
    public int Bits { get; }

    /// <summary>How many entries it has.</summary>
    public int Count => _entries.Length;

    /// <summary>The greatest number that an entry can be.</summary>
    public int Greatest => (1 << Bits) - 1;

    /// <summary>The entry of a value.</summary>
    public ushort this[int value] => _entries[Math.Clamp(value - First, 0, _entries.Length - 1)];

    /// <summary>Reads a table; null if the data set has none.</summary>
    /// <param name="dataset">The data set, or the item of a sequence.</param>
    /// <param name="descriptor">The tag of its descriptor.</param>
    /// <param name="data">The tag of its entries.</param>
    /// <param name="segmented">The tag of its segments, for palettes.</param>
    /// <param name="isSigned">Whether the values that it maps are signed.</param>
    /// <exception cref="DicomException">Its parts don't fit each other.</exception>
    public static LookupTable? Read(DicomDataset dataset, DicomTag descriptor, DicomTag data, DicomTag? segmented, bool isSigned)
    {
        if (dataset.Find(descriptor) is not { IsEmpty: false } described)
            return null;
        var words = described.GetLittleEndianBytes().Span;
        if (words.Length < 6)
            throw new DicomException(DicomFault.InvalidValue, "a lookup table needs the number of its entries, their first value and their bits", descriptor);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(words);
        count = count == 0 ? GreatestSize : count;
        int first = isSigned ? BinaryPrimitives.ReadInt16LittleEndian(words[2..]) : BinaryPrimitives.ReadUInt16LittleEndian(words[2..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(words[4..]);
        if (bits is < 8 or > 16)
            throw new DicomException(DicomFault.InvalidValue, $"a lookup table can't have entries of {bits} bits", descriptor);

        if (dataset.Find(data) is { IsEmpty: false } plain)
            return new(Entries(plain, count, bits), first, bits);
        if (segmented is { } tag && dataset.Find(tag) is { IsEmpty: false } segments)
            return new(Expand(segments, count, bits), first, bits);
        throw new DicomException(DicomFault.InvalidValue, "is missing, though the lookup table is described", data);
    }

    private static ushort[] Entries(DicomElement element, int count, int bits)
    {
        var bytes = element.GetLittleEndianBytes().Span;
        var entries = new ushort[count];
        // Entries of eight bits are packed in twos, or stand alone, which only the length tells.
        if (bits == 8 && bytes.Length < 2 * count)
        {
            if (bytes.Length < count)
                throw TooShort(element);
            for (var i = 0; i < count; i++)
                entries[i] = bytes[i];
            return entries;
        }

        if (bytes.Length < 2 * count)
            throw TooShort(element);
        var greatest = (1 << bits) - 1;
        for (var i = 0; i < count; i++)
            entries[i] = (ushort)Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]), greatest);
        return entries;
    }

    // Segments: numbers as they are, straight lines, and repetitions of earlier segments (C.7.9.2).
    private static ushort[] Expand(DicomElement element, int count, int bits)
    {
        var bytes = element.GetLittleEndianBytes().Span;
        var size = bits == 8 ? 1 : 2;
        var segments = new int[bytes.Length / size];
        for (var i = 0; i < segments.Length; i++)
            segments[i] = size == 1 ? bytes[i] : BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
        var entries = new ushort[count];
        var filled = 0;
        var at = 0;
        while (filled < count && at + 1 < segments.Length)
        {
            if (segments[at] == 2)
            {
                var start = at + 3 < segments.Length ? segments[at + 2] | (segments[at + 3] << (8 * size)) : -1;
                if (size == 1)
                    start = at + 5 < segments.Length ? start | (segments[at + 4] << 16) | (segments[at + 5] << 24) : -1;
                // The offset counts bytes.
                Repeat(segments, start / size, segments[at + 1]);
                at += size == 1 ? 6 : 4;
            }
            else
            {
                at = One(segments, at);
            }
        }

        return filled == count ? entries : throw TooShort(element);

        void Repeat(int[] numbers, int start, int times)
        {
            if (start < 0 || start >= at)
                throw new DicomException(DicomFault.InvalidValue, "a segment of the palette repeats what is not before it", element.Tag);
            for (var from = start; times > 0 && filled < count && from + 1 < at; times--)
            {
                if (numbers[from] == 2)
                    throw new DicomException(DicomFault.InvalidValue, "a segment of the palette repeats a repetition", element.Tag);
                from = One(numbers, from);
            }
        }

        int One(int[] numbers, int from)
        {
            int kind = numbers[from], length = numbers[from + 1];
            if (kind > 2 || (kind == 1 && filled == 0))
                throw new DicomException(DicomFault.InvalidValue, "a segment of the palette is of no kind that the standard has", element.Tag);
            var last = kind == 1 ? entries[filled - 1] : 0;
            for (var i = 0; i < length && filled < count; i++)
            {
                var source = kind == 0 ? from + 2 + i : from + 2;
                if (source >= numbers.Length)
                    throw TooShort(element);
                entries[filled++] = kind == 0 ? (ushort)numbers[source] : (ushort)Math.Round(last + ((numbers[source] - last) * (i + 1.0) / length));
            }

            return from + 2 + (kind == 0 ? length : 1);
        }
    }

    private static DicomException TooShort(DicomElement element) => new(DicomFault.Truncated, "has fewer entries than its descriptor says", element.Tag);
}
