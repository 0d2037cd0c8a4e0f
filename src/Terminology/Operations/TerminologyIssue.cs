// What a validation has to say about a code, with the codes that validators sort such messages by.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The codes of http://hl7.org/fhir/tools/CodeSystem/tx-issue-type, which say what an issue of a terminology server is about.</summary>
public static class TerminologyIssueType
{
    /// <summary>The code system of these codes.</summary>
    public const string System = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";

    /// <summary>A code system or value set is not known here.</summary>
    public const string NotFound = "not-found";

    /// <summary>The code is not in the value set.</summary>
    public const string NotInValueSet = "not-in-vs";

    /// <summary>One of several codes is not in the value set.</summary>
    public const string ThisCodeNotInValueSet = "this-code-not-in-vs";

    /// <summary>The code system has no such code.</summary>
    public const string InvalidCode = "invalid-code";

    /// <summary>The display is none of the concept's.</summary>
    public const string InvalidDisplay = "invalid-display";

    /// <summary>There is more to say about a display.</summary>
    public const string DisplayComment = "display-comment";

    /// <summary>The value set can't be used as it is.</summary>
    public const string ValueSetInvalid = "vs-invalid";

    /// <summary>A code system or value set is a draft, experimental, deprecated or withdrawn.</summary>
    public const string StatusCheck = "status-check";

    /// <summary>The input itself is wrong: a coding without a system, a system that is a value set.</summary>
    public const string InvalidData = "invalid-data";

    /// <summary>The code is right and its use is not: abstract, inactive, another case.</summary>
    public const string CodeRule = "code-rule";

    /// <summary>There is more to say about a code.</summary>
    public const string CodeComment = "code-comment";

    /// <summary>No system was given, and none can be told from the value set.</summary>
    public const string CannotInfer = "cannot-infer";

    /// <summary>The version asked for is not the version found.</summary>
    public const string VersionError = "version-error";
}

/// <summary>An issue about a code.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A code of R4 valueset-issue-type.html.</param>
/// <param name="Type">A code of <see cref="TerminologyIssueType"/>.</param>
/// <param name="Text">A sentence that names what it is about and what would be right.</param>
/// <param name="Location">Where, as a FHIRPath location in the input: <c>code</c>, <c>Coding.display</c>, <c>CodeableConcept.coding[0].code</c>; or null.</param>
public sealed record TerminologyIssue(IssueSeverity Severity, string Code, string Type, string Text, string? Location = null);
