// A data element: tag, VR, and a value that is bytes, items, fragments, or a place where it can be found.

namespace FhirHub.Dicom;

/// <summary>How an element was encoded where it was read, as far as a value does not tell.</summary>
[Flags]
internal enum ElementForm : byte
{
    /// <summary>Little endian, of explicit length, with the header of its data set.</summary>
    Regular = 0,

    /// <summary>Its numbers have the most significant byte first.</summary>
    BigEndian = 1,

    /// <summary>A sequence that ends with a delimiter.</summary>
    UndefinedLength = 2,

    /// <summary>The header is of the implicit form though the data set is explicit, which some writers mix.</summary>
    ImplicitHeader = 4,

    /// <summary>The dictionary leaves a choice of VRs that Pixel Representation decides.</summary>
    SignFollowsPixels = 8,
}

/// <summary>A data element (PS3.5 7.1). Its value is one of: bytes, items of a sequence, fragments, a reference, a URI.</summary>
public sealed partial class DicomElement
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly object? _content;

    /// <summary>An element with the bytes of its value, little endian, as they would be in a file.</summary>
    public DicomElement(DicomTag tag, DicomVR vr, ReadOnlyMemory<byte> bytes)
        : this(tag, vr, bytes, null, ElementForm.Regular, -1)
    {
    }

    /// <summary>A sequence.</summary>
    public DicomElement(DicomTag tag, IReadOnlyList<DicomDataset> items)
        : this(tag, DicomVR.SQ, default, items, ElementForm.UndefinedLength, -1)
    {
    }

    /// <summary>Encapsulated Pixel Data.</summary>
    public DicomElement(DicomTag tag, DicomVR vr, DicomFragments fragments)
        : this(tag, vr, default, fragments, ElementForm.UndefinedLength, -1)
    {
    }

    /// <summary>An element whose value is elsewhere.</summary>
    public DicomElement(DicomTag tag, DicomVR vr, BulkReference reference)
        : this(tag, vr, default, reference, ElementForm.Regular, reference.Offset)
    {
    }

    /// <summary>An element whose value a client finds at a URI (PS3.18 F.2.6).</summary>
    public DicomElement(DicomTag tag, DicomVR vr, string bulkDataUri)
        : this(tag, vr, default, bulkDataUri, ElementForm.Regular, -1)
    {
    }

    internal DicomElement(DicomTag tag, DicomVR vr, ReadOnlyMemory<byte> bytes, object? content, ElementForm form, long offset)
    {
        Tag = tag;
        VR = vr;
        _bytes = bytes;
        _content = content;
        Form = form;
        Offset = offset;
        EncodedVR = vr;
    }

    /// <summary>The tag.</summary>
    public DicomTag Tag { get; }

    /// <summary>The VR; <c>UN</c> where neither file nor dictionary tells one.</summary>
    public DicomVR VR { get; internal set; }

    /// <summary>Where the value begins in the file, or in the inflated data set of one that was deflated; -1 if it was never in one.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the value; 0 for sequences and fragments.</summary>
    public long Length => Reference?.Length ?? _bytes.Length;

    /// <summary>The items of a sequence; null for other elements.</summary>
    public IReadOnlyList<DicomDataset>? Items => _content as IReadOnlyList<DicomDataset>;

    /// <summary>The fragments of encapsulated Pixel Data; null for other elements.</summary>
    public DicomFragments? Fragments => _content as DicomFragments;

    /// <summary>Where the value is, if it was left there.</summary>
    public BulkReference? Reference => _content as BulkReference;

    /// <summary>Where a client finds the value, if that is all that is known of it.</summary>
    public string? BulkDataUri => _content as string;

    /// <summary>Whether there is no value: zero length, or a sequence without items.</summary>
    public bool IsEmpty => _content switch
    {
        null => _bytes.IsEmpty,
        IReadOnlyList<DicomDataset> items => items.Count == 0,
        BulkReference reference => reference.Length == 0,
        _ => false,
    };

    /// <summary>Whether numbers in the bytes have their most significant byte first.</summary>
    public bool IsBigEndian => (Form & ElementForm.BigEndian) != 0;

    internal ElementForm Form { get; }

    /// <summary>The VR letters of the file, where they are not those of <see cref="VR"/>.</summary>
    internal DicomVR EncodedVR { get; init; }

    internal bool HasUndefinedLength => (Form & ElementForm.UndefinedLength) != 0;

    /// <summary>The bytes as they were read or given; reads them if they were left in the file.</summary>
    public ReadOnlyMemory<byte> GetBytes() => _content switch
    {
        null => _bytes,
        BulkReference reference => reference.Read(Tag),
        _ => throw NoBytes(),
    };

    /// <summary>The bytes as they were read or given; reads them if they were left in the file.</summary>
    public ValueTask<ReadOnlyMemory<byte>> GetBytesAsync(CancellationToken cancellationToken) => _content switch
    {
        null => new(_bytes),
        BulkReference reference => reference.ReadAsync(Tag, cancellationToken),
        _ => throw NoBytes(),
    };

    /// <summary>The bytes, their numbers with the least significant byte first.</summary>
    public ReadOnlyMemory<byte> GetLittleEndianBytes()
    {
        var bytes = GetBytes();
        if (!IsBigEndian || VR.UnitSize() == 1)
            return bytes;
        var swapped = bytes.ToArray();
        ByteOrder.Swap(swapped, VR.UnitSize());
        return swapped;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Tag} {VR.Code()} {Length:N0} bytes";

    private DicomException NoBytes() => _content switch
    {
        string => new(DicomFault.Unsupported, "its value is at a URI and has not been fetched", Tag),
        DicomFragments => new(DicomFault.Unsupported, "its value is in fragments", Tag),
        _ => new(DicomFault.Unsupported, "its value is a sequence", Tag),
    };
}
