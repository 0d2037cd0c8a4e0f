// A media type as a client accepts it: with parameters and a quality (PS3.18 8.7, RFC 9110 12.5.1).

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>A media range of an Accept header or <c>accept</c> parameter, or a media type that is offered.</summary>
/// <param name="Type">The type in lower case, or <c>*</c>.</param>
/// <param name="Subtype">The subtype in lower case, or <c>*</c>.</param>
/// <param name="Parameters">Its parameters without <c>q</c>, by their names whatever the case.</param>
/// <param name="Quality">0 for what is not accepted, up to 1.</param>
internal sealed record MediaRange(string Type, string Subtype, IReadOnlyDictionary<string, string> Parameters, double Quality = 1)
{
    /// <summary>The type and subtype without parameters.</summary>
    public string MediaType => $"{Type}/{Subtype}";

    /// <summary>Whether it is of parts, as <c>multipart/related</c> is.</summary>
    public bool IsMultipart => Type == "multipart";

    /// <summary>The media type of the parts: the parameter <c>type</c> of <c>multipart/related</c>, in lower case; null if it has none.</summary>
    public string? PartType => Parameters.TryGetValue("type", out var type) ? type.ToLowerInvariant() : null;

    /// <summary>The parameter <c>transfer-syntax</c>: a UID, or <c>*</c> for any; null if it has none (PS3.18 8.7.3.5).</summary>
    public string? TransferSyntax => Parameters.TryGetValue("transfer-syntax", out var uid) ? uid : null;

    /// <summary>A media type that is offered, such as <c>multipart/related; type="application/dicom+xml"</c>.</summary>
    public static MediaRange Of(string text) => MediaRangeReader.Read(text).Single();

    /// <summary>Whether the type, the subtype and, of parts, their type are in this range; other parameters are for the caller.</summary>
    public bool Includes(MediaRange offered)
    {
        if (!IncludesType(Type, Subtype, offered.Type, offered.Subtype))
            return false;
        if (!offered.IsMultipart || PartType is not { } mine || offered.PartType is not { } theirs)
            return true;
        var (type, subtype) = Split(mine);
        var (offeredType, offeredSubtype) = Split(theirs);
        return IncludesType(type, subtype, offeredType, offeredSubtype);
    }

    /// <summary>How much of a media type the range says: what says more decides (RFC 9110 12.5.1).</summary>
    internal int Specificity => (Type == "*" ? 0 : 4) + (Subtype == "*" ? 0 : 4) + (PartType is null ? 0 : 2) + (TransferSyntax is null ? 0 : 1);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(MediaType);
        foreach (var (name, value) in Parameters)
            text.Append("; ").Append(name).Append("=\"").Append(value).Append('"');
        return text.ToString();
    }

    private static (string Type, string Subtype) Split(string mediaType) =>
        mediaType.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (mediaType[..slash], mediaType[(slash + 1)..]) : (mediaType, mediaType == "*" ? "*" : "");

    private static bool IncludesType(string type, string subtype, string offeredType, string offeredSubtype) =>
        (type == "*" || type == offeredType) && (subtype == "*" || subtype == offeredSubtype);
}

/// <summary>What a request accepts. The query parameter <c>accept</c> stands for the header, for clients that can't set one (PS3.18 8.3.3.1).</summary>
internal sealed class AcceptedMedia
{
    private const int MaxLength = 16 * 1024;
    private const int MaxRanges = 100;
    private static readonly MediaRange Anything = new("*", "*", new Dictionary<string, string>());

    private AcceptedMedia(IReadOnlyList<MediaRange> ranges, bool acceptsUtf8)
    {
        Ranges = ranges;
        AcceptsUtf8 = acceptsUtf8;
    }

    /// <summary>The ranges by quality, and of one quality as the request has them; those of quality 0 last. One of everything where it says nothing.</summary>
    public IReadOnlyList<MediaRange> Ranges { get; }

    /// <summary>Whether text may be UTF-8 (<c>Accept-Charset</c>, or the parameter <c>charset</c>): no other is ever sent.</summary>
    public bool AcceptsUtf8 { get; }

    /// <summary>Reads all Accept headers of a request, or its parameters <c>accept</c>.</summary>
    /// <exception cref="DicomwebException">400: they can't be read.</exception>
    public static AcceptedMedia Parse(HttpRequest request)
    {
        var (media, charsets) = QueryParameters(request);
        if (media.Count == 0)
            media.AddRange(request.Headers.Accept.OfType<string>());
        if (charsets.Count == 0)
            charsets.AddRange(request.Headers.AcceptCharset.OfType<string>());
        Bound(media);
        Bound(charsets);
        var ranges = media.SelectMany(MediaRangeReader.Read).Take(MaxRanges + 1).ToArray();
        if (ranges.Length > MaxRanges)
            throw new DicomwebException(StatusCodes.Status400BadRequest, $"More than {MaxRanges} media types are accepted; name those that matter.");
        return new(ranges.Length == 0 ? [Anything] : [.. ranges.OrderByDescending(range => range.Quality)], IncludesUtf8(charsets));
    }

