// The elements of a profile in the order of its snapshot, with what its differential says of each.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>An element of a profile.</summary>
/// <param name="Node">The element of the snapshot.</param>
/// <param name="Id">Its id, such as <c>Patient.identifier:residentId.system</c>.</param>
/// <param name="Differential">What the profile itself says; "no such element" where it says nothing.</param>
internal sealed record ProfileElement(ElementNode Node, string Id, ElementNode Differential)
{
    /// <summary>The last step of the id: the name, with the slice's behind a colon.</summary>
    public string Label => Id[(Id.LastIndexOf('.') + 1)..];

    /// <summary>How far it is indented: slices stand below the element that they are slices of.</summary>
    public int Depth => Id.Count(static c => c is '.' or ':' or '/');

    public string? SliceName => Node.ChildValue("sliceName");

    /// <summary>True if nobody may send it.</summary>
    public bool IsProhibited => Node.ChildValue("max") == "0";

    /// <summary>True if the profile itself says something about a member.</summary>
    public bool Says(string member) => Differential.Exists && Differential.Child(member).Exists;

    /// <summary>True for a constraint that the profile, and not what it stands on, makes.</summary>
    public bool IsOwn(ElementNode constraint)
    {
        var key = constraint.ChildValue("key");
        foreach (var own in Differential.ChildrenOf("constraint"))
        {
            if (own.ChildValue("key") == key)
                return true;
        }

        return false;
    }
}

/// <summary>Reads the elements of a StructureDefinition.</summary>
internal static class ElementList
{
    /// <summary>All elements of the snapshot.</summary>
    public static IReadOnlyList<ProfileElement> Read(ResourceTree definition)
    {
        var own = new Dictionary<string, ElementNode>(StringComparer.Ordinal);
        foreach (var element in definition.Root.Child("differential").ChildrenOf("element"))
            own.TryAdd(IdOf(element), element);
        var elements = new List<ProfileElement>();
        foreach (var element in definition.Root.Child("snapshot").ChildrenOf("element"))
        {
            var id = IdOf(element);
            elements.Add(new ProfileElement(element, id, own.GetValueOrDefault(id)));
        }

        return elements;
    }

    /// <summary>Those that the differential speaks of, with the elements that hold them.</summary>
    public static IReadOnlyList<ProfileElement> WithDifferential(IReadOnlyList<ProfileElement> elements)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in elements.Where(static element => element.Differential.Exists))
        {
            for (var id = element.Id; id.Length > 0 && wanted.Add(id); id = ParentOf(id))
            {
            }
        }

        return [.. elements.Where(element => wanted.Contains(element.Id))];
    }

    private static string ParentOf(string id)
    {
        var end = id.LastIndexOfAny(['.', ':', '/']);
        return end < 0 ? "" : id[..end];
    }

    private static string IdOf(ElementNode element) =>
        element.ChildValue("id") ?? (element.ChildValue("sliceName") is { } slice ? $"{element.ChildValue("path")}:{slice}" : element.ChildValue("path") ?? "");
}
