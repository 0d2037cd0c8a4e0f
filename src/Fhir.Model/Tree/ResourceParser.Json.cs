// JSON to tree in one pass, with the schema walked alongside: what is unknown, misplaced, malformed, missing or doubled is
// found while the node table is built.

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FhirHub.Model;

public static partial class ResourceParser
{
    /// <summary>
    /// Reads a resource from FHIR JSON (R4 json.html) and checks its structure. Never throws for what the source holds:
    /// malformed text gives no tree and a fatal issue.
    /// </summary>
    /// <param name="json">UTF-8; a byte order mark is skipped. The tree keeps the memory, which must not change.</param>
    /// <param name="schema">The types; R4 if null.</param>
    /// <param name="limits">Bounds; the defaults if null.</param>
    public static ParseResult ParseJson(ReadOnlyMemory<byte> json, Schema? schema = null, ParseLimits? limits = null)
    {
        limits ??= ParseLimits.Default;
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];
        if (json.Length > limits.MaxBytes)
            return Fatal("too-long", ParserMessages.TooLong, Number(json.Length), Number(limits.MaxBytes));
        if (!Utf8.IsValid(json.Span))
            return Fatal("structure", ParserMessages.NotUtf8);
        return new JsonTreeParser(json, schema ?? Schema.R4, limits).Parse();
    }

    internal static ParseResult Fatal(string code, MessageTemplate template, params string[] arguments) =>
        new(null, [Issue.Of(IssueSeverity.Fatal, code, template, arguments)]);

    internal static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>The state of one parse.</summary>
