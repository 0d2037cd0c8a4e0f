// Contained resources need names of their own.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of contained resources beside dom-2 to dom-5 (R4 references.html#contained).</summary>
internal static class ContainedRules
{
    /// <summary>Checks what a resource contains.</summary>
    public static void Check(ValidationWalk walk, ElementNode container)
    {
        var ids = default(HashSet<string>);
        foreach (var contained in container.ChildrenOf("contained"))
        {
            if (contained.ChildValue("id") is not { } id)
                walk.Report(contained, IssueSeverity.Error, "required", ResourceMessages.ContainedId, contained.Type.Name);
            else if (!(ids ??= new HashSet<string>(StringComparer.Ordinal)).Add(id))
                walk.Report(contained, IssueSeverity.Error, "duplicate", ResourceMessages.ContainedTwice, id);
        }
    }
}
