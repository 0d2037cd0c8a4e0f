// Which of a concept's names is its display in the languages wished for.

namespace FhirHub.Terminology;

/// <summary>Chooses displays.</summary>
public static class DisplayChoice
{
    private const string DesignationUsage = "http://terminology.hl7.org/CodeSystem/designation-usage";
    private const string FullySpecifiedName = "900000000000003001";
    private const string PreferredForLanguage = "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra";

    // Designations that say that they are meant for display go before those that don't, and those that are meant for other uses come last.
    private const int Uses = 3;

    /// <summary>The display in the language that fits the wish best; the code system's own where there is no wish or nothing fits.</summary>
    /// <param name="wish">The languages wished for.</param>
    /// <param name="display">The code system's own display, or null.</param>
    /// <param name="language">Its language, or null if that is not known.</param>
    /// <param name="designations">The other names.</param>
    /// <returns>The display and its language; null only if the concept has no display and nothing fits.</returns>
    public static (string? Display, string? Language) Of(LanguagePreference wish, string? display, string? language, IReadOnlyList<Designation> designations)
    {
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(designations);
        if (wish.IsNone)
            return (display, language);
        var best = display is null ? long.MaxValue : Rank(wish, language, 0);
        var chosen = (display, language);
        foreach (var designation in designations)
        {
            var rank = Rank(wish, designation.Language, UseOf(designation));
            if (rank >= best)
                continue;
            best = rank;
            chosen = (designation.Value, designation.Language);
        }

        return best < long.MaxValue ? chosen : (display, language);
    }

    private static long Rank(LanguagePreference wish, string? language, int use) =>
        wish.RankOf(language) is < int.MaxValue and var rank ? ((long)rank * Uses) + use : long.MaxValue;

    private static int UseOf(Designation designation) => designation.Use switch
    {
        null => 1,
        { System: DesignationUsage, Code: "display" } or { System: PreferredForLanguage, Code: "preferredForLanguage" } => 0,
        { Code: FullySpecifiedName } => 2,
        _ => 1,
    };
}
