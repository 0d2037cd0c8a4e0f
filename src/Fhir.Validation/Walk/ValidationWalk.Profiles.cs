// Which profiles a resource has to meet: its base definition, those that were asked for and those that it claims.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private HashSet<ProfilePlan>? _claimed;

    private void AddRequestedProfiles()
    {
        for (var i = 0; i < request.Profiles.Count; i++)
        {
            if (i == settings.MaxProfiles)
            {
                Report(resource, IssueSeverity.Error, "too-costly", WalkMessages.TooManyProfiles, Number(request.Profiles.Count), Number(settings.MaxProfiles));
                return;
            }

            AddProfile(resource, resource, request.Profiles[i], 0, IssueSeverity.Error);
        }
    }

    // A resource, alone or within another one; plans of profiles that the outer one meets may be on the stack for it.
    private void VisitResource(ElementNode node, int first)
    {
        if (R4Plans.Of(node.Type) is { } basePlan && !IsOnTop(basePlan.Root, first))
            Push(basePlan.Root);
        if (request.HonorsMetaProfile && node.Child("meta") is { Exists: true } meta)
        {
            var count = 0;
            foreach (var claimed in meta.ChildrenOf("profile"))
            {
                if (++count > settings.MaxProfiles)
                {
                    Report(claimed, IssueSeverity.Error, "too-costly", WalkMessages.TooManyProfiles, Number(meta.ChildrenOf("profile").ToList().Count), Number(settings.MaxProfiles));
                    break;
                }

                if (claimed.GetString() is { } canonical)
                    AddProfile(node, claimed, canonical, first, IssueSeverity.Warning);
            }
        }

        if (request.AppliesVitalSigns && VitalSigns.ProfileOf(node) is { } implied
            && TryGetPlan(implied, out var vitalSign) && vitalSign.Value is { } plan && !IsOnTop(plan.Root, first))
        {
            Push(plan.Root);
        }

        Visit(node, first);
        CheckResource(node);
    }

    private void AddProfile(ElementNode node, ElementNode place, string canonical, int first, IssueSeverity unknown)
    {
        if (!TryGetPlan(canonical, out var known))
            return;
        if (known.Value is not { } profile)
        {
            if (known.Problem is { } problem)
                Report(place, unknown, "processing", WalkMessages.UnusableProfile, canonical, problem);
            else
                ReportNotFound(place, canonical, unknown);
            return;
        }

        if (profile.Type is null || !node.Type.Is(profile.Type))
        {
            Report(place, IssueSeverity.Error, "structure", WalkMessages.OtherType, profile.Name, profile.TypeName, node.Type.Name);
            return;
        }

        if (IsOnTop(profile.Root, first))
            return;
        if (!(_claimed ??= []).Add(profile))
        {
            Push(profile.Root);
            return;
        }

        // Said once, however many entries of a Bundle claim it.
        if (profile.IsAbstract && !ReferenceEquals(R4Plans.Of(profile.Type), profile))
            Report(place, IssueSeverity.Warning, "business-rule", WalkMessages.AbstractProfile, profile.Name);
        if (profile.Status is "draft" or "retired" && R4Plans.TypeOf(profile.Url) is null)
            Report(place, IssueSeverity.Information, "informational", profile.Status == "draft" ? WalkMessages.DraftProfile : WalkMessages.RetiredProfile, profile.Name);
        Push(profile.Root);
    }

    // It may be the version only that nobody here knows.
    private void ReportNotFound(ElementNode place, string canonical, IssueSeverity severity)
    {
        var bar = canonical.LastIndexOf('|');
        if (bar > 0)
        {
            if (!TryGetPlan(canonical[..bar], out var other))
                return;
            if (other.Value is { } profile)
            {
                Report(place, severity, "not-found", WalkMessages.OtherVersion, canonical, profile.Version ?? "?");
                return;
            }
        }

        Report(place, severity, "not-found", WalkMessages.UnknownProfile, canonical);
    }
}
