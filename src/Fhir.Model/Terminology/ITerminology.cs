// The terminology seam: what search, FHIRPath and validation ask of whatever knows code systems and value sets.

namespace FhirHub.Model;

/// <summary>Which side of a code in its hierarchy (R4 search.html#modifiers, <c>:above</c> and <c>:below</c>).</summary>
public enum SubsumptionSide
{
    /// <summary>The code and everything that subsumes it.</summary>
    Above,

    /// <summary>The code and everything that it subsumes.</summary>
    Below,
}

/// <summary>Knows code systems and value sets. Implementations answer from memory or a local store and may be called often.</summary>
public interface ITerminology
{
    /// <summary>The codes of a value set, by its canonical URL with or without <c>|version</c>.</summary>
    /// <exception cref="TerminologyException">The value set is unknown, can't be expanded, or has too many codes.</exception>
    ValueTask<CodeSet> ExpandAsync(string valueSet, CancellationToken cancel);

    /// <summary>The code and all that lie above or below it in the hierarchy of its system.</summary>
    /// <exception cref="TerminologyException">The system or the code is unknown.</exception>
    ValueTask<CodeSet> SubsumptionAsync(string system, string code, SubsumptionSide side, CancellationToken cancel);
}

/// <summary>A question to terminology that has no answer.</summary>
/// <param name="code">A code of R4 valueset-issue-type.html: <c>not-found</c>, <c>too-costly</c>, <c>not-supported</c>, <c>invalid</c>.</param>
/// <param name="message">A sentence that says what to do.</param>
public sealed class TerminologyException(string code, string message) : Exception(message)
{
    /// <summary>A code of R4 valueset-issue-type.html.</summary>
    public string Code { get; } = code;
}
