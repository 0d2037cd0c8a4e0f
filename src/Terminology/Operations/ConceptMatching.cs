// $find-matches: the concepts that have the properties at hand, all of them or the most.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A property that a concept is looked for by.</summary>
/// <param name="Code">Its name: one of the code system's, or <c>display</c>, <c>designation</c>, <c>definition</c>, <c>parent</c>, <c>child</c>, <c>concept</c>.</param>
/// <param name="Text">Its value as text; of a Coding, the code; null for a property that consists of others.</param>
/// <param name="Subproperties">Properties that must be together in one group of the concept's.</param>
public sealed record MatchProperty(string Code, string? Text, IReadOnlyList<MatchProperty> Subproperties);

/// <summary>The question of CodeSystem <c>$find-matches</c> (R4 codesystem-operation-find-matches.html).</summary>
public sealed record MatchQuestion
{
    /// <summary>The properties.</summary>
    public required IReadOnlyList<MatchProperty> Properties { get; init; }

    /// <summary><c>exact</c>: false if a person asks, who may choose among codes that are near.</summary>
    public bool IsExact { get; init; }

    /// <summary><c>compositional</c>: expressions may be made of codes.</summary>
    public bool IsCompositional { get; init; }
}

/// <summary>A concept that has some of the properties.</summary>
/// <param name="Code">The code, or an expression.</param>
/// <param name="Display">The display, or null.</param>
/// <param name="Unmatched">The properties that it lacks.</param>
/// <param name="Comment">What a person should know, or null.</param>
public sealed record ConceptMatch(string Code, string? Display, IReadOnlyList<MatchProperty> Unmatched, string? Comment);

/// <summary>Looks for concepts by their properties.</summary>
public sealed class ConceptMatching
{
    private const string SnomedCt = "http://snomed.info/sct";
    private const int MatchesAtMost = 50;
    private const int PropertiesAtMost = 50;
    private const int TextAtMost = 1_000;

    private readonly CodeSystem _system;
    private readonly ConceptTable _table;
    private readonly MatchQuestion _question;
    private readonly LanguagePreference _languages;

    private ConceptMatching(CodeSystem system, ConceptTable table, MatchQuestion question, LanguagePreference languages) =>
        (_system, _table, _question, _languages) = (system, table, question, languages);

