// Asserts that a body conforms to a profile.

using FhirHub.Model;
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
        var body = subject.Body;
        if (body.Resource is not { } resource)
            return new Verdict(false, $"{Capital(subject.BodyName)} should conform to {profile.Reference}; it is {Bodies.Describe(body)}.");
        var request = new ValidationRequest { Profiles = [subject.State.Resolve(profile.Reference)], HonorsMetaProfile = false, BestPractice = false };
        var issues = body.Issues.Concat(await _validator.ValidateAsync(resource.Root, request, cancel)).ToList();
        var errors = issues.FindAll(static issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error);
        var warnings = issues.FindAll(static issue => issue.Severity is IssueSeverity.Warning);
        return Judge(
            subject,
            errors.Count == 0,
            warnings.Count == 0 ? $"{Capital(subject.BodyName)} conforms to {profile.Reference}." : $"{Capital(subject.BodyName)} conforms to {profile.Reference}, with {Tell(warnings, "warning")}",
            $"{Capital(subject.BodyName)} should conform to {profile.Reference}; found {Tell(errors, "error")}",
            $"{Capital(subject.BodyName)} should not conform to {profile.Reference}, and does.");
    }

    private static string Tell(List<Issue> issues, string what)
    {
        var told = string.Join(" ", issues.Take(MaxTold).Select(static issue => issue.Expression is { } place ? $"{place}: {issue.Diagnostics}" : issue.Diagnostics));
        var more = issues.Count > MaxTold ? $" And {issues.Count - MaxTold} more." : "";
        return $"{issues.Count} {what}{(issues.Count == 1 ? "" : "s")}: {told}{more}";
    }
}