    /// <summary>Reads a list of media ranges, as the parameter <c>contentType</c> of WADO-URI is one (PS3.18 9.1.2.1.1).</summary>
    /// <exception cref="DicomwebException">400: it can't be read.</exception>
    public static AcceptedMedia Parse(string text)
    {
        Bound([text]);
        var ranges = MediaRangeReader.Read(text).Take(MaxRanges).ToArray();
        return new(ranges.Length == 0 ? [Anything] : [.. ranges.OrderByDescending(range => range.Quality)], acceptsUtf8: true);
    }

    /// <summary>The quality of a media type by the range that says most of it; 0 if none includes it.</summary>
    public double QualityOf(MediaRange offered) => RangeOf(offered)?.Quality ?? 0;

    /// <summary>Of what is offered, that which the request likes best; of equals the one that its ranges name first, then the first that is offered.</summary>
    public bool TryChoose(IReadOnlyList<MediaRange> offers, [NotNullWhen(true)] out MediaRange? chosen)
    {
        chosen = null;
        var (quality, order) = (0.0, int.MaxValue);
        foreach (var offer in offers)
        {
            if (RangeOf(offer) is not { Quality: > 0 } range)
                continue;
            var place = Place(range);
            if (range.Quality > quality || (range.Quality == quality && place < order))
                (chosen, quality, order) = (offer, range.Quality, place);
        }

        return chosen is not null;
    }

    /// <summary>Of what is offered, that which the request likes best.</summary>
    /// <exception cref="DicomwebException">406: it accepts none; the message names what there is.</exception>
    public MediaRange Choose(params IReadOnlyList<MediaRange> offers) => TryChoose(offers, out var chosen)
        ? chosen
        : throw new DicomwebException(StatusCodes.Status406NotAcceptable, $"None of the accepted media types is there; accept one of {string.Join(", ", offers)}.");

    /// <summary>
    /// What is offered and accepted, the best first, each with the ranges that include it by their quality: a range may ask for a transfer syntax, and
    /// whether that can be had only the caller knows.
    /// </summary>
    public IReadOnlyList<(MediaRange Offer, IReadOnlyList<MediaRange> Ranges)> Rank(IReadOnlyList<MediaRange> offers)
    {
        var ranked = new List<(MediaRange Offer, IReadOnlyList<MediaRange> Ranges)>();
        foreach (var offer in offers)
        {
            MediaRange[] including = [.. Ranges.Where(range => range.Includes(offer))];
            if (including.Length == 0 || including.MaxBy(range => range.Specificity & ~1) is { Quality: 0, TransferSyntax: null })
                continue;
            including = [.. including.Where(range => range.Quality > 0)];
            if (including.Length > 0)
                ranked.Add((offer, including));
        }

        return [.. ranked.OrderByDescending(choice => choice.Ranges[0].Quality).ThenBy(choice => Place(choice.Ranges[0]))];
    }

    private MediaRange? RangeOf(MediaRange offered)
    {
        MediaRange? best = null;
        foreach (var range in Ranges)
        {
            if (range.Includes(offered) && (best is null || range.Specificity > best.Specificity))
                best = range;
        }

        return best;
    }

    private int Place(MediaRange range)
    {
        for (var i = 0; i < Ranges.Count; i++)
        {
            if (ReferenceEquals(Ranges[i], range))
                return i;
        }

        return Ranges.Count;
    }

    private static void Bound(List<string> values)
    {
        if (values.Sum(value => (long)value.Length) > MaxLength)
            throw new DicomwebException(StatusCodes.Status400BadRequest, $"What is accepted has more than {MaxLength:N0} characters; name the media types that matter.");
    }

    // Subtypes have a plus sign that clients forget to encode: it is a space only where a space can be.
    private static (List<string> Media, List<string> Charsets) QueryParameters(HttpRequest request)
    {
        var (media, charsets) = (new List<string>(), new List<string>());
        if (!request.QueryString.HasValue)
            return (media, charsets);
        foreach (var pair in new Microsoft.AspNetCore.WebUtilities.QueryStringEnumerable(request.QueryString.Value))
        {
            var name = pair.DecodeName().Span;
            var isMedia = name.Equals("accept", StringComparison.OrdinalIgnoreCase);
            if (!isMedia && !name.Equals("charset", StringComparison.OrdinalIgnoreCase))
                continue;
            var encoded = pair.EncodedValue.ToString();
            var text = new StringBuilder(encoded.Length);
            foreach (var character in encoded)
                text.Append(character == '+' && (text.Length == 0 || text[^1] is ';' or ',' or ' ' || EndsEncodedSeparator(text)) ? ' ' : character);
            (isMedia ? media : charsets).Add(Uri.UnescapeDataString(text.ToString()));
        }

        return (media, charsets);
    }

