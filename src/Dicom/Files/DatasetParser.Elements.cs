// Elements, items and delimiters: what each does to the state of the parser.

using System.Buffers.Binary;

namespace FhirHub.Dicom;

internal sealed partial class DatasetParser
{
    private bool ReadElement(DicomTag tag, ReadOnlyMemory<byte> ahead, ref int wanted)
    {
        if (_level.Kind is LevelKind.Sequence or LevelKind.Fragments)
            throw new DicomException(DicomFault.Malformed, $"the element {tag} stands where an item or the end of the sequence should", _level.Owner?.Tag, Position);

        var span = ahead.Span;
        var (isExplicit, bigEndian) = _level.Encoding;
        var form = bigEndian ? ElementForm.BigEndian : ElementForm.Regular;
        var encodedVR = DicomVR.None;
        if (isExplicit)
        {
            // Some writers put elements of implicit VR into explicit data sets; letters tell them apart.
            if (span[4] is >= (byte)'A' and <= (byte)'Z' && span[5] is >= (byte)'A' and <= (byte)'Z')
                encodedVR = (DicomVR)((span[4] << 8) | span[5]);
            else
                form |= ElementForm.ImplicitHeader;
        }

        var headerSize = 8;
        uint length;
        if (encodedVR == DicomVR.None)
        {
            length = ReadUInt32(span[4..], bigEndian);
        }
        else if (!encodedVR.HasLongLength())
        {
            length = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(span[6..]) : BinaryPrimitives.ReadUInt16LittleEndian(span[6..]);
        }
        else
        {
            wanted = headerSize = 12;
            if (span.Length < 12)
                return false;
            length = ReadUInt32(span[8..], bigEndian);
        }

        var vr = encodedVR != DicomVR.None && encodedVR.IsKnown() ? encodedVR : DicomVR.UN;
        if (encodedVR == DicomVR.None)
            vr = ImplicitVR.Find(_level.Dataset, _creators, tag, length, ref form);
        else if (encodedVR == DicomVR.UN && !bigEndian)
            vr = ImplicitVR.OfUnknown(tag, length);
        encodedVR = encodedVR == DicomVR.None ? vr : encodedVR;

        var valueOffset = Position + headerSize;
        if (length == Undefined)
        {
            Count(tag);
            OpenUndefined(tag, encodedVR == DicomVR.UN ? encodedVR : vr, encodedVR, form, valueOffset);
            return true;
        }

        if (valueOffset + length > _level.Bound)
            throw TooLong(tag, length, valueOffset);
        if (vr == DicomVR.SQ && (!isExplicit || encodedVR == DicomVR.UN || form.HasFlag(ElementForm.ImplicitHeader)) && length >= 8)
        {
            // The dictionary may be wrong about the element: what does not begin with an item is no sequence.
            wanted = headerSize + 4;
            if (span.Length < wanted)
                return false;
            if (ReadTag(span[headerSize..], bigEndian) != DicomTags.Item)
                vr = encodedVR = DicomVR.UN;
        }

        if (vr == DicomVR.SQ)
        {
            Count(tag);
            var encoding = encodedVR == DicomVR.UN && isExplicit && !form.HasFlag(ElementForm.ImplicitHeader) ? DatasetEncoding.ImplicitLittleEndian : _level.Encoding;
            OpenSequence(tag, encodedVR, form, encoding, valueOffset, valueOffset + length);
            return true;
        }

        if (!_keepsWindow && length > _options.MaxValueInMemory)
        {
            Count(tag);
            Append(new(tag, vr, default, new BulkReference(_source, valueOffset, length), form, valueOffset) { EncodedVR = encodedVR });
            Skip(tag, valueOffset, length);
            return true;
        }

        wanted = headerSize + (int)Math.Min(length, int.MaxValue - headerSize);
        if (span.Length < wanted)
            return false;
        Count(tag);
        Append(new(tag, vr, Keep(tag, ahead.Slice(headerSize, (int)length)), null, form, valueOffset) { EncodedVR = encodedVR });
        Position = valueOffset + length;
        return true;
    }

    private void OpenUndefined(DicomTag tag, DicomVR vr, DicomVR encodedVR, ElementForm form, long valueOffset)
    {
        form |= ElementForm.UndefinedLength;
        var isImplicit = !_level.Encoding.IsExplicit || form.HasFlag(ElementForm.ImplicitHeader);
        if (tag == DicomTags.PixelData || (vr.IsBulk() && vr != DicomVR.UN))
        {
            var fragments = new DicomFragments(_source) { HasNoOffsetTable = true };
            var pixels = new DicomElement(tag, vr == DicomVR.SQ ? DicomVR.OB : vr, default, fragments, form, valueOffset) { EncodedVR = encodedVR };
            Append(pixels);
            Open(new(LevelKind.Fragments, _level.Dataset, _level.Encoding, -1, _level.Bound) { Owner = pixels });
            Position = valueOffset;
            return;
        }

        if (vr is not (DicomVR.SQ or DicomVR.UN))
            throw new DicomException(DicomFault.Malformed, $"a value of VR {vr.Code()} can't have an undefined length", tag, Position);
        // A sequence whose VR its writer did not know is of implicit VR, whatever is around it (PS3.5 6.2.2).
        var encoding = vr == DicomVR.UN && !isImplicit ? DatasetEncoding.ImplicitLittleEndian : _level.Encoding;
        OpenSequence(tag, encodedVR, form, encoding, valueOffset, -1);
    }

