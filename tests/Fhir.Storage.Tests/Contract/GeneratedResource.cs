// Random resources of any type, made from the schema: each element that is there has a value of its type, drawn from few values so that
// searches, chains and references meet.

using System.Text;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>Generates JSON of resources.</summary>
internal sealed class GeneratedResource(Random random, IReadOnlyList<string> types)
{
    /// <summary>Ids of each type are r0 and on.</summary>
    public const int IdsPerType = 8;

    private const string Base = "http://hub.example/fhir";
    private const int MaxDepth = 5;

    private static readonly string[] s_systems = ["http://a.example/codes", "http://b.example/codes", "http://unitsofmeasure.org"];
    private static readonly string[] s_codes = ["1", "01", "271649006", "x", "final", "0191b7a2-6c1e-7c3e-9f00-0123456789ab", "y z"];
    private static readonly string[] s_texts = ["Ada", "ada", "Ádám", "Adam Smith", "张三", "张三丰", "smith-Jones", "50% \\ a,b|c$d"];
    private static readonly string[] s_urls = ["http://c.example/r0", "http://c.example/r1", "http://c.example/r1/sub", "http://c.example", "urn:oid:1.2.3"];
    private static readonly string[] s_dates = ["2023", "2024", "2024-02", "2024-02-29", "2024-03-01", "2023-12-31"];
    private static readonly string[] s_times =
        ["2024-02-29T23:30:00Z", "2024-03-01T00:30:00+08:00", "2024-02-29T23:30:00.123456Z", "2024-01-01T00:00:00-11:00", "2024-02"];

    private static readonly string[] s_decimals = ["0", "1", "1.0", "1.50", "-2.25", "100", "0.001", "36.6"];
    private static readonly string[] s_units = ["mg", "g", "kg", "cm", "m", "Cel", "[degF]", "tablet"];

    private static readonly IndexExtractor s_extractor = new(SearchParameterRegistry.R4, new IndexOptions { BaseUrls = [Base] });

    private readonly StringBuilder _json = new();
    private int _contained;
    private int _depth;
    private bool _isInside;

    /// <summary>The JSON of a resource of the type.</summary>
    public string Next(string type)
    {
        var definition = Schema.R4.FindResourceType(type)!;
        _json.Clear();
        _contained = definition.FindElement("contained") is null || random.Next(4) > 0 ? 0 : 1 + random.Next(2);
        Resource(definition, id: null);
        return _json.ToString();
    }

    /// <summary>What the store is given.</summary>
    public static PreparedResource Prepare(string json)
    {
        var root = Parse(Encoding.UTF8.GetBytes(json));
        var (entries, references) = s_extractor.Extract(root);
        return new PreparedResource(ResourceBody.From(root), entries, references) { Contained = s_extractor.ExtractContained(root) };
    }

    public static IReadOnlyList<IndexEntry> Extract(ReadOnlyMemory<byte> json) => s_extractor.Extract(Parse(json)).Entries;

    public static IReadOnlyList<ContainedResource> ExtractContained(ReadOnlyMemory<byte> json) => s_extractor.ExtractContained(Parse(json));

    private static ElementNode Parse(ReadOnlyMemory<byte> json) =>
        ResourceParser.ParseJson(json).Tree?.Root ?? throw new InvalidOperationException("A generated resource is no resource.");

    private void Resource(TypeDefinition type, string? id)
    {
        _json.Append($"{{\"resourceType\":\"{type.Name}\"");
        if (id is not null)
            _json.Append($",\"id\":\"{id}\"");
        else if (_contained > 0)
            Contained();
        Members(type, leadingComma: true);
        _json.Append('}');
    }

    private void Contained()
    {
        _json.Append(",\"contained\":[");
        _isInside = true;
        for (var i = 0; i < _contained; i++)
        {
            if (i > 0)
                _json.Append(',');
            Resource(Schema.R4.FindResourceType(Pick(types))!, $"c{i}");
        }

        _isInside = false;
        _json.Append(']');
    }

    private void Members(TypeDefinition type, bool leadingComma)
    {
        _depth++;
        foreach (var element in type.Elements)
        {
            if (element.Types.Count == 0 || IsLeftOut(element))
                continue;
            var chosen = Pick(element.Types);
            if (!chosen.IsPrimitive && _depth >= MaxDepth)
                continue;
            if (leadingComma)
                _json.Append(',');
            leadingComma = true;
            _json.Append($"\"{element.JsonNameFor(chosen)}\":");
            if (element.IsArray)
                _json.Append('[');
            Value(element, chosen);
            if (element.IsArray && random.Next(4) == 0)
            {
                _json.Append(',');
                Value(element, chosen);
            }

            if (element.IsArray)
                _json.Append(']');
        }

        _depth--;
    }

    // The deeper, the fewer: what parameters look at lies mostly near the root.
    private bool IsLeftOut(ElementDefinition element) => element.Name switch
    {
        "id" or "contained" or "extension" or "modifierExtension" or "implicitRules" => true,
        "text" => element.Types[0].Name == "Narrative",
        "language" or "meta" => random.Next(4) > 0,
        _ => random.Next(10) >= (_depth == 1 ? 5 : 4),
    };

