// Encodes a data set piece by piece, without recursion; what is large is left to who writes (PS3.5 7).

using System.Buffers;
using System.Buffers.Binary;

namespace FhirHub.Dicom;

/// <summary>Encodes one data set.</summary>
internal sealed class DatasetEncoder
{
    private const int PieceSize = 64 * 1024;
    private const uint Undefined = 0xFFFF_FFFF;

    private readonly DicomDataset _dataset;
    private readonly DatasetEncoding _encoding;
    private readonly bool _asRead;
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly List<long> _lengths = [];
    private readonly Stack<Level> _outer = new();
    private int _nextLength;
    private DatasetEncoding _current;

    /// <summary>Prepares an encoding; <paramref name="asRead"/> keeps what PS3.5 would not have but files do.</summary>
    public DatasetEncoder(DicomDataset dataset, DatasetEncoding encoding, bool asRead)
    {
        _dataset = dataset;
        _encoding = _current = encoding;
        _asRead = asRead;
    }

    /// <summary>What is encoded and not forgotten.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>The length of the encoded data set.</summary>
    public long Measure()
    {
        _lengths.Clear();
        return MeasureDataset(_dataset, _encoding, 0);
    }

    /// <summary>Forgets what is written.</summary>
    public void Forget() => _buffer.ResetWrittenCount();

    /// <summary>The size of the numbers that must be swapped when the element's bytes are copied; 1 if none must.</summary>
    public int SwapUnit(DicomElement element) => element.IsBigEndian != _current.IsBigEndian && element.Fragments is null ? element.VR.UnitSize() : 1;

    /// <summary>Encodes. At each stop what is written so far must be taken, and then the value of the reference be copied, if there is one.</summary>
    public IEnumerable<(DicomElement? Element, BulkReference? Reference)> Run()
    {
        Measure();
        _nextLength = 0;
        var level = new Level(_dataset, null, null, _encoding);
        while (true)
        {
            if (_buffer.WrittenCount >= PieceSize)
                yield return (null, null);
            _current = level.Encoding;
            if (level.Items is { } items)
            {
                if (level.Next < items.Count)
                {
                    var item = items[level.Next++];
                    WriteItem(DicomTags.Item, TakeLength(item.HasUndefinedLength));
                    _outer.Push(level);
                    level = new(item, null, null, level.Encoding);
                    continue;
                }

                if (level.Owner!.HasUndefinedLength)
                    WriteItem(DicomTags.SequenceDelimitationItem, 0);
                level = _outer.Pop();
                continue;
            }

            if (level.Next == level.Dataset.Elements.Count)
            {
                if (_outer.Count == 0)
                    yield break;
                if (level.Dataset.HasUndefinedLength)
                    WriteItem(DicomTags.ItemDelimitationItem, 0);
                level = _outer.Pop();
                continue;
            }

            var element = level.Dataset.Elements[level.Next++];
            if (IsLeftOut(element))
                continue;
            if (element.Items is { } nested)
            {
                var inner = InnerEncoding(element, level.Encoding);
                WriteHeader(element, HeaderVR(element), TakeLength(element.HasUndefinedLength), level.Encoding);
                _outer.Push(level);
                level = new(level.Dataset, nested, element, inner);
            }
            else if (element.Fragments is { } fragments)
            {
                WriteHeader(element, HeaderVR(element), Undefined, level.Encoding);
                if (!fragments.HasNoOffsetTable)
                {
                    WriteItem(DicomTags.Item, (uint)fragments.OffsetTable.Length);
                    _buffer.Write(fragments.OffsetTable.Span);
                }

                foreach (var fragment in fragments.All)
                {
                    WriteItem(DicomTags.Item, Padded(fragment.Length));
                    yield return (element, new(fragments.Source, fragment.Offset, fragment.Length));
                    if (Padded(fragment.Length) != fragment.Length)
                        _buffer.Write([(byte)0]);
                }

                WriteItem(DicomTags.SequenceDelimitationItem, 0);
            }
            else if (element.Reference is { } reference)
            {
                WriteHeader(element, HeaderVR(element), Checked(element, Padded(element.Length)), level.Encoding);
                yield return (element, reference);
                Pad(element);
            }
            else
            {
                WriteHeader(element, HeaderVR(element), Checked(element, Padded(element.Length)), level.Encoding);
                if (element.Length > PieceSize)
                    yield return (element, new(ByteSource.Of(element.GetBytes()), 0, element.Length));
                else
                    WriteValue(element);
                Pad(element);
            }
        }
    }

    private static uint Checked(DicomElement element, long length) => length < Undefined
        ? (uint)length
        : throw new DicomException(DicomFault.LimitExceeded, $"a value of {length:N0} bytes is longer than DICOM can say", element.Tag);

    private bool IsLeftOut(DicomElement element) => !_asRead && element.Tag.IsGroupLength && element.Tag != DicomTags.FileMetaInformationGroupLength;

    private long Padded(long length) => _asRead ? length : length + (length & 1);

    private uint Padded(uint length) => (uint)Padded((long)length);

    private void Pad(DicomElement element)
    {
        if (Padded(element.Length) != element.Length)
            _buffer.Write([element.VR.Padding()]);
    }

