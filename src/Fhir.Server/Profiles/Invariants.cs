// The rules of a profile as a table: key, severity, sentence and FHIRPath.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the invariants of a profile.</summary>
internal static class Invariants
{
    /// <summary>True for the two rules that every element and every extension of R4 has.</summary>
    public static bool IsOfEveryElement(ElementNode constraint) => constraint.ChildValue("key") is "ele-1" or "ext-1";

    public static void Write(PageDraft page, IReadOnlyList<ProfileElement> elements, bool isDifferential)
    {
        var rules = new Dictionary<string, (ElementNode Constraint, List<string> Elements)>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            foreach (var constraint in element.Node.ChildrenOf("constraint"))
            {
                if (constraint.ChildValue("key") is not { } key || (isDifferential ? !element.IsOwn(constraint) : IsOfEveryElement(constraint)))
                    continue;
                if (!rules.TryGetValue(key, out var rule))
                    rules.Add(key, rule = (constraint, []));
                rule.Elements.Add(element.Id);
            }
        }

        if (rules.Count == 0)
            return;
        page.Section("invariants", PageLabels.Invariants, () =>
            page.Table(PageLabels.Invariants, [PageLabels.Key, PageLabels.Severity, PageLabels.Rule, PageLabels.Where], () =>
            {
                foreach (var (key, (constraint, places)) in rules)
                    Row(page, key, constraint, places);
            }));
    }

    private static void Row(PageDraft page, string key, ElementNode constraint, List<string> places)
    {
        const int MaxPlaces = 12;
        var html = page.Html;
        html.Open("tr", ("id", $"inv-{key}")).Open("th", ("scope", "row")).Element("code", key).Close();
        html.Element("td", constraint.ChildValue("severity") == "error" ? PageLabels.Error : PageLabels.Warning);
        html.Open("td");
        if (LocalText.Of(constraint, "human", page.Language) is { } human)
            page.Local("p", human);
        html.Element("code", constraint.ChildValue("expression"), ("class", "expression")).Close();
        html.Open("td");
        for (var i = 0; i < places.Count && i < MaxPlaces; i++)
        {
            html.Text(i == 0 ? "" : ", ").Open("a", ("href", $"#{places[i]}")).Element("code", places[i]).Close();
        }

        html.Text(places.Count > MaxPlaces ? $", … ({places.Count})" : "").Close().Close();
    }
}
