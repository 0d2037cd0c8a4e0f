// Texts, each once, by number: the codes of a table that is built, and the values of its properties.

using System.Numerics;

namespace FhirHub.Terminology;

/// <summary>Numbers texts in the order in which they come; equal ones have one number.</summary>
internal sealed class TextPool(CodeHash hash)
{
    private List<int> _starts = [0];
    private byte[] _bytes = new byte[256];
    private int[] _slots = new int[64];

    public int Count => _starts.Count - 1;

    /// <summary>The texts, one behind the other.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _starts[^1]);

    /// <summary>Where each text starts, and where the last ends.</summary>
    public List<int> Starts => _starts;

    /// <summary>The hash table: numbers + 1.</summary>
    public ReadOnlySpan<int> Slots => _slots;

    public ReadOnlySpan<byte> this[int number] => _bytes.AsSpan(_starts[number], _starts[number + 1] - _starts[number]);

    /// <summary>The number of a text, or -1.</summary>
    public int Find(ReadOnlySpan<byte> text) => _slots[SlotOf(text)] - 1;

    /// <summary>The number of a text, which is added if it is new.</summary>
    public int Add(ReadOnlySpan<byte> text, out bool isNew)
    {
        var slot = SlotOf(text);
        isNew = _slots[slot] == 0;
        if (!isNew)
            return _slots[slot] - 1;
        var start = _starts[^1];
        if (start > Array.MaxLength - text.Length)
            throw new Model.TerminologyException("too-costly", "The code system has more than 2 GB of codes or values of properties; split it.");
        if (start + text.Length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(2L * _bytes.Length, start + text.Length), Array.MaxLength));
        text.CopyTo(_bytes.AsSpan(start));
        _starts.Add(start + text.Length);
        _slots[slot] = Count;
        if (Count * 2L > _slots.Length)
            Grow();
        return Count - 1;
    }

    /// <summary>Lets go of all texts.</summary>
    public void Clear()
    {
        _starts = [0];
        _bytes = [];
        _slots = new int[1];
    }

    private int SlotOf(ReadOnlySpan<byte> text)
    {
        var slot = (int)(hash.Of(text) & (uint)(_slots.Length - 1));
        while (_slots[slot] != 0 && !hash.Equals(this[_slots[slot] - 1], text))
            slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }

    private void Grow()
    {
        var slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)_slots.Length * 2)];
        for (var number = 0; number < Count; number++)
        {
            var slot = (int)(hash.Of(this[number]) & (uint)(slots.Length - 1));
            while (slots[slot] != 0)
                slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = number + 1;
        }

        _slots = slots;
    }
}
