// Finds what a reference points to within the resource that holds it: contained resources and entries of the same Bundle.

namespace FhirHub.Model.FhirPath;

internal sealed class ReferenceResolver
{
    private ResourceTree? _bundle;
    private Dictionary<string, ElementNode> _entries = [];

    /// <summary>The resource that <paramref name="reference"/> names, seen from <paramref name="from"/> (R4 references.html, bundle.html#references).</summary>
    public ElementNode Find(string reference, ElementNode from)
    {
        if (reference.StartsWith('#'))
            return from.FindContained(reference.AsSpan(1));
        var container = from.FindContained("");
        var version = reference.IndexOf("/_history/", StringComparison.Ordinal);
        if (version >= 0)
            reference = reference[..version];
        var tree = from.Tree;
        if (tree.ResourceType != "Bundle")
            return default;
        if (!ReferenceEquals(_bundle, tree))
            Index(tree);
        if (_entries.TryGetValue(reference, out var entry))
            return entry;

        // A relative reference counts from the server that the entry's own fullUrl names.
        var fullUrl = container.Parent.Exists ? container.Parent.ChildValue("fullUrl") : null;
        var tail = $"/{container.Type.Name}/{container.ChildValue("id")}";
        return fullUrl is not null && fullUrl.EndsWith(tail, StringComparison.Ordinal)
            ? _entries.GetValueOrDefault($"{fullUrl[..^tail.Length]}/{reference}")
            : default;
    }

    private void Index(ResourceTree tree)
    {
        _bundle = tree;
        _entries = new Dictionary<string, ElementNode>(StringComparer.Ordinal);
        foreach (var entry in tree.Root.ChildrenOf("entry"))
        {
            if (entry.ChildValue("fullUrl") is { } fullUrl && entry.Child("resource") is { Exists: true } resource)
                _entries.TryAdd(fullUrl, resource);
        }
    }
}
