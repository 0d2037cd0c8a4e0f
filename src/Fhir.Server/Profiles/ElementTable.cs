// The element table of a profile: a tree of names with flags, cardinality, type and what is to be known of each.

namespace FhirHub.Server.Profiles;

/// <summary>Writes the table. Its rows are cards on a narrow screen, so the roles that CSS takes away are written out.</summary>
internal static class ElementTable
{
    private const int MaxIndent = 9;

    public static void Write(PageDraft page, IReadOnlyList<ProfileElement> elements, bool isDifferential)
    {
        var html = page.Html;
        html.Open("table", ("class", "elements"), ("role", "table"));
        html.Element("caption", isDifferential ? PageLabels.ElementsAdded : PageLabels.ElementsAll, ("class", "hidden"));
        html.Open("thead", ("role", "rowgroup")).Open("tr", ("role", "row"));
        foreach (var (column, width) in (ReadOnlySpan<(Label, string)>)
        [
            (PageLabels.Element, "name"), (PageLabels.Flags, "flags"), (PageLabels.Cardinality, "card"), (PageLabels.Type, "type"), (PageLabels.Description, "what"),
        ])
        {
            html.Element("th", column, ("scope", "col"), ("role", "columnheader"), ("class", width));
        }

        html.Close().Close().Open("tbody", ("role", "rowgroup"));
        foreach (var element in elements)
            Row(page, element, isDifferential);
        html.Close().Close();
    }

    private static void Row(PageDraft page, ProfileElement element, bool isDifferential)
    {
        var html = page.Html;
        var isQuiet = isDifferential && !element.Differential.Exists;
        html.Open("tr", ("id", element.Id), ("role", "row"), ("class", element.IsProhibited ? "prohibited" : isQuiet ? "inherited" : null));
        html.Open("th", ("scope", "row"), ("role", "rowheader"), ("class", $"name d{Math.Min(element.Depth, MaxIndent)}"));
        html.Element("a", element.Label, ("href", $"#{element.Id}"), ("class", "element"), ("title", element.Id)).Close();
        html.Open("td", ("role", "cell"), ("class", "flags"));
        Flags(page, element);
        html.Close();
        html.Open("td", ("role", "cell"), ("class", Quiet("card", isDifferential && !element.Says("min") && !element.Says("max"))));
        html.Text($"{element.Node.ChildValue("min")}..{element.Node.ChildValue("max")}").Close();
        html.Open("td", ("role", "cell"), ("class", Quiet("type", isDifferential && !element.Says("type"))));
        Types(page, element);
        html.Close();
        html.Open("td", ("role", "cell"), ("class", "what"));
        ElementFacts.Write(page, element, isDifferential);
        html.Close().Close();
    }

    private static string Quiet(string name, bool isInherited) => isInherited ? $"{name} inherited" : name;

    private static void Flags(PageDraft page, ProfileElement element)
    {
        Flag("mustSupport", "S", PageLabels.MustSupport);
        Flag("isModifier", "?!", PageLabels.Modifier);
        Flag("isSummary", "Σ", PageLabels.Summary);
        foreach (var constraint in element.Node.ChildrenOf("constraint"))
        {
            if (!Invariants.IsOfEveryElement(constraint))
            {
                Show("I", PageLabels.HasInvariants);
                break;
            }
        }

        void Flag(string member, string sign, Label meaning)
        {
            if (element.Node.Child(member) is { Exists: true } flag && flag.GetBoolean() == true)
                Show(sign, meaning);
        }

        void Show(string sign, Label meaning) =>
            page.Html.Element("abbr", sign, ("title", meaning.In(page.Language)), ("class", sign == "S" ? "flag must" : "flag")).Text(" ");
    }

    private static void Types(PageDraft page, ProfileElement element)
    {
        var html = page.Html;
        if (element.Node.ChildValue("contentReference") is { } content)
        {
            var target = content[(content.IndexOf('#', StringComparison.Ordinal) + 1)..];
            html.Text(PageLabels.SameAs).Text(" ").Element("code", target);
            return;
        }

        // The root is of the type that its name says.
        if (!element.Id.Contains('.', StringComparison.Ordinal))
            page.Link(R4Pages.OfType(element.Id), element.Id);
        var isFirst = true;
        foreach (var type in element.Node.ChildrenOf("type"))
        {
            if (!isFirst)
                html.Text(" | ");
            isFirst = false;
            TypeLinks.Write(page, type);
        }
    }
}
