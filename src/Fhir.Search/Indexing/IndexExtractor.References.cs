// References: as values of search parameters, and all literal ones to local resources for integrity.

using FhirHub.Model;

namespace FhirHub.Search;

public sealed partial class IndexExtractor
{
    private void AddReferences(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (_shapes[node.Type.Index])
        {
            case ValueShape.Reference:
                AddReference(parameter, node, entries);
                break;
            case ValueShape.Canonical or ValueShape.Uri when node.GetString() is { } canonical:
                entries.Add(EntryFor(parameter, ReferenceTarget.ParseCanonical(canonical, _baseUrls, _schema)));
                break;

            // Bundle's composition and message parameters lead to the resource itself.
            case ValueShape.Resource when node.ChildValue("id") is { } id:
                entries.Add(new ReferenceEntry(parameter, node.Type.Name, id, null));
                break;
        }
    }

    private void AddReference(SearchParameter parameter, ElementNode reference, List<IndexEntry> entries)
    {
        var identifier = reference.Child("identifier");
        var system = identifier.Exists ? Pooled(identifier, "system") : null;
        var value = identifier.Exists ? identifier.ChildValue("value") : null;
        if (reference.ChildValue("reference") is { Length: > 0 } literal)
        {
            entries.Add(EntryFor(parameter, ReferenceTarget.Parse(literal, _baseUrls, _schema)) with
            {
                IdentifierSystem = system,
                IdentifierValue = value,
            });
        }
        else if (value is not null || system is not null)
        {
            entries.Add(new ReferenceEntry(parameter, Pooled(reference, "type"), null, null) { IdentifierSystem = system, IdentifierValue = value });
        }
    }

    private static ReferenceEntry EntryFor(SearchParameter parameter, ReferenceTarget target) =>
        new(parameter, target.Type, target.Id, target.Url, target.Version);

    // The place is counted while walking: to ask each reference for it would look at all of its siblings again, 20,000 times for a
    // resource with 20,000 of them.
    private void CollectReferences(ElementNode node, List<(string Name, int Index)> steps, List<LocalReference> references)
    {
        ElementDefinition? element = null;
        var index = 0;
        foreach (var child in node.Children)
        {
            index = child.Definition == element ? index + 1 : 0;
            element = child.Definition;
            if (!child.HasChildren)
                continue;
            steps.Add((child.Name, element is { IsArray: true } ? index : -1));
            if (_shapes[child.Type.Index] == ValueShape.Reference && child.ChildValue("reference") is { } literal
                && ReferenceTarget.Parse(literal, _baseUrls, _schema) is { Type: { } type, Id: { } id })
            {
                references.Add(new LocalReference(PathOf(steps), type, id));
            }

            CollectReferences(child, steps, references);
            steps.RemoveAt(steps.Count - 1);
        }
    }

    private static string PathOf(List<(string Name, int Index)> steps) =>
        string.Join('.', steps.Select(static step => step.Index < 0 ? step.Name : $"{step.Name}[{step.Index}]"));
}
