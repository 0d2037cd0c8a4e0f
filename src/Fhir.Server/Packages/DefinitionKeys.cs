// Under which id a resource of a package is stored. Packages give all versions of a resource one id, and don't know of each other.

using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Finds ids: that of the same version of the same resource if it is stored; else its own if nothing else has it; else its own with the
/// version behind it, and at last with a hash of its canonical name.
/// </summary>
internal sealed class DefinitionKeys(IResourceStore store)
{
    private const int LongestId = 64;
    private const int PageSize = 100;

    /// <summary>The key to store a resource under.</summary>
    /// <param name="definition">The resource.</param>
    /// <param name="taken">Keys that others will have by then.</param>
    /// <param name="cancel">Stops the look-ups.</param>
    public async ValueTask<ResourceKey> FindAsync(Definition definition, IReadOnlySet<ResourceKey> taken, CancellationToken cancel)
    {
        if (await StoredAsync(definition, cancel) is { } stored && !taken.Contains(stored))
            return stored;
        foreach (var id in Ids(definition))
        {
            var key = new ResourceKey(definition.Type, id);
            if (!taken.Contains(key) && await store.ReadAsync(AccessScope.Full, key, cancel) is var there
                && (there is not { IsDeleted: false } || NameOf(there)?.IsSame(definition) == true))
            {
                return key;
            }
        }

        return new ResourceKey(definition.Type, ResourceRepository.NewId());
    }

    /// <summary>The resource with the id of the key.</summary>
    public static ReadOnlyMemory<byte> WithId(ReadOnlyMemory<byte> json, Definition definition, ResourceKey key)
    {
        if (definition.Id == key.Id)
            return json;
        var resource = JsonNode.Parse(json.Span.StartsWith("\uFEFF"u8) ? json.Span[3..] : json.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!.AsObject();
        resource["id"] = key.Id;
        var output = new ArrayBufferWriter<byte>(json.Length + LongestId);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            resource.WriteTo(writer);
        return output.WrittenMemory;
    }

    private static IEnumerable<string> Ids(Definition definition)
    {
        if (definition.Id is { } id && ResourceId.IsValid(id))
            yield return id;
        else
            id = Readable(definition.Id ?? definition.Url?.Split('/')[^1] ?? definition.Name ?? definition.Type).TrimStart('-');
        if (definition.Version is { } version)
            yield return Joined(id, Readable(version));
        yield return Joined(id, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{definition.Canonical}|{definition.Id}|{definition.Name}")).AsSpan(0, 6)));
    }

    private static string Joined(string id, string suffix)
    {
        suffix = suffix[..Math.Min(suffix.Length, LongestId / 2)];
        return $"{id[..Math.Min(id.Length, LongestId - 1 - suffix.Length)]}-{suffix}".TrimStart('-');
    }

    private static string Readable(string text) => string.Concat(text.Take(LongestId).Select(static c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-'));

    private static Definition? NameOf(StoredVersion version) => Definition.Read(version.Body.ToArray(version));

    private async ValueTask<ResourceKey?> StoredAsync(Definition definition, CancellationToken cancel)
    {
        if (definition.Url is not { } url || SearchParameterRegistry.R4.Find(definition.Type, "url") is not { } parameter)
            return null;
        var query = new SearchQuery
        {
            ResourceTypes = [definition.Type],
            Expression = new SearchExpression.Parameter(parameter, new UriPredicate(UriMatch.Exact, url)),
            Count = PageSize,
        };
        await foreach (var match in store.MatchesAsync(AccessScope.Full, query, cancel))
        {
            if (NameOf(match)?.IsSame(definition) == true)
                return match.Key;
        }

        return null;
    }
}
