// Bundles of stored versions: their bytes between a Bundle's braces, nothing parsed unless a shape asks for it.

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Writes a searchset or history (R4 bundle.html).</summary>
public sealed class BundleWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(16 * 1024);
    private readonly string _baseUrl;
    private readonly ResourceShape _shape;
    private bool _hasEntries;

    /// <summary>Begins a Bundle.</summary>
    /// <param name="type"><c>searchset</c>, <c>history</c> or <c>collection</c>.</param>
    /// <param name="baseUrl">The FHIR base.</param>
    /// <param name="shape">The shape of the resources.</param>
    /// <param name="total">The total, or null if it was not counted.</param>
    /// <param name="links">Relation and URL.</param>
    public BundleWriter(
        string type, string baseUrl, ResourceShape shape, long? total, IEnumerable<(string Relation, string Url)> links)
    {
        _baseUrl = baseUrl;
        _shape = shape;
        Raw($"{{\"resourceType\":\"Bundle\",\"id\":\"{ResourceRepository.NewId()}\",\"type\":\"{type}\"");
        if (total is not null)
            Raw($",\"total\":{total.Value.ToString(CultureInfo.InvariantCulture)}");
        var first = true;
        foreach (var (relation, url) in links)
        {
            Raw(first ? ",\"link\":[{\"relation\":\"" : ",{\"relation\":\"");
            Raw(relation);
            Raw("\",\"url\":\"");
            Text(url);
            Raw("\"}");
            first = false;
        }

        if (!first)
            Raw("]");
    }

    /// <summary>Adds a result of a search.</summary>
    /// <param name="version">The resource.</param>
    /// <param name="mode"><c>match</c> or <c>include</c>.</param>
    public void AddResult(StoredVersion version, string mode)
    {
        ArgumentNullException.ThrowIfNull(version);
        BeginEntry(version.Key);
        _output.Write(",\"resource\":"u8);
        Resource(version);
        _output.Write(",\"search\":{\"mode\":\""u8);
        Raw(mode);
        _output.Write("\"}}"u8);
    }

    /// <summary>Adds a resource of a collection.</summary>
    public void AddResource(StoredVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        BeginEntry(version.Key);
        _output.Write(",\"resource\":"u8);
        Resource(version);
        _output.Write("}"u8);
    }

    /// <summary>Adds a contained resource that matched, without the one that contains it (R4 search.html#contained).</summary>
    /// <param name="container">The resource that contains it.</param>
    /// <param name="id">Its id there.</param>
    public void AddContained(StoredVersion container, string id)
    {
        ArgumentNullException.ThrowIfNull(container);
        var root = ResourceParser.ParseJson(container.Body.ToArray(container)).Tree?.Root
            ?? throw new InvalidDataException($"The stored version {container.Version} of {container.Key} can't be read.");
        foreach (var contained in root.ChildrenOf("contained"))
        {
            if (contained.ChildValue("id") != id)
                continue;
            BeginEntry(container.Key, id);
            _output.Write(",\"resource\":"u8);
            _output.Write(_shape.IsSubset ? _shape.Apply(contained.Json).Span : contained.Json.Span);
            _output.Write(",\"search\":{\"mode\":\"match\"}}"u8);
            return;
        }
    }

    /// <summary>Adds what there is to say about the search itself.</summary>
    public void AddOutcome(IReadOnlyList<Issue> issues, MessageLanguage language)
    {
        Raw(_hasEntries ? ",{\"resource\":" : ",\"entry\":[{\"resource\":");
        _hasEntries = true;
        OutcomeWriter.Write(_output, issues, null, language);
        _output.Write(",\"search\":{\"mode\":\"outcome\"}}"u8);
    }

    /// <summary>Adds a version of a history, with the interaction that made it.</summary>
    public void AddVersion(StoredVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        BeginEntry(version.Key);
        if (!version.IsDeleted)
        {
            _output.Write(",\"resource\":"u8);
            Resource(version);
        }

        WriteInteraction(_output, version);
    }

    /// <summary>Writes an entry of a history by itself, its braces included.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="version">The version.</param>
    /// <param name="baseUrl">The FHIR base.</param>
    public static void WriteVersion(IBufferWriter<byte> output, StoredVersion version, string baseUrl)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(version);
        Raw(output, "{\"fullUrl\":\"");
        Text(output, baseUrl);
        Raw(output, $"/{version.Key.Type}/{version.Key.Id}\"");
        if (!version.IsDeleted)
        {
            output.Write(",\"resource\":"u8);
            version.Body.WriteTo(output, version);
        }

        WriteInteraction(output, version);
    }

    // The end of the entry, its brace included.
    private static void WriteInteraction(IBufferWriter<byte> output, StoredVersion version)
    {
        var (method, status) = version.Method switch
        {
            WriteMethod.Post => ("POST", "201 Created"),
            WriteMethod.Put => ("PUT", version.Version == 1 ? "201 Created" : "200 OK"),
            WriteMethod.Patch => ("PATCH", "200 OK"),
            _ => ("DELETE", "204 No Content"),
        };
        var url = version.Method == WriteMethod.Post ? version.Key.Type : version.Key.ToString();
        Raw(output, $",\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\"}}");
        Raw(output, $",\"response\":{{\"status\":\"{status}\",\"etag\":\"W/\\\"{version.Version}\\\"\",\"lastModified\":\"{ResourceBody.FormatInstant(version.LastUpdated)}\"}}}}");
    }

    /// <summary>Ends the Bundle.</summary>
    public ReadOnlyMemory<byte> End()
    {
        Raw(_hasEntries ? "]}" : "}");
        return _output.WrittenMemory;
    }

    private void BeginEntry(ResourceKey key, string? containedId = null)
    {
        Raw(_hasEntries ? ",{\"fullUrl\":\"" : ",\"entry\":[{\"fullUrl\":\"");
        _hasEntries = true;
        Text(_baseUrl);
        Raw($"/{key.Type}/{key.Id}");
        if (containedId is not null)
        {
            Raw("#");
            Text(containedId);
        }

        Raw("\"");
    }

    private void Resource(StoredVersion version)
    {
        if (_shape.IsSubset)
            _output.Write(_shape.Apply(version.Body.ToArray(version)).Span);
        else
            version.Body.WriteTo(_output, version);
    }

    private void Raw(string text) => Raw(_output, text);

    private static void Raw(IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(text.Length * 3);
        output.Advance(System.Text.Encoding.UTF8.GetBytes(text, span));
    }

    private void Text(string text) => Text(_output, text);

    private static void Text(IBufferWriter<byte> output, string text) =>
        output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
}
