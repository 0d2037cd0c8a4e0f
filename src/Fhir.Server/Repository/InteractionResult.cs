// What came of an interaction, before anyone decides how to put it on the wire: an HTTP answer or a Bundle entry.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The result of an interaction (R4 http.html).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Version">The version read or written, the tombstone of a delete, or null.</param>
public sealed record InteractionResult(int Status, StoredVersion? Version = null)
{
    /// <summary>What there is to say: the reasons of a failure, warnings of a success.</summary>
    public IReadOnlyList<Issue> Issues { get; init; } = [];

    /// <summary>True for an interaction that was done.</summary>
    public bool IsSuccess => Status < 400;

    /// <summary>A refusal with one reason.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="diagnostics">What is wrong and what to do.</param>
    /// <param name="expression">Where, as a FHIRPath location.</param>
    public static InteractionResult Refused(int status, string code, string diagnostics, string? expression = null) =>
        new(status) { Issues = [Issue.Error(code, diagnostics, expression)] };

    /// <summary>The same, said in the language of the request.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="template">What is wrong and what to do.</param>
    /// <param name="arguments">What stands at the template's places.</param>
    public static InteractionResult Refused(int status, string code, MessageTemplate template, params IReadOnlyList<string> arguments) =>
        new(status) { Issues = [Issue.Of(IssueSeverity.Error, code, template, arguments)] };

    /// <summary>The same refusal, with the element that is at fault.</summary>
    /// <param name="expression">Where, as a FHIRPath location.</param>
    public InteractionResult At(string expression) => this with { Issues = [.. Issues.Select(issue => issue with { Expression = expression })] };

    /// <summary>A refusal with the reasons of a parse or a search.</summary>
    public static InteractionResult Refused(int status, IReadOnlyList<Issue> issues) => new(status) { Issues = issues };
}
