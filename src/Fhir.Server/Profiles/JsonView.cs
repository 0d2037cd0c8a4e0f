// JSON to be read by people: indented, coloured, with what it refers to as links.

using System.Text;
using System.Text.Json;

namespace FhirHub.Server.Profiles;

/// <summary>Writes JSON as HTML. Strings stay as the source has them, escapes included.</summary>
internal static class JsonView
{
    public static void Write(PageDraft page, ReadOnlyMemory<byte> json, Label name)
    {
        var html = page.Html;
        html.Open("pre", ("class", "json"), ("tabindex", "0"), ("role", "group"), ("aria-label", name.In(page.Language))).Open("code");
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 200 });
        var isFirst = true;
        var property = "";
        while (reader.Read())
        {
            var token = reader.TokenType;
            if (token is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                if (!isFirst)
                    Line(html, reader.CurrentDepth);
                html.Text(token == JsonTokenType.EndObject ? "}" : "]");
                isFirst = false;
                continue;
            }

            // A value stands behind its name; everything else begins a line.
            if (property.Length == 0 && reader.CurrentDepth > 0)
            {
                html.Text(isFirst ? "" : ",");
                Line(html, reader.CurrentDepth);
            }

            isFirst = false;
            if (token == JsonTokenType.PropertyName)
            {
                property = reader.GetString()!;
                html.Element("span", $"\"{Raw(ref reader)}\"", ("class", "k")).Text(": ");
                continue;
            }

            isFirst = Value(page, ref reader, property);
            property = "";
        }

        html.Close().Close();
    }

    private static bool Value(PageDraft page, ref Utf8JsonReader reader, string property)
    {
        var html = page.Html;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                html.Text("{");
                return true;
            case JsonTokenType.StartArray:
                html.Text("[");
                return true;
            case JsonTokenType.String:
                String(page, ref reader, property);
                return false;
            case JsonTokenType.Number:
                html.Element("span", Raw(ref reader), ("class", "n"));
                return false;
            default:
                html.Element("span", Raw(ref reader), ("class", "l"));
                return false;
        }
    }

    private static void String(PageDraft page, ref Utf8JsonReader reader, string property)
    {
        var text = $"\"{Raw(ref reader)}\"";
        var href = Href(page, property, ValueOf(ref reader));
        if (href is null)
            page.Html.Element("span", text, ("class", "s"));
        else
            page.Html.Element("a", text, ("class", "s"), ("href", href));
    }

    private static string? Href(PageDraft page, string property, string value)
    {
        if (property == "reference")
            return page.Package.FindReferenced(value) is { } example ? page.Href(PublishedPackage.AddressOf(example)) : null;
        return page.Package.FindCanonical(value) is { } definition ? page.Href(PublishedPackage.AddressOf(definition)) : null;
    }

    // A bad example may hold what is no text at all, which is shown and leads nowhere.
    private static string ValueOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static string Raw(ref Utf8JsonReader reader) => Encoding.UTF8.GetString(reader.ValueSpan);

    private static void Line(HtmlWriter html, int depth) => html.Text("\n" + new string(' ', depth * 2));
}