internal ref partial struct JsonTreeParser
{
    private readonly ReadOnlyMemory<byte> _json;
    private readonly Schema _schema;
    private readonly ParseLimits _limits;
    private readonly List<Issue> _issues = [];
    private Utf8JsonReader _reader;
    private Node[] _nodes;
    private int _count;
    private byte[] _unescaped = [];
    private bool _hasNulls;

    public JsonTreeParser(ReadOnlyMemory<byte> json, Schema schema, ParseLimits limits)
    {
        _json = json;
        _schema = schema;
        _limits = limits;

        // An element may be an array and an object, so the reader sees up to twice the element depth.
        _reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = (limits.MaxDepth * 2) + 2 });

        // Synthea and the official examples have one element per 20 to 40 bytes; a huge string has none, so large tables grow.
        _nodes = new Node[Math.Max(16, Math.Min(Math.Min(json.Length / 24, 1 << 18), limits.MaxElements))];
    }

    public ParseResult Parse()
    {
        try
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                var found = ParserMessages.Describe(_reader.TokenType);
                return ResourceParser.Fatal("structure", ParserMessages.NotAnObject, found.English, found.Chinese);
            }

            var root = AddNode(-1, null, null, 0, ref _noSibling);
            if (!ParseResource(root, 0))
                return new ParseResult(null, _issues);
            if (_reader.Read())
                return ResourceParser.Fatal("structure", ParserMessages.TextAfterResource);
            if (_hasNulls)
                CheckNulls();
        }
        catch (JsonException malformed)
        {
            var deep = _reader.CurrentDepth >= (_limits.MaxDepth * 2) + 1;
            var (line, column) = ((int)(malformed.LineNumber ?? 0) + 1, (int)(malformed.BytePositionInLine ?? 0) + 1);
            return new ParseResult(null, [deep
                ? TooDeep(line, column)
                : Issue.Of(IssueSeverity.Fatal, "structure", ParserMessages.NotJson, Invariant(line), Invariant(column), FirstSentence(malformed.Message)) with { Line = line, Column = column }]);
        }
        catch (StopParsingException)
        {
            return new ParseResult(null, _issues);
        }

        return new ParseResult(new ResourceTree(_schema, _json, _nodes, _count), _issues);
    }

    // Where types come last, each level of resources within resources looks ahead over the same bytes. Real sources nest a few
    // levels; one that nests fifty would cost fifty passes.
    private const int MostPassesAhead = 8;

    private long _bytesAhead;
    private int _noSibling;

    // The reader stands on the object's start. The type comes first in nearly every source, but nothing in JSON says so.
    private bool ParseResource(int node, int depth)
    {
        var ahead = _reader;
        var start = (int)_reader.TokenStartIndex;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            if (!ahead.ValueTextEquals("resourceType"u8))
            {
                ahead.Skip();
                continue;
            }

            ahead.Read();
            if (ahead.TokenType != JsonTokenType.String)
            {
                AddIssue(node, null, "structure", start, ParserMessages.ResourceTypeNotString);
                return false;
            }

            var type = _schema.FindType(ahead.ValueIsEscaped ? Unescaped(ahead) : ahead.ValueSpan);
            if (type is not { IsResource: true, IsAbstract: false })
            {
                AddIssue(node, null, "structure", start, ParserMessages.UnknownResourceType, Shorten(ahead.ValueSpan));
                return false;
            }

            _bytesAhead += ahead.BytesConsumed - start;
            if (_bytesAhead > MostPassesAhead * (long)_json.Length)
                Stop(Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.ResourceTypesLast));
            _nodes[node].Type = (short)type.Index;
            ParseObject(type, node, depth, isResource: true);
            return true;
        }

        AddIssue(node, null, "structure", start, ParserMessages.NoResourceType);
        return false;
    }

    // The reader stands on the object's start, and in the end on its end.
    private void ParseObject(TypeDefinition type, int node, int depth, bool isResource)
    {
        if (depth > _limits.MaxDepth)
            Stop(TooDeep(0, 0));

        var start = (int)_reader.TokenStartIndex;
        if (!type.IsPrimitive)
            _nodes[node].ValueStart = start;

        // Two bits per property (itself, its underscore form), then one per element for choices and cardinality.
        var elementBits = type.PropertyCount * 2;
        Span<ulong> seen = stackalloc ulong[(elementBits + type.Elements.Count + 63) / 64];
        seen.Clear();
        var lastChild = LastChild(node);
        var members = 0;
        var typeSeen = false;

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            members++;
            if (isResource && _reader.ValueTextEquals("resourceType"u8))
            {
                if (typeSeen)
                    AddIssue(node, null, "structure", (int)_reader.TokenStartIndex, ParserMessages.ResourceTypeTwice);
                typeSeen = true;
                _reader.Read();
                _reader.Skip();
                continue;
            }

            var at = (int)_reader.TokenStartIndex;
            var name = _reader.ValueSpan;
            if (_reader.ValueIsEscaped)
                name = Unescaped(_reader);
            if (!type.TryFindProperty(name, out var property))
            {
                AddUnknown(node, type, Shorten(name), at);
                _reader.Skip();
                continue;
            }

            var bit = (property.Ordinal * 2) + (property.IsUnderscore ? 1 : 0);
            if (TestAndSet(seen, bit))
            {
                AddIssue(node, Encoding.UTF8.GetString(name), "structure", at, ParserMessages.PropertyTwice);
                _reader.Skip();
                continue;
            }

            var twin = Test(seen, bit ^ 1);
            if (TestAndSet(seen, elementBits + property.Element.Order) && !twin)
            {
                AddIssue(node, property.Element.Name, "structure", at, ParserMessages.OneChoiceOnly, property.Element.Name);
                _reader.Skip();
                continue;
            }

            _reader.Read();
            ParseProperty(property, node, twin, depth, ref lastChild);
        }

        if (!type.IsPrimitive)
            _nodes[node].ValueLength = (int)_reader.BytesConsumed - start;
        if (members == 0 || (isResource && members == 1 && typeSeen && depth > 0))
            AddIssue(node, null, "structure", start, ParserMessages.EmptyObject);

        foreach (var required in type.RequiredElements)
        {
            if (!Test(seen, elementBits + required.Order))
                AddIssue(node, required.Name, "required", start, ParserMessages.Required, required.Path, Invariant(required.Min));
        }
    }

    private void ParseProperty(in JsonProperty property, int parent, bool twin, int depth, ref int lastChild)
    {
        var element = property.Element;
        if (!element.IsArray)
        {
            if (_reader.TokenType == JsonTokenType.StartArray)
            {
                AddIssue(parent, element.Name, "structure", (int)_reader.TokenStartIndex, ParserMessages.DoesNotRepeat, element.Path);
                _reader.Skip();
                return;
            }

            ParseItem(property, parent, twin ? FirstOf(parent, element) : 0, 0, depth, ref lastChild);
            return;
        }

        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            var found = ParserMessages.Describe(_reader.TokenType);
            AddIssue(parent, element.Name, "structure", (int)_reader.TokenStartIndex, ParserMessages.Repeats, element.Path, found.English, found.Chinese);
            _reader.Skip();
            return;
        }

        var start = (int)_reader.TokenStartIndex;
        var existing = twin ? FirstOf(parent, element) : 0;
        var previous = 0;
        var count = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            if (_reader.TokenType == JsonTokenType.StartArray)
            {
                AddIssue(parent, element.Name, "structure", (int)_reader.TokenStartIndex, ParserMessages.ArrayInArray, element.Path);
                _reader.Skip();
                continue;
            }

            var item = ParseItem(property, parent, existing, twin ? previous : 0, depth, ref lastChild);
            previous = item;
            existing = existing > 0 && _nodes[item].NextSibling is var next && next > 0 && _nodes[next].Element == element.Index ? next : 0;
        }

        if (count == 0)
            AddIssue(parent, element.Name, "structure", start, ParserMessages.EmptyArray);
        if (count > element.Max)
            AddIssue(parent, element.Name, "structure", start, ParserMessages.TooMany, element.Path, Invariant(element.Max), Invariant(count));
    }

    // Reads one value of a property into a node: an existing one where the property's twin (x or _x) came before.
    private int ParseItem(in JsonProperty property, int parent, int existing, int after, int depth, ref int lastChild)
    {
        var node = existing > 0 ? existing
            : after > 0 ? InsertAfter(after, parent, property, ref lastChild)
            : AddNode(parent, property.Element, property.Type, (int)_reader.TokenStartIndex, ref lastChild);

        if (property.IsUnderscore)
        {
            if (_reader.TokenType == JsonTokenType.StartObject)
                ParseObject(property.Type, node, depth + 1, isResource: false);
            else
                ExpectNull(node, property, ("an object with id or extension", "带有 id 或 extension 的对象"));
        }
        else if (property.Type.IsPrimitive)
        {
            ParsePrimitive(node, property);
        }
        else if (_reader.TokenType != JsonTokenType.StartObject)
        {
            var found = ParserMessages.Describe(_reader.TokenType);
            AddIssue(node, null, "structure", (int)_reader.TokenStartIndex, ParserMessages.NotAnObjectOfType, property.Type.Name, found.English, found.Chinese);
            _reader.Skip();
        }
        else if (!property.Type.IsResource)
        {
            ParseObject(property.Type, node, depth + 1, isResource: false);
        }
        else if (!ParseResource(node, depth + 1))
        {
            _reader.Skip();
        }

        return node;
    }

    private void ParsePrimitive(int node, in JsonProperty property)
    {
        var kind = property.Type.Primitive;
        var start = (int)_reader.TokenStartIndex;
        var token = _reader.TokenType;
        var fits = token switch
        {
            JsonTokenType.String => PrimitiveFormat.IsJsonString(kind),
            JsonTokenType.Number => !PrimitiveFormat.IsJsonString(kind) && kind != PrimitiveKind.Boolean,
            JsonTokenType.True or JsonTokenType.False => kind == PrimitiveKind.Boolean,
            _ => false,
        };
        if (!fits)
        {
            ExpectNull(node, property, ParserMessages.JsonKind(kind));
            return;
        }

        ref var row = ref _nodes[node];
        row.ValueStart = start;
        row.ValueLength = (int)_reader.BytesConsumed - start;
        var value = _reader.ValueSpan;
        if (token == JsonTokenType.String)
        {
            row.Flags |= NodeFlags.Quoted;
            if (_reader.ValueIsEscaped)
            {
                row.Flags |= NodeFlags.Escaped;
                value = Unescaped(_reader, out var isWhole);
                if (!isWhole)
                {
                    AddIssue(node, null, "value", start, ParserMessages.HalfSurrogate);
                    row.ValueLength = 0;
                    return;
                }
            }
        }

        if (!PrimitiveFormat.IsValid(kind, value))
        {
            if (value.IsEmpty)
                AddIssue(node, null, "value", start, ParserMessages.EmptyValue);
            else
                AddIssue(node, null, "value", start, PrimitiveMessages.Invalid(kind), Shorten(value), property.Type.Name);
        }
        else if (kind == PrimitiveKind.Xhtml && NarrativeRules.Find(value) is { } problem)
        {
            AddIssue(node, null, "invariant", start, problem.Template, [.. problem.Arguments]);
        }
    }
}
