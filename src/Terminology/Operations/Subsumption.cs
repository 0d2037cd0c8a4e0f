// Which of two codes includes the other.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>CodeSystem <c>$subsumes</c> (R4 codesystem-operation-subsumes.html).</summary>
public static class Subsumption
{
    /// <summary>The outcome for two codes: <c>equivalent</c>, <c>subsumes</c>, <c>subsumed-by</c> or <c>not-subsumed</c>.</summary>
    /// <exception cref="TerminologyException">The code system has not both of them, or no hierarchy that is known here.</exception>
    public static string Of(CodeSystem system, string codeA, string codeB)
    {
        ArgumentNullException.ThrowIfNull(system);
        if (system.Table is not { } table || system.Header.Content == "not-present")
            return Find(system, codeA).Code == Find(system, codeB).Code ? "equivalent" : "not-subsumed";

        var (a, b) = (table.Find(codeA), table.Find(codeB));
        if (a < 0 || b < 0)
            throw Unknown(system, a < 0 ? codeA : codeB);
        if (a == b)
            return "equivalent";
        if (table.Subsumes(a, b))
            return "subsumes";
        return table.Subsumes(b, a) ? "subsumed-by" : "not-subsumed";
    }

    private static Concept Find(CodeSystem system, string code) => system.Find(code) ?? throw Unknown(system, code);

    private static TerminologyException Unknown(CodeSystem system, string code) => new(
        "not-found", $"The code system {CodingCheck.Canonical(system.Url, system.Version)} has no code '{code}', so nothing can be said about what it includes; check the code.");
}
