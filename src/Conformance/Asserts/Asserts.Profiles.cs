// Asserts that a body conforms to a profile (R4 assert.validateProfileId).

using FhirHub.Model;
using FhirHub.Terminology;
using FhirHub.Validation;

namespace FhirHub.Conformance;

internal sealed partial class Asserts
{
    private const int MaxTold = 5;

    private async ValueTask<Verdict> JudgeProfileAsync(AssertSubject subject, CancellationToken cancel)
    {
        var id = subject.Text("validateProfileId")!;
        var profile = subject.State.Script.Profiles.FirstOrDefault(one => one.Id == id)
            ?? throw new StepException($"validateProfileId names '{id}', which is no profile of this script.");
        var name = subject.State.Resolve(profile.Reference);
        var body = subject.Body;
        if (body.Resource is not { } resource)
            return new Verdict(false, $"{Capital(subject.BodyName)} should conform to {name}; it is {Bodies.Describe(body)}.");

        // A fixture is of no server, so the first is asked for what is not at hand.
        var destination = (subject.Assert.SourceId is { } source ? subject.State.FindExchange(source) : subject.State.Last)?.Destination ?? 1;
        var validation = await FindAsync(name, destination, subject.State, cancel);
        var issues = body.Issues.Concat(await validation.ValidateAsync(resource, cancel)).ToList();
        var errors = issues.FindAll(static issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error);
        var warnings = issues.FindAll(static issue => issue.Severity is IssueSeverity.Warning);
        return Judge(
            subject,
            errors.Count == 0,
            $"{Capital(subject.BodyName)} conforms to {name}{(warnings.Count == 0 ? "." : $", with {Tell(warnings, "warning")}")}",
            $"{Capital(subject.BodyName)} should conform to {name}; found {Tell(errors, "error")}",
            $"{Capital(subject.BodyName)} should not conform to {name}, and does.");
    }

    private async ValueTask<ProfileValidation> FindAsync(string reference, int destination, RunState state, CancellationToken cancel)
    {
        if (state.Validations.TryGetValue((destination, reference), out var known))
            return known;
        var given = await options.Definitions.OpenAsync(cancel);
        var lookup = state.LookupAt(destination);
        return state.Validations[(destination, reference)] = await given.FindAsync("StructureDefinition", reference, cancel) is not null
            ? new ProfileValidation(_validator, reference, lookup)
            : await FindElsewhereAsync(reference, given, lookup, state, cancel);
    }

    // In the script itself, or at the server: by the reference where it is one to a resource there, else by the canonical.
    private static async ValueTask<ProfileValidation> FindElsewhereAsync(
        string reference, IConformanceScope given, DestinationLookup lookup, RunState state, CancellationToken cancel)
    {
        IReadOnlyList<ResourceTree> profiles = reference.StartsWith('#')
            ? state.Script.Tree.Root.FindContained(reference.AsSpan(1)) is { Exists: true, IsRoot: false } contained && ResourceParser.ParseJson(ResourceWriter.ToJson(contained)).Tree is { } tree ? [tree] : []
            : await lookup.ResolveAsync(reference, cancel) is { } resource ? [resource]
            : await lookup.FindAsync("StructureDefinition", TerminologyLibrary.Split(reference).Url, cancel);
        if (profiles.Count == 0 || profiles[0].ResourceType != "StructureDefinition")
            throw new StepException($"The profile {reference} is neither among the definitions given to the run nor at {lookup.Name}. Give its package to the run, or load it into the server.");
        var isCanonical = profiles[0].Root.ChildValue("url") == TerminologyLibrary.Split(reference).Url;
        var canonical = isCanonical ? reference : profiles[0].Root.ChildValue("url") ?? throw new StepException($"The profile {reference} has no url.");
        return new ProfileValidation(new Validator(DestinationDefinitions.Over(given, lookup, isCanonical ? [] : profiles)), canonical, lookup);
    }

    private static string Tell(List<Issue> issues, string what)
    {
        var told = string.Join(" ", issues.Take(MaxTold).Select(static issue => issue.Expression is { } place ? $"{place}: {issue.Diagnostics}" : issue.Diagnostics));
        var more = issues.Count > MaxTold ? $" And {issues.Count - MaxTold} more." : "";
        return $"{issues.Count} {what}{(issues.Count == 1 ? "" : "s")}: {told}{more}";
    }
}
