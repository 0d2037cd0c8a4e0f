// Whether a body contains a fixture (R4 assert.minimumId: "contains all the element/content in another fixture").

namespace FhirHub.Conformance;

/// <summary>
/// Compares contents. Each element of the fixture must be in the body, below the same parent and with the same value; further elements may be there.
/// What repeats may come in any order, and each of the fixture's needs one of its own. For one comparison.
/// </summary>
internal sealed class Containment
{
    // Some seconds; a Bundle of a thousand resources against another of a hundred takes a tenth.
    private const int MaxComparisons = 20_000_000;

    private int _comparisons;

    /// <summary>The path of the first thing of the fixture that the body does not have, with what it has instead; null if it has all.</summary>
    /// <exception cref="StepException">It takes too long.</exception>
    public string? FindMissing(ContentNode fixture, ContentNode body) => fixture.Name != body.Name
        ? $"{Bodies.Article(fixture.Name)} was expected, found {Bodies.Article(body.Name)}"
        : FindMissing(fixture, body, fixture.Name);

    private string? FindMissing(ContentNode fixture, ContentNode body, string path)
    {
        if (!HasValue(fixture, body))
            return $"{path} should be {Excerpt.Of(Bare(fixture.Value!))}; found {(body.Value is { } value ? Excerpt.Of(Bare(value)) : "no value")}";
        foreach (var wanted in fixture.Children.GroupBy(static child => child.Name, StringComparer.Ordinal))
        {
            IReadOnlyList<ContentNode> items = [.. wanted];
            IReadOnlyList<ContentNode> candidates = [.. body.Children.Where(child => child.Name == wanted.Key)];
            var unmatched = FindUnmatched(items, candidates);
            if (unmatched < 0)
                continue;
            var at = items.Count == 1 && candidates.Count <= 1 ? $"{path}.{wanted.Key}" : $"{path}.{wanted.Key}[{unmatched}]";
            if (candidates.Count == 0)
                return $"{at} is missing{Describe(items[unmatched])}";
            if (candidates.Count == 1 && items.Count == 1)
                return FindMissing(items[0], candidates[0], at);
            return items[unmatched].Children.Count > 0 && Closest(items[unmatched], candidates) is { } closest
                ? $"{at} is none of the {candidates.Count} that were found; in the closest one {FindMissing(items[unmatched], closest, at) ?? "all is there, but another needs it"}"
                : $"{at}{Describe(items[unmatched])} is none of the {candidates.Count} that were found";
        }

        return null;
    }

    private bool IsIn(ContentNode fixture, ContentNode body)
    {
        if (++_comparisons > MaxComparisons)
            throw new StepException($"Comparing the body with the fixture takes more than {MaxComparisons} steps. Use a smaller fixture, or ask for less.");
        if (!HasValue(fixture, body))
            return false;
        if (fixture.Children.Count > body.Children.Count)
            return false;
        foreach (var wanted in fixture.Children.GroupBy(static child => child.Name, StringComparer.Ordinal))
        {
            if (FindUnmatched([.. wanted], [.. body.Children.Where(child => child.Name == wanted.Key)]) >= 0)
                return false;
        }

        return true;
    }

    // Pairs each item with a candidate of its own, moving earlier pairs where that makes room; the first item without one, or -1.
    private int FindUnmatched(IReadOnlyList<ContentNode> items, IReadOnlyList<ContentNode> candidates)
    {
        var known = new Dictionary<(int, int), bool>();
        var takenBy = new int[candidates.Count];
        Array.Fill(takenBy, -1);
        for (var item = 0; item < items.Count; item++)
        {
            if (!TryPair(item, new bool[candidates.Count]))
                return item;
        }

        return -1;

        bool TryPair(int item, bool[] tried)
        {
            for (var candidate = 0; candidate < candidates.Count; candidate++)
            {
                if (tried[candidate] || !Fits(item, candidate))
                    continue;
                tried[candidate] = true;
                if (takenBy[candidate] < 0 || TryPair(takenBy[candidate], tried))
                {
                    takenBy[candidate] = item;
                    return true;
                }
            }

            return false;
        }

        bool Fits(int item, int candidate)
        {
            if (known.TryGetValue((item, candidate), out var fits))
                return fits;
            return known[(item, candidate)] = IsIn(items[item], candidates[candidate]);
        }
    }

    private ContentNode? Closest(ContentNode wanted, IReadOnlyList<ContentNode> candidates) => candidates
        .MaxBy(candidate => wanted.Children.Count(child => candidate.Children.Any(other => other.Name == child.Name && IsIn(child, other))));

    private static bool HasValue(ContentNode fixture, ContentNode body) => fixture.Value is null || fixture.Value == body.Value;

    private static string Describe(ContentNode node) => node.Value is { } value ? $" ({Excerpt.Of(Bare(value))})" : "";

    private static string Bare(string value) => value is ['"', .., '"'] ? value[1..^1] : value;
}
