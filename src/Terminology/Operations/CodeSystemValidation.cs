// CodeSystem $validate-code: is this a code of that code system, and does it mean what its sender thinks?

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>CodeSystem <c>$validate-code</c> (R4 codesystem-operation-validate-code.html).</summary>
public static class CodeSystemValidation
{
    /// <summary>Checks the codes.</summary>
    /// <param name="scope">What the request sees.</param>
    /// <param name="given">The code system that came with the request or was named by its id; null to look for that of each code.</param>
    /// <param name="url">The code system asked about, which codes must be of; null for any.</param>
    /// <param name="question">The codes, and how to check them.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async ValueTask<CodeValidationAnswer> RunAsync(
        TerminologyScope scope, CodeSystem? given, string? url, CodeValidation question, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(question);
        url = given is { Url.Length: > 0 } ? given.Url : url;
        if (url is not null)
            url = await scope.SystemNameAsync(url, cancel);
        var checks = new List<CodingCheck>();
        for (var i = 0; i < question.Codings.Count; i++)
        {
            // A CodeableConcept may say the same in other systems, which nobody asked about.
            if (question.Form == CodedForm.CodeableConcept && url is not null && question.Codings.Count > 1 && question.Codings[i].System is { } other && await scope.SystemNameAsync(other, cancel) != url)
                continue;
            var check = new CodingCheck(question, i);
            checks.Add(check);
            await CheckAsync(scope, given, url, check, cancel);
        }

        if (checks.Count == 0)
        {
            var none = new TerminologyIssue(
                IssueSeverity.Error, "code-invalid", TerminologyIssueType.InvalidCode, $"None of the codings is of the code system {url}; send one of it.", "CodeableConcept.coding");
            return new CodeValidationAnswer { Result = false, Issues = [none] };
        }

        return ValidationAnswers.Of(checks, static check => check.System is not null && (check.Concept is not null || CodingCheck.IsPart(check.System)), []);
    }

    // A code system has several names: a URL, and urn:oid: ones.
    private static async ValueTask<bool> IsSameAsync(TerminologyScope scope, string system, string url, CancellationToken cancel) =>
        system == url || (await scope.SystemNamesAsync(url, cancel)).Contains(system);

    private static async ValueTask CheckAsync(TerminologyScope scope, CodeSystem? given, string? url, CodingCheck check, CancellationToken cancel)
    {
        check.SystemUrl ??= url;
        if (!check.IsWellFormed(given is not null))
            return;
        if (!string.IsNullOrEmpty(check.SystemUrl))
            check.SystemUrl = await scope.SystemNameAsync(check.SystemUrl, cancel);
        if (url is not null && !await IsSameAsync(scope, check.SystemUrl ?? url, url, cancel))
        {
            check.Say(
                IssueSeverity.Error, "invalid", TerminologyIssueType.InvalidData,
                $"The code '{check.Code}' is of the system {check.SystemUrl}, and the code system asked about is {url}; ask about the code's own.", check.Locate("system"));
            return;
        }

        if (given is not null)
            check.LookUp(given);
        else
            await check.LookUpAsync(scope, check.AskedVersion, cancel);
        ConceptChecks.Display(check, check.Question.Languages, []);
        ConceptChecks.IsUsable(check, check.Question.AllowsAbstract, check.Question.ActiveOnly);
        if (check.System is { Header: var header } system)
            ConceptChecks.Standing(check.Issues, "code system", CodingCheck.Canonical(system.Url, system.Version), header.Status, header.StandardsStatus, header.IsExperimental == true);
    }
}
