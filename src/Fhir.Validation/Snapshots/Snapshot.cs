// A snapshot for those who walk it beside a resource: elements below elements, slices below what they slice.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>A StructureDefinition with its snapshot. Immutable.</summary>
public sealed class Snapshot
{
    /// <summary>Reads the snapshot that the definition has.</summary>
    /// <param name="definition">A StructureDefinition with a snapshot.</param>
    /// <param name="limits">Bounds; the defaults if null.</param>
    /// <exception cref="SnapshotException">There is no snapshot, or its elements are in no order that makes sense.</exception>
    public Snapshot(ResourceTree definition, SnapshotLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        limits ??= SnapshotLimits.Default;
        Definition = definition;
        Url = definition.Root.ChildValue("url") ?? "";
        var elements = new List<SnapshotElement>();
        var open = new List<SnapshotElement>();
        var slices = new Dictionary<(SnapshotElement, string), SnapshotElement>();
        foreach (var node in (definition.Root.Child("snapshot") is { Exists: true } snapshot ? snapshot.ChildrenOf("element") : default))
        {
            if (elements.Count >= limits.MaxElements)
                throw new SnapshotException(Url, null, $"The snapshot has more than {limits.MaxElements:N0} elements; split the profile or raise the limit.");
            elements.Add(Add(node, open, slices, limits));
        }

        if (elements.Count == 0)
            throw new SnapshotException(Url, null, "It has no snapshot; generate one from its differential.");
        Elements = elements;
    }

    /// <summary>The StructureDefinition, snapshot and all.</summary>
    public ResourceTree Definition { get; }

    /// <summary>The canonical URL; empty if there is none.</summary>
    public string Url { get; }

    /// <summary>All elements in the order of the snapshot.</summary>
    public IReadOnlyList<SnapshotElement> Elements { get; }

    /// <summary>The definition of the whole resource or type.</summary>
    public SnapshotElement Root => Elements[0];

    private SnapshotElement Add(ElementNode node, List<SnapshotElement> open, Dictionary<(SnapshotElement, string), SnapshotElement> slices, SnapshotLimits limits)
    {
        var element = new SnapshotElement(node);
        var depth = element.Path.AsSpan().Count('.');
        if (depth >= limits.MaxDepth || element.SliceName.AsSpan().Count('/') >= limits.MaxDepth)
            throw new SnapshotException(Url, null, $"The snapshot nests elements or slices {limits.MaxDepth} deep or more; use fewer levels.");
        if (depth > open.Count || (depth == 0 && open.Count > 0))
            throw new SnapshotException(Url, element.Id, "The snapshot has no element that this one is part of before it; generate the snapshot anew.");
        open.RemoveRange(depth, open.Count - depth);
        open.Add(element);
        if (depth == 0)
            return element;

        var parent = open[depth - 1];
        if (element.SliceName is { } name && parent.Children is [.., var last] && last.Name == element.Name)
            AddSlice(element, name, last, parent, slices);
        else
            parent.AddChild(element);
        return element;
    }

    // a/b slices the slice a again, if there is one.
    private static void AddSlice(SnapshotElement slice, string name, SnapshotElement sliced, SnapshotElement parent, Dictionary<(SnapshotElement, string), SnapshotElement> slices)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
        {
            if (slices.TryGetValue((sliced, name[..slash]), out var again))
                sliced = again;
        }

        sliced.AddSlice(slice, parent);
        slices.TryAdd((sliced, name), slice);
    }
}

/// <summary>An element of a snapshot (R4 elementdefinition.html). Immutable once its snapshot is read.</summary>
public sealed class SnapshotElement
{
    private List<SnapshotElement>? _children;
    private List<SnapshotElement>? _slices;

    internal SnapshotElement(ElementNode node)
    {
        Node = node;
        Path = node.ChildValue("path") ?? "";
        Id = node.ChildValue("id") ?? Path;
        SliceName = node.ChildValue("sliceName");
        Name = Path[(Path.LastIndexOf('.') + 1)..];
        if (ShortenedChoice(Name, BasePath) is { } choice)
        {
            SliceName ??= Name;
            Name = choice;
        }

        Min = node.Child("min") is { Exists: true } least && least.GetDecimal() is { } min and >= 0 and <= int.MaxValue ? (int)min : 0;
        Max = int.TryParse(node.ChildValue("max"), System.Globalization.CultureInfo.InvariantCulture, out var max) ? max : null;
    }

    /// <summary>The ElementDefinition, for all that has no property here.</summary>
    public ElementNode Node { get; }

    /// <summary>The id, such as <c>Observation.code.coding:loinc</c>.</summary>
    public string Id { get; }

    /// <summary>The path, such as <c>Observation.code.coding</c>.</summary>
    public string Path { get; }

    /// <summary>The last step of the path; <c>value[x]</c> for a choice, also where the path names its type.</summary>
    public string Name { get; }

    /// <summary>The slice's name, or null.</summary>
    public string? SliceName { get; }

    /// <summary>Least number of repetitions.</summary>
    public int Min { get; }

    /// <summary>Greatest number of repetitions; null for <c>*</c>.</summary>
    public int? Max { get; }

    /// <summary>The element that this one lies in; null for the root. A slice lies where what it slices lies.</summary>
    public SnapshotElement? Parent { get; private set; }

    /// <summary>What this slice slices: the element, or the slice that it slices again; null for what is no slice.</summary>
    public SnapshotElement? Sliced { get; private set; }

    /// <summary>The path of the element that this one stands on in R4 or another base, such as <c>Identifier.system</c>; null if not said.</summary>
    public string? BasePath => Node.Child("base").ChildValue("path");

    /// <summary>Where the element's definition is, such as <c>#Questionnaire.item</c>; null if it has its own.</summary>
    public string? ContentReference => Node.ChildValue("contentReference");

    /// <summary>How repetitions are told apart (R4 profiling.html#slicing); does not exist where nothing is sliced.</summary>
    public ElementNode Slicing => Node.Child("slicing");

    /// <summary>The elements below this one, in order; slices are with what they slice.</summary>
    public IReadOnlyList<SnapshotElement> Children => _children ?? (IReadOnlyList<SnapshotElement>)[];

    /// <summary>The slices of this element or, if it is a slice, those that slice it again.</summary>
    public IReadOnlyList<SnapshotElement> Slices => _slices ?? (IReadOnlyList<SnapshotElement>)[];

    /// <inheritdoc/>
    public override string ToString() => Id;

    // Older publications write a choice under the name of its only type (valueQuantity); base.path still has its own.
    private static string? ShortenedChoice(string name, string? basePath)
    {
        const string suffix = "[x]";
        if (basePath is null || !basePath.EndsWith(suffix, StringComparison.Ordinal) || name.EndsWith(suffix, StringComparison.Ordinal))
            return null;
        var choice = basePath[(basePath.LastIndexOf('.') + 1)..];
        return name.StartsWith(choice[..^suffix.Length], StringComparison.Ordinal) ? choice : null;
    }

    internal void AddChild(SnapshotElement child)
    {
        child.Parent = this;
        (_children ??= []).Add(child);
    }

    internal void AddSlice(SnapshotElement slice, SnapshotElement parent)
    {
        slice.Parent = parent;
        slice.Sliced = this;
        (_slices ??= []).Add(slice);
    }
}
