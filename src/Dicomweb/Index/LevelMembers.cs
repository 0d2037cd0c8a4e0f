// The stored attributes of a study, series or instance: pieces of DICOM JSON with their tags beside them, so that answers are made by copying.

using System.Buffers;
using System.Buffers.Binary;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>
/// The attributes of a level. Stored are the length of a table, the table (of each attribute its tag, and the length and kind of its text), and the
/// texts, such as <c>"00080020":{"vr":"DA","Value":["20260101"]}</c>, in the order of the tags.
/// </summary>
public static class LevelMembers
{
    internal const int HasValue = 1;
    internal const int IsReturned = 2;

    /// <summary>
    /// What is known of a study or series when another instance of it has come: of each attribute the latest value, and the stored one where the
    /// latest has none.
    /// </summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="latest">What the instance says.</param>
    /// <returns>Null if nothing changes.</returns>
    public static byte[]? Merge(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> latest)
    {
        if (stored.SequenceEqual(latest))
            return null;
        var merged = new LevelMembersBuilder();
        var old = new LevelMembersReader(stored);
        var young = new LevelMembersReader(latest);
        bool hasOld = old.Next(), hasYoung = young.Next();
        while (hasOld || hasYoung)
        {
            var takesOld = hasOld && (!hasYoung || old.Tag < young.Tag || (old.Tag == young.Tag && !young.HasValue && old.HasValue));
            var isSame = hasOld && hasYoung && old.Tag == young.Tag;
            merged.Add(takesOld ? old.Tag : young.Tag, takesOld ? old.Kind : young.Kind, takesOld ? old.Text : young.Text);
            var stepsOld = takesOld || isSame;
            var stepsYoung = !takesOld || isSame;
            if (stepsOld)
                hasOld = old.Next();
            if (stepsYoung)
                hasYoung = young.Next();
        }

        var bytes = merged.ToArray();
        return stored.SequenceEqual(bytes) ? null : bytes;
    }
}

/// <summary>Reads stored attributes one after the other.</summary>
internal ref struct LevelMembersReader
{
    private ReadOnlySpan<byte> _table;
    private ReadOnlySpan<byte> _texts;
    private int _kind;

    public LevelMembersReader(ReadOnlySpan<byte> stored)
    {
        if (stored.IsEmpty)
            return;
        var length = (int)Varint.Read(ref stored);
        _table = stored[..length];
        _texts = stored[length..];
    }

    public DicomTag Tag { get; private set; }

    /// <summary>The attribute with its tag, as it stands in an object.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Whether it has a value.</summary>
    public readonly bool HasValue => (_kind & LevelMembers.HasValue) != 0;

    /// <summary>Whether answers have it without being asked to.</summary>
    public readonly bool IsReturned => (_kind & LevelMembers.IsReturned) != 0;

    internal readonly int Kind => _kind;

    public bool Next()
    {
        if (_table.IsEmpty)
            return false;
        Tag = new(BinaryPrimitives.ReadUInt32BigEndian(_table));
        _table = _table[4..];
        var head = (int)Varint.Read(ref _table);
        _kind = head & 3;
        Text = _texts[..(head >> 2)];
        _texts = _texts[(head >> 2)..];
        return true;
    }

    /// <summary>Goes on to a tag; tags are asked for in their order.</summary>
    public bool Find(DicomTag tag)
    {
        while (Next())
        {
            if (Tag == tag)
                return true;
            if (Tag > tag)
                return false;
        }

        return false;
    }
}

/// <summary>Puts attributes together, in the order of their tags.</summary>
internal sealed class LevelMembersBuilder
{
    private readonly ArrayBufferWriter<byte> _table = new(256);
    private readonly ArrayBufferWriter<byte> _texts = new(1024);

    public void Add(DicomTag tag, int kind, ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_table.GetSpan(4), tag.Value);
        _table.Advance(4);
        Varint.Write(_table, ((ulong)text.Length << 2) | (uint)kind);
        _texts.Write(text);
    }

    public byte[] ToArray()
    {
        var bytes = new ArrayBufferWriter<byte>(_table.WrittenCount + _texts.WrittenCount + 4);
        Varint.Write(bytes, (ulong)_table.WrittenCount);
        bytes.Write(_table.WrittenSpan);
        bytes.Write(_texts.WrittenSpan);
        return bytes.WrittenSpan.ToArray();
    }
}
