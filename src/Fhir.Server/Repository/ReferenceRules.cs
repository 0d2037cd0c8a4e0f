// What a schema does not say of references: a literal one must lead to a type that the element allows.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Rules of references (R4 references.html).</summary>
public static class ReferenceRules
{
    /// <summary>An error for each reference of the wrong type, contained resources included.</summary>
    public static IReadOnlyList<Issue> Check(ElementNode resource)
    {
        List<Issue>? issues = null;
        Walk(resource, resource, ref issues);
        return issues ?? [];
    }

    private static void Walk(ElementNode node, ElementNode resource, ref List<Issue>? issues)
    {
        foreach (var child in node.Children)
        {
            if (child.IsPrimitive && !child.HasChildren)
                continue;
            if (child.Type.Name == "Reference" && child.Definition is { } definition)
                CheckReference(child, definition, resource, ref issues);
            Walk(child, resource, ref issues);
        }
    }

    private static void CheckReference(ElementNode reference, ElementDefinition definition, ElementNode resource, ref List<Issue>? issues)
    {
        var literal = reference.ChildValue("reference");
        var stated = reference.ChildValue("type");
        var actual = literal is null ? null : TypeOf(literal, reference, resource);
        if (actual is not null && stated is not null && actual != stated && reference.Tree.Schema.FindResourceType(stated) is not null)
        {
            var differs = Issue.Of(IssueSeverity.Error, "value", RepositoryMessages.ReferenceTypeDiffers, actual, stated);
            (issues ??= []).Add(differs with { Expression = reference.GetPath() + ".type" });
        }

        var type = actual ?? (stated is not null && reference.Tree.Schema.FindResourceType(stated) is not null ? stated : null);
        if (type is null || definition.TargetTypes.Count == 0 || definition.TargetTypes.Contains(type) || definition.TargetTypes.Contains("Resource"))
            return;
        var wrong = Issue.Of(IssueSeverity.Error, "value", RepositoryMessages.ReferenceType, definition.Path, string.Join(", ", definition.TargetTypes), type);
        (issues ??= []).Add(wrong with { Expression = reference.GetPath() });
    }

    // The type is known from Type/id, at the end of any URL that has the form of a RESTful address, and from a contained resource.
    private static string? TypeOf(string literal, ElementNode reference, ElementNode resource)
    {
        if (literal.StartsWith('#'))
        {
            foreach (var contained in resource.ChildrenOf("contained"))
            {
                if (contained.ChildValue("id") is { } id && literal.AsSpan(1).SequenceEqual(id))
                    return contained.Type.Name;
            }

            return literal.Length == 1 ? resource.Type.Name : null;
        }

        var path = literal.AsSpan();
        if (path.IndexOf("/_history/", StringComparison.Ordinal) is var history && history > 0)
            path = path[..history];
        var slash = path.LastIndexOf('/');
        if (slash <= 0 || !ResourceId.IsValid(path[(slash + 1)..]))
            return null;
        path = path[..slash];
        var name = path[(path.LastIndexOf('/') + 1)..];
        return reference.Tree.Schema.FindResourceType(name.ToString())?.Name;
    }
}
