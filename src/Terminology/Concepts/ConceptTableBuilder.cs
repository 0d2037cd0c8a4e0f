// Makes concept tables: concepts and what belongs to them are added in any order, and come out sorted by concept.

using System.Security.Cryptography;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// Collects one version of a code system. Texts go to the output as they come; what stays in memory is codes and numbers, about 100
/// bytes for a concept with two designations and three properties. Not safe to use from several threads.
/// </summary>
public sealed partial class ConceptTableBuilder
{
    // What the longest code, display or definition may be, beyond any use.
    private const int MaxTextBytes = 16 * 1024 * 1024;

    private readonly Stream _output;
    private readonly TableImageWriter _writer;
    private readonly CodeHash _hash;
    private readonly long _seed;
    private readonly TextPool _codes;
    private readonly TextPool _values;
    private readonly RowList<TextRange> _displays = new();
    private readonly RowList<TextRange> _definitions = new();
    private readonly RowList<byte> _flags = new();
    private readonly RowList<(int Concept, int Parent)> _parents = new();
    private readonly List<(int Concept, string Other, bool OtherIsParent)> _relativesToCome = [];
    private readonly RowList<(int Concept, DesignationRow Row)> _designations = new();
    private readonly RowList<(int Concept, PropertyRow Row)> _properties = new();
    private readonly List<string> _languages = [];
    private readonly Dictionary<string, int> _languageNumbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<CodingValue> _uses = [];
    private readonly Dictionary<CodingValue, int> _useNumbers = [];
    private readonly List<PropertyDefinition> _propertyDefinitions = [];
    private readonly List<PropertyMeaning> _propertyMeanings = [];
    private readonly Dictionary<string, int> _propertyNumbers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, RowList<int>> _sets = new(StringComparer.Ordinal);
    private readonly long _textsStart;
    private byte[] _buffer = new byte[512];
    private bool _hasDefinitions;
    private bool _isFinished;
    private int _finishedCount;
    private int _duplicates;

    private ConceptTableBuilder(CodeSystemHeader header, Stream output)
    {
        Header = header;
        _output = output;
        _writer = new TableImageWriter(output);
        _writer.Begin(TableSection.Texts);
        _textsStart = output.Position;
        _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        _hash = new CodeHash(_seed, header.CaseSensitive == false);
        _codes = new TextPool(_hash);
        _values = new TextPool(new CodeHash(_seed, ignoresCase: false));
        foreach (var property in header.Properties)
            DefineProperty(property);
    }

    // What properties say that has a place of its own in the table.
    private enum PropertyMeaning : byte
    {
        Other,
        Parent,
        Child,
        Inactive,
        Status,
        NotSelectable,
        Deprecated,
    }

    /// <summary>What the code system says of itself; may be changed until the table is finished, but for <c>CaseSensitive</c>.</summary>
    public CodeSystemHeader Header { get; set; }

    /// <summary>Concepts added so far.</summary>
    public int Count => _isFinished ? _finishedCount : _codes.Count;

    /// <summary>A builder of a table in memory.</summary>
    public static ConceptTableBuilder InMemory(CodeSystemHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return new ConceptTableBuilder(header, new MemoryStream());
    }

