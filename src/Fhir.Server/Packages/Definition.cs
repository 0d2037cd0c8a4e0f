// What names a resource of a package, read without the rest of it.

using System.Collections.Frozen;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Type, id and canonical name of a resource.</summary>
/// <param name="Type">The resource type, of R4 or not.</param>
/// <param name="Id">Its id, or null.</param>
/// <param name="Url">Its canonical URL, or null.</param>
/// <param name="Version">Its business version, or null.</param>
/// <param name="Name">Its name, or null.</param>
internal sealed record Definition(string Type, string? Id, string? Url, string? Version, string? Name)
{
    private static readonly FrozenSet<string> s_types = Schema.R4.ResourceTypes
        .Where(static type => type.IsCanonical || type.Name == "NamingSystem")
        .Select(static type => type.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True for a resource that defines something and records nothing of anybody.</summary>
    public bool IsDefinition => s_types.Contains(Type);

    /// <summary><c>url|version</c>, or null.</summary>
    public string? Canonical => Url is null || Version is null ? Url : $"{Url}|{Version}";

    /// <summary>True if both are one version of one resource, whatever their ids are.</summary>
    public bool IsSame(Definition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Type == other.Type && Url == other.Url && Version == other.Version && (Url is not null || Name == other.Name);
    }

    /// <summary>Reads it; null if this is no resource in JSON.</summary>
    public static Definition? Read(ReadOnlyMemory<byte> json)
    {
        string? type = null, id = null, url = null, version = null, title = null;
        try
        {
            if (json.Span.StartsWith("\uFEFF"u8))
                json = json[3..];
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 256 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
                (type, id, url, version, title) = name switch
                {
                    "resourceType" => (text, id, url, version, title),
                    "id" => (type, text, url, version, title),
                    "url" => (type, id, text, version, title),
                    "version" => (type, id, url, text, title),
                    "name" => (type, id, url, version, text),
                    _ => (type, id, url, version, title),
                };
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }

        return type is null ? null : new Definition(type, id, url, version, title);
    }
}
