// The entries of a Bundle by the addresses under which its resources refer to each other.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Finds entries of a Bundle (R4 bundle.html#references).</summary>
internal sealed class BundleIndex
{
    private readonly Dictionary<string, ElementNode> _byUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Url, string Version), ElementNode> _byVersion = [];
    private readonly Dictionary<(string Type, string Id), ElementNode> _byId = [];
    private readonly Dictionary<(string Type, string Canonical), ElementNode> _byCanonical = [];

    /// <summary>Reads the entries.</summary>
    public BundleIndex(ElementNode bundle)
    {
        Type = bundle.ChildValue("type");
        foreach (var entry in bundle.ChildrenOf("entry"))
        {
            if (entry.Child("resource") is not { Exists: true } resource)
                continue;
            if (resource.ChildValue("id") is { } id)
                _byId.TryAdd((resource.Type.Name, id), resource);
            if (resource.Child("url") is { Exists: true, HasValue: true } canonical)
            {
                _byCanonical.TryAdd((resource.Type.Name, canonical.GetString()!), resource);
                if (resource.ChildValue("version") is { } number)
                    _byCanonical.TryAdd((resource.Type.Name, $"{canonical.GetString()}|{number}"), resource);
            }

            if (entry.ChildValue("fullUrl") is not { } url)
                continue;
            _byUrl.TryAdd(url, resource);
            if (resource.Child("meta").ChildValue("versionId") is { } version)
                _byVersion.TryAdd((url, version), resource);
        }
    }

    /// <summary>The Bundle's type, which may stand behind a hundred thousand entries.</summary>
    public string? Type { get; }

    /// <summary>The Bundle whose entry holds the element, directly or within other resources; "no such element" if there is none.</summary>
    public static ElementNode BundleAround(ElementNode node) => EntryAround(node) is { Exists: true } entry ? entry.Parent : default;

    /// <summary>The resource of the entry that a reference means, seen from the resource that refers.</summary>
    /// <param name="reference">The reference as it is written.</param>
    /// <param name="literal">The same taken apart.</param>
    /// <param name="from">The element that refers.</param>
    public ElementNode Find(string reference, LiteralReference literal, ElementNode from)
    {
        var url = reference;
        if (literal.Version is not null)
            url = url[..url.LastIndexOf("/_history/", StringComparison.Ordinal)];
        if (literal.Form == ReferenceForm.Relative)
        {
            // A relative reference counts from the server that the fullUrl of the entry that refers names.
            if (EntryAround(from).ChildValue("fullUrl") is not { } fullUrl || LiteralReference.Parse(fullUrl) is not { Form: ReferenceForm.Restful } full)
                return default;
            url = $"{full.Base}/{url}";
        }

        if (literal.Version is { } version && _byVersion.TryGetValue((url, version), out var exact))
            return exact;
        return _byUrl.GetValueOrDefault(url);
    }

    /// <summary>The resource of that type and id, whatever its entry's fullUrl says: what may have been meant.</summary>
    public ElementNode FindById(string type, string id) => _byId.GetValueOrDefault((type, id));

    /// <summary>The resource of that type and canonical URL, which may have a version behind it.</summary>
    public ElementNode FindCanonical(string type, string canonical) => _byCanonical.GetValueOrDefault((type, canonical));

    private static ElementNode EntryAround(ElementNode node)
    {
        for (; node.Exists; node = node.Parent)
        {
            if (node.Definition is { Name: "resource", Path: "Bundle.entry.resource" })
                return node.Parent;
        }

        return default;
    }
}
