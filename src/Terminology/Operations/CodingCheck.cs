// One coding of a $validate-code on its way: what was found of it and what there is to say.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>What is known of one coding of a question. Not safe to use from several threads.</summary>
internal sealed class CodingCheck(CodeValidation question, int index)
{
    // A list that people read.
    private const int VersionsShown = 8;

    private readonly CodedValue _value = question.Codings[index];

    public CodeValidation Question => question;

    /// <summary>The system: that of the coding, or one that was inferred.</summary>
    public string? SystemUrl { get; set; } = question.Codings[index].System;

    public string Code => _value.Code ?? "";

    public string? AskedVersion => _value.Version;

    public string? AskedDisplay => _value.Display;

    /// <summary>The code system that the code was looked up in; null if it is not known here.</summary>
    public CodeSystem? System { get; private set; }

    /// <summary>The concept, or null.</summary>
    public Concept? Concept { get; private set; }

    public List<TerminologyIssue> Issues { get; } = [];

    /// <summary>The system that is not known here, with the version asked for; null if it is known.</summary>
    public string? UnknownSystem { get; private set; }

    /// <summary>The display to answer with.</summary>
    public string? Display { get; set; }

    public bool HasErrors => Issues.Exists(static issue => issue.Severity == IssueSeverity.Error);

    /// <summary>The code for people: <c>system|version#code</c>, as far as there is one.</summary>
    public string Named => $"{Canonical(SystemUrl, AskedVersion ?? System?.Version)}#{Code}";

    public static string Canonical(string? url, string? version) => version is null ? url ?? "" : $"{url}|{version}";

    /// <summary>Where a part of the coding is, as the answer tells it.</summary>
    public string Locate(string part) => question.Form switch
    {
        CodedForm.Code => part,
        CodedForm.Coding => $"Coding.{part}",
        _ => $"CodeableConcept.coding[{index}].{part}",
    };

    /// <summary>Where the coding as a whole is.</summary>
    public string Place => question.Form switch
    {
        CodedForm.Code => "code",
        CodedForm.Coding => "Coding",
        _ => $"CodeableConcept.coding[{index}]",
    };

    public void Say(IssueSeverity severity, string code, string type, string text, string? location) =>
        Issues.Add(new TerminologyIssue(severity, code, type, text, location));

    /// <summary>True if the coding has a code, and its system can be one.</summary>
    /// <param name="hasSystem">True if the code system is at hand and needs no name.</param>
    public bool IsWellFormed(bool hasSystem = false)
    {
        if (Code.Length == 0)
        {
            Say(IssueSeverity.Error, "invalid", TerminologyIssueType.InvalidData, "There is no code to check; send one.", Place);
            return false;
        }

        if (hasSystem)
            return true;
        if (string.IsNullOrEmpty(SystemUrl))
        {
            Say(
                IssueSeverity.Warning, "invalid", TerminologyIssueType.InvalidData,
                $"The code '{Code}' has no system, and without one it has no meaning that could be checked; send the system's URL with it.", Place);
            return false;
        }

        if (SystemUrl.Contains(':', StringComparison.Ordinal))
            return true;
        Say(
            IssueSeverity.Error, "invalid", TerminologyIssueType.InvalidData,
            $"The system '{SystemUrl}' of the code '{Code}' is no absolute URI; a code system is named by its canonical URL or by urn:oid:.", Locate("system"));
        return false;
    }

    /// <summary>Looks the code up in its system, in the version asked for or one that the value set names.</summary>
    public async ValueTask LookUpAsync(TerminologyScope scope, string? version, CancellationToken cancel)
    {
        var resolution = await scope.ResolveCodeSystemAsync(SystemUrl!, version, cancel);
        if (resolution.System is not { } system)
        {
            SayUnknownSystem(resolution, await KindOfAsync(scope, resolution, cancel));
            return;
        }

        if (resolution.ViolatedCheck is { } check)
        {
            Say(
                IssueSeverity.Error, "exception", TerminologyIssueType.VersionError,
                $"The code {Named} was looked up in version {system.Version ?? "(none)"} of {system.Url}, and check-system-version wants {check}; use that version.", Locate("version"));
        }

        LookUp(system);
    }

