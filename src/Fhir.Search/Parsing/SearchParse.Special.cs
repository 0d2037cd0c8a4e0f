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
            throw new SearchFault("invalid", $"{code} has no modifier {Shown(modifier)}.");
        if (value.Length == 0)
            throw new SearchFault("value", $"{code} has no value.");
        if (code is "_text" or "_content" && !_options.FullText)
            throw new SearchFault("not-supported", $"{code} needs a full-text index, which this server does not keep (FhirHub:Search:FullText is false).");
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
            throw new SearchFault("invalid", $"A List never holds {string.Join(", ", types)}.");
        var ids = new List<string>();
        foreach (var alternative in Alternatives("_list", value))
        {
            var id = SearchText.Unescape(alternative);
            if (id.StartsWith('$'))
                throw new SearchFault("not-supported", $"_list is {Shown(id)}, but this server keeps no functional lists; name a List by its id, or search by status.");
            if (id.StartsWith("List/", StringComparison.Ordinal))
                id = id["List/".Length..];
            if (!ResourceId.IsValid(id))
                throw new SearchFault("value", $"_list is {Shown(id)}; it must be the id of a List.");
            ids.Add(id);
        }

        return new SearchExpression.ReverseChain(item, new SearchExpression.IdIn(ids));
    }
}
