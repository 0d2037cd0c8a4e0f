// Which elements of a profile are bound to which value sets, and how strongly.

namespace FhirHub.Server.Profiles;

/// <summary>Writes the terminology bindings of a profile.</summary>
internal static class BindingsTable
{
    public static void Write(PageDraft page, IReadOnlyList<ProfileElement> elements, bool isDifferential)
    {
        var bound = elements.Where(element => !element.IsProhibited && element.Node.Child("binding").Exists && (!isDifferential || element.Differential.Exists)).ToList();
        if (bound.Count == 0)
            return;
        page.Section("bindings", PageLabels.Bindings, () =>
            page.Table(PageLabels.Bindings, [PageLabels.Element, PageLabels.StrengthColumn, PageLabels.ValueSet, PageLabels.Description], () =>
            {
                foreach (var element in bound)
                    Row(page, element);
            }));
    }

    private static void Row(PageDraft page, ProfileElement element)
    {
        var html = page.Html;
        var binding = element.Node.Child("binding");
        html.Open("tr").Open("th", ("scope", "row")).Open("a", ("href", $"#{element.Id}")).Element("code", element.Id).Close().Close();
        html.Element("td", ElementFacts.Strength(binding));
        html.Open("td");
        if (binding.ChildValue("valueSet") is { } valueSet)
        {
            page.LinkCanonical("ValueSet", valueSet);
            html.Empty("br").Element("code", valueSet, ("class", "quiet"));
        }
        else
        {
            html.Text(PageLabels.NoValueSet);
        }

        html.Close().Open("td");
        if (LocalText.Of(binding, "description", page.Language) is { } description)
            page.Local("span", description);
        html.Close().Close();
    }
}