    // The URLs of supplements and value sets are often taken for those of code systems.
    private static async ValueTask<string?> KindOfAsync(TerminologyScope scope, CodeSystemResolution resolution, CancellationToken cancel)
    {
        if (resolution.IsKnown)
            return null;
        if (await scope.SupplementAsync(resolution.Url, cancel) is { } supplement)
            return $"It is a supplement to {supplement.System.Header.Supplements}, whose URL is the one to use.";
        return await scope.ValueSetAsync(resolution.Url, cancel) is null ? null : "It is a value set; a code needs the URL of its code system.";
    }

    private void SayUnknownSystem(CodeSystemResolution resolution, string? kind)
    {
        UnknownSystem = Canonical(resolution.Url, resolution.AskedVersion);
        if (kind is not null)
        {
            Say(IssueSeverity.Error, "invalid", TerminologyIssueType.InvalidData, $"{resolution.Url} is no code system, so the code '{Code}' can't be checked. {kind}", Locate("system"));
            return;
        }

        var text = resolution switch
        {
            { IsKnown: false } => $"The code system {UnknownSystem} is not known here, so the code '{Code}' can't be checked; correct the system, or load that code system.",
            { MissedDate: { } date } => $"There was no version of the code system {resolution.Url} on {date} yet, so the code '{Code}' can't be checked; it is known in {Versions(resolution.Versions)}.",
            { AskedVersion: { } version } when !resolution.Versions.Contains(version) =>
                $"The code system {resolution.Url} is not known here in version {version}, so the code '{Code}' can't be checked; it is known in {Versions(resolution.Versions)}.",
            _ => $"The code system {UnknownSystem} is known here by name only, without its codes, so the code '{Code}' can't be checked; load its content.",
        };
        Say(IssueSeverity.Error, "not-found", TerminologyIssueType.NotFound, text, Locate("system"));
    }

    /// <summary>Looks the code up in its system; says so if it isn't there.</summary>
    public void LookUp(CodeSystem system)
    {
        System = system;
        Concept = system.Find(Code);
        if (Concept is null)
        {
            SayUnknownCode(system);
            return;
        }

        if (Concept.Code != Code && !system.IsCaseSensitive)
        {
            Say(
                IssueSeverity.Information, "business-rule", TerminologyIssueType.CodeRule,
                $"The code system {Canonical(system.Url, system.Version)} takes '{Code}' for '{Concept.Code}', since its codes don't differ by case; write it as '{Concept.Code}'.",
                Locate("code"));
        }
    }

    private void SayUnknownCode(CodeSystem system)
    {
        var name = Canonical(system.Url, system.Version);
        if (IsPart(system))
        {
            Say(
                IssueSeverity.Warning, "code-invalid", TerminologyIssueType.InvalidCode,
                $"The code '{Code}' is not in the part of {name} that is known here (its content is {system.Header.Content}), so nobody can tell whether it exists.", Locate("code"));
            return;
        }

        var hint = system.Header.CaseSensitive == false ? null : OtherCase(system);
        Say(
            IssueSeverity.Error, "code-invalid", TerminologyIssueType.InvalidCode,
            $"The code system {name} has no code '{Code}'{(hint is null ? "" : $"; its codes differ by case, and it has '{hint}'")}.", Locate("code"));
    }

    /// <summary>True if only some concepts of the code system are known, so that an unknown code may exist all the same.</summary>
    public static bool IsPart(CodeSystem system) => system.Header.Content is "fragment" or "example";

    private string? OtherCase(CodeSystem system)
    {
        foreach (var code in (ReadOnlySpan<string>)[Code.ToLowerInvariant(), Code.ToUpperInvariant(), Code.Length > 1 ? $"{char.ToUpperInvariant(Code[0])}{Code[1..].ToLowerInvariant()}" : Code])
        {
            if (code != Code && system.Find(code) is { } other)
                return other.Code;
        }

        return null;
    }

    private static string Versions(IReadOnlyList<string?> versions)
    {
        var shown = string.Join(", ", versions.Take(VersionsShown).Select(static version => version ?? "(none)"));
        return versions.Count switch
        {
            1 => $"version {shown}",
            <= VersionsShown => $"the versions {shown}",
            _ => $"the versions {shown} and {versions.Count - VersionsShown} more",
        };
    }
}
