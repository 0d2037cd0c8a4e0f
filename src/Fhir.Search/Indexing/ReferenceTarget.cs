// Where a reference leads: its parts, and the type of its target as far as the text tells.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>A literal reference taken apart (R4 references.html#literal).</summary>
/// <param name="Type">Resource type of a local target.</param>
/// <param name="Id">Id of a local target.</param>
/// <param name="Version">Version of the target, if one is named.</param>
/// <param name="Url">Any other target: absolute elsewhere, <c>urn:</c>, or <c>#id</c> for a contained one.</param>
public readonly record struct ReferenceTarget(string? Type, string? Id, string? Version, string? Url)
{
    private const string History = "/_history/";

    /// <summary>True for <c>Type/id</c> and for the same below one of the server's own addresses.</summary>
    public bool IsLocal => Type is not null;

    /// <summary>Takes a literal reference apart.</summary>
    /// <param name="reference">The text of Reference.reference.</param>
    /// <param name="baseUrls">The server's own base addresses, without a slash at the end.</param>
    /// <param name="schema">The resource types.</param>
    public static ReferenceTarget Parse(string reference, IReadOnlyList<string> baseUrls, Schema schema)
    {
        var path = reference.AsSpan();
        foreach (var baseUrl in baseUrls)
        {
            if (path.Length > baseUrl.Length + 1 && path[baseUrl.Length] == '/' && path.StartsWith(baseUrl, StringComparison.Ordinal))
            {
                path = path[(baseUrl.Length + 1)..];
                break;
            }
        }

        var address = WithoutVersion(path, out var version);
        var slash = address.IndexOf('/');
        if (slash > 0 && schema.FindResourceType(address[..slash]) is { } type && ResourceId.IsValid(address[(slash + 1)..]))
            return new ReferenceTarget(type.Name, address[(slash + 1)..].ToString(), version, null);

        address = WithoutVersion(reference, out version);
        return new ReferenceTarget(null, null, version, address.Length == reference.Length ? reference : address.ToString());
    }

    /// <summary>Takes a canonical apart: <c>url|version</c> (R4 references.html#canonical).</summary>
    public static ReferenceTarget ParseCanonical(string canonical, IReadOnlyList<string> baseUrls, Schema schema)
    {
        var bar = canonical.LastIndexOf('|');
        if (bar > 0)
            return new ReferenceTarget(null, null, canonical[(bar + 1)..], canonical[..bar]);
        return Parse(canonical, baseUrls, schema) is { IsLocal: true } local ? local : new ReferenceTarget(null, null, null, canonical);
    }

    // The type of what a Reference element leads to; false if nothing tells.
    internal static bool TypeOf(ElementNode reference, out TypeDefinition? type)
    {
        var schema = reference.Tree.Schema;
        type = reference.Type.Name == "Reference" ? TypeOfLiteral(reference, schema) : null;
        if (type is null && reference.ChildValue("type") is { } stated)
            type = schema.FindResourceType(stated);
        return type is not null;
    }

    // Without literal and type, an identifier may be that of any allowed target; leaving it out would lose :identifier searches.
    internal static bool IsIdentifierOnly(ElementNode reference) =>
        !reference.Child("reference").Exists && reference.Child("identifier").Exists;

    private static TypeDefinition? TypeOfLiteral(ElementNode reference, Schema schema)
    {
        if (reference.ChildValue("reference") is not { } literal)
            return null;
        if (literal.StartsWith('#'))
        {
            // A contained resource refers to its container and its siblings alike.
            var container = reference.Resource;
            while (container is { IsRoot: false, Definition.Name: "contained" })
                container = container.Parent.Resource;
            if (literal.Length == 1)
                return container.Type;
            foreach (var contained in container.ChildrenOf("contained"))
            {
                if (contained.ChildValue("id") is { } id && literal.AsSpan(1).SequenceEqual(id))
                    return contained.Type;
            }

            return null;
        }

        var address = WithoutVersion(literal, out _);
        var slash = address.LastIndexOf('/');
        if (slash <= 0)
            return null;
        address = address[..slash];
        return schema.FindResourceType(address[(address.LastIndexOf('/') + 1)..]);
    }

    private static ReadOnlySpan<char> WithoutVersion(ReadOnlySpan<char> address, out string? version)
    {
        var history = address.IndexOf(History, StringComparison.Ordinal);
        version = history > 0 ? address[(history + History.Length)..].ToString() : null;
        return history > 0 ? address[..history] : address;
    }
}