    /// <summary>The best matches, those with the most properties first.</summary>
    /// <exception cref="TerminologyException">The code system's concepts are not known here, or a property is not one of it.</exception>
    public static IReadOnlyList<ConceptMatch> Find(CodeSystem system, MatchQuestion question, LanguagePreference languages)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(question);
        var name = CodingCheck.Canonical(system.Url, system.Version);
        if (system.Table is not { } table)
            throw new TerminologyException("not-supported", $"The codes of {name} are made by a grammar and have no properties to be found by.");
        var count = question.Properties.Sum(CountOf);
        if (count is 0 or > PropertiesAtMost)
            throw new TerminologyException("invalid", $"$find-matches takes 1 to {PropertiesAtMost} properties, those within others counted; there are {count}.");
        if (question.Properties.Any(IsLong))
            throw new TerminologyException("too-long", $"The value of a property that $find-matches looks for has {TextAtMost:N0} characters at most.");
        return new ConceptMatching(system, table, question, languages).Find();
    }

    private static int CountOf(MatchProperty property) => 1 + property.Subproperties.Sum(CountOf);

    private static bool IsLong(MatchProperty property) => property.Text?.Length > TextAtMost || property.Subproperties.Any(IsLong);

    private List<ConceptMatch> Find()
    {
        var properties = _question.Properties;
        var precise = properties.Select(Precise).ToList();
        var near = _question.IsExact ? precise.ConvertAll(_ => ConceptSet.None(_table)) : [.. properties.Select(Near)];

        // A precise match counts twice what a near one does.
        var scores = new int[_table.Count];
        for (var i = 0; i < properties.Count; i++)
        {
            foreach (var concept in precise[i])
                scores[concept] += 2;
            foreach (var concept in near[i].Except(precise[i]))
                scores[concept]++;
        }

        var matches = Best(scores).Select(concept => ToMatch(concept, precise, near)).ToList();
        if (_question.IsCompositional && matches is [{ Unmatched.Count: > 0 }, ..] && matches.Select(Compose).FirstOrDefault(static match => match is not null) is { } expression)
            matches.Insert(0, expression);
        return matches;
    }

    private static List<int> Best(int[] scores)
    {
        var best = new PriorityQueue<int, (int Score, int Order)>();
        for (var concept = 0; concept < scores.Length; concept++)
        {
            if (scores[concept] == 0)
                continue;
            best.Enqueue(concept, (scores[concept], -concept));
            if (best.Count > MatchesAtMost)
                best.Dequeue();
        }

        var worstFirst = new List<int>();
        while (best.TryDequeue(out var concept, out _))
            worstFirst.Add(concept);
        worstFirst.Reverse();
        return worstFirst;
    }

    private ConceptMatch ToMatch(int ordinal, List<ConceptSet> precise, List<ConceptSet> near)
    {
        var concept = _system.At(ordinal);
        var unmatched = new List<MatchProperty>();
        var inexact = new List<string>();
        for (var i = 0; i < precise.Count; i++)
        {
            if (precise[i].Contains(ordinal))
                continue;
            if (near[i].Contains(ordinal))
                inexact.Add(_question.Properties[i].Code);
            else
                unmatched.Add(_question.Properties[i]);
        }

        var comment = inexact.Count == 0 ? null : $"Near, not the same: {string.Join(", ", inexact)}.";
        if (concept.IsInactive)
            comment = comment is null ? "The code is inactive." : $"{comment} The code is inactive.";
        return new ConceptMatch(concept.Code, DisplayChoice.Of(_languages, concept.Display, _system.Header.Language, concept.Designations).Display, unmatched, comment);
    }

    private ConceptSet Precise(MatchProperty property)
    {
        if (property.Subproperties.Count > 0)
            return Grouped(property);
        var text = property.Text ?? "";
        var named = _table.Find(text);
        return property.Code switch
        {
            "code" => One(named),
            "display" => ConceptSet.Where(_table, concept => string.Equals(_table.Display(concept), text, StringComparison.OrdinalIgnoreCase)),
            "designation" => ConceptSet.Where(_table, concept => Names(concept).Any(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase))),
            "definition" => ConceptSet.Where(_table, concept => string.Equals(_table.Definition(concept), text, StringComparison.OrdinalIgnoreCase)),
            "parent" => named < 0 ? None : ConceptSet.Of(_table, _table.Children(named)),
            "child" => named < 0 ? None : ConceptSet.Of(_table, _table.Parents(named)),
            "concept" => named < 0 ? None : _table.Descendants(named, includesSelf: true),
            _ => _table.FindProperty(property.Code) >= 0 ? _table.WithProperty(property.Code, value => value == text) : throw Unknown(property.Code),
        };
    }

    // What a person would take for it: the words in another order, a kind of the value or what the value is a kind of.
    private ConceptSet Near(MatchProperty property)
    {
        if (property.Subproperties.Count > 0)
            return None;
        var text = property.Text ?? "";
        var named = _table.Find(text);
        switch (property.Code)
        {
            case "display" or "designation":
                var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return words.Length == 0 ? None : ConceptSet.Where(_table, concept => Names(concept).Any(name => words.All(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))));
            case "definition":
                return text.Length == 0 ? None : ConceptSet.Where(_table, concept => _table.Definition(concept)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
            case "parent":
                return named < 0 ? None : _table.Descendants(named, includesSelf: false);
            case "child":
                return named < 0 ? None : _table.Ancestors(named, includesSelf: false);
            default:
                return named < 0 || _table.FindProperty(property.Code) < 0
                    ? None
                    : _table.WithProperty(property.Code, _table.Descendants(named, includesSelf: true).Or(_table.Ancestors(named, includesSelf: false)));
        }
    }

    private ConceptSet Grouped(MatchProperty property)
    {
        var all = property.Subproperties.Select(Precise).Aggregate(static (left, right) => left.And(right));
        return all.Where(concept => _table.Properties(concept).GroupBy(static p => p.Group).Any(group =>
            property.Subproperties.All(wanted => group.Any(p => p.Code == wanted.Code && p.Text == wanted.Text))));
    }

    // SNOMED CT's compositional grammar: what the concept lacks is said with it. Other systems' grammars are not known here.
    private ConceptMatch? Compose(ConceptMatch match)
    {
        if (_system.Url != SnomedCt || match.Unmatched.Any(property => property.Subproperties.Count > 0 || property.Text is null || _table.Find(property.Text) < 0 || _table.Find(property.Code) < 0))
            return null;
        var refinement = string.Join(",", match.Unmatched.Select(static property => $"{property.Code}={property.Text}"));
        return new ConceptMatch($"{match.Code}:{refinement}", null, [], "An expression; no single code has all of the properties.");
    }

    private ConceptSet None => ConceptSet.None(_table);

    private ConceptSet One(int concept) => concept < 0 ? None : ConceptSet.Of(_table, [concept]);

    private IEnumerable<string> Names(int concept)
    {
        if (_table.Display(concept) is { } display)
            yield return display;
        foreach (var designation in _system.At(concept).Designations)
            yield return designation.Value;
    }

    private TerminologyException Unknown(string property) => new(
        "not-supported",
        $"The code system {CodingCheck.Canonical(_system.Url, _system.Version)} has no property '{property}'; it has {string.Join(", ", _table.PropertyDefinitions.Select(static p => p.Code).Concat(["display", "designation", "definition", "parent", "child", "concept", "code"]).Distinct())}.");
}