    /// <summary>A builder that writes to a stream, which must be empty and able to go back (a new file).</summary>
    public static ConceptTableBuilder Over(Stream output, CodeSystemHeader header)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(header);
        return new ConceptTableBuilder(header, output);
    }

    /// <summary>The ordinal of a code that was added, or -1.</summary>
    public int Find(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return _codes.Find(Utf8(code));
    }

    /// <summary>Adds a concept; of a code that is there already, the first concept stays as it is. Returns its ordinal.</summary>
    public int Add(string code, string? display = null, string? definition = null, ConceptFlags flags = ConceptFlags.None)
    {
        ArgumentNullException.ThrowIfNull(code);
        var concept = _codes.Add(Utf8(code), out var isNew);
        if (!isNew)
        {
            _duplicates++;
            return concept;
        }

        _displays.Add(Text(display));
        _definitions.Add(Text(definition));
        _hasDefinitions |= definition is not null;
        _flags.Add((byte)flags);
        return concept;
    }

    /// <summary>Sets the display of a concept.</summary>
    public void SetDisplay(int concept, string? display) => _displays[concept] = Text(display);

    /// <summary>Sets the definition of a concept.</summary>
    public void SetDefinition(int concept, string? definition)
    {
        _definitions[concept] = Text(definition);
        _hasDefinitions |= definition is not null;
    }

    /// <summary>Adds to the flags of a concept.</summary>
    public void AddFlags(int concept, ConceptFlags flags) => _flags[concept] |= (byte)flags;

    /// <summary>Puts a concept below another.</summary>
    public void AddParent(int concept, int parent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)concept, (uint)Count, nameof(concept));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)parent, (uint)Count, nameof(parent));
        if (concept != parent)
            _parents.Add((concept, parent));
    }

    /// <summary>Puts a concept below another that may come later; a code that never comes is left out.</summary>
    public void AddParent(int concept, string parent)
    {
        if (Find(parent) is >= 0 and var known)
            AddParent(concept, known);
        else
            _relativesToCome.Add((concept, parent, true));
    }

    /// <summary>Adds a designation.</summary>
    public void AddDesignation(int concept, string value, string? language = null, CodingValue? use = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)concept, (uint)Count, nameof(concept));
        ArgumentNullException.ThrowIfNull(value);
        var languageNumber = language is null ? -1 : Number(_languageNumbers, _languages, language);
        var useNumber = use is null ? -1 : Number(_useNumbers, _uses, use);
        _designations.Add((concept, new DesignationRow(languageNumber, useNumber, Text(value))));
    }

    /// <summary>Adds a value of a property that the header defines, or that is defined hereby.</summary>
    /// <param name="concept">The concept.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="value">The value as JSON has it, without quotes.</param>
    /// <param name="type">Its type; that of the definition if null.</param>
    /// <param name="group">A number that ties properties of a concept together, or 0.</param>
    public void AddProperty(int concept, string property, string value, PropertyType? type = null, int group = 0)
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        var number = DefineProperty(property, type);
        AddValue(concept, number, type ?? _propertyDefinitions[number].Type, value, value, group);
    }

    /// <summary>Adds a value that is a code of some code system.</summary>
    public void AddProperty(int concept, string property, CodingValue value, int group = 0)
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentNullException.ThrowIfNull(value);
        AddValue(concept, DefineProperty(property, PropertyType.Coding), PropertyType.Coding, TableText.OfCoding(value), value.Code, group);
    }

    /// <summary>Defines a property whose uri or description is to be known; a property that is defined already stays as it is.</summary>
    public void Define(PropertyDefinition property)
    {
        ArgumentNullException.ThrowIfNull(property);
        DefineProperty(property);
    }

    /// <summary>Adds a concept to a named set, such as a reference set of SNOMED CT.</summary>
    public void AddToSet(string set, int concept)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)concept, (uint)Count, nameof(concept));
        ArgumentNullException.ThrowIfNull(set);
        if (!_sets.TryGetValue(set, out var members))
            _sets.Add(set, members = new RowList<int>());
        members.Add(concept);
    }

    private static int Number<T>(Dictionary<T, int> numbers, List<T> list, T item)
        where T : notnull
    {
        if (numbers.TryGetValue(item, out var number))
            return number;
        number = list.Count;
        list.Add(item);
        numbers.Add(item, number);
        return number;
    }

    private void DefineProperty(PropertyDefinition property)
    {
        if (!_propertyNumbers.TryAdd(property.Code, _propertyDefinitions.Count))
            return;
        _propertyDefinitions.Add(property);
        _propertyMeanings.Add(MeaningOf(property));
    }

    private int DefineProperty(string code, PropertyType? type)
    {
        if (!_propertyNumbers.TryGetValue(code, out var number))
        {
            number = _propertyDefinitions.Count;
            DefineProperty(new PropertyDefinition(code, type ?? PropertyType.String));
        }

        return number;
    }

    // The name of a property is the code system's own; its uri says what it means.
    private static PropertyMeaning MeaningOf(PropertyDefinition property)
    {
        var uri = property.Uri;
        var name = uri is not null && uri.StartsWith(CodeSystemHeader.ConceptProperties, StringComparison.Ordinal)
            ? uri[CodeSystemHeader.ConceptProperties.Length..]
            : property.Code;
        return name switch
        {
            "parent" or "subsumedBy" => PropertyMeaning.Parent,
            "child" => PropertyMeaning.Child,
            "inactive" => PropertyMeaning.Inactive,
            "status" => PropertyMeaning.Status,
            "notSelectable" or "abstract" => PropertyMeaning.NotSelectable,
            "deprecated" or "deprecationDate" => PropertyMeaning.Deprecated,
            _ => PropertyMeaning.Other,
        };
    }

    private void AddValue(int concept, int property, PropertyType type, string encoded, string value, int group)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)concept, (uint)Count, nameof(concept));
        var text = Utf8(encoded, prefix: (byte)type);
        var number = _values.Add(text, out _);
        _properties.Add((concept, new PropertyRow(property, number, group)));
        switch (_propertyMeanings[property])
        {
            case PropertyMeaning.Parent:
                AddParent(concept, value);
                break;
            case PropertyMeaning.Child when Find(value) is >= 0 and var child:
                AddParent(child, concept);
                break;
            case PropertyMeaning.Child:
                _relativesToCome.Add((concept, value, false));
                break;
            case PropertyMeaning.Inactive when value == "true":
            case PropertyMeaning.Status when value is "retired" or "inactive":
                AddFlags(concept, ConceptFlags.Inactive);
                break;
            case PropertyMeaning.NotSelectable when value == "true":
                AddFlags(concept, ConceptFlags.NotSelectable);
                break;
            case PropertyMeaning.Status when value == "deprecated":
            case PropertyMeaning.Deprecated when value != "false":
                AddFlags(concept, ConceptFlags.Deprecated);
                break;
        }
    }

    // Texts go out at once.
    private TextRange Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return default;
        var utf8 = Utf8(text);
        var start = _output.Position - _textsStart;
        if (start > int.MaxValue - utf8.Length)
            throw new TerminologyException("too-costly", "The code system has more than 2 GB of texts; split it.");
        _writer.Write(utf8);
        return new TextRange((int)start, utf8.Length);
    }

    private ReadOnlySpan<byte> Utf8(string text, int prefix = -1)
    {
        if (text.Length > MaxTextBytes)
            throw new TerminologyException("too-long", $"The code system has a text of more than {MaxTextBytes:N0} characters; shorten it.");
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        if (_buffer.Length < most)
            _buffer = new byte[most * 2];
        var start = 0;
        if (prefix >= 0)
            _buffer[start++] = (byte)prefix;
        return _buffer.AsSpan(0, start + Encoding.UTF8.GetBytes(text, _buffer.AsSpan(start)));
    }
}
