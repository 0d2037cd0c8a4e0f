// Whether contained resources are used by the resource that contains them (R4 dom-3).

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Looks through a resource once for all of its contained ones, where the expression of dom-3 does so for each.</summary>
internal static class ContainedResources
{
    /// <summary>True if all contained resources with an id are referred to, or refer to their container.</summary>
    public static bool AreReferredTo(ElementNode resource)
    {
        HashSet<string>? missing = null;
        foreach (var contained in resource.ChildrenOf("contained"))
        {
            if (contained.ChildValue("id") is { } id)
                (missing ??= new HashSet<string>(StringComparer.Ordinal)).Add($"#{id}");
        }

        if (missing is null)
            return true;
        foreach (var child in resource.Children)
            Remove(child, isBelowChild: false, missing);
        if (missing.Count == 0)
            return true;
        foreach (var contained in resource.ChildrenOf("contained"))
        {
            if (contained.ChildValue("id") is { } id && missing.Contains($"#{id}") && !RefersToContainer(contained))
                return false;
        }

        return true;
    }

    // Parsed resources are bounded in depth, and so is the recursion.
    private static void Remove(ElementNode node, bool isBelowChild, HashSet<string> missing)
    {
        if (IsAddress(node) || (isBelowChild && node is { IsPrimitive: true, Name: "reference" }))
        {
            if (LocalOf(node) is { } local)
                missing.Remove(local);
        }

        foreach (var child in node.Children)
            Remove(child, isBelowChild: true, missing);
    }

    private static bool RefersToContainer(ElementNode node)
    {
        foreach (var child in node.Children)
        {
            var canRefer = child.Type.Primitive == PrimitiveKind.Canonical || (!node.Type.IsResource && child is { IsPrimitive: true, Name: "reference" });
            if ((canRefer && LocalOf(child) == "#") || RefersToContainer(child))
                return true;
        }

        return false;
    }

    private static bool IsAddress(ElementNode node) => node.Type.Primitive is PrimitiveKind.Canonical or PrimitiveKind.Uri or PrimitiveKind.Url;

    private static string? LocalOf(ElementNode node) =>
        node.HasValue && (node.IsEscaped || node.RawValue.StartsWith("#"u8)) ? node.GetString() : null;
}
