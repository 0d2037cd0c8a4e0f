// What the validator answers to a bad example.

using System.Text.RegularExpressions;
using FhirHub.Model;
using FhirHub.Server.Exchange;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the issues of the expected OperationOutcome.</summary>
internal static partial class ExpectedIssues
{
    [GeneratedRegex(@"\{(?<number>\d)\}", RegexOptions.NonBacktracking)]
    private static partial Regex Place();

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
        {
            html.Open("code", ("class", "quiet"));
            page.Link(page.Package.FindCanonical(MessageTemplate.CodeSystem) is { } messages ? $"{page.Href(PublishedPackage.AddressOf(messages))}#code-{message}" : null, message);
            html.Close();
        }

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

    private static LocalText? Sentence(PageDraft page, ElementNode issue, string? message)
    {
        var said = LocalText.Of(issue, "diagnostics", page.Language) ?? LocalText.Of(issue.Child("details"), "text", page.Language);
        if (message is null || (said is { } own && own.Language == page.Language))
            return said;
        foreach (var concept in page.Package.FindCanonical(MessageTemplate.CodeSystem)?.Root.ChildrenOf("concept") ?? default)
        {
            if (concept.ChildValue("code") == message)
                return said is { } english ? Translate(english.Value, concept, page.Language) ?? said : LocalText.OfConcept(concept, page.Language);
        }

        return said;
    }

    // The outcome is kept in English. What its sentence is about stands between the words of the English template, and belongs between
    // those of the other.
    private static LocalText? Translate(string sentence, ElementNode message, MessageLanguage language)
    {
        // A message that can be said in several ways has its templates one after the other in each language.
        var designations = message.ChildrenOf("designation").ToList();
        IEnumerable<string?> english = [message.ChildValue("display"), .. designations.Where(static name => name.ChildValue("language") == "en").Select(static name => name.ChildValue("value"))];
        var translated = designations.Where(name => name.ChildValue("language") == PageLanguages.Tag(language)).Select(static name => name.ChildValue("value"));
        foreach (var (source, target) in english.Zip(translated))
        {
            var pattern = Place().Replace(
                Regex.Escape(source ?? "").Replace("\\{", "{", StringComparison.Ordinal), static place => $"(?<p{place.Groups["number"].Value}>.*?)");
            var match = Regex.Match(sentence, $"^{pattern}$", RegexOptions.NonBacktracking | RegexOptions.Singleline);
            if (match.Success)
                return new LocalText(Place().Replace(target ?? "", place => match.Groups[$"p{place.Groups["number"].Value}"].Value), language);
        }

        return null;
    }
}