    private void Value(ElementDefinition element, TypeDefinition type)
    {
        if (type.IsPrimitive)
        {
            _json.Append(Primitive(element, type.Primitive));
            return;
        }

        switch (type.Name)
        {
            case "Reference":
                Reference(element);
                break;
            case "Coding":
                Coding();
                break;
            case "Identifier":
                Identifier();
                break;
            case "Quantity" or "Age" or "Duration" or "Count" or "Distance" or "SimpleQuantity":
                Quantity();
                break;
            case "Resource":
                _json.Append($"{{\"resourceType\":\"{Pick(types)}\",\"id\":\"r{random.Next(IdsPerType)}\"}}");
                break;
            default:
                _json.Append('{');
                Members(type, leadingComma: false);
                if (_json[^1] == '{')
                    _json.Append("\"id\":\"e\"");
                _json.Append('}');
                break;
        }
    }

    private void Reference(ElementDefinition element)
    {
        var target = $"{TargetType(element)}/r{random.Next(IdsPerType)}";
        var literal = random.Next(20) switch
        {
            0 or 1 => $"{Base}/{target}",
            2 or 3 => $"{target}/_history/{1 + random.Next(2)}",
            4 => $"http://elsewhere.example/fhir/{target}",
            5 => "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
            6 => null,
            7 when _isInside => "#",
            < 12 when _contained > 0 => $"#c{random.Next(3)}",
            _ => target,
        };
        _json.Append('{');
        if (literal is not null)
            _json.Append($"\"reference\":\"{literal}\"");
        if (literal is null || random.Next(6) == 0)
        {
            _json.Append(literal is null ? "\"identifier\":" : ",\"identifier\":");
            Identifier();
        }

        _json.Append('}');
    }

    private string TargetType(ElementDefinition element)
    {
        var allowed = element.TargetTypes.Count == 0 || element.TargetTypes.Contains("Resource") ? [] : element.TargetTypes.Where(types.Contains).ToList();
        return allowed.Count > 0 ? Pick(allowed) : element.TargetTypes.Count > 0 && element.TargetTypes[0] != "Resource" ? Pick(element.TargetTypes) : Pick(types);
    }

    private void Coding()
    {
        var code = random.Next(12) > 0 ? $",\"code\":\"{Pick(s_codes)}\"" : "";
        var display = random.Next(3) == 0 ? $",\"display\":{Text()}" : "";
        var system = random.Next(3) > 0 ? $",\"system\":\"{Pick(s_systems)}\"" : "";
        var members = system + code + display;
        _json.Append('{').Append(members.Length == 0 ? "\"userSelected\":true" : members[1..]).Append('}');
    }

    private void Identifier()
    {
        _json.Append($"{{\"value\":\"{Pick(s_codes)}\"");
        if (random.Next(3) > 0)
            _json.Append($",\"system\":\"{Pick(s_systems)}\"");
        if (random.Next(3) == 0)
            _json.Append($",\"type\":{{\"coding\":[{{\"system\":\"http://types.example\",\"code\":\"MR\"}}],\"text\":{Text()}}}");
        _json.Append('}');
    }

    private void Quantity()
    {
        var unit = Pick(s_units);
        _json.Append($"{{\"value\":{Pick(s_decimals)}");
        if (random.Next(10) == 0)
            _json.Append($",\"comparator\":\"{Pick(["<", "<=", ">=", ">"])}\"");
        if (random.Next(4) > 0)
            _json.Append($",\"unit\":\"{unit}\"");
        if (random.Next(4) > 0)
            _json.Append($",\"system\":\"{(unit == "tablet" ? s_systems[0] : s_systems[2])}\",\"code\":\"{unit}\"");
        _json.Append('}');
    }

    private string Primitive(ElementDefinition element, PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => random.Next(2) == 0 ? "true" : "false",
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt => $"{1 + random.Next(4)}",
        PrimitiveKind.Decimal when element.Path is "Location.position.latitude" or "Location.position.longitude" => $"{random.Next(5)}.{random.Next(10)}",
        PrimitiveKind.Decimal => Pick(s_decimals),
        PrimitiveKind.Date => $"\"{Pick(s_dates)}\"",
        PrimitiveKind.DateTime => $"\"{Pick(random.Next(2) == 0 ? s_dates : s_times)}\"",
        PrimitiveKind.Instant => $"\"{Pick(s_times[..4])}\"",
        PrimitiveKind.Time => "\"10:00:00\"",
        PrimitiveKind.Base64Binary => "\"AAAA\"",
        PrimitiveKind.Uri or PrimitiveKind.Url => $"\"{Pick(s_urls)}\"",
        PrimitiveKind.Canonical => Canonical(element),
        PrimitiveKind.Oid => "\"urn:oid:1.2.3\"",
        PrimitiveKind.Uuid => "\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"",
        PrimitiveKind.Code or PrimitiveKind.Id => $"\"{Pick(s_codes[..6])}\"",
        PrimitiveKind.Xhtml => "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"",
        _ => Text(),
    };

    private string Canonical(ElementDefinition element) => random.Next(8) switch
    {
        0 => $"\"{Pick(s_urls)}|{1 + random.Next(2)}\"",
        1 when _contained > 0 => "\"#c0\"",
        2 => $"\"{TargetType(element)}/r{random.Next(IdsPerType)}\"",
        _ => $"\"{Pick(s_urls)}\"",
    };

    private string Text() => JsonSerializer.Serialize(Pick(s_texts));

    private T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];
}
