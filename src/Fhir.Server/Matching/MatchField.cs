// What a comparison of two records says, field by field.

namespace FhirHub.Server.Matching;

/// <summary>The grade of a match (R4 valueset-match-grade.html).</summary>
internal enum MatchGrade
{
    /// <summary>Another person.</summary>
    CertainlyNot,

    /// <summary>Perhaps the same person.</summary>
    Possible,

    /// <summary>Most likely the same person, but for somebody to confirm.</summary>
    Probable,

    /// <summary>The same person.</summary>
    Certain,
}

/// <summary>How well a field agrees.</summary>
/// <param name="Field">The field: <c>identifier</c>, <c>name</c>, …</param>
/// <param name="Level">The level of agreement, in a word or two.</param>
/// <param name="Weight">Its weight in bits: the binary logarithm of m/u (Fellegi and Sunter); below 0 it speaks against a match.</param>
internal sealed record MatchField(string Field, string Level, double Weight);

/// <summary>A comparison of two records.</summary>
/// <param name="Score">The probability that they are of one person, from 0 to 1, within the bounds of the grade.</param>
/// <param name="Grade">The grade.</param>
/// <param name="Fields">The fields that both records have.</param>
/// <param name="Cautions">Why the grade is not higher than it is.</param>
internal sealed record MatchScore(double Score, MatchGrade Grade, IReadOnlyList<MatchField> Fields, IReadOnlyList<string> Cautions);
