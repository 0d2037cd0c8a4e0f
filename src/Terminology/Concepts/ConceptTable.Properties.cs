// Properties of concepts, and which concepts have a value.

using System.Text;

namespace FhirHub.Terminology;

public sealed partial class ConceptTable
{
    private readonly GroupedColumn<PropertyRow> _properties;
    private readonly Column<ValueRow> _values;
    private readonly Column<int> _setStarts;
    private readonly Column<int> _setMembers;

    /// <summary>The properties that concepts may have: those of the header, and what concepts have beside them.</summary>
    public IReadOnlyList<PropertyDefinition> PropertyDefinitions => Header.Properties;

    /// <summary>The number of a property in <see cref="PropertyDefinitions"/>, or -1.</summary>
    public int FindProperty(string code)
    {
        for (var i = 0; i < PropertyDefinitions.Count; i++)
        {
            if (PropertyDefinitions[i].Code == code)
                return i;
        }

        return -1;
    }

    /// <summary>The properties of a concept.</summary>
    public IReadOnlyList<ConceptProperty> Properties(int concept)
    {
        var rows = _properties[concept];
        if (rows.IsEmpty)
            return [];
        var properties = new ConceptProperty[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            properties[i] = ToProperty(rows[i]);
        return properties;
    }

    /// <summary>The values of one property of a concept, as text; of a Coding, its code.</summary>
    public IReadOnlyList<string> PropertyTexts(int concept, string code)
    {
        var property = FindProperty(code);
        var rows = _properties[concept];
        if (property < 0 || rows.IsEmpty)
            return [];
        var texts = new List<string>();
        foreach (var row in rows)
        {
            if (row.Definition == property)
                texts.Add(ValueText(_values[row.Value]));
        }

        return texts;
    }

    /// <summary>The value of the concept's property that says its status, whatever its name, or null.</summary>
    public string? Status(int concept)
    {
        foreach (var row in _properties[concept])
        {
            if (PropertyDefinitions[row.Definition] is { } definition
                && (definition.Code == "status" || definition.Uri == CodeSystemHeader.ConceptProperties + "status"))
            {
                return ValueText(_values[row.Value]);
            }
        }

        return null;
    }

    /// <summary>The concepts of this table that a property of a concept names, by code or by Coding.</summary>
    public IReadOnlyList<(int Concept, int Group)> PropertyConcepts(int concept, int property)
    {
        var found = new List<(int, int)>();
        foreach (var row in _properties[concept])
        {
            if (row.Definition == property && _values[row.Value].Concept is >= 0 and var named)
                found.Add((named, row.Group));
        }

        return found;
    }

    /// <summary>The concepts that have a property at all.</summary>
    public ConceptSet WithProperty(string code)
    {
        var property = FindProperty(code);
        return property < 0 ? ConceptSet.None(this) : WithRow(row => row.Definition == property);
    }

    /// <summary>The concepts that have a value of a property; each value is asked about once, as text (of a Coding, its code).</summary>
    public ConceptSet WithProperty(string code, Func<string, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        var property = FindProperty(code);
        if (property < 0)
            return ConceptSet.None(this);

        // 0 where it was not asked yet, 1 for no, 2 for yes.
        var answers = new byte[_values.Length];
        return WithRow(row =>
        {
            if (row.Definition != property)
                return false;
            ref var answer = ref answers[row.Value];
            if (answer == 0)
                answer = holds(ValueText(_values[row.Value])) ? (byte)2 : (byte)1;
            return answer == 2;
        });
    }

    /// <summary>The concepts that have a property whose value is one of these concepts.</summary>
    public ConceptSet WithProperty(string code, ConceptSet named)
    {
        ArgumentNullException.ThrowIfNull(named);
        var property = FindProperty(code);
        return property < 0 ? ConceptSet.None(this) : WithRow(row => row.Definition == property && named.Contains(_values[row.Value].Concept));
    }

    /// <summary>The names of the sets that the table has beside its hierarchy, such as the reference sets of SNOMED CT.</summary>
    public IReadOnlyList<string> Sets => _image.Facts.Sets;

    /// <summary>The members of such a set, or null if there is none of that name.</summary>
    public ConceptSet? Set(string name)
    {
        for (var i = 0; i < Sets.Count; i++)
        {
            if (Sets[i] == name)
                return ConceptSet.Of(this, _setMembers.Slice(_setStarts[i], _setStarts[i + 1] - _setStarts[i]));
        }

        return null;
    }

    internal ReadOnlySpan<PropertyRow> PropertyRows(int concept) => _properties[concept];

    internal int ValueCount => _values.Length;

    internal ValueRow Value(int number) => _values[number];

    internal string ValueText(int number) => ValueText(_values[number]);

    private ConceptSet WithRow(Func<PropertyRow, bool> holds) => ConceptSet.Where(this, concept =>
    {
        foreach (var row in _properties[concept])
        {
            if (holds(row))
                return true;
        }

        return false;
    });

    private string ValueText(ValueRow row)
    {
        var text = Text(row.Text);
        return Encoding.UTF8.GetString((PropertyType)row.Type == PropertyType.Coding ? TableText.CodeOf(text) : text);
    }

    private ConceptProperty ToProperty(PropertyRow row)
    {
        var value = _values[row.Value];
        var code = PropertyDefinitions[row.Definition].Code;
        var type = (PropertyType)value.Type;
        var text = Encoding.UTF8.GetString(Text(value.Text));
        if (type != PropertyType.Coding)
            return new ConceptProperty(code, type, text, null, row.Group);
        var coding = TableText.ToCoding(text);
        return new ConceptProperty(code, type, coding.Code, coding, row.Group);
    }
}
