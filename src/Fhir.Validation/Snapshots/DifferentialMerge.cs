// Walks a differential beside the tree of its base: which element each one constrains, and what has to be opened on the way.

using System.Text.Json;

namespace FhirHub.Validation;

/// <summary>Applies one definition's differential to a copy of its base.</summary>
internal sealed partial class DifferentialMerge(SnapshotSession session, SourceDefinition definition, ElementDraft root)
{
    // What a contentReference points to is the base's element, whatever this differential does to it.
    private readonly ElementDraft _base = root.Copy(session.Budget);

    // Elements that this differential makes must-support: that some repetition must be supported says nothing of each slice.
    private readonly HashSet<ElementDraft> _supportedHere = [];

    private enum Role
    {
        // A root, or an element that this definition adds: there is nothing to be narrower than.
        Definition,

        // An element or slice of the base.
        Element,

        // A slice of this differential: what it slices bounds all repetitions together.
        NewSlice,
    }

    public void Apply(ElementDraft differential)
    {
        if (!string.Equals(differential.Name, root.Name, StringComparison.Ordinal))
            throw Fault(differential, $"The path starts with '{differential.Name}', but the base is a {root.Name}; start it with '{root.Name}'.");
        if (differential.Slices.Count > 0)
            throw Fault(differential.Slices[0], "The root of a definition can't be sliced; slice an element below it.");
        if (!definition.IsSpecialization && differential["slicing"] is not null)
            throw Fault(differential, "The root of a definition can't be sliced; slice an element below it, for extensions Extension.extension.");
        if (definition.Url.Length > 0 && differential["type"] is { ValueKind: JsonValueKind.Array } types && Profiles(types).Contains(definition.Url, StringComparer.Ordinal))
            throw Fault(differential, "Its type has this definition itself as its profile, which can't be met; leave type.profile out.");
        if (definition.IsSpecialization)
            root.Members["base"] = Base(root.Name, differential.Members.Count > 0 ? differential : root);
        Merge(differential, root, Role.Definition, 1);
    }

    private void Merge(ElementDraft differential, ElementDraft target, Role role, int depth)
    {
        if (depth > session.Limits.MaxDepth)
            throw Fault(differential, $"The element is nested more than {session.Limits.MaxDepth} levels deep; constrain it in a profile of its own.");
        session.Budget.RequireTime();
        if (role is not Role.Definition)
        {
            RequireNarrower(differential, target, role);
            RequireSliceable(differential, target);
        }

        if (differential["mustSupport"] is { ValueKind: JsonValueKind.True } && target["mustSupport"] is not { ValueKind: JsonValueKind.True })
            _supportedHere.Add(target);
        TakeTypeProfile(differential, target, role);
        MergeMembers(differential, target);
        RequireValuesOfType(differential, target);
        CompleteSlicing(target);
        if (differential.Children.Count > 0)
        {
            Expand(target, differential);
            var shortcuts = Shortcuts(differential, target);
            foreach (var child in differential.Children)
                MergeChild(child, differential, target, shortcuts, depth);
        }

        if (IsNameOnly(differential, target))
        {
            target.SliceName = differential.Slices[0].SliceName;
            Merge(differential.Slices[0], target, role, depth + 1);
            return;
        }

        foreach (var slice in differential.Slices)
            MergeSlice(slice, target, depth);
        if (differential.Slices.Count > 0 && target.IsChoice)
            NarrowChoice(target, differential.Slices);
    }

    private void MergeChild(ElementDraft child, ElementDraft differential, ElementDraft target, Dictionary<ElementDraft, int> shortcuts, int depth)
    {
        if (target.Child(child.Name) is { } known)
        {
            Merge(child, known, Role.Element, depth + 1);
            return;
        }

        if (ChoiceOf(child.Name, target) is var (choice, type) && choice is not null)
        {
            var alone = shortcuts.GetValueOrDefault(choice) <= 1;
            MergeTypeChoice(child, choice, type, alone && IsPlain(choice, target, differential), alone, depth);
            return;
        }

        if (!definition.IsSpecialization)
            throw Fault(child, $"{target.Id} has no element '{child.Name}'; it has {Names(target)}.");
        session.Budget.Spend();
        var added = new ElementDraft(child.Name) { Id = child.Id };
        target.Children.Add(added);
        Define(child, added);
        Merge(child, added, Role.Definition, depth + 1);
    }

