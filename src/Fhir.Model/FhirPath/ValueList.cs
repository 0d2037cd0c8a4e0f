// The collections of an evaluation: arrays that grow, and are taken from and given back to the evaluator.

namespace FhirHub.Model.FhirPath;

internal sealed class ValueList
{
    private FhirPathValue[] _items = new FhirPathValue[4];

    public int Count { get; private set; }

    public int Capacity => _items.Length;

    public ref readonly FhirPathValue this[int index] => ref _items[index];

    public ReadOnlySpan<FhirPathValue> Items => _items.AsSpan(0, Count);

    public void Add(in FhirPathValue value)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Count * 2);
        _items[Count++] = value;
    }

    public void AddRange(ValueList other)
    {
        foreach (ref readonly var value in other.Items)
            Add(value);
    }

    // Nothing that lives longer may be held by a list that waits for its next use.
    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
    }

    public FhirPathValue[] ToArray() => Count == 0 ? [] : Items.ToArray();
}