    // Where the letters of the file said less than is known, they are kept; a conformant file says what is known.
    private DicomVR HeaderVR(DicomElement element) => _asRead ? element.EncodedVR : element.VR;

    private DatasetEncoding InnerEncoding(DicomElement element, DatasetEncoding outer) =>
        _asRead && element.EncodedVR == DicomVR.UN && !element.Form.HasFlag(ElementForm.ImplicitHeader) && outer.IsExplicit
            ? DatasetEncoding.ImplicitLittleEndian
            : outer;

    private uint TakeLength(bool undefined)
    {
        var length = _lengths[_nextLength++];
        return undefined ? Undefined : length < Undefined ? (uint)length : throw new DicomException(DicomFault.LimitExceeded, "a sequence is longer than DICOM can say");
    }

    private void WriteItem(DicomTag tag, uint length)
    {
        var span = _buffer.GetSpan(8);
        WriteTag(span, tag, _current.IsBigEndian);
        WriteUInt32(span[4..], length, _current.IsBigEndian);
        _buffer.Advance(8);
    }

    private void WriteHeader(DicomElement element, DicomVR vr, uint length, DatasetEncoding encoding)
    {
        var span = _buffer.GetSpan(12);
        WriteTag(span, element.Tag, encoding.IsBigEndian);
        if (IsImplicitHeader(element, encoding))
        {
            WriteUInt32(span[4..], length, encoding.IsBigEndian);
            _buffer.Advance(8);
            return;
        }

        // What is too long for its VR's header is written as of unknown VR (PS3.5 6.2.2).
        if (!vr.HasLongLength() && length > ushort.MaxValue)
            vr = DicomVR.UN;
        span[4] = (byte)((ushort)vr >> 8);
        span[5] = (byte)vr;
        if (vr.HasLongLength())
        {
            span[6] = span[7] = 0;
            WriteUInt32(span[8..], length, encoding.IsBigEndian);
            _buffer.Advance(12);
            return;
        }

        if (encoding.IsBigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(span[6..], (ushort)length);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(span[6..], (ushort)length);
        _buffer.Advance(8);
    }

    private bool IsImplicitHeader(DicomElement element, DatasetEncoding encoding) =>
        !encoding.IsExplicit || (_asRead && element.Form.HasFlag(ElementForm.ImplicitHeader));

    private void WriteValue(DicomElement element)
    {
        var bytes = element.GetBytes().Span;
        var unit = SwapUnit(element);
        if (unit == 1)
        {
            _buffer.Write(bytes);
            return;
        }

        var target = _buffer.GetSpan(bytes.Length)[..bytes.Length];
        bytes.CopyTo(target);
        ByteOrder.Swap(target, unit);
        _buffer.Advance(bytes.Length);
    }

    private static void WriteTag(Span<byte> span, DicomTag tag, bool bigEndian)
    {
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(span, tag.Value);
            return;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(span, tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(span[2..], tag.Element);
    }

    private static void WriteUInt32(Span<byte> span, uint value, bool bigEndian)
    {
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(span, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(span, value);
    }

    // Lengths of sequences and items are noted in the order in which their headers are written.
    private long MeasureDataset(DicomDataset dataset, DatasetEncoding encoding, int depth)
    {
        var total = 0L;
        foreach (var element in dataset.Elements)
        {
            if (IsLeftOut(element))
                continue;
            total += IsImplicitHeader(element, encoding) || (!HeaderVR(element).HasLongLength() && element.Length <= ushort.MaxValue) ? 8 : 12;
            if (element.Items is { } items)
                total += MeasureItems(element, items, InnerEncoding(element, encoding), depth + 1);
            else if (element.Fragments is { } fragments)
                total += (fragments.HasNoOffsetTable ? 8 : 16 + fragments.OffsetTable.Length) + fragments.All.Sum(fragment => 8 + Padded((long)fragment.Length));
            else
                total += Padded(element.Length);
        }

        return total;
    }

    private long MeasureItems(DicomElement element, IReadOnlyList<DicomDataset> items, DatasetEncoding encoding, int depth)
    {
        if (depth > DicomReadOptions.GreatestDepth)
            throw new DicomException(DicomFault.LimitExceeded, $"sequences are nested more than {DicomReadOptions.GreatestDepth} deep", element.Tag);
        var place = _lengths.Count;
        _lengths.Add(0);
        var total = 0L;
        foreach (var item in items)
        {
            var itemPlace = _lengths.Count;
            _lengths.Add(0);
            _lengths[itemPlace] = MeasureDataset(item, encoding, depth);
            total += 8 + _lengths[itemPlace] + (item.HasUndefinedLength ? 8 : 0);
        }

        _lengths[place] = total;
        return total + (element.HasUndefinedLength ? 8 : 0);
    }

    /// <summary>Where encoding is: at an element of a data set, or at an item of a sequence.</summary>
    private sealed class Level(DicomDataset dataset, IReadOnlyList<DicomDataset>? items, DicomElement? owner, DatasetEncoding encoding)
    {
        public DicomDataset Dataset { get; } = dataset;

        public IReadOnlyList<DicomDataset>? Items { get; } = items;

        public DicomElement? Owner { get; } = owner;

        public DatasetEncoding Encoding { get; } = encoding;

        public int Next { get; set; }
    }
}
