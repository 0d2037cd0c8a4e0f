// Writes HTML that is well-formed XML too; all that it is given is encoded, so no text of a definition becomes markup.

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using FhirHub.Model;

namespace FhirHub.Html;

/// <summary>The only place where the pages' markup comes from.</summary>
/// <param name="language">The language of labels.</param>
public sealed class HtmlWriter(MessageLanguage language)
{
    // Chinese stays readable in the source; what has a meaning in markup is encoded whatever the ranges are.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new("<!DOCTYPE html>\n");
    private readonly Stack<string> _open = new();

    /// <summary>The language of labels.</summary>
    public MessageLanguage Language { get; } = language;

    /// <summary>Opens an element; an attribute without a value is left out.</summary>
    public HtmlWriter Open(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(tag, attributes);
        _text.Append('>');
        _open.Push(tag);
        return this;
    }

    /// <summary>Closes what was opened last.</summary>
    public HtmlWriter Close()
    {
        var tag = _open.Pop();
        _text.Append("</").Append(tag).Append('>');
        if (tag is not ("a" or "abbr" or "b" or "bdi" or "code" or "em" or "span" or "strong" or "tspan" or "pre"))
            _text.Append('\n');
        return this;
    }

    /// <summary>An element that holds nothing.</summary>
    public HtmlWriter Empty(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(tag, attributes);
        _text.Append("/>");
        return this;
    }

    /// <summary>Writes text.</summary>
    public HtmlWriter Text(string? text)
    {
        if (!string.IsNullOrEmpty(text))
            _text.Append(Encode(text));
        return this;
    }

    /// <summary>Writes a label.</summary>
    public HtmlWriter Text(Label label) => Text(label.In(Language));

    /// <summary>An element that holds a text.</summary>
    public HtmlWriter Element(string tag, string? text, params ReadOnlySpan<(string Name, string? Value)> attributes) => Open(tag, attributes).Text(text).Close();

    /// <summary>An element that holds a label.</summary>
    public HtmlWriter Element(string tag, Label label, params ReadOnlySpan<(string Name, string? Value)> attributes) => Open(tag, attributes).Text(label).Close();

    /// <summary>A style sheet of the server's own, as it is: a content security policy goes by the hash of just these bytes.</summary>
    public HtmlWriter Style(ReadOnlySpan<byte> css)
    {
        _text.Append("<style>").Append(Encoding.UTF8.GetString(css)).Append("</style>\n");
        return this;
    }

    /// <summary>The document; everything that was opened must have been closed.</summary>
    public byte[] ToUtf8() => _open.Count == 0
        ? Encoding.UTF8.GetBytes(_text.ToString())
        : throw new InvalidOperationException($"<{_open.Peek()}> is still open.");

    private void Start(string tag, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _text.Append('<').Append(tag);
        foreach (var (name, value) in attributes)
        {
            if (value is not null)
                _text.Append(' ').Append(name).Append("=\"").Append(Encode(value)).Append('"');
        }
    }

    // Characters that XML can't hold have no meaning in HTML either.
    private static string Encode(string text) =>
        Encoder.Encode(text.AsSpan().IndexOfAnyInRange('\0', '\u001F') < 0 ? text : string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = source[i] is < ' ' and not ('\t' or '\n' or '\r') ? '\uFFFD' : source[i];
        }));
}
