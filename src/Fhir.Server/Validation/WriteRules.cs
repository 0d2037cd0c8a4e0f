// What a resource must meet to be stored under FhirHub:Validation:OnWrite=Profiles.

using FhirHub.Model;
using FhirHub.Validation;

namespace FhirHub.Server;

/// <summary>
/// The rules of writing: the base definition, the profiles that the resource claims in <c>meta.profile</c>, and those that
/// <c>FhirHub:Validation:Profiles</c> asks of its type. Safe to use from several threads.
/// </summary>
public sealed class WriteRules(ResourceValidation validation, FhirHubOptions options)
{
    // The profiles of the configuration that are not known here, in one state of the definitions.
    private volatile Unknown _unknown = new("", new HashSet<string>());

    /// <summary>What is wrong with the resource, and warnings; it must not be stored if there is an error.</summary>
    /// <param name="resource">The resource as it would be stored.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<Issue>> CheckAsync(ElementNode resource, WriteSource source, CancellationToken cancel)
    {
        var profiles = options.ValidationProfiles.GetValueOrDefault(resource.Type.Name) ?? [];
        if (profiles.Count > 0 && await FindUnknownAsync(cancel) is { Count: > 0 } unknown && profiles.Where(unknown.Contains).ToList() is { Count: > 0 } missing)
        {
            return [.. missing.Select(profile => Issue.Of(
                IssueSeverity.Error, "not-found", ValidationMessages.RequiredProfileUnknown, resource.Type.Name, profile) with { Expression = resource.Type.Name })];
        }

        var sent = source.Sent.Exists ? source.Sent : resource;
        var request = new ValidationRequest { BestPractice = false, Resolve = ReaderFor(source) };
        var issues = options.ValidationRule == ProfileRule.Any && profiles.Count > 1
            ? await CheckAnyAsync(resource, sent, profiles, request, cancel)
            : await validation.ValidateAsync(resource, sent, request with { Profiles = profiles }, cancel);
        return issues.Any(static issue => issue.Severity == IssueSeverity.Information)
            ? [.. issues.Where(static issue => issue.Severity != IssueSeverity.Information)]
            : issues;
    }

    /// <summary>The profiles of the configuration that no StructureDefinition here has: a package with them may come later.</summary>
    public async ValueTask<IReadOnlySet<string>> FindUnknownAsync(CancellationToken cancel)
    {
        var state = await validation.StateAsync(cancel);
        var unknown = _unknown;
        if (unknown.State != state)
        {
            var profiles = options.ValidationProfiles.Values.SelectMany(static of => of).Distinct(StringComparer.Ordinal).ToList();
            _unknown = unknown = new Unknown(state, (await validation.FindUnknownAsync(profiles, cancel)).ToHashSet(StringComparer.Ordinal));
        }

        return unknown.Profiles;
    }

    /// <summary>True for what forbids the writing.</summary>
    public static bool Forbids(IReadOnlyList<Issue> issues)
    {
        ArgumentNullException.ThrowIfNull(issues);
        return issues.Any(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
    }

    private Func<string, CancellationToken, ValueTask<ResourceTree?>> ReaderFor(WriteSource source)
    {
        var stored = validation.ReaderFor(source.Scope);
        return source.Sibling is not { } sibling
            ? stored
            : (reference, cancel) => sibling(reference) is { } written ? new ValueTask<ResourceTree?>(written) : stored(reference, cancel);
    }

    // The profile that the resource claims is the likeliest; of those that it fails, the one that it fails least is told.
    private async ValueTask<IReadOnlyList<Issue>> CheckAnyAsync(
        ElementNode resource, ElementNode sent, IReadOnlyList<string> profiles, ValidationRequest request, CancellationToken cancel)
    {
        var claimed = resource.Child("meta").ChildrenOf("profile").ToList().ConvertAll(static profile => profile.GetString());
        IReadOnlyList<Issue> nearest = [];
        var nearestProfile = "";
        var least = int.MaxValue;
        foreach (var profile in profiles.OrderByDescending(claimed.Contains))
        {
            var issues = await validation.ValidateAsync(resource, sent, request with { Profiles = [profile] }, cancel);
            var errors = issues.Count(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
            if (errors == 0)
                return issues;
            if (errors < least)
                (least, nearest, nearestProfile) = (errors, issues, profile);
        }

        return
        [
            Issue.Of(IssueSeverity.Error, "invariant", ValidationMessages.NoneOfRequiredProfiles, resource.Type.Name, string.Join(", ", profiles), nearestProfile)
                with { Expression = resource.Type.Name },
            .. nearest,
        ];
    }

    private sealed record Unknown(string State, IReadOnlySet<string> Profiles);
}
