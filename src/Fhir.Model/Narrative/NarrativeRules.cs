// What a narrative may hold, so that a page can show it as it is: the allow lists of txt-1, content as txt-2 wants it.

using System.Collections.Frozen;
using System.Text;

namespace FhirHub.Model;

/// <summary>
/// The rules for the xhtml of <c>Narrative.div</c> (R4 narrative.html#xhtml, constraints txt-1 and txt-2). A narrative is
/// judged, never changed: what a client sends is stored as it is, or refused.
/// </summary>
/// <remarks>
/// The text must be safe both as XML and for a browser's HTML parser, which ends comments and CDATA sections earlier than XML
/// does; what the two read differently is refused. The entities of HTML 4, such as <c>&amp;nbsp;</c>, are accepted.
/// </remarks>
public static class NarrativeRules
{
    /// <summary>The namespace of the div and of all that it holds.</summary>
    public const string XhtmlNamespace = "http://www.w3.org/1999/xhtml";

    // Chapters 7 to 11 (without ins and del) and 15 of HTML 4.0, a and img; forms, scripts, frames and objects are elsewhere.
    private static readonly FrozenSet<string> Elements = FrozenSet.Create(
        "a", "abbr", "acronym", "address", "b", "bdo", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup",
        "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre",
        "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
        "tt", "u", "ul", "var");

    // The position is the attribute's bit in the set of those seen, which finds duplicates; there must be no more than 64.
    private static readonly FrozenDictionary<string, int> Attributes = new[]
    {
        "abbr", "accesskey", "align", "alt", "axis", "bgcolor", "border", "cellhalign", "cellpadding", "cellspacing",
        "cellvalign", "char", "charoff", "charset", "cite", "class", "colspan", "compact", "coords", "dir", "frame", "headers",
        "height", "href", "hreflang", "hspace", "id", "lang", "longdesc", "name", "nowrap", "rel", "rev", "rowspan", "rules",
        "scope", "shape", "span", "src", "start", "style", "summary", "tabindex", "title", "type", "valign", "value", "vspace",
        "width", "xmlns", "xml:lang", "xml:space",
    }.Select((name, bit) => KeyValuePair.Create(name, bit)).ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ElementLookup =
        Elements.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> AttributeLookup =
        Attributes.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Says what is wrong with a narrative's xhtml, or null if nothing is.</summary>
    public static string? Check(string xhtml) => Find(Encoding.UTF8.GetBytes(xhtml))?.In(MessageLanguage.English);

    /// <summary>What is wrong with a narrative's xhtml, given as decoded UTF-8, or null if nothing is.</summary>
    internal static IssueMessage? Find(ReadOnlySpan<byte> xhtml)
    {
        var scanner = new XhtmlScanner(xhtml);
        var hasContent = false;
        var isFirst = true;
        while (scanner.Read())
        {
            if (scanner.Token == XhtmlToken.Text)
                hasContent |= !scanner.IsWhitespace;
            else if (scanner.Token == XhtmlToken.Start && CheckElement(ref scanner, isFirst, ref hasContent) is { } problem)
                return problem;
            isFirst = false;
        }

        return scanner.Problem ?? (hasContent ? null : new IssueMessage(NarrativeMessages.NoContent, []));
    }

    private static IssueMessage? CheckElement(ref XhtmlScanner scanner, bool isRoot, ref bool hasContent)
    {
        if (isRoot && !scanner.Name.SequenceEqual("div"u8))
            return new IssueMessage(NarrativeMessages.NotDiv, [Show(scanner.Name)]);
        if (!IsElement(scanner.Name))
            return new IssueMessage(NarrativeMessages.Element, [Show(scanner.Name)]);
        var isImage = scanner.Name.SequenceEqual("img"u8);
        var hasNamespace = false;
        var seen = 0UL;
        while (scanner.ReadAttribute())
        {
            var bit = AttributeBit(scanner.AttributeName);
            if (bit < 0)
                return new IssueMessage(NarrativeMessages.Attribute, [Show(scanner.AttributeName)]);
            if ((seen & (1UL << bit)) != 0)
                return new IssueMessage(NarrativeMessages.AttributeTwice, [Show(scanner.AttributeName)]);
            seen |= 1UL << bit;
            var name = scanner.AttributeName;
            if (name.SequenceEqual("xmlns"u8))
            {
                if (!scanner.AttributeValue.SequenceEqual("http://www.w3.org/1999/xhtml"u8))
                    return new IssueMessage(NarrativeMessages.Namespace, [XhtmlNamespace]);
                hasNamespace = true;
            }
            else if (name.SequenceEqual("style"u8))
            {
                if (!NarrativeLinks.IsSafeStyle(scanner.DecodeAttribute()))
                    return new IssueMessage(NarrativeMessages.Style, []);
            }
            else if (name.SequenceEqual("src"u8) || name.SequenceEqual("href"u8) || name.SequenceEqual("cite"u8) || name.SequenceEqual("longdesc"u8))
            {
                var isSource = isImage && name.SequenceEqual("src"u8);
                if (!NarrativeLinks.IsSafeUrl(scanner.DecodeAttribute(), isSource))
                    return new IssueMessage(NarrativeMessages.Link, [Show(name), Show(scanner.Name)]);
                hasContent |= isSource;
            }
        }

        return isRoot && !hasNamespace && scanner.Problem is null ? new IssueMessage(NarrativeMessages.NoNamespace, [XhtmlNamespace]) : null;
    }

    private static bool IsElement(ReadOnlySpan<byte> name)
    {
        Span<char> chars = stackalloc char[16];
        return name.Length <= chars.Length && ElementLookup.Contains(chars[..Encoding.Latin1.GetChars(name, chars)]);
    }

    private static int AttributeBit(ReadOnlySpan<byte> name)
    {
        Span<char> chars = stackalloc char[16];
        return name.Length <= chars.Length && AttributeLookup.TryGetValue(chars[..Encoding.Latin1.GetChars(name, chars)], out var bit) ? bit : -1;
    }

    private static string Show(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name.Length <= 40 ? name : name[..40]);
}
