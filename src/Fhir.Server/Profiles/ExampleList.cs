// The examples of a profile: those that are right, and those that are wrong with what is wrong with them.

using FhirHub.Server.Exchange;

namespace FhirHub.Server.Profiles;

/// <summary>Writes lists of examples.</summary>
internal static class ExampleList
{
    public static void Write(PageDraft page, string profile)
    {
        var good = page.Package.ExamplesOf(profile).Where(static example => example.Expected is null).ToList();
        var bad = page.Package.ExamplesOf(profile).Where(static example => example.Expected is not null).ToList();
        var html = page.Html;
        if (good.Count > 0)
        {
            page.Section("examples", PageLabels.Examples, () =>
            {
                html.Open("ul");
                foreach (var example in good)
                {
                    html.Open("li");
                    Link(page, example);
                    html.Close();
                }

                html.Close();
            });
        }

        if (bad.Count == 0)
            return;
        page.Section("bad-examples", PageLabels.BadExamples, () =>
        {
            html.Element("p", PageLabels.BadExamplesAre);
            foreach (var example in bad)
            {
                html.Open("h3");
                Link(page, example);
                html.Close();
                ExpectedIssues.Write(page, example);
            }
        });
    }

    public static void Link(PageDraft page, ExchangeExample example) =>
        page.Html.Element("a", example.Name, ("href", page.Href(PublishedPackage.AddressOf(example))));
}
