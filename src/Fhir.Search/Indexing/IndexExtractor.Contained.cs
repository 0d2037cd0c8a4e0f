// Contained resources are indexed by the parameters of their own type.

using FhirHub.Model;

namespace FhirHub.Search;

public sealed partial class IndexExtractor
{
    /// <summary>The contained resources that have an id, with their entries; references among them stay <c>#id</c>.</summary>
    public IReadOnlyList<ContainedResource> ExtractContained(ElementNode resource)
    {
        List<ContainedResource>? found = null;
        foreach (var contained in resource.ChildrenOf("contained"))
        {
            // The first of an id is what a reference leads to.
            if (contained.ChildValue("id") is not { Length: > 0 } id || found?.Exists(earlier => earlier.Id == id) == true)
                continue;
            found ??= [];
            found.Add(new ContainedResource(contained.Type.Name, id, EntriesOf(contained)));
        }

        return found ?? [];
    }
}
