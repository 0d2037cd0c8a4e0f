// How code deep in the reading of a request refuses it; the endpoint turns it into an OperationOutcome.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>The request is refused with that status and those issues.</summary>
public sealed class RefusedException : Exception
{
    /// <summary>A refusal with one reason.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="diagnostics">What is wrong and what to do.</param>
    public RefusedException(int status, string code, string diagnostics)
        : this(status, [Issue.Error(code, diagnostics)])
    {
    }

    /// <summary>The same, said in the language of the request.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="template">What is wrong and what to do.</param>
    /// <param name="arguments">What stands at the template's places.</param>
    public RefusedException(int status, string code, MessageTemplate template, params IReadOnlyList<string> arguments)
        : this(status, [Issue.Of(IssueSeverity.Error, code, template, arguments)])
    {
    }

    /// <summary>A refusal with several reasons.</summary>
    public RefusedException(int status, IReadOnlyList<Issue> issues)
        : base(issues.Count > 0 ? issues[0].Diagnostics : null)
    {
        Status = status;
        Issues = issues;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>When to ask again; null if that makes no difference.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The reasons.</summary>
    public IReadOnlyList<Issue> Issues { get; }
}
