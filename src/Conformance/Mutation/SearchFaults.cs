// Faults of searches: parameters that a server overlooks (R4 search.html).

namespace FhirHub.Conformance;

internal static class SearchFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("search-parameters-ignored", "All search parameters are overlooked.", static request => request.DropParameters(static name => !name.StartsWith('_'))),
        Of("search-last-ignored", "The last of several search parameters is overlooked.", static request => request.ChangeParameters(DropLastOfSeveral)),
        Of("search-modifier-ignored", "Modifiers of search parameters are overlooked.", static request => request.ChangeParameters(static parameters => ChangeNames(parameters, static name =>
            name.StartsWith('_') || name.Contains('.', StringComparison.Ordinal) ? name : name.Split(':')[0]))),
        Of("search-prefix-ignored", "Prefixes of dates and numbers are overlooked.", static request => request.ChangeParameters(DropPrefixes)),
        Of("search-value-cut", "Of several values of a search parameter the first alone is looked for.", static request => request.ChangeParameters(CutValues)),
        Of("id-ignored", "_id is overlooked.", static request => request.DropParameters(static name => name == "_id")),
        Of("last-updated-ignored", "_lastUpdated is overlooked.", static request => request.DropParameters(static name => name == "_lastUpdated")),
        Of("meta-parameters-ignored", "_tag, _profile and _security are overlooked.", static request => request.DropParameters(static name => name.Split(':')[0] is "_tag" or "_profile" or "_security")),
        Of("has-ignored", "_has is overlooked.", static request => request.DropParameters(static name => name.StartsWith("_has:", StringComparison.Ordinal))),
        Of("full-text-ignored", "_content and _text are overlooked.", static request => request.DropParameters(static name => name is "_content" or "_text")),
        Of("include-ignored", "_include and _revinclude are overlooked.", static request => request.DropParameters(static name => name.Split(':')[0] is "_include" or "_revinclude")),
        Of("sort-ignored", "_sort is overlooked.", static request => request.DropParameters(static name => name == "_sort")),
        Of("count-ignored", "_count is overlooked.", static request => request.DropParameters(static name => name == "_count")),
        Of("total-ignored", "_total is overlooked.", static request => request.DropParameters(static name => name == "_total")),
        Of("elements-ignored", "_elements is overlooked.", static request => request.DropParameters(static name => name == "_elements")),
        Of("summary-ignored", "_summary is overlooked.", static request => request.DropParameters(static name => name == "_summary")),
        Of("format-ignored", "_format is overlooked.", static request => request.DropParameters(static name => name == "_format")),
        Of("type-ignored", "_type is overlooked.", static request => request.DropParameters(static name => name == "_type")),
        Of("since-ignored", "_since and _at of a history are overlooked.", static request => request.DropParameters(static name => name is "_since" or "_at")),
        Fault.OfAnswer("search-order-other", "Matches come in another order.", "searches with _sort", static (request, answer) =>
            request.Interaction == Interaction.Search && request.Query.Exists(static parameter => ProxiedRequest.NameOf(parameter) == "_sort")
            && answer.Type == "Bundle" && answer.Edit(static json => json.Reverse("entry"))),
    ];

    private static Fault Of(string id, string sentence, Func<ProxiedRequest, bool> change) => Fault.OfRequest(
        id, sentence, "reads, searches and histories with such parameters", (request, _) => request.Interaction is Interaction.Search or Interaction.History or Interaction.Read && change(request));

    private static bool DropLastOfSeveral(List<string> parameters)
    {
        var own = parameters.Where(static parameter => !parameter.StartsWith('_')).ToList();
        return own.Count > 1 && parameters.Remove(own[^1]);
    }

    private static bool ChangeNames(List<string> parameters, Func<string, string> change)
    {
        var isChanged = false;
        for (var i = 0; i < parameters.Count; i++)
        {
            var name = ProxiedRequest.NameOf(parameters[i]);
            if (change(name) is var changed && changed != name)
            {
                parameters[i] = parameters[i].Split('=', 2) is [_, var value] ? $"{changed}={value}" : changed;
                isChanged = true;
            }
        }

        return isChanged;
    }

    private static bool DropPrefixes(List<string> parameters)
    {
        var isChanged = false;
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Split('=', 2) is [var name, ['e' or 'g' or 'l' or 'n' or 's', 'q' or 't' or 'e' or 'b' or 'a', >= '0' and <= '9', ..] value])
            {
                parameters[i] = $"{name}={value[2..]}";
                isChanged = true;
            }
        }

        return isChanged;
    }

    private static bool CutValues(List<string> parameters)
    {
        var isChanged = false;
        for (var i = 0; i < parameters.Count; i++)
        {
            if (!parameters[i].StartsWith('_') && parameters[i].Replace("%2C", ",", StringComparison.OrdinalIgnoreCase).Split(',') is [var first, _, ..])
            {
                parameters[i] = first;
                isChanged = true;
            }
        }

        return isChanged;
    }
}