    // Opens what an element's children are defined by, unless they are there.
    private void Expand(ElementDraft target, ElementDraft differential, int hops = 0)
    {
        if (target.Children.Count > 0)
            return;
        if (hops > session.Limits.MaxDepth)
            throw Fault(differential, "Its contentReference leads from reference to reference without end; name an element that has children.");
        if (target.Text("contentReference") is { } reference)
        {
            var referenced = Referenced(reference)
                ?? throw Fault(differential, $"Its contentReference {reference} names no element of the base; correct it.");
            target.Members.Remove("contentReference");
            if (referenced["type"] is { } type)
                target.Members["type"] = type;
            Expand(referenced, differential, hops + 1);
            CopyChildren(referenced, target);
            return;
        }

        if (TypeRoot(target, differential) is not { } typeRoot)
            return;
        CopyChildren(typeRoot, target);
        if (definition is { IsSpecialization: true, Kind: "resource" })
            ElementRules.ForgetSlicing(target);
    }

    // All copies are made first: an element may refer to one that holds it.
    private void CopyChildren(ElementDraft from, ElementDraft to) => to.Children.AddRange(from.Children.ConvertAll(child => child.Copy(session.Budget)));

    private ElementDraft? TypeRoot(ElementDraft target, ElementDraft differential)
    {
        var codes = target.TypeCodes();
        if (codes.Count == 0)
            return definition.IsSpecialization ? null : throw Fault(differential, "It has no type, so nothing below it can be constrained; give it one type.");
        if (codes.Count == 1 && Profiles(target["type"]!.Value) is [var profile])
            return ProfileRoot(profile, target, differential);

        // What all types of a choice share is Element's: id and extensions.
        var canonical = SnapshotSession.CanonicalOf(codes.Count == 1 ? codes[0] : "Element");
        return codes.Count == 1 && codes[0].StartsWith("http://hl7.org/fhirpath/", StringComparison.Ordinal)
            ? throw Fault(differential, "It is a primitive value and has nothing below it; constrain the element itself.")
            : session.Find(canonical) ?? throw Fault(differential, $"Its type {canonical} is not known; load the package that defines it, or correct the type.");
    }

    private ElementDraft ProfileRoot(string profile, ElementDraft target, ElementDraft differential)
    {
        // A fragment names an element within the profile (elementdefinition-profile-element does the same).
        var hash = profile.IndexOf('#', StringComparison.Ordinal);
        var found = session.Find(hash < 0 ? profile : profile[..hash]);

        // An extension that is not at hand is still an extension.
        if (found is null && target.IsExtension)
            found = session.Find(SnapshotSession.CanonicalOf("Extension"));
        return found ?? throw Fault(differential, $"The profile {profile} of its type is not known; load the package that holds it, or correct the URL.");
    }

    private ElementDraft? Referenced(string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var path = reference[(hash + 1)..].Split('.');
        var at = string.Equals(path[0], root.Name, StringComparison.Ordinal)
            ? _base
            : session.Find(hash > 0 ? reference[..hash] : SnapshotSession.CanonicalOf(path[0]))?.Copy(session.Budget);
        for (var i = 1; i < path.Length && at is not null; i++)
            at = Step(at, path[i]);
        return at ?? (definition.IsSpecialization ? Below(root, path) : null);
    }

    private static ElementDraft? Below(ElementDraft at, string[] path)
    {
        var found = at;
        for (var i = 1; i < path.Length && found is not null; i++)
            found = Step(found, path[i]);
        return found;
    }

    // Published snapshots may refer to a slice: agent:Author.
    private static ElementDraft? Step(ElementDraft at, string step)
    {
        var colon = step.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? at.Child(step) : at.Child(step[..colon])?.Slice(step[(colon + 1)..]);
    }

    private static List<string> Profiles(JsonElement types)
    {
        var profiles = new List<string>();
        foreach (var type in types.EnumerateArray())
        {
            if (!type.TryGetProperty("profile", out var list))
                continue;
            foreach (var profile in list.EnumerateArray())
            {
                if (profile.GetString() is { } text)
                    profiles.Add(text);
            }
        }

        return profiles;
    }

    private static string Names(ElementDraft target) =>
        target.Children.Count == 0 ? "none" : string.Join(", ", target.Children.Select(static child => child.Name));

    private SnapshotException Fault(ElementDraft element, string problem) => new(definition.Name, element.Id, problem);
}
