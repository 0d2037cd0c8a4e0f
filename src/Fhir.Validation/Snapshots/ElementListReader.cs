// The flat element list of a differential or snapshot to a tree of drafts.

using System.Text.Json;

namespace FhirHub.Validation;

/// <summary>
/// Reads <c>differential.element</c> and <c>snapshot.element</c>. Paths place an element, slice names tell repetitions apart,
/// and order says which slice a child belongs to (R4 profiling.html#slicing); ids do so where all of them fit their paths.
/// </summary>
/// <param name="profile">What messages call the definition.</param>
/// <param name="budget">Is asked for every element.</param>
/// <param name="limits">Bounds of depth.</param>
/// <param name="isSnapshot">True for a snapshot, where every element that is sliced stands before its slices.</param>
internal ref struct ElementListReader(string profile, SnapshotBudget budget, SnapshotLimits limits, bool isSnapshot = false)
{
    private readonly List<ElementDraft> _open = [];
    private ElementDraft? _root;

    /// <summary>The list's root, or null for an empty list.</summary>
    public ElementDraft? Read(JsonElement list)
    {
        foreach (var element in list.EnumerateArray())
        {
            budget.Spend();
            if (element.ValueKind != JsonValueKind.Object)
                throw new SnapshotException(profile, null, "An element is no JSON object; correct the definition.");
            if (ElementShape.FindFault(element) is { } member)
                throw new SnapshotException(profile, Text(element, "id") ?? Text(element, "path"), $"The JSON of {member} is not what an ElementDefinition has there; correct it.");
        }

        var byId = IdsFit(list);
        foreach (var element in list.EnumerateArray())
            Add(element, byId);

        return _root;
    }

    private void Add(JsonElement element, bool byId)
    {
        var path = Text(element, "path") ?? throw new SnapshotException(profile, Text(element, "id"), "The element has no path; give it one.");
        var id = Text(element, "id");
        var steps = path.Split('.');
        if (steps.Length > limits.MaxDepth)
            throw new SnapshotException(profile, steps[0], $"The path has more than {limits.MaxDepth} steps; use fewer.");
        var slices = byId ? SliceNames(id!, steps.Length) : null;

        if (Text(element, "sliceName") is null && id is not null && id.AsSpan().Count('.') == steps.Length - 1
            && id.AsSpan(id.LastIndexOf('.') + 1).StartsWith(steps[^1] + ":", StringComparison.Ordinal) && steps.Length > 1)
            throw new SnapshotException(profile, id, "The id is that of a slice, but there is no sliceName; say sliceName, or take the slice out of the id.");
        _root ??= new ElementDraft(steps[0]);
        if (!string.Equals(_root.Name, steps[0], StringComparison.Ordinal))
            throw new SnapshotException(profile, id ?? path, $"The path starts with '{steps[0]}', but the first element's with '{_root.Name}'; start all with the same name.");
        if (steps.Length == 1 && Text(element, "sliceName") is { } rootSlice)
            throw new SnapshotException(profile, id ?? path, $"The root of a definition can't be a slice ('{rootSlice}'); leave sliceName out, or slice an element below.");
        if (_open.Count == 0)
            _open.Add(_root);
        for (var depth = 1; depth < steps.Length; depth++)
        {
            var last = depth == steps.Length - 1;
            var slice = last ? Text(element, "sliceName") : slices?[depth];
            var place = Place(_open[depth - 1], depth, steps[depth], slice, keepOpen: !last && slices is null);
            if (depth < _open.Count && ReferenceEquals(_open[depth], place))
                continue;
            _open.RemoveRange(depth, _open.Count - depth);
            _open.Add(place);
        }

        _open.RemoveRange(steps.Length, _open.Count - steps.Length);
        var draft = _open[^1];
        if (draft.Members.Count > 0 && !isSnapshot)
            throw new SnapshotException(profile, id ?? path, "The differential has this element twice; put all that it says into one, or tell slices apart by their sliceName.");
        draft.Id = id ?? path;
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name is not ("id" or "path" or "sliceName"))
                draft.Members[member.Name] = member.Value;
        }
    }

    private readonly ElementDraft Place(ElementDraft parent, int depth, string name, string? slice, bool keepOpen)
    {
        if (keepOpen && depth < _open.Count && string.Equals(_open[depth].Name, name, StringComparison.Ordinal))
            return _open[depth];
        if (parent.Child(name) is not { } child)
        {
            // A name without anything that is sliced belongs to the element itself.
            parent.Children.Add(child = new ElementDraft(name, isSnapshot ? slice : null) { Id = $"{parent.Id}.{name}" });
        }

        if (slice is null || string.Equals(child.SliceName, slice, StringComparison.Ordinal))
            return child;
        if (slice.AsSpan().Count('/') >= limits.MaxDepth)
            throw new SnapshotException(profile, child.Id, $"A slice is sliced again {limits.MaxDepth} times or more; slice it less often.");
        if (child.Slice(slice) is { } known)
            return known;
        var added = new ElementDraft(name, slice) { Id = $"{child.Id}:{slice}" };
        child.SlicedBy(slice).Slices.Add(added);
        return added;
    }

    private static bool IdsFit(JsonElement list)
    {
        foreach (var element in list.EnumerateArray())
        {
            if (Text(element, "path") is not { } path || Text(element, "id") is not { } id)
                return false;
            var names = path.Split('.');
            var steps = id.Split('.');
            if (steps.Length != names.Length)
                return false;
            for (var i = 0; i < steps.Length; i++)
            {
                var colon = steps[i].IndexOf(':', StringComparison.Ordinal);
                if (!(colon < 0 ? steps[i] : steps[i][..colon]).Equals(names[i], StringComparison.Ordinal))
                    return false;
                if (i == steps.Length - 1 && !string.Equals(colon < 0 ? null : steps[i][(colon + 1)..], Text(element, "sliceName"), StringComparison.Ordinal))
                    return false;
            }
        }

        return true;
    }

    private static string?[] SliceNames(string id, int count)
    {
        var steps = id.Split('.');
        var names = new string?[count];
        for (var i = 0; i < count; i++)
        {
            var colon = steps[i].IndexOf(':', StringComparison.Ordinal);
            names[i] = colon < 0 ? null : steps[i][(colon + 1)..];
        }

        return names;
    }

    private static string? Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
