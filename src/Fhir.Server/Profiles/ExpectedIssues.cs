// What the validator answers to a bad example.

using FhirHub.Model;
using FhirHub.Server.Exchange;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the issues of the expected OperationOutcome.</summary>
internal static class ExpectedIssues
{
    public static void Write(PageDraft page, ExchangeExample example)
    {
        if (example.Expected is not { } outcome)
            return;
        page.Table(PageLabels.ExpectedIssues, [PageLabels.Severity, PageLabels.Code, PageLabels.Message, PageLabels.Where], () =>
        {
            foreach (var issue in outcome.Root.ChildrenOf("issue"))
                Row(page, issue);
        }, "issues");
    }

    private static void Row(PageDraft page, ElementNode issue)
    {
        var html = page.Html;
        var message = Message(issue);
        html.Open("tr").Element("td", issue.ChildValue("severity") is "error" or "fatal" ? PageLabels.Error : PageLabels.Warning);
        html.Open("td").Element("code", issue.ChildValue("code")).Close().Open("td");
        if (Sentence(page, issue, message) is { } sentence)
            page.Local("p", sentence);
        if (message is not null)
            html.Element("code", message, ("class", "quiet"));
        html.Close().Open("td");
        foreach (var expression in issue.ChildrenOf("expression"))
            html.Element("code", expression.GetString()).Text(" ");
        html.Close().Close();
    }

    private static string? Message(ElementNode issue)
    {
        foreach (var coding in issue.Child("details").ChildrenOf("coding"))
        {
            if (coding.ChildValue("system") == MessageTemplate.CodeSystem)
                return coding.ChildValue("code");
        }

        return null;
    }

    // The outcome's own words, else those that the code system of messages has for the code.
    private static LocalText? Sentence(PageDraft page, ElementNode issue, string? message)
    {
        var said = LocalText.Of(issue, "diagnostics", page.Language) ?? LocalText.Of(issue.Child("details"), "text", page.Language);
        if (said is { } text && (text.Language == page.Language || message is null))
            return text;
        var concept = default(ElementNode);
        foreach (var candidate in page.Package.FindCanonical(MessageTemplate.CodeSystem)?.Root.ChildrenOf("concept") ?? default)
        {
            if (candidate.ChildValue("code") == message)
                concept = candidate;
        }

        return concept.Exists && LocalText.OfConcept(concept, page.Language) is { } template && (said is null || template.Language == page.Language) ? template : said;
    }
}
