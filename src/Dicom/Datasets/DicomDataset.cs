// A data set: elements in the order of the file, found by tag.

using System.Globalization;

namespace FhirHub.Dicom;

/// <summary>A data set, or an item of a sequence (PS3.5 7.1, 7.5). Elements stay in the order in which they were read.</summary>
public sealed class DicomDataset
{
    private readonly List<DicomElement> _elements;
    private SpecificCharacterSet? _characterSet;
    private bool _isOrdered = true;

    /// <summary>A data set without elements.</summary>
    public DicomDataset()
        : this(null, 0)
    {
    }

    internal DicomDataset(DicomDataset? parent, int capacity)
    {
        Parent = parent;
        _elements = new(capacity);
    }

    /// <summary>The elements in their order.</summary>
    public IReadOnlyList<DicomElement> Elements => _elements;

    /// <summary>The data set in whose sequence this is an item; null for one that stands alone.</summary>
    public DicomDataset? Parent { get; internal set; }

    /// <summary>Where the item begins in the file, which directories refer to (PS3.3 F.2.2.2); -1 if it was never in one.</summary>
    public long Offset { get; internal set; } = -1;

    /// <summary>The character set that holds for its text: its own, else that of the data set around it (PS3.3 C.12.1.1.2).</summary>
    public SpecificCharacterSet CharacterSet => _characterSet ??= Find(DicomTags.SpecificCharacterSet) is { } element
        ? SpecificCharacterSet.Parse(element.GetStrings(SpecificCharacterSet.Default))
        : Parent?.CharacterSet ?? SpecificCharacterSet.Default;

    /// <summary>Whether each tag is greater than the one before, as PS3.5 7.1 demands.</summary>
    public bool IsOrdered => _isOrdered;

    internal bool HasUndefinedLength { get; set; } = true;

    /// <summary>The first element with a tag; null if there is none.</summary>
    public DicomElement? Find(DicomTag tag)
    {
        if (_isOrdered)
        {
            var at = IndexOf(tag);
            return at >= 0 ? _elements[at] : null;
        }

        foreach (var element in _elements)
        {
            if (element.Tag == tag)
                return element;
        }

        return null;
    }

    /// <summary>Puts an element in its place; one with the same tag makes way.</summary>
    public void Set(DicomElement element)
    {
        if (!_isOrdered)
        {
            _elements.RemoveAll(other => other.Tag == element.Tag);
            var next = _elements.FindIndex(other => other.Tag > element.Tag);
            _elements.Insert(next < 0 ? _elements.Count : next, element);
        }
        else
        {
            var at = IndexOf(element.Tag);
            if (at >= 0)
                _elements[at] = element;
            else
                _elements.Insert(~at, element);
        }

        foreach (var item in element.Items ?? [])
            item.Parent = this;
        if (element.Tag == DicomTags.SpecificCharacterSet)
            _characterSet = null;
    }

    /// <summary>Sets text, encoded in the data set's character set; several values get a backslash between them.</summary>
    /// <exception cref="DicomException">The tag has no VR of text, or a character is in none of the character sets.</exception>
    public void Set(DicomTag tag, params ReadOnlySpan<string> values)
    {
        var vr = DicomDictionary.Find(tag)?.VRs[0] ?? (tag.IsPrivateCreator ? DicomVR.LO : DicomVR.UN);
        if (!vr.IsText())
            throw new DicomException(DicomFault.InvalidValue, $"a value of VR {vr.Code()} is not text", tag);
        Set(DicomElement.OfText(tag, vr, CharacterSet, string.Join('\\', values)));
    }

    /// <summary>Takes all elements with a tag out; whether there was one.</summary>
    public bool Remove(DicomTag tag)
    {
        if (tag == DicomTags.SpecificCharacterSet)
            _characterSet = null;
        return _elements.RemoveAll(element => element.Tag == tag) > 0;
    }

    /// <summary>The first value as text without padding; null if the element is absent, empty or of other VRs.</summary>
    public string? GetString(DicomTag tag)
    {
        var values = GetStrings(tag);
        return values.Count > 0 && values[0].Length > 0 ? values[0] : null;
    }

    /// <summary>The values as text without padding; none if the element is absent, empty or a sequence.</summary>
    public IReadOnlyList<string> GetStrings(DicomTag tag) =>
        Find(tag) is { Items: null, Fragments: null } element ? element.GetStrings(CharacterSet) : [];

    /// <summary>The first value as a whole number; null if there is none or it is no number.</summary>
    public long? GetInt64(DicomTag tag) =>
        long.TryParse(GetString(tag), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The first value as a number; null if there is none or it is no number.</summary>
    public double? GetDouble(DicomTag tag) =>
        double.TryParse(GetString(tag), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The items of a sequence; none if the element is absent or no sequence.</summary>
    public IReadOnlyList<DicomDataset> GetItems(DicomTag tag) => Find(tag)?.Items ?? [];

    /// <summary>The creator of a private element's block; null if the data set names none.</summary>
    public string? PrivateCreatorOf(DicomTag tag) =>
        tag.IsPrivate && tag.Element > 0xFF ? GetString(tag.PrivateCreator) : null;

    /// <summary>Appends what was read, in whatever order that is.</summary>
    internal void Append(DicomElement element)
    {
        if (_elements.Count > 0 && element.Tag <= _elements[^1].Tag)
            _isOrdered = false;
        _elements.Add(element);
    }

    /// <summary>The elements in the order of their tags, of those with the same tag the first.</summary>
    internal IEnumerable<DicomElement> InOrder() => _isOrdered ? _elements : _elements.DistinctBy(element => element.Tag).OrderBy(element => element.Tag);

    /// <summary>Puts the elements in the order of their tags.</summary>
    /// <exception cref="DicomException">Two have the same.</exception>
    internal void Order()
    {
        if (_isOrdered)
            return;
        _elements.Sort((left, right) => left.Tag.CompareTo(right.Tag));
        for (var i = 1; i < _elements.Count; i++)
        {
            if (_elements[i].Tag == _elements[i - 1].Tag)
                throw new DicomException(DicomFault.Malformed, "the attribute is there twice", _elements[i].Tag);
        }

        _isOrdered = true;
    }

    private int IndexOf(DicomTag tag)
    {
        int low = 0, high = _elements.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var found = _elements[middle].Tag;
            if (found == tag)
                return middle;
            if (found < tag)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}
