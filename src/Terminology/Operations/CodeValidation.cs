// The question and the answer of $validate-code, on code systems and on value sets.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>In which form the code of a <c>$validate-code</c> came; locations in its answer are told by it.</summary>
public enum CodedForm
{
    /// <summary>The parameters <c>code</c>, <c>system</c>, <c>display</c>.</summary>
    Code,

    /// <summary>A Coding.</summary>
    Coding,

    /// <summary>A CodeableConcept.</summary>
    CodeableConcept,
}

/// <summary>A code as a client sent it: any part may be missing.</summary>
/// <param name="System">The code system's URL, or null.</param>
/// <param name="Version">Its version, or null.</param>
/// <param name="Code">The code, or null.</param>
/// <param name="Display">The display to check, or null.</param>
public sealed record CodedValue(string? System, string? Version, string? Code, string? Display);

/// <summary>The question of <c>$validate-code</c> (R4 codesystem-operation-validate-code.html, valueset-operation-validate-code.html).</summary>
public sealed record CodeValidation
{
    /// <summary>The form in which the codes came.</summary>
    public required CodedForm Form { get; init; }

    /// <summary>The codes: one, or those of a CodeableConcept.</summary>
    public required IReadOnlyList<CodedValue> Codings { get; init; }

    /// <summary><c>inferSystem</c>: the value set says which system the code is of.</summary>
    public bool InfersSystem { get; init; }

    /// <summary><c>abstract</c>: false if abstract codes may not be chosen.</summary>
    public bool AllowsAbstract { get; init; } = true;

    /// <summary><c>activeOnly</c>: inactive codes are not valid.</summary>
    public bool ActiveOnly { get; init; }

    /// <summary><c>lenient-display-validation</c>: a wrong display is a warning.</summary>
    public bool IsLenientAboutDisplay { get; init; }

    /// <summary><c>valueset-membership-only</c>: displays are not looked at.</summary>
    public bool IsMembershipOnly { get; init; }

    /// <summary>The language of the display.</summary>
    public LanguagePreference Languages { get; init; } = LanguagePreference.None;
}

/// <summary>The answer of <c>$validate-code</c>.</summary>
public sealed record CodeValidationAnswer
{
    /// <summary>True if the code is valid.</summary>
    public required bool Result { get; init; }

    /// <summary>The code that was looked at; of a CodeableConcept, the first that is valid.</summary>
    public string? Code { get; init; }

    /// <summary>Its system.</summary>
    public string? System { get; init; }

    /// <summary>The version of the system that it was looked up in.</summary>
    public string? Version { get; init; }

    /// <summary>The right display in the language asked for.</summary>
    public string? Display { get; init; }

    /// <summary>The code as its system writes it, where that differs by case.</summary>
    public string? NormalizedCode { get; init; }

    /// <summary>True if the concept is inactive.</summary>
    public bool IsInactive { get; init; }

    /// <summary>The concept's status, where it has one that is not <c>active</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Code systems, with <c>|version</c> where one was asked for, whose absence made the answer false.</summary>
    public IReadOnlyList<string> UnknownSystems { get; init; } = [];

    /// <summary>All that there is to say.</summary>
    public IReadOnlyList<TerminologyIssue> Issues { get; init; } = [];

    /// <summary>What people should read: the errors, or the warnings where there are none.</summary>
    public string? Message =>
        Join(IssueSeverity.Error) ?? Join(IssueSeverity.Warning);

    private string? Join(IssueSeverity severity)
    {
        string? message = null;
        foreach (var issue in Issues)
        {
            if (issue.Severity == severity)
                message = message is null ? issue.Text : $"{message}; {issue.Text}";
        }

        return message;
    }
}
