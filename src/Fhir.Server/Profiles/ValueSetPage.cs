// The page of a value set: how it is composed, the codes that it comes to, and the elements that are bound to it.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Server.Profiles;

/// <summary>What a value set comes to here, or why that can't be told.</summary>
/// <param name="Codes">The first of its codes.</param>
/// <param name="Total">How many it has.</param>
/// <param name="IsUnclosed">True if it has codes beside those that are known here.</param>
/// <param name="Failure">Why there is no expansion, or null.</param>
internal sealed record ValueSetCodes(IReadOnlyList<ValueSetCode> Codes, int Total, bool IsUnclosed, string? Failure)
{
    /// <summary>Expands a value set by the server's terminology.</summary>
    public static async ValueTask<ValueSetCodes> ExpandAsync(string canonical, TerminologyScope scope, MessageLanguage language, CancellationToken cancel)
    {
        var question = new ExpansionRequest { Url = canonical, Count = CodeSystemPage.MaxRows };
        try
        {
            var expansion = await ValueSetExpander.ExpandAsync(question, scope, TimeProvider.System, cancel);
            var wish = LanguagePreference.Parse(PageLanguages.Tag(language));
            return new ValueSetCodes([.. expansion.Entries.Select(entry => ValueSetCode.Of(entry, wish))], expansion.Total, expansion.IsUnclosed, null);
        }
        catch (TerminologyException e)
        {
            return new ValueSetCodes([], 0, true, e.Message);
        }
    }
}

/// <summary>A code of a value set.</summary>
/// <param name="System">Its code system.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">The display in the language of the page, if there is one.</param>
internal sealed record ValueSetCode(string System, string Code, string? Display)
{
    public static ValueSetCode Of(ExpansionEntry entry, LanguagePreference wish) => new(
        entry.Part.System, entry.Code, DisplayChoice.Of(wish, entry.Concept?.Display ?? entry.Listed?.Display, null, entry.Concept?.Designations ?? []).Display);
}

/// <summary>Writes the page of a ValueSet.</summary>
internal static class ValueSetPage
{
    public static void Write(PageDraft page, ResourceTree valueSet, ValueSetCodes codes)
    {
        var root = valueSet.Root;
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() => DefinitionFacts.Write(page, root));
        page.RawLinks(PublishedPackage.AddressOf(valueSet));
        page.Section("definition", PageLabels.Composition, () => Composition(page, root.Child("compose")));
        page.Section("expansion", PageLabels.Expansion, () => Expansion(page, codes));
        BoundElements.Write(page, root.ChildValue("url") ?? "");
    }

    private static void Composition(PageDraft page, ElementNode compose)
    {
        page.Html.Open("ul");
        foreach (var include in compose.ChildrenOf("include"))
            Part(page, include, PageLabels.Include);
        foreach (var exclude in compose.ChildrenOf("exclude"))
            Part(page, exclude, PageLabels.Exclude);
        page.Html.Close();
    }

    private static void Part(PageDraft page, ElementNode part, Label verb)
    {
        var html = page.Html;
        html.Open("li").Element("strong", verb).Text(" ");
        if (part.ChildValue("system") is { } system)
        {
            html.Text(part.Child("concept").Exists ? PageLabels.TheseCodesOf : part.Child("filter").Exists ? PageLabels.CodesByFilterOf : PageLabels.AllCodesOf).Text(" ");
            page.LinkSystem(system);
            if (part.ChildValue("version") is { } version)
                html.Text($" ({version})");
        }

        foreach (var set in part.ChildrenOf("valueSet"))
        {
            html.Text(" ").Text(PageLabels.CodesOfValueSet).Text(" ");
            page.LinkCanonical("ValueSet", set.GetString() ?? "");
        }

        if (part.Child("filter").Exists)
        {
            html.Open("ul");
            foreach (var filter in part.ChildrenOf("filter"))
                html.Open("li").Element("code", $"{filter.ChildValue("property")} {filter.ChildValue("op")} {filter.ChildValue("value")}").Close();
            html.Close();
        }

        if (part.Child("concept").Exists)
            Listed(page, part);
        html.Close();
    }

    private static void Listed(PageDraft page, ElementNode part)
    {
        page.Table(PageLabels.Concepts, [PageLabels.Code, PageLabels.Display], () =>
        {
            foreach (var concept in part.ChildrenOf("concept").ToList().Take(CodeSystemPage.MaxRows))
            {
                page.Html.Open("tr").Open("th", ("scope", "row")).Element("code", concept.ChildValue("code")).Close().Open("td");
                if (LocalText.OfConcept(concept, page.Language) is { } display)
                    page.Local("span", display);
                page.Html.Close().Close();
            }
        });
    }

    private static void Expansion(PageDraft page, ValueSetCodes codes)
    {
        var html = page.Html;
        if (codes.Failure is { } failure)
        {
            html.Element("p", PageLabels.NoExpansion);
            html.Element("p", failure, ("lang", page.Language == MessageLanguage.English ? null : "en"), ("class", "quiet"));
            return;
        }

        html.Open("p").Text($"{codes.Total} ").Text(PageLabels.Codes).Text(".");
        if (codes.Total > codes.Codes.Count)
            html.Text(" ").Text(string.Format(null, PageLabels.Cut.In(page.Language), codes.Codes.Count));
        if (codes.IsUnclosed)
            html.Text(" ").Text(PageLabels.Unclosed);
        html.Close();
        page.Table(PageLabels.Expansion, [PageLabels.Code, PageLabels.Display, PageLabels.CodeSystem], () =>
        {
            foreach (var code in codes.Codes)
            {
                html.Open("tr").Open("th", ("scope", "row")).Element("code", code.Code).Close().Element("td", code.Display).Open("td");
                page.LinkSystem(code.System);
                html.Close().Close();
            }
        });
    }
}
