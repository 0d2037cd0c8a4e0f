// Filters on a code system whose codes are made by a grammar: each code is asked about when it comes.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The filters of an include on a grammar (R4 valueset.html#filter), such as <c>canonical = m</c> of UCUM.</summary>
internal static class GrammarFilter
{
    /// <exception cref="TerminologyException">Nobody can tell what a filter selects.</exception>
    public static IReadOnlyList<Func<Concept, bool>> Read(ElementNode include, CodeSystem system, TerminologyLimits limits)
    {
        var filters = new List<Func<Concept, bool>>();
        foreach (var filter in include.ChildrenOf("filter"))
            filters.Add(Read(filter.ChildValue("property") ?? "", filter.ChildValue("op") ?? "", filter.ChildValue("value") ?? "", system, limits));
        return filters;
    }

    private static Func<Concept, bool> Read(string property, string op, string value, CodeSystem system, TerminologyLimits limits)
    {
        if (system.Filter(property, op, value) is { } own)
            return own;
        if (property is not ("concept" or "code" or "display") && !system.HasProperty(property))
            throw ConceptFilter.NotSupported(system, property, op, value);
        switch (op)
        {
            case "=":
                return concept => Values(concept, property).Contains(value, StringComparer.Ordinal);
            case "regex":
                var matches = FilterRegex.Read(system.Url, value, limits);
                return concept => Values(concept, property).Any(matches);
            case "in" or "not-in":
                var texts = ConceptFilter.Texts(value).ToHashSet(StringComparer.Ordinal);
                return concept => Values(concept, property).Any(texts.Contains) == (op == "in");
            case "exists":
                return concept => Values(concept, property).Any() == (value != "false");
            default:
                throw ConceptFilter.NotSupported(system, property, op, value);
        }
    }

    private static IEnumerable<string> Values(Concept concept, string property) => property switch
    {
        "concept" or "code" => [concept.Code],
        "display" => concept.Display is { } display ? [display] : [],
        _ => concept.Properties.Where(value => value.Code == property).Select(static value => value.Text),
    };
}
