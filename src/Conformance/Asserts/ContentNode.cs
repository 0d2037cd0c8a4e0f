// The content of a body as minimumId compares it: names, values and children, whatever the format.

using System.Text;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>An element of a resource, or a property of other JSON. What repeats are siblings of one name.</summary>
/// <param name="Name">The name as JSON has it.</param>
/// <param name="Value">The value; null for what has children only.</param>
/// <param name="Children">The parts.</param>
internal sealed record ContentNode(string Name, string? Value, IReadOnlyList<ContentNode> Children)
{
    /// <summary>The content of a body; null if it is neither a resource nor JSON.</summary>
    public static ContentNode? Read(Payload body)
    {
        if (body.Resource is { } resource)
            return Of(resource.Root);
        if (body.Bytes.IsEmpty || (body.ContentType is not null && !body.IsJson))
            return null;
        try
        {
            using var document = JsonDocument.Parse(body.Bytes);
            return Of("$", document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Numbers and strings differ: JSON's quotes stay where the value is a string.
    private static ContentNode Of(ElementNode node)
    {
        var children = new List<ContentNode>();
        foreach (var child in node.Children)
            children.Add(Of(child));
        var name = node.IsRoot || node.Definition?.Name is "contained" or "resource" ? node.Type.Name : node.JsonName;
        return new ContentNode(name, ValueOf(node), children);
    }

    private static string? ValueOf(ElementNode node)
    {
        if (node.GetString() is not { } value)
            return null;
        if (node.Type.Name == "xhtml")
            return WithoutLayout(value);
        return node.IsQuoted ? $"\"{value}\"" : value;
    }

    private static ContentNode Of(string name, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return new ContentNode(name, null, [.. element.EnumerateObject().SelectMany(static property => Repeated(property.Name, property.Value))]);
            case JsonValueKind.Array:
                return new ContentNode(name, null, [.. Repeated("[]", element)]);
            default:
                return new ContentNode(name, element.ValueKind == JsonValueKind.String ? $"\"{element.GetString()}\"" : element.GetRawText(), []);
        }
    }

    private static IEnumerable<ContentNode> Repeated(string name, JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select(item => Of(name, item))
        : [Of(name, element)];

    // White space between words of a narrative is layout, which servers that go by way of XML may change.
    private static string WithoutLayout(string xhtml)
    {
        var text = new StringBuilder(xhtml.Length);
        foreach (var part in xhtml.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            text.Append(text.Length > 0 ? " " : "").Append(part);
        return text.ToString();
    }
}
