// Parses a data set piece by piece from a window on its bytes, without recursion and without waiting: who has the bytes brings more.

using System.Buffers.Binary;

namespace FhirHub.Dicom;

/// <summary>The state of parsing one data set (PS3.5 7). Offsets count from the start of the file.</summary>
internal sealed partial class DatasetParser
{
    private const uint Undefined = 0xFFFF_FFFF;

    private readonly DicomReadOptions _options;
    private readonly ByteSource? _source;
    private readonly bool _keepsWindow;
    private readonly long _total;
    private readonly ushort? _onlyGroup;
    private readonly CreatorLookup _creators = new();
    private readonly ValueArena _arena = new();
    private readonly List<(DicomDataset Dataset, DicomElement Element)> _undecided = [];
    private readonly Stack<Level> _outer = new();
    private Level _level;
    private int _depth;
    private int _elements;
    private (DicomTag Tag, long Offset, uint Length) _skipped;

    /// <summary>
    /// Begins at an offset. <paramref name="total"/> is where the bytes end, -1 if that is not known; <paramref name="keepsWindow"/>
    /// tells that the window holds all bytes for good, so that values are parts of it; with <paramref name="onlyGroup"/> the data set
    /// ends before any other group.
    /// </summary>
    public DatasetParser(DicomReadOptions options, DatasetEncoding encoding, long start, long total, ByteSource? source, bool keepsWindow, ushort? onlyGroup = null)
    {
        _options = options;
        _source = source;
        _keepsWindow = keepsWindow;
        _total = total;
        _onlyGroup = onlyGroup;
        Position = start;
        Dataset = new(null, 64) { Offset = start };
        var end = total >= 0 ? total : long.MaxValue;
        _level = new(LevelKind.Dataset, Dataset, encoding, end, end);
    }

    private enum LevelKind
    {
        Dataset,
        Item,
        Sequence,
        Fragments,
    }

    /// <summary>The data set, complete when <see cref="Advance"/> has said so.</summary>
    public DicomDataset Dataset { get; }

    /// <summary>The next byte to be parsed.</summary>
    public long Position { get; private set; }

    /// <summary>Zero bytes behind the last element, which no writer should leave.</summary>
    public long TrailingZeros { get; private set; }

    /// <summary>
    /// Parses on within a window that begins at <paramref name="start"/>. True when the data set is complete; else the window must hold
    /// <paramref name="wanted"/> bytes from <see cref="Position"/>, or all that are left and <paramref name="atEnd"/>.
    /// </summary>
    public bool Advance(ReadOnlyMemory<byte> window, long start, bool atEnd, out int wanted)
    {
        while (true)
        {
            while (_level.End == Position && _outer.Count > 0)
                Close();

            var offset = Position - start;
            var available = offset <= window.Length ? window.Length - (int)offset : 0;
            if (atEnd && offset > window.Length)
                throw EndsWithin(start + window.Length);
            wanted = 8;
            if (available < 8)
            {
                if (!atEnd)
                    return false;
                if (_outer.Count > 0)
                    throw new DicomException(DicomFault.Truncated, "the file ends within a sequence", _level.Owner?.Tag, Position);
                if (available > 0)
                    PassTrailing(window.Span[(int)offset..]);
                Finish();
                return true;
            }

            if (TrailingZeros > 0)
            {
                PassTrailing(window.Span[(int)offset..]);
                continue;
            }

            if (_level.Bound - Position < 8 && _outer.Count > 0)
                throw new DicomException(DicomFault.Malformed, $"{_level.Bound - Position} bytes are left in a sequence or item, too few for an element", _level.Owner?.Tag, Position);
            var ahead = window[(int)offset..];
            var tag = ReadTag(ahead.Span, _level.Encoding.IsBigEndian);
            if (_outer.Count == 0 && EndsBefore(tag))
            {
                Finish();
                return true;
            }

            if (_outer.Count == 0 && tag.Value == 0 && Dataset.Elements.Count > 0)
            {
                PassTrailing(ahead.Span);
                continue;
            }

            if (tag.IsDelimiter)
            {
                if (!Delimit(tag, ahead, ref wanted))
                    return TooShort(ahead.Length, atEnd, wanted, tag);
            }
            else if (!ReadElement(tag, ahead, ref wanted))
            {
                return TooShort(ahead.Length, atEnd, wanted, tag);
            }
        }
    }

    private static DicomTag ReadTag(ReadOnlySpan<byte> bytes, bool bigEndian) => bigEndian
        ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : new(BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private bool TooShort(int available, bool atEnd, int wanted, DicomTag tag) => atEnd && available < wanted
        ? throw new DicomException(DicomFault.Truncated, "the file ends within the element", tag, Position)
        : false;

    private bool EndsBefore(DicomTag tag) => _onlyGroup is { } only ? tag.Group != only : tag >= _options.StopBefore;

    private void PassTrailing(ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAnyExcept((byte)0))
            throw new DicomException(DicomFault.Malformed, "bytes behind the last element are neither an element nor zero", null, Position);
        TrailingZeros += bytes.Length;
        Position += bytes.Length;
    }

    private void Finish()
    {
        foreach (var (dataset, element) in _undecided)
        {
            var signed = false;
            for (var around = dataset; around is not null; around = around.Parent)
            {
                if (around.Find(DicomTags.PixelRepresentation) is { Length: 2, Items: null } representation)
                {
                    signed = representation.GetLittleEndianBytes().Span is [1, ..];
                    break;
                }
            }

            if (signed)
                element.VR = DicomVR.SS;
        }
    }

    private void Count(DicomTag tag)
    {
        if (++_elements > _options.MaxElements)
            throw new DicomException(DicomFault.LimitExceeded, $"there are more than {_options.MaxElements:N0} elements, items and fragments", tag, Position);
    }

    private void Open(Level level)
    {
        _outer.Push(_level);
        _level = level;
    }

    private void Close()
    {
        if (_level.Kind is LevelKind.Sequence)
            _depth--;
        _level = _outer.Pop();
    }

    private DicomException EndsWithin(long end) => new(
        DicomFault.Truncated,
        $"the value should have {_skipped.Length:N0} bytes, but the file ends after {Math.Max(0, end - _skipped.Offset):N0} of them",
        _skipped.Tag,
        _skipped.Offset);

    /// <summary>What is being read: a data set, the items of a sequence, or fragments.</summary>
    private readonly record struct Level(LevelKind Kind, DicomDataset Dataset, DatasetEncoding Encoding, long End, long Bound)
    {
        /// <summary>The element whose value is being read.</summary>
        public DicomElement? Owner { get; init; }

        /// <summary>The items of the sequence.</summary>
        public List<DicomDataset>? Items { get; init; }
    }
}
