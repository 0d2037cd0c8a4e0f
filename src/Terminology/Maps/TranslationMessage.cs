// What a translation says to people beside its matches.

namespace FhirHub.Terminology;

/// <summary>Sentences of <c>$translate</c>.</summary>
internal static class TranslationMessage
{
    /// <summary>Dependencies that a message names at most.</summary>
    public const int DependenciesShown = 5;

    private const int MapsShown = 3;

    /// <summary>The message, or null if there is nothing to say.</summary>
    public static string? For(TranslateRequest request, IReadOnlyList<ConceptMapTable> maps, List<TranslateMatch> matches, List<string> unmet, List<string> faults)
    {
        var sentences = faults.Take(MapsShown).ToList();
        if (unmet.Count > 0)
            sentences.Add($"Further mappings hold only with {string.Join(", ", unmet.Distinct(StringComparer.Ordinal))}; say so in 'dependency'.");
        var conditions = sentences.Count == 0 ? null : string.Join(' ', sentences);
        if (matches.Exists(static match => MapEquivalence.IsMatch(match.Equivalence)))
            return conditions;

        var codes = string.Join(", ", request.Codings.Select(static coding =>
            $"'{coding.Code}'{(coding.System is null ? "" : $" of {coding.System}")}{(coding.Version is null ? "" : $" in version {coding.Version}")}"));
        return (maps.Count, matches.Count) switch
        {
            (0, _) => $"No concept map known here fits the code {codes}{Wanted(request)}. Create one, name one in 'url', or ask for another target.",
            (_, > 0) => $"The {Names(maps)} that the code {codes} has no equivalent{Wanted(request)}.{Also(conditions)}",
            _ => $"The {Names(maps, "has", "have")} no mapping {(request.IsReverse ? "to" : "from")} the code {codes}{Wanted(request)}.{Also(conditions)}",
        };
    }

    private static string Also(string? sentence) => sentence is null ? "" : $" {sentence}";

    private static string Wanted(TranslateRequest request)
    {
        var wanted = string.Join(" and ", new[] { request.TargetSystem, request.TargetScope }.OfType<string>());
        return wanted.Length == 0 ? "" : $" {(request.IsReverse ? "from" : "to")} {wanted}";
    }

    private static string Names(IReadOnlyList<ConceptMapTable> maps, string one = "says", string several = "say")
    {
        var names = string.Join(", ", maps.Take(MapsShown).Select(static map => map.Canonical ?? map.Name));
        var more = maps.Count > MapsShown ? $" and {maps.Count - MapsShown} more" : "";
        return maps.Count == 1 ? $"concept map {names} {one}" : $"concept maps {names}{more} {several}";
    }
}
