// Encapsulated Pixel Data: fragments by their places, and the offset table before them (PS3.5 A.4).

using System.Buffers.Binary;

namespace FhirHub.Dicom;

/// <summary>One fragment.</summary>
/// <param name="Offset">Where its bytes begin in the source; the item's tag is eight bytes before.</param>
/// <param name="Length">How many bytes.</param>
public readonly record struct DicomFragment(long Offset, uint Length);

/// <summary>The fragments of encapsulated Pixel Data (PS3.5 A.4). Their bytes stay where they are.</summary>
public sealed class DicomFragments
{
    private readonly List<DicomFragment> _fragments = [];

    internal DicomFragments(ByteSource? source)
    {
        Source = source;
    }

    /// <summary>What fragments are read from; null if they were in a stream that is gone.</summary>
    public ByteSource? Source { get; }

    /// <summary>The fragments in their order, without the offset table.</summary>
    public IReadOnlyList<DicomFragment> All => _fragments;

    /// <summary>The bytes of the Basic Offset Table, empty if it is.</summary>
    public ReadOnlyMemory<byte> OffsetTable { get; internal set; }

    /// <summary>Whether even the item of the offset table is missing, which PS3.5 does not allow.</summary>
    internal bool HasNoOffsetTable { get; set; }

    /// <summary>Makes fragments of bytes in memory.</summary>
    public static DicomFragments Of(ReadOnlyMemory<byte> offsetTable, IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
        var bytes = new byte[fragments.Sum(fragment => (long)fragment.Length)];
        var made = new DicomFragments(ByteSource.Of(bytes)) { OffsetTable = offsetTable };
        var at = 0;
        foreach (var fragment in fragments)
        {
            fragment.CopyTo(bytes.AsMemory(at));
            made.Add(new(at, (uint)fragment.Length));
            at += fragment.Length;
        }

        return made;
    }

    /// <summary>Fragments that stay where they are.</summary>
    public static DicomFragments Of(ReadOnlyMemory<byte> offsetTable, ByteSource source, IReadOnlyList<DicomFragment> fragments)
    {
        var made = new DicomFragments(source) { OffsetTable = offsetTable };
        made._fragments.AddRange(fragments);
        return made;
    }

    /// <summary>The entries of the Basic Offset Table: for each frame the distance of its first item from the first item behind the table.</summary>
    public IReadOnlyList<long> GetOffsets()
    {
        var table = OffsetTable.Span;
        var offsets = new long[table.Length / 4];
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] = BinaryPrimitives.ReadUInt32LittleEndian(table[(4 * i)..]);
        return offsets;
    }

    internal void Add(DicomFragment fragment) => _fragments.Add(fragment);
}
