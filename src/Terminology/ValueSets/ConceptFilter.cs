// Which concepts of a table a value set's filter selects.

using System.Diagnostics;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>One <c>compose.include.filter</c> (R4 valueset.html#filter, R5 valueset-filter-operator.html) over a concept table.</summary>
internal static class ConceptFilter
{
    /// <param name="filter">The filter.</param>
    /// <param name="system">The code system.</param>
    /// <param name="table">Its concepts.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="matching">Counts the time that regular expressions take, all of a value set together.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="TerminologyException">The code system or this server can't tell what the filter selects.</exception>
    public static ConceptSet Select(ElementNode filter, CodeSystem system, ConceptTable table, TerminologyLimits limits, Stopwatch matching, CancellationToken cancel)
    {
        var property = filter.ChildValue("property") ?? "";
        var op = filter.ChildValue("op") ?? "";
        var value = filter.ChildValue("value") ?? "";
        if (property is "concept" or "code")
            return OfConcepts(system, table, op, value, limits, matching) ?? throw NotSupported(system, property, op, value);
        if (op == "=" && property is "constraint" or "expression" && system.Url == Snomed.System && value is not ("true" or "false"))
            return ExpressionConstraint.Evaluate(value, table, cancel);
        var values = PropertyValues.Of(system, table, property) ?? throw Unknown(system, property, op, value);
        switch (op)
        {
            case "=":
                return values.With(text => text == value);
            case "regex":
                return values.With(FilterRegex.Read(system.Url, value, limits, matching));
            case "in" or "not-in":
                var texts = Texts(value).ToHashSet(StringComparer.Ordinal);
                var having = values.With(texts.Contains);
                return op == "in" ? having : table.All.Except(having);
            case "exists":
                return value != "false" ? values.Any() : table.All.Except(values.Any());
            case "is-a" or "descendent-of" or "is-not-a" or "generalizes" or "child-of" or "descendent-leaf" when values.AreCodes:
                return values.Among(OfConcepts(system, table, op, value, limits, matching)!);
            default:
                throw NotSupported(system, property, op, value);
        }
    }

    private static ConceptSet? OfConcepts(CodeSystem system, ConceptTable table, string op, string value, TerminologyLimits limits, Stopwatch matching) => op switch
    {
        "=" => ConceptSet.Of(table, table.Find(value) is >= 0 and var one ? (ReadOnlySpan<int>)[one] : []),
        "is-a" => table.Descendants(Known(system, table, value), includesSelf: true),
        "descendent-of" => table.Descendants(Known(system, table, value), includesSelf: false),
        "is-not-a" => table.All.Except(table.Descendants(Known(system, table, value), includesSelf: true)),
        "generalizes" => table.Ancestors(Known(system, table, value), includesSelf: true),
        "child-of" => ConceptSet.Of(table, table.Children(Known(system, table, value))),
        "descendent-leaf" => table.Descendants(Known(system, table, value), includesSelf: false).And(table.Leaves),
        "in" => InList(table, value),
        "not-in" => table.All.Except(InList(table, value)),
        "regex" when FilterRegex.Read(system.Url, value, limits, matching) is var matches => ConceptSet.Where(table, concept => matches(table.Code(concept))),
        "exists" => value != "false" ? table.All : ConceptSet.None(table),
        _ => null,
    };

    // A list of codes, or a set that the code system knows by name: the members of a SNOMED CT reference set (R4 snomedct.html).
    private static ConceptSet InList(ConceptTable table, string list)
    {
        if (table.Set(list.Trim()) is { } members)
            return members;
        var ordinals = new List<int>();
        foreach (var code in Texts(list))
        {
            if (table.Find(code) is >= 0 and var ordinal)
                ordinals.Add(ordinal);
        }

        return ConceptSet.Of(table, ordinals);
    }

    /// <summary>The items of a comma-separated list.</summary>
    internal static string[] Texts(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int Known(CodeSystem system, ConceptTable table, string code) => table.Find(code) is >= 0 and var ordinal ? ordinal : throw new TerminologyException(
        "not-found", $"The value set filters {system.Url} by its code '{code}', which it does not have; correct the filter or the code system.");

    private static TerminologyException Unknown(CodeSystem system, string property, string op, string value) =>
        system.Header.Filters.Any(filter => filter.Code == property) ? NotSupported(system, property, op, value) : new TerminologyException(
            "invalid", $"The value set filters {system.Url} by '{property}', which is no property of that code system; correct the filter or the code system.");

    internal static TerminologyException NotSupported(CodeSystem system, string property, string op, string value) => new(
        "not-supported", $"The value set filters {system.Url} by '{property} {op} {value}', which can't be worked out here; enumerate the codes or use another filter.");
}
