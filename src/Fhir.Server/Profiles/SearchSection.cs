// The search parameters that find resources of a profile: the package's own, then R4's.

using FhirHub.Search;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the search parameters of a resource type.</summary>
internal static class SearchSection
{
    public static void Write(PageDraft page, string type)
    {
        var own = page.Package.OfType("SearchParameter").Where(parameter => parameter.Root.ChildrenOf("base").ToList().Exists(@base => @base.GetString() == type)).ToList();

        // Those of every resource type come last; those without an expression are for texts, and not in every installation.
        var standard = SearchParameterRegistry.R4.ForType(type).Where(static parameter => parameter.Expression is not null).OrderBy(static parameter => parameter.Code.StartsWith('_')).ToList();
        if (own.Count + standard.Count == 0)
            return;
        page.Section("search", PageLabels.SearchParameters, () =>
        {
            var html = page.Html;
            html.Open("p").Text(PageLabels.SearchedWith).Text(" ").Element("code", $"GET /fhir/{type}?{own.FirstOrDefault()?.Root.ChildValue("code") ?? standard[0].Code}=…").Close();
            page.Table(PageLabels.SearchParameters, [PageLabels.Parameter, PageLabels.Type, PageLabels.Expression], () =>
            {
                foreach (var parameter in own)
                {
                    html.Open("tr").Open("th", ("scope", "row")).Open("code");
                    page.Link(page.Href(PublishedPackage.AddressOf(parameter)), parameter.Root.ChildValue("code") ?? "");
                    html.Close().Close().Element("td", parameter.Root.ChildValue("type"));
                    html.Open("td").Element("code", parameter.Root.ChildValue("expression"), ("class", "expression")).Close().Close();
                }

                foreach (var parameter in standard)
                {
                    html.Open("tr").Open("th", ("scope", "row")).Open("code").Element("a", parameter.Code, ("href", $"{R4Pages.OfType(type)}#search"));
                    html.Close().Close().Element("td", parameter.Type.ToString().ToLowerInvariant());
                    html.Open("td").Element("code", parameter.Expression, ("class", "expression")).Close().Close();
                }
            });
        });
    }
}
