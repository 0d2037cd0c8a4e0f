// Criteria that are no values of the resource: lists, full text, filters (R4 search.html#list, #content, #filter).

using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private const int MaxTextTerms = 64;
    private const int MaxFilterDepth = 32;

    /// <summary>The criteria below, which every type has.</summary>
    private static readonly string[] SpecialCriteria = ["_content", "_filter", "_list", "_text"];

    private SearchExpression Special(IReadOnlyList<string> types, string code, string? modifier, string value)
    {
        if (modifier is not null)
            throw new SearchFault("invalid", SearchMessages.UnknownModifier, code, Shown(modifier));
        if (value.Length == 0)
            throw new SearchFault("value", SearchMessages.NoValue, code);
        if (code is "_text" or "_content" && !_options.FullText)
            throw new SearchFault("not-supported", SearchMessages.NoFullText, code);
        return code switch
        {
            "_list" => InList(types, value),
            "_filter" => Filter(types, new FilterReader(value, MaxFilterDepth).Read(), 0),
            _ => new SearchExpression.Text(
                code == "_text" ? TextPart.Narrative : TextPart.Content, new TextQueryReader(code, value, MaxTextTerms).Read()),
        };
    }

    // R4 search.html#list: the members of a List resource.
    private SearchExpression.ReverseChain InList(IReadOnlyList<string> types, string value)
    {
        var item = ReferenceParameter("List", "item");
        if (item.TargetTypes.Count > 0 && !types.Any(type => item.TargetTypes.Contains(type, StringComparer.Ordinal)))
            throw new SearchFault("invalid", SearchMessages.ListNeverHolds, string.Join(", ", types));
        var ids = new List<string>();
        foreach (var alternative in Alternatives("_list", value))
        {
            var id = SearchText.Unescape(alternative);
            if (id.StartsWith('$'))
                throw new SearchFault("not-supported", SearchMessages.FunctionalList, Shown(id));
            if (id.StartsWith("List/", StringComparison.Ordinal))
                id = id["List/".Length..];
            if (!ResourceId.IsValid(id))
                throw new SearchFault("value", SearchMessages.ListId, Shown(id));
            ids.Add(id);
        }

        return new SearchExpression.ReverseChain(item, new SearchExpression.IdIn(ids));
    }
}
