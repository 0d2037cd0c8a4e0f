// An answer on its way back through the proxy, which faults change as JSON whatever its format is.

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>An answer that faults may change.</summary>
internal sealed class ProxiedAnswer
{
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 256 };

    // What was read of the body that came; copies share it until they change theirs.
    private Lazy<JsonNode?> _json;

    public ProxiedAnswer(int status, HeaderFields headers, ReadOnlyMemory<byte> body)
    {
        Status = status;
        Headers = headers;
        Body = body;
        _json = new Lazy<JsonNode?>(Read);
    }

    private ProxiedAnswer(ProxiedAnswer other)
    {
        Status = other.Status;
        Headers = new HeaderFields(other.Headers);
        Body = other.Body;
        _json = other._json;
    }

    public int Status { get; set; }

    public HeaderFields Headers { get; }

    public ReadOnlyMemory<byte> Body { get; set; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as JSON, to look at; null if it is none.</summary>
    public JsonObject? Json => _json.Value as JsonObject;

    /// <summary>The body as a list of JSON, to look at; null if it is none.</summary>
    public JsonArray? List => _json.Value as JsonArray;

    /// <summary>The type of the resource; null if it is none.</summary>
    public string? Type => Json?.Text("resourceType");

    private bool IsXml => new Payload(default, Headers.Find("Content-Type")).IsXml;

    public ProxiedAnswer Copy() => new(this);

    /// <summary>Changes the body; false if there is no such body or nothing to change.</summary>
    public bool Edit(Func<JsonObject, bool> edit) => EditNode(node => node is JsonObject json && edit(json));

    /// <summary>Changes a body that is a list.</summary>
    public bool EditList(Func<JsonArray, bool> edit) => EditNode(node => node is JsonArray list && edit(list));

    private bool EditNode(Func<JsonNode, bool> edit)
    {
        if (_json.Value is not { } source)
            return false;
        var copy = source.DeepClone();
        if (!edit(copy))
            return false;
        var json = Encoding.UTF8.GetBytes(copy.ToJsonString());
        if (IsXml)
        {
            // What no longer is a resource can't be told in XML.
            if (ResourceParser.ParseJson(json).Tree is not { } tree)
                return false;
            Body = ResourceWriter.ToXml(tree.Root);
        }
        else
        {
            Body = json;
        }

        _json = new Lazy<JsonNode?>(copy);
        return true;
    }

    private JsonNode? Read()
    {
        var payload = new Payload(Body, Headers.Find("Content-Type"));
        try
        {
            if (payload.IsXml)
                return payload.Resource is { } tree ? JsonNode.Parse(ResourceWriter.ToJson(tree.Root), documentOptions: Bounds) : null;
            return payload.IsJson && !Body.IsEmpty ? JsonNode.Parse(Body.Span, documentOptions: Bounds) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
