// The answer of a $validate-code from what was found of its codings.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Puts answers together.</summary>
internal static class ValidationAnswers
{
    /// <summary>The answer: about the first coding that is valid, or the first.</summary>
    /// <param name="checks">The codings, at least one.</param>
    /// <param name="isFound">True for a coding that is where it was looked for.</param>
    /// <param name="further">Issues about the question as a whole.</param>
    public static CodeValidationAnswer Of(List<CodingCheck> checks, Func<CodingCheck, bool> isFound, IReadOnlyList<TerminologyIssue> further)
    {
        var valid = checks.Find(check => isFound(check) && !check.HasErrors);
        var told = valid ?? checks.Find(isFound.Invoke) ?? checks[0];
        var issues = new List<TerminologyIssue>(further);
        foreach (var check in checks)
        {
            foreach (var issue in check.Issues)
            {
                // A code that nothing can be said about does no harm beside one that is right.
                var weighed = valid is not null && check != valid && issue is { Severity: IssueSeverity.Error, Type: TerminologyIssueType.NotFound }
                    ? issue with { Severity = IssueSeverity.Warning }
                    : issue;
                if (!issues.Contains(weighed))
                    issues.Add(weighed);
            }
        }

        return new CodeValidationAnswer
        {
            Result = valid is not null && !issues.Exists(static issue => issue.Severity == IssueSeverity.Error),
            Code = told.Code.Length > 0 ? told.Code : null,
            System = told.SystemUrl,
            Version = told.System?.Version,
            Display = told.Display,
            NormalizedCode = told.Concept is { } concept && concept.Code != told.Code ? concept.Code : null,
            IsInactive = told.Concept?.IsInactive == true,
            Status = told.Concept is null ? null : ConceptChecks.StatusOf(told.Concept),
            UnknownSystems = [.. checks.Select(static check => check.UnknownSystem).OfType<string>().Distinct(StringComparer.Ordinal)],
            Issues = issues,
        };
    }
}
