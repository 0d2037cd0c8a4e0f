// Which types and type profiles an element may have.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    // Puts the plan of an element, and what it wants of the element's type, with the plans that the element will be visited with.
    private void AddElementPlan(ElementNode item, ElementPlan plan, int itemFirst)
    {
        if (plan.NarrowsTypes && !IsAllowed(item.Type, plan.Types))
        {
            Report(item, IssueSeverity.Error, "structure", WalkMessages.WrongType, plan.Id, plan.Profile.Name, Names(plan.Types), item.Type.Name);
            return;
        }

        if (!IsOnTop(plan, itemFirst))
            Push(plan);
        if (plan.HasTypeProfiles)
            AddTypeProfiles(item, plan, itemFirst);
    }

    private static bool IsAllowed(TypeDefinition type, IReadOnlyList<TypePlan> types)
    {
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i].Type is not { } allowed || type.Is(allowed))
                return true;
        }

        return false;
    }

    private static string Names(IReadOnlyList<TypePlan> types) => string.Join(", ", types.Select(static type => type.Code));

    private void AddTypeProfiles(ElementNode item, ElementPlan plan, int itemFirst)
    {
        for (var i = 0; i < plan.Types.Count; i++)
        {
            var type = plan.Types[i];
            if (type.Profiles.Count == 0 || type.Type is null || !item.Type.Is(type.Type))
                continue;
            if (type.Profiles.Count == 1)
                AddTypeProfile(item, type.Profiles[0], plan, itemFirst);
            else
                AddNearest(item, type.Profiles, plan, itemFirst);
        }
    }

    private void AddTypeProfile(ElementNode item, string canonical, ElementPlan plan, int itemFirst)
    {
        if (!TryGetPlan(canonical, out var known))
            return;
        if (known.Value is not { } profile)
        {
            // An extension's definition is missed where the extension itself is looked at.
            if (item.Type.Name != "Extension")
                ReportUnknown(item, canonical, known.Problem, IssueSeverity.Warning, plan);
            return;
        }

        if (profile.Type is null || !item.Type.Is(profile.Type))
            Report(item, IssueSeverity.Error, "structure", WalkMessages.OtherType, profile.Name, profile.TypeName, item.Type.Name);
        else if (!IsOnTop(profile.Root, itemFirst))
            Push(profile.Root);
    }

    // One of several profiles has to be met; if none is, the nearest one's faults tell more than that none is.
    private void AddNearest(ElementNode item, IReadOnlyList<string> profiles, ElementPlan plan, int itemFirst)
    {
        ProfilePlan? nearest = null;
        var least = int.MaxValue;
        foreach (var canonical in profiles)
        {
            if (!TryGetPlan(canonical, out var known))
                return;
            if (known.Value is not { Type: { } type } profile)
            {
                if (item.Type.Name != "Extension")
                    ReportUnknown(item, canonical, known.Problem, IssueSeverity.Warning, plan);
                return;
            }

            if (!item.Type.Is(type))
                continue;
            var trial = Try(item, profile, isWhole: true);
            if (trial is null or { Errors: 0 })
                return;
            if (trial.Errors < least)
                (nearest, least) = (profile, trial.Errors);
        }

        if (nearest is null)
        {
            Report(item, IssueSeverity.Error, "structure", WalkMessages.NoAlternative, plan.Id, plan.Profile.Name, string.Join(", ", profiles));
            return;
        }

        Report(item, IssueSeverity.Error, "structure", WalkMessages.NearestAlternative, plan.Id, plan.Profile.Name, string.Join(", ", profiles), nearest.Name);
        if (!IsOnTop(nearest.Root, itemFirst))
            Push(nearest.Root);
    }

    private void ReportUnknown(ElementNode node, string canonical, string? problem, IssueSeverity severity, ElementPlan plan)
    {
        if (problem is null)
            Report(node, severity, "not-found", WalkMessages.UnknownTypeProfile, canonical, plan.Id, plan.Profile.Name);
        else
            Report(node, severity, "processing", WalkMessages.UnusableProfile, canonical, problem);
    }
}
