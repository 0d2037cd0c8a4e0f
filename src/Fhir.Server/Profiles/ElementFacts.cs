// The last column of an element table: short text, slicing, binding, fixed values, bounds, invariants, and the definition to unfold.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes what is to be known of an element.</summary>
internal static class ElementFacts
{
    private const int MaxValueLength = 400;

    public static void Write(PageDraft page, ProfileElement element, bool isDifferential)
    {
        var html = page.Html;
        if (LocalText.Of(element.Node, "short", page.Language) is { } text)
            page.Local("p", text, isDifferential && !element.Says("short") ? "short inherited" : "short");
        if (!isDifferential || element.Says("slicing"))
            Slicing(page, element.Node.Child("slicing"));

        // Whoever sends the element needs its codes, whether they are the profile's choice or the standard's.
        if (!isDifferential || element.Differential.Exists)
            Binding(page, element.Node.Child("binding"), isDifferential && !element.Says("binding"));
        foreach (var (name, label) in (ReadOnlySpan<(string, Label)>)[("fixed", PageLabels.Fixed), ("pattern", PageLabels.Pattern), ("defaultValue", PageLabels.Default)])
        {
            if (element.Node.Child(name) is { Exists: true } value && (!isDifferential || element.Says(name)))
                Value(page, label, value);
        }

        foreach (var (name, label) in (ReadOnlySpan<(string, Label)>)[("minValue", PageLabels.MinValue), ("maxValue", PageLabels.MaxValue), ("maxLength", PageLabels.MaxLength)])
        {
            if (element.Node.Child(name) is { Exists: true } value && (!isDifferential || element.Says(name)))
                html.Open("p").Element("b", label).Text(": ").Element("code", JsonOf(value)).Close();
        }

        foreach (var constraint in element.Node.ChildrenOf("constraint"))
        {
            if (element.IsOwn(constraint))
                Constraint(page, constraint);
        }

        Unfold(page, element);
    }

    private static void Slicing(PageDraft page, ElementNode slicing)
    {
        if (!slicing.Exists)
            return;
        var html = page.Html;
        html.Open("p").Element("b", PageLabels.Slicing).Text(": ");
        var isFirst = true;
        foreach (var discriminator in slicing.ChildrenOf("discriminator"))
        {
            html.Text(isFirst ? "" : ", ").Text($"{discriminator.ChildValue("type")} ").Element("code", discriminator.ChildValue("path"));
            isFirst = false;
        }

        var rules = slicing.ChildValue("rules") switch { "closed" => PageLabels.Closed, "openAtEnd" => PageLabels.OpenAtEnd, _ => PageLabels.Open };
        html.Text(isFirst ? "" : "; ").Text(rules);
        if (slicing.Child("ordered") is { Exists: true } ordered && ordered.GetBoolean() == true)
            html.Text("; ").Text(PageLabels.Ordered);
        html.Close();
    }

    private static void Binding(PageDraft page, ElementNode binding, bool isInherited)
    {
        if (!binding.Exists)
            return;
        var html = page.Html;
        html.Open("p", ("class", isInherited ? "inherited" : null)).Element("b", PageLabels.Binding).Text(": ");
        if (binding.ChildValue("valueSet") is { } valueSet)
            page.LinkCanonical("ValueSet", valueSet);
        else
            html.Text(PageLabels.NoValueSet);
        html.Text(" (").Element("span", Strength(binding), ("class", "strength")).Text(")");
        html.Close();
    }

    /// <summary>How binding a binding is, in words.</summary>
    public static Label Strength(ElementNode binding) => binding.ChildValue("strength") switch
    {
        "required" => PageLabels.Required,
        "extensible" => PageLabels.Extensible,
        "preferred" => PageLabels.Preferred,
        _ => PageLabels.ExampleBinding,
    };

    private static void Value(PageDraft page, Label label, ElementNode value)
    {
        var html = page.Html;
        html.Open("p").Element("b", label).Text(": ");
        if (value.IsPrimitive)
        {
            html.Open("code");
            var text = value.GetString() ?? "";
            page.Link(page.HrefOf("CodeSystem", text) ?? page.HrefOf("StructureDefinition", text), JsonOf(value));
            html.Close().Close();
            return;
        }

        html.Close().Open("ul", ("class", "values"));
        Leaves(page, value, "");
        html.Close();
    }

    private static void Leaves(PageDraft page, ElementNode node, string path)
    {
        foreach (var child in node.Children)
        {
            var at = path.Length == 0 ? child.JsonName : $"{path}.{child.JsonName}";
            if (child.HasValue)
            {
                var text = child.GetString() ?? "";
                page.Html.Open("li").Element("code", at).Text(" = ").Open("code");
                page.Link(page.HrefOf("CodeSystem", text), JsonOf(child));
                page.Html.Close().Close();
            }

            Leaves(page, child, at);
        }
    }

    private static void Constraint(PageDraft page, ElementNode constraint)
    {
        var html = page.Html;
        html.Open("p").Open("a", ("href", $"#inv-{constraint.ChildValue("key")}")).Element("code", constraint.ChildValue("key")).Close().Text(": ");
        if (LocalText.Of(constraint, "human", page.Language) is { } human)
            page.Local("span", human);
        html.Close();
    }

    private static void Unfold(PageDraft page, ProfileElement element)
    {
        var shortText = LocalText.Of(element.Node, "short", page.Language)?.Value;
        var texts = new List<(Label Label, LocalText Text)>();
        foreach (var (name, label) in (ReadOnlySpan<(string, Label)>)
        [
            ("definition", PageLabels.Definition), ("comment", PageLabels.Comment), ("requirements", PageLabels.Requirements), ("meaningWhenMissing", PageLabels.WhenMissing),
        ])
        {
            if (LocalText.Of(element.Node, name, page.Language) is { } text && text.Value.TrimEnd('.') != shortText?.TrimEnd('.'))
                texts.Add((label, text));
        }

        if (texts.Count == 0)
            return;
        var html = page.Html;
        html.Open("details").Open("summary").Text(PageLabels.More).Element("span", $" {element.Label}", ("class", "hidden")).Close();
        foreach (var (label, text) in texts)
        {
            html.Element("h3", label);
            MarkdownText.Write(page, text);
        }

        html.Close();
    }

    private static string JsonOf(ElementNode value)
    {
        var text = System.Text.Encoding.UTF8.GetString(value.Json.Span);
        return text.Length > MaxValueLength ? $"{text[..MaxValueLength]}…" : text;
    }
}