    private void OpenSequence(DicomTag tag, DicomVR encodedVR, ElementForm form, DatasetEncoding encoding, long valueOffset, long end)
    {
        if (++_depth > _options.Depth)
            throw new DicomException(DicomFault.LimitExceeded, $"sequences are nested more than {_options.Depth} deep", tag, Position);
        var items = new List<DicomDataset>();
        var element = new DicomElement(tag, DicomVR.SQ, default, items, form, valueOffset) { EncodedVR = encodedVR };
        Append(element);
        Open(new(LevelKind.Sequence, _level.Dataset, encoding, end, end >= 0 ? end : _level.Bound) { Owner = element, Items = items });
        Position = valueOffset;
    }

    private bool Delimit(DicomTag tag, ReadOnlyMemory<byte> ahead, ref int wanted)
    {
        var length = ReadUInt32(ahead.Span[4..], _level.Encoding.IsBigEndian);
        if (tag == DicomTags.Item && _level.Kind == LevelKind.Sequence)
        {
            OpenItem(length);
            return true;
        }

        if (tag == DicomTags.Item && _level.Kind == LevelKind.Fragments)
            return ReadFragment(ahead, length, ref wanted);

        var ends = tag == DicomTags.SequenceDelimitationItem
            ? _level.Kind is LevelKind.Sequence or LevelKind.Fragments && _level.End < 0
            : tag == DicomTags.ItemDelimitationItem && _level.Kind == LevelKind.Item && _level.End < 0;
        if (!ends)
            throw new DicomException(DicomFault.Malformed, $"{Name(tag)} stands where it ends nothing", tag, Position);
        if (length != 0)
            throw new DicomException(DicomFault.Malformed, $"{Name(tag)} has a length of {length:N0}, not 0", tag, Position);
        Position += 8;
        Close();
        return true;
    }

    private void OpenItem(uint length)
    {
        Count(_level.Owner!.Tag);
        var end = length == Undefined ? -1 : Position + 8 + length;
        if (end > _level.Bound)
            throw TooLong(DicomTags.Item, length, Position + 8);
        var item = new DicomDataset(_level.Dataset, 0) { Offset = Position, HasUndefinedLength = length == Undefined };
        _level.Items!.Add(item);
        Position += 8;
        Open(new(LevelKind.Item, item, _level.Encoding, end, end >= 0 ? end : _level.Bound) { Owner = _level.Owner });
    }

    private bool ReadFragment(ReadOnlyMemory<byte> ahead, uint length, ref int wanted)
    {
        var owner = _level.Owner!;
        var fragments = owner.Fragments!;
        var offset = Position + 8;
        if (length == Undefined)
            throw new DicomException(DicomFault.Malformed, "a fragment can't have an undefined length", owner.Tag, Position);
        if (offset + length > _level.Bound)
            throw TooLong(owner.Tag, length, offset);
        if (!fragments.HasNoOffsetTable)
        {
            Count(owner.Tag);
            fragments.Add(new(offset, length));
            Skip(owner.Tag, offset, length);
            return true;
        }

        if (!_keepsWindow && _arena.Held + length > _options.MaxBytesInMemory)
            throw TooMuchInMemory(owner.Tag);
        wanted = 8 + (int)Math.Min(length, int.MaxValue - 8);
        if (ahead.Length < wanted)
            return false;
        Count(owner.Tag);
        fragments.OffsetTable = Keep(owner.Tag, ahead.Slice(8, (int)length));
        fragments.HasNoOffsetTable = false;
        Position = offset + length;
        return true;
    }

    private ReadOnlyMemory<byte> Keep(DicomTag tag, ReadOnlyMemory<byte> value)
    {
        if (_keepsWindow)
            return value;
        if (_arena.Held + value.Length > _options.MaxBytesInMemory)
            throw TooMuchInMemory(tag);
        return _arena.Keep(value.Span);
    }

    private void Append(DicomElement element)
    {
        _level.Dataset.Append(element);
        if (element.Form.HasFlag(ElementForm.SignFollowsPixels))
            _undecided.Add((_level.Dataset, element));
    }

    private void Skip(DicomTag tag, long offset, uint length)
    {
        _skipped = (tag, offset, length);
        Position = offset + length;
    }

    private static string Name(DicomTag tag) => tag == DicomTags.Item ? "an item"
        : tag == DicomTags.ItemDelimitationItem ? "the end of an item"
        : tag == DicomTags.SequenceDelimitationItem ? "the end of a sequence" : "an element of the group of delimiters";

    private DicomException TooMuchInMemory(DicomTag tag) =>
        new(DicomFault.LimitExceeded, $"the values together have more than {_options.MaxBytesInMemory:N0} bytes", tag, Position);

    private DicomException TooLong(DicomTag tag, uint length, long offset) => _level.Bound == _total
        ? new(DicomFault.Truncated, $"the value should have {length:N0} bytes, but the file ends after {Math.Max(0, _total - offset):N0} of them", tag, offset)
        : new(DicomFault.Malformed, $"the value of {length:N0} bytes is longer than what holds it", tag, offset);
}
