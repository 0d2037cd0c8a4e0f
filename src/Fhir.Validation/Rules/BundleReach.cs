// Which entries of a document its Composition leads to.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Entries of a document that nothing connects with its Composition (R4 documents.html#content).</summary>
internal static class BundleReach
{
    /// <summary>Reports the entries that are reached neither forwards nor backwards from the first one.</summary>
    public static void Check(ValidationWalk walk, ElementNode bundle, ElementNode first)
    {
        var entries = walk.EntriesOf(bundle);
        var neighbours = new Dictionary<ElementNode, List<ElementNode>>();
        foreach (var entry in bundle.ChildrenOf("entry"))
        {
            if (entry.Child("resource") is { Exists: true } resource)
                neighbours.TryAdd(resource, []);
        }

        foreach (var (resource, found) in neighbours)
            Connect(entries, resource, resource, found, neighbours);
        var reached = new HashSet<ElementNode> { first };
        var open = new Stack<ElementNode>([first]);
        while (open.TryPop(out var resource))
        {
            foreach (var next in neighbours[resource])
            {
                if (reached.Add(next))
                    open.Push(next);
            }
        }

        foreach (var resource in neighbours.Keys)
        {
            if (!reached.Contains(resource))
                walk.Report(resource.Parent, IssueSeverity.Warning, "informational", ResourceMessages.NotReached, resource.Type.Name);
        }
    }

    private static void Connect(
        BundleIndex entries, ElementNode resource, ElementNode node, List<ElementNode> found, Dictionary<ElementNode, List<ElementNode>> neighbours)
    {
        foreach (var child in node.Children)
        {
            if (child.Type.Name == "Reference" && child.ChildValue("reference") is { } text
                && entries.Find(text, LiteralReference.Parse(text), child) is { Exists: true } target && neighbours.TryGetValue(target, out var back))
            {
                found.Add(target);
                back.Add(resource);
            }

            if (child.HasChildren)
                Connect(entries, resource, child, found, neighbours);
        }
    }
}
