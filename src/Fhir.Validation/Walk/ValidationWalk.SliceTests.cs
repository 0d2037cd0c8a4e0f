// What tells a slice apart, looked up once in the slice's own rules and in the profiles that it names.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    // A slice with hundreds of fixed parts needs no more of them to be told apart.
    private const int MaxParts = 32;

    // Null while a definition is lacking; none if the profile does not say what tells the slice apart.
    private SliceTest[]? MakeTests(SlicingPlan slicing, int number)
    {
        var slice = slicing.Slices[number];
        var lacked = _lacked;
        var tests = new List<SliceTest>();
        foreach (var discriminator in slicing.Discriminators)
            AddTests(tests, slice, number, discriminator);
        if (_lacked != lacked)
            return null;
        SliceTest[] made = [.. tests];
        slicing.SetTests(number, made);
        return made;
    }

    private void AddTests(List<SliceTest> tests, ElementPlan slice, int number, DiscriminatorPlan discriminator)
    {
        if (discriminator.Kind == DiscriminatorKind.Position)
        {
            tests.Add(new SliceTest([]) { Position = number });
            return;
        }

        if (discriminator.Steps is not { } steps)
            return;
        if (discriminator.Kind == DiscriminatorKind.Value && ExtensionUrl(slice, steps) is { } url)
        {
            tests.Add(new SliceTest(steps) { ExtensionUrl = url });
            return;
        }

        var places = new List<ElementPlan>();
        Locate(slice, steps, 0, places);
        switch (discriminator.Kind)
        {
            case DiscriminatorKind.Value:
                AddValueTests(tests, places, steps);
                break;
            case DiscriminatorKind.Exists:
                AddExistsTest(tests, places, steps);
                break;
            case DiscriminatorKind.Type:
                var types = new List<TypeDefinition>();
                foreach (var place in places)
                    types.AddRange(IsRoot(place) ? [place.Profile.Type!] : place.Types.Select(static type => type.Type).OfType<TypeDefinition>());
                if (types.Count > 0)
                    tests.Add(new SliceTest(steps) { Types = types });
                break;
            case DiscriminatorKind.Profile:
                var profiles = new List<string>();
                foreach (var place in places)
                    profiles.AddRange(IsRoot(place) ? [place.Profile.Url] : place.Types.SelectMany(static type => type.Profiles));
                if (profiles.Count > 0)
                    tests.Add(new SliceTest(steps) { Profiles = profiles });
                break;
        }
    }

    // An extension's slice is told by its URL, which is that of its profile: no definition has to be read for it.
    private static byte[]? ExtensionUrl(ElementPlan slice, IReadOnlyList<PathStep> steps)
    {
        if (steps is not [{ Kind: PathStepKind.Child, Name: "url" }] || slice.Name is not ("extension" or "modifierExtension"))
            return null;
        var url = slice.Child("url") is { Fixed.Exists: true } own ? own.Fixed.GetString()
            : slice.Types is [{ Profiles: [var profile] }] ? WithoutVersion(profile) : null;
        return url is null ? null : System.Text.Encoding.UTF8.GetBytes(url);
    }

    private static string WithoutVersion(string canonical)
    {
        var bar = canonical.LastIndexOf('|');
        return bar > 0 ? canonical[..bar] : canonical;
    }

    private static bool IsRoot(ElementPlan plan) => ReferenceEquals(plan, plan.Profile.Root) && plan.Profile.Type is not null;

    private static void AddValueTests(List<SliceTest> tests, List<ElementPlan> places, IReadOnlyList<PathStep> steps)
    {
        foreach (var place in places)
        {
            if (ValueTest(place, steps) is { } test)
            {
                tests.Add(test);
                return;
            }
        }

        // Without a value of its own, its parts tell it: code.coding.code for code.
        var most = tests.Count + MaxParts;
        foreach (var place in places)
            AddPartTests(tests, place, steps, most, 0);
    }

    private static void AddPartTests(List<SliceTest> tests, ElementPlan place, IReadOnlyList<PathStep> steps, int most, int depth)
    {
        foreach (var child in place.Children)
        {
            if (tests.Count >= most || depth > 8)
                return;
            PathStep[] path = [.. steps, new PathStep(PathStepKind.Child, child.Name)];
            if (child.Fixed.Exists || child.Pattern.Exists)
                tests.Add(ValueTest(child, path)!);
            else if (child.Content is null)
                AddPartTests(tests, child, path, most, depth + 1);
            // What is required of some repetitions tells as well.
            foreach (var slice in child.Slicing?.Slices ?? [])
            {
                if (slice.Min > 0 && (slice.Fixed.Exists || slice.Pattern.Exists))
                    tests.Add(ValueTest(slice, path)!);
                else if (slice.Min > 0)
                    AddPartTests(tests, slice, path, most, depth + 1);
            }
        }
    }

    private static SliceTest? ValueTest(ElementPlan place, IReadOnlyList<PathStep> steps)
    {
        if (place.Fixed.Exists)
            return new SliceTest(steps) { Value = place.Fixed };
        if (place.Pattern.Exists)
            return new SliceTest(steps) { Value = place.Pattern, IsPattern = true };
        return place.Binding is { Strength: BindingStrength.Required, ValueSet: { } valueSet } ? new SliceTest(steps) { ValueSet = valueSet } : null;
    }

    private static void AddExistsTest(List<SliceTest> tests, List<ElementPlan> places, IReadOnlyList<PathStep> steps)
    {
        foreach (var place in places)
        {
            if (place.Max != 0 && place.Min == 0)
                continue;
            tests.Add(new SliceTest(steps) { Exists = place.Max != 0 });
            return;
        }
    }

    // The plans at the end of a path that starts at an element.
    private void Locate(ElementPlan place, IReadOnlyList<PathStep> steps, int at, List<ElementPlan> found)
    {
        if (found.Count >= MaxParts)
            return;
        if (at == steps.Count)
        {
            found.Add(place);
            return;
        }

        var step = steps[at];
        switch (step.Kind)
        {
            case PathStepKind.Child:
                LocateChild(place, step.Name, steps, at, found);
                break;
            case PathStepKind.OfType:
                if (place.Types.Any(type => type.Code == step.Name))
                    Locate(place, steps, at + 1, found);
                foreach (var slice in place.Slicing?.Slices ?? [])
                {
                    if (slice.Types is [{ } only] && only.Code == step.Name)
                        Locate(slice, steps, at + 1, found);
                }

                break;
            case PathStepKind.Extension:
                foreach (var slice in place.Child("extension")?.Slicing?.Slices ?? [])
                {
                    if (ExtensionUrl(slice, [new PathStep(PathStepKind.Child, "url")]) is { } url && url.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(step.Name)))
                        Locate(slice, steps, at + 1, found);
                }

                break;
            default:
                foreach (var target in place.Types.SelectMany(static type => type.TargetProfiles))
                {
                    if (TryGetPlan(target, out var known) && known.Value is { } profile)
                        Locate(profile.Root, steps, at + 1, found);
                }

                break;
        }
    }

    private void LocateChild(ElementPlan place, string name, IReadOnlyList<PathStep> steps, int at, List<ElementPlan> found)
    {
        if (place.Child(name) is { } child)
        {
            Locate(child, steps, at + 1, found);
            // What is required of some repetitions tells as well.
            foreach (var slice in child.Slicing?.Slices ?? [])
            {
                if (slice.Min > 0)
                    Locate(slice, steps, at + 1, found);
            }
        }

        foreach (var canonical in place.Types.SelectMany(static type => type.Profiles))
        {
            if (TryGetPlan(canonical, out var known) && known.Value is { } profile && !ReferenceEquals(profile.Root, place))
                LocateChild(profile.Root, name, steps, at, found);
        }
    }
}
