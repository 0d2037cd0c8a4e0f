// Writes an expansion as a ValueSet in JSON, straight from the concept tables: no resource tree of it ever exists.

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>One writing of an expansion (R4 valueset.html#resource).</summary>
internal sealed partial class ExpansionWriter : IDisposable
{
    private const string Unclosed = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed";
    private const string PropertyExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
    private const string ContainsPropertyExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // What the value set says of itself; the expansion is no version of the stored resource, so it has neither its id nor its meta.
    private static readonly HashSet<string> HeaderElements = new(StringComparer.Ordinal)
    {
        "language", "url", "identifier", "version", "name", "title", "status", "experimental", "date", "publisher", "jurisdiction", "immutable", "copyright",
    };

    private static readonly HashSet<string> NeverCopied = new(StringComparer.Ordinal) { "meta", "text", "expansion" };

    private readonly Expansion _expansion;
    private readonly ExpansionRequest _request;
    private readonly IBufferWriter<byte> _output;
    private readonly Dictionary<ContentPart, PartText> _parts = [];
    private readonly Utf8JsonWriter _json;

    public ExpansionWriter(Expansion expansion, IBufferWriter<byte> output)
    {
        _expansion = expansion;
        _request = expansion.Request;
        _output = output;
        _json = new Utf8JsonWriter(output, Options);
        var systems = expansion.Content.Parts.GroupBy(static part => part.System, StringComparer.Ordinal);
        foreach (var system in systems)
        {
            // A version tells entries apart where there are several, and where the value set insists on one.
            var hasSeveral = system.Select(static part => part.Version).Distinct(StringComparer.Ordinal).Skip(1).Any();
            foreach (var part in system)
                _parts.Add(part, new PartText(part, hasSeveral || part.IsPinned));
        }

        foreach (var token in _request.Designations)
            _designations.Add(DesignationToken.Read(token));
    }

    public void Write()
    {
        _output.Write("{\"resourceType\":\"ValueSet\""u8);
        WriteHeader();
        _output.Write(",\"expansion\":"u8);
        WriteExpansion();
        _output.Write("}"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteHeader()
    {
        var resource = _expansion.Content.Resource;
        if (resource.Exists)
        {
            ResourceWriter.WriteMembers(
                resource, _output, leadingComma: true,
                _request.IncludeDefinition == true ? static element => !NeverCopied.Contains(element.Name) : static element => HeaderElements.Contains(element.Name));
            return;
        }

        _output.Write(",\"url\":"u8);
        using var json = new Utf8JsonWriter(_output, Options);
        json.WriteStringValue(_expansion.Content.Url);
        json.Flush();
        _output.Write(",\"status\":\"active\""u8);
    }

    private void WriteExpansion()
    {
        var parameters = ExpansionParameters.Of(_expansion);
        _json.WriteStartObject();
        WriteExtensions();
        _json.WriteString("identifier"u8, $"urn:uuid:{ExpansionParameters.Identify(_expansion, parameters)}");
        _json.WriteString("timestamp"u8, _expansion.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
        _json.WriteNumber("total"u8, _expansion.Total);
        if (_request.Offset > 0 || _request.Count is not null)
            _json.WriteNumber("offset"u8, _request.Offset);
        WriteParameters(parameters);
        if (_expansion.Entries.Count > 0)
        {
            _json.WriteStartArray("contains"u8);
            if (_expansion.IsNested)
                new ExpansionTree(_expansion.Entries).Write(this);
            else
                WriteFlat();
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteParameters(List<ExpansionParameter> parameters)
    {
        if (parameters.Count == 0)
            return;
        _json.WriteStartArray("parameter"u8);
        foreach (var parameter in parameters)
        {
            _json.WriteStartObject();
            _json.WriteString("name"u8, parameter.Name);
            WriteValue(parameter.Type, parameter.Value);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteExtensions()
    {
        if (!_expansion.IsUnclosed && _request.Properties.Count == 0)
            return;
        _json.WriteStartArray("extension"u8);
        if (_expansion.IsUnclosed)
        {
            _json.WriteStartObject();
            _json.WriteString("url"u8, Unclosed);
            _json.WriteBoolean("valueBoolean"u8, true);
            _json.WriteEndObject();
        }

        foreach (var (code, uri) in DefinedProperties())
        {
            _json.WriteStartObject();
            _json.WriteString("url"u8, PropertyExtension);
            _json.WriteStartArray("extension"u8);
            WriteExtension("code", "Code", code);
            if (uri is not null)
                WriteExtension("uri", "Uri", uri);
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    // The properties that entries may bear, each with what it means.
    private IEnumerable<(string Code, string? Uri)> DefinedProperties()
    {
        var definitions = _expansion.Content.CodeSystems.Where(static used => used.System is not null)
            .SelectMany(static used => (used.System!.Table?.PropertyDefinitions ?? used.System.Header.Properties).Concat(used.System.Supplements.SelectMany(static s => s.Header.Properties)))
            .DistinctBy(static definition => definition.Code, StringComparer.Ordinal).ToList();
        if (_request.Properties.Contains("*"))
            return definitions.Select(static definition => (definition.Code, definition.Uri));
        return _request.Properties.Distinct(StringComparer.Ordinal)
            .Select(code => (code, definitions.Find(definition => definition.Code == code) is { } known ? known.Uri : Meaning(code)));
    }

    private static string? Meaning(string code) =>
        code is "definition" or "parent" or "child" or "inactive" or "notSelectable" or "status" ? CodeSystemHeader.ConceptProperties + code : null;

    private void WriteExtension(string url, string type, string value)
    {
        _json.WriteStartObject();
        _json.WriteString("url"u8, url);
        WriteValue(type, value);
        _json.WriteEndObject();
    }

    private void WriteValue(string type, string value)
    {
        switch (type)
        {
            case "Boolean" when value is "true" or "false":
                _json.WriteBoolean("valueBoolean"u8, value == "true");
                break;
            case "Integer" or "Decimal" when decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _):
                _json.WritePropertyName($"value{type}");
                _json.WriteRawValue(value, skipInputValidation: true);
                break;
            default:
                _json.WriteString($"value{type}", value);
                break;
        }
    }

    /// <summary>What entries of one part have in common.</summary>
    private sealed class PartText(ContentPart part, bool writesVersion)
    {
        public JsonEncodedText System { get; } = JsonEncodedText.Encode(part.System, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

        public JsonEncodedText? Version { get; } =
            writesVersion && part.Version is { } version ? JsonEncodedText.Encode(version, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) : null;

        /// <summary>The language of displays, or null.</summary>
        public string? Language { get; } = part.CodeSystem?.Header.Language;

        public ConceptTable? Table { get; } = (part as TablePart)?.Concepts.Table;
    }
}
