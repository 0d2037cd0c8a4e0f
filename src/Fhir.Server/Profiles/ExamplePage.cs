// The page of an example: what profile it is of, what is wrong with it if it is a bad one, its narrative and its JSON.

using FhirHub.Server.Exchange;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of an example.</summary>
internal static class ExamplePage
{
    public static void Write(PageDraft page, ExchangeExample example)
    {
        var html = page.Html;
        var address = PublishedPackage.AddressOf(example);
        html.Open("p").Text(example.Expected is null ? PageLabels.GoodExampleOf : PageLabels.BadExampleOf).Text(" ");
        if (page.Package.FindDefinition($"StructureDefinition/{example.Profile}") is { } profile)
            page.Link(profile);
        else
            html.Element("code", example.Profile);
        html.Close();
        if (example.Expected is not null)
        {
            page.Section("expected", PageLabels.ExpectedIssues, () =>
            {
                ExpectedIssues.Write(page, example);
                html.Open("p").Element("a", "OperationOutcome (JSON)", ("href", PageDraft.FileHref($"{address}.outcome.json"))).Close();
            });
        }

        NarrativeView.Write(page, example.Resource.Root);
        page.RawLinks(address);
        page.Section("json", PageLabels.AsJson, () => JsonView.Write(page, example.Resource.Json, PageLabels.AsJson));
    }
}
