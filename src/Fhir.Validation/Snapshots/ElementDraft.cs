// An element of a snapshot in the making: the flat list of a StructureDefinition as the tree that it stands for.

using System.Diagnostics;
using System.Text.Json;

namespace FhirHub.Validation;

/// <summary>
/// An element with what it holds and, where it is sliced, its slices. Values are JSON as some definition had it and are
/// shared between drafts; only the dictionaries are a draft's own.
/// </summary>
internal sealed class ElementDraft(string name, string? sliceName = null)
{
    private const int ShortList = 32;

    // Made for long lists only, which hostile profiles have; lists only grow.
    private Dictionary<string, ElementDraft>? _byName;
    private Dictionary<string, ElementDraft>? _bySlice;

    /// <summary>The last step of the path; <c>value[x]</c> for a choice.</summary>
    public string Name { get; set; } = name;

    /// <summary>
    /// The slice's name, <c>a/b</c> for a slice of a slice; null for what is no slice. An element that nothing slices may have
    /// a name too.
    /// </summary>
    public string? SliceName { get; set; } = sliceName;

    /// <summary>The members of the ElementDefinition but for <c>id</c>, <c>path</c> and <c>sliceName</c>.</summary>
    public Dictionary<string, JsonElement> Members { get; private init; } = new(StringComparer.Ordinal);

    public List<ElementDraft> Children { get; } = [];

    public List<ElementDraft> Slices { get; } = [];

    /// <summary>The id that the author sees, for messages.</summary>
    public string Id { get; set; } = name;

    public JsonElement? this[string member] => Members.TryGetValue(member, out var value) ? value : null;

    public string? Text(string member) =>
        Members.TryGetValue(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool IsChoice => Name.EndsWith("[x]", StringComparison.Ordinal);

    public bool IsExtension => Name is "extension" or "modifierExtension";

    public ElementDraft? Child(string childName) => Find(Children, ref _byName, childName, static child => child.Name);

    /// <summary>The slice of that name, slices of slices included.</summary>
    public ElementDraft? Slice(string name)
    {
        if (Find(Slices, ref _bySlice, name, static slice => slice.SliceName!) is { } own)
            return own;
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
        {
            if (Find(Slices, ref _bySlice, name[..slash], static slice => slice.SliceName!)?.Slice(name) is { } inner)
                return inner;
        }

        return null;
    }

    /// <summary>Where a new slice of that name belongs: here, or in the slice that it slices again.</summary>
    public ElementDraft SlicedBy(string name)
    {
        var slash = name.LastIndexOf('/');
        return slash > 0 && Slice(name[..slash]) is { } sliced ? sliced : this;
    }

    /// <summary>The distinct codes of the element's types.</summary>
    public List<string> TypeCodes()
    {
        var codes = new List<string>();
        if (!Members.TryGetValue("type", out var types) || types.ValueKind != JsonValueKind.Array)
            return codes;
        var seen = types.GetArrayLength() > ShortList ? new HashSet<string>(StringComparer.Ordinal) : null;
        foreach (var type in types.EnumerateArray())
        {
            if (type.TryGetProperty("code", out var code) && code.GetString() is { } text && (seen?.Add(text) ?? !codes.Contains(text, StringComparer.Ordinal)))
                codes.Add(text);
        }

        return codes;
    }

    /// <summary>A copy with all that it holds, under another slice name and without slices if it becomes a slice.</summary>
    /// <param name="budget">Is asked for every element that is made.</param>
    /// <param name="asSlice">The new slice's name, or null for a plain copy.</param>
    public ElementDraft Copy(SnapshotBudget budget, string? asSlice = null)
    {
        budget.Spend();
        var copy = new ElementDraft(Name, asSlice ?? SliceName) { Members = new(Members, StringComparer.Ordinal), Id = Id };
        foreach (var child in Children)
            copy.Children.Add(child.Copy(budget));
        if (asSlice is not null)
        {
            copy.Members.Remove("slicing");
            return copy;
        }

        foreach (var slice in Slices)
            copy.Slices.Add(slice.Copy(budget));
        return copy;
    }

    private static ElementDraft? Find(List<ElementDraft> list, ref Dictionary<string, ElementDraft>? index, string name, Func<ElementDraft, string> nameOf)
    {
        if (list.Count <= ShortList)
            return list.Find(one => string.Equals(nameOf(one), name, StringComparison.Ordinal));
        index ??= new(StringComparer.Ordinal);
        for (var i = index.Count; i < list.Count; i++)
            index.TryAdd(nameOf(list[i]), list[i]);
        return index.GetValueOrDefault(name);
    }
}

/// <summary>Counts the elements and the time of one generation.</summary>
internal sealed class SnapshotBudget(string profile, SnapshotLimits limits)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _left = limits.MaxElements;

    public void Spend()
    {
        if (--_left < 0)
            throw new SnapshotException(profile, null, $"Its snapshot and the definitions it needs hold more than {limits.MaxElements:N0} elements; split the profile or raise the limit.");
        RequireTime();
    }

    public void RequireTime()
    {
        if (Stopwatch.GetElapsedTime(_start) > limits.MaxTime)
            throw new SnapshotException(profile, null, $"Its snapshot takes more than {limits.MaxTime.TotalSeconds:0} seconds to make; split the profile or raise the limit.");
    }
}
