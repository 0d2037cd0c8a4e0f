// A package can't be loaded, and why.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>A package that can't be read, resolved, loaded or removed; nothing of it was changed.</summary>
public sealed class PackageException : Exception
{
    /// <summary>With one reason.</summary>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="diagnostics">What is wrong and what to do.</param>
    public PackageException(string code, string diagnostics)
        : this([Issue.Error(code, diagnostics)])
    {
    }

    /// <summary>With several reasons.</summary>
    public PackageException(IReadOnlyList<Issue> issues)
        : base(string.Join(Environment.NewLine, issues.Select(static issue => issue.Diagnostics))) => Issues = issues;

    /// <summary>The reasons.</summary>
    public IReadOnlyList<Issue> Issues { get; }
}