    private static bool EndsEncodedSeparator(StringBuilder text) =>
        text.Length >= 3 && text[^3] == '%' && text.ToString(text.Length - 2, 2).ToUpperInvariant() is "3B" or "2C" or "20";

    private static bool IncludesUtf8(List<string> charsets)
    {
        double? named = null;
        double? any = null;
        var others = false;
        foreach (var item in charsets.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var parts = item.Split(';', StringSplitOptions.TrimEntries);
            var quality = parts.Length > 1 && parts[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase) ? MediaRangeReader.Quality(parts[1][2..]) : 1;
            if (parts[0].Equals("utf-8", StringComparison.OrdinalIgnoreCase) || parts[0].Equals("utf8", StringComparison.OrdinalIgnoreCase))
                named = quality;
            else if (parts[0] == "*")
                any = quality;
            else
                others = true;
        }

        return (named ?? any ?? (others ? 0 : 1)) > 0;
    }
}

/// <summary>Reads lists of media ranges as clients write them, which is not always as RFC 9110 wants: <c>type=application/dicom</c> without quotes is known.</summary>
internal static class MediaRangeReader
{
    private const int MaxParameters = 16;

    /// <summary>The quality that a client writes: 0 to 1.</summary>
    public static double Quality(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality) && quality is >= 0 and <= 1
            ? quality
            : throw Bad("a quality is a number from 0 to 1");

    /// <summary>The ranges of one header or parameter.</summary>
    public static IEnumerable<MediaRange> Read(string text)
    {
        var at = 0;
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or '\t' or ',')
                at++;
            if (at == text.Length)
                yield break;
            yield return ReadRange(text, ref at);
        }
    }

    private static MediaRange ReadRange(string text, ref int at)
    {
        var (type, subtype) = MediaType(Until(text, ref at, ";,"));
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var quality = 1.0;
        while (at < text.Length && text[at] == ';')
        {
            at++;
            var name = Until(text, ref at, "=;,");
            if (name.Length == 0)
                continue;
            if (!IsToken(name) || at == text.Length || text[at] != '=')
                throw Bad("a parameter is a name, an equals sign and a value");
            at++;
            var value = Value(text, ref at);
            if (name.Equals("q", StringComparison.OrdinalIgnoreCase))
                quality = Quality(value);
            else
                Add(parameters, name, value);
        }

        return new(type, subtype, parameters, quality);
    }

    private static void Add(Dictionary<string, string> parameters, string name, string value)
    {
        // Some clients put the parameters of the parts within the quotes of their type.
        if (name.Equals("type", StringComparison.OrdinalIgnoreCase) && value.IndexOf(';', StringComparison.Ordinal) is >= 0 and var end)
        {
            if (value.Contains('"', StringComparison.Ordinal))
                throw Bad("the type of parts has quotes within quotes");
            var start = 0;
            foreach (var (inner, innerValue) in ReadRange($"*/*{value[end..]}", ref start).Parameters)
                parameters.TryAdd(inner, innerValue);
            value = value[..end].Trim();
        }

        parameters[name] = value;
        if (parameters.Count > MaxParameters)
            throw Bad($"a media type has at most {MaxParameters} parameters");
    }

    private static (string Type, string Subtype) MediaType(string text)
    {
        // What Java's own client sends where nothing is said.
        if (text == "*")
            return ("*", "*");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IsToken(text.AsSpan(0, slash)) || !IsToken(text.AsSpan(slash + 1)) || (slash == 1 && text[0] == '*' && text[2..] != "*"))
            throw Bad("a media type is a type, a slash and a subtype");
        return (text[..slash].ToLowerInvariant(), text[(slash + 1)..].ToLowerInvariant());
    }

    private static string Value(string text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        if (at == text.Length || text[at] != '"')
        {
            var plain = Until(text, ref at, ";,");
            return plain.Length > 0 && !plain.Contains('"', StringComparison.Ordinal) ? plain : throw Bad("a parameter has no value, or quotes in the middle of it");
        }

        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && ++at == text.Length)
                break;
            value.Append(text[at]);
        }

        if (at == text.Length)
            throw Bad("a quoted value has no end");
        at++;
        if (Until(text, ref at, ";,").Length > 0)
            throw Bad("something stands behind a quoted value");
        return value.ToString();
    }

    private static string Until(string text, ref int at, string ends)
    {
        var start = at;
        while (at < text.Length && !ends.Contains(text[at], StringComparison.Ordinal))
            at++;
        return text[start..at].Trim(' ', '\t');
    }

    private static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !"!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal))
                return false;
        }

        return text.Length > 0;
    }

    private static DicomwebException Bad(string reason) =>
        new(StatusCodes.Status400BadRequest, $"What is accepted can't be read: {reason}, as in multipart/related; type=\"application/dicom\"; transfer-syntax=*.");
}
