// Which concepts of a code system a value set's filters select.

using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>One <c>compose.include.filter</c> (R4 valueset.html#filter, valueset-filter-operator.html).</summary>
internal sealed class ConceptFilter
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    private readonly Func<ParsedConcept, bool> _selects;

    private ConceptFilter(Func<ParsedConcept, bool> selects) => _selects = selects;

    public bool Selects(ParsedConcept concept)
    {
        try
        {
            return _selects(concept);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new TerminologyException("too-costly", "A regular expression in the value set's filters takes too long; write a simpler one.");
        }
    }

    /// <exception cref="TerminologyException">The code system or this server can't tell what the filter selects.</exception>
    public static ConceptFilter Read(ElementNode filter, ParsedCodeSystem system, TerminologyLimits limits)
    {
        var property = filter.ChildValue("property") ?? "";
        var op = filter.ChildValue("op") ?? "";
        var value = filter.ChildValue("value") ?? "";
        var isConcept = property is "concept" or "code";
        if (!isConcept && property is not ("display" or "parent" or "child" or "inactive") && !system.HasProperty(property))
        {
            throw system.HasFilter(property) ? NotSupported(system, property, op, value) : new TerminologyException(
                "invalid", $"The value set filters {system.Url} by '{property}', which is no property of that code system; correct the filter or the code system.");
        }

        return new ConceptFilter(op switch
        {
            "=" when isConcept => Members(One(system, value), true),
            "=" => concept => Values(system, concept, property).Contains(value, StringComparer.Ordinal),
            "is-a" when isConcept => Members(ParsedCodeSystem.Closure(Known(system, value), SubsumptionSide.Below), true),
            "descendent-of" when isConcept => Members([.. ParsedCodeSystem.Closure(Known(system, value), SubsumptionSide.Below).Skip(1)], true),
            "is-not-a" when isConcept => Members(ParsedCodeSystem.Closure(Known(system, value), SubsumptionSide.Below), false),
            "generalizes" when isConcept => Members(ParsedCodeSystem.Closure(Known(system, value), SubsumptionSide.Above), true),
            "regex" => Matches(system, property, value, limits),
            "in" => InList(system, property, value, true),
            "not-in" => InList(system, property, value, false),
            "exists" => concept => Values(system, concept, property).Any() == (value != "false"),
            _ => throw NotSupported(system, property, op, value),
        });
    }

    private static TerminologyException NotSupported(ParsedCodeSystem system, string property, string op, string value) => new(
        "not-supported", $"The value set filters {system.Url} by '{property} {op} {value}', which can't be worked out here; enumerate the codes or use another filter.");

    private static ParsedConcept[] One(ParsedCodeSystem system, string code) => system.Find(code) is { } concept ? [concept] : [];

    private static ParsedConcept Known(ParsedCodeSystem system, string code) => system.Find(code) ?? throw new TerminologyException(
        "not-found", $"The value set filters {system.Url} by its code '{code}', which it does not have; correct the filter or the code system.");

    private static Func<ParsedConcept, bool> Members(IReadOnlyCollection<ParsedConcept> concepts, bool wanted)
    {
        var members = concepts as HashSet<ParsedConcept> ?? [.. concepts];
        return concept => members.Contains(concept) == wanted;
    }

    private static Func<ParsedConcept, bool> InList(ParsedCodeSystem system, string property, string list, bool wanted)
    {
        var values = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(property is "concept" or "code" && !system.IsCaseSensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        return concept => Values(system, concept, property).Any(values.Contains) == wanted;
    }

    // The whole value must match, as everywhere in FHIR. An expression that can't run without backtracking is refused.
    private static Func<ParsedConcept, bool> Matches(ParsedCodeSystem system, string property, string pattern, TerminologyLimits limits)
    {
        if (pattern.Length > limits.RegexLength)
            throw new TerminologyException("too-costly", $"A regular expression in the value set's filters has more than {limits.RegexLength:N0} characters.");
        try
        {
            // By itself first, so that no bracket of it can close the one around it.
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, RegexTimeout);
            var regex = new Regex($"^(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, RegexTimeout);
            return concept => Values(system, concept, property).Any(regex.IsMatch);
        }
        catch (ArgumentException)
        {
            throw new TerminologyException("invalid", $"The value set filters {system.Url} by '{pattern}', which is no regular expression.");
        }
        catch (NotSupportedException)
        {
            throw new TerminologyException(
                "not-supported", $"The value set filters {system.Url} by the regular expression '{pattern}', which can't be run in bounded time; write it without lookaround and references back.");
        }
    }

    private static IEnumerable<string> Values(ParsedCodeSystem system, ParsedConcept concept, string property) => property switch
    {
        "concept" or "code" => [concept.Code],
        "display" => concept.Node.ChildValue("display") is { } display ? [display] : [],
        "parent" => concept.Parents.Select(static parent => parent.Code),
        "child" => concept.Children.Select(static child => child.Code),
        "inactive" => [system.IsInactive(concept) ? "true" : "false"],
        _ => concept.Property(property),
    };
}
