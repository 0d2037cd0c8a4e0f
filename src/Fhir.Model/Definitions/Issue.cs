// One thing that is wrong with an input, as OperationOutcome.issue will say it.

namespace FhirHub.Model;

/// <summary>How bad it is (R4 valueset-issue-severity.html).</summary>
public enum IssueSeverity
{
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Fatal,
    Error,
    Warning,
    Information,
#pragma warning restore CS1591
}

/// <summary>An issue of an OperationOutcome.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A code of R4 valueset-issue-type.html: <c>structure</c>, <c>required</c>, <c>value</c>, …</param>
/// <param name="Diagnostics">A sentence that says what is wrong and what was expected.</param>
/// <param name="Expression">Where, as a FHIRPath location (<c>Patient.name[0].given[1]</c>), or null.</param>
/// <param name="Line">Line of the source, from 1; 0 if unknown.</param>
/// <param name="Column">Column of the source in bytes, from 1; 0 if unknown.</param>
public sealed record Issue(IssueSeverity Severity, string Code, string Diagnostics, string? Expression = null, int Line = 0, int Column = 0)
{
    /// <summary>A code that says it more exactly (<c>OperationOutcome.issue.details</c>), with its system; null for most.</summary>
    public (string System, string Code)? Detail { get; init; }

    /// <summary>What <see cref="Diagnostics"/> says, for other languages; null where it is said in English only.</summary>
    public IssueMessage? Message { get; init; }

    /// <summary>An error.</summary>
    public static Issue Error(string code, string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, code, diagnostics, expression);

    /// <summary>An issue that can be said in every language of messages; <see cref="Diagnostics"/> is the English.</summary>
    /// <param name="severity">How bad it is.</param>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="template">What it says.</param>
    /// <param name="arguments">What stands at the template's places.</param>
    public static Issue Of(IssueSeverity severity, string code, MessageTemplate template, params IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new Issue(severity, code, template.Format(MessageLanguage.English, arguments))
        {
            Detail = (MessageTemplate.CodeSystem, template.Id),
            Message = new IssueMessage(template, arguments),
        };
    }

    /// <summary>A warning.</summary>
    public static Issue Warning(string code, string diagnostics, string? expression = null) =>
        new(IssueSeverity.Warning, code, diagnostics, expression);
}
