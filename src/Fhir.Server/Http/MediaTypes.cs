// Media types of requests and answers (R4 http.html#mime-type, versioning.html#mt-version).

using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>The two formats of FHIR.</summary>
public enum ResourceFormat
{
    /// <summary>R4 json.html.</summary>
    Json,

    /// <summary>R4 xml.html.</summary>
    Xml,
}

/// <summary>The format of an answer and the media type that names it, which is the one that the client asked for.</summary>
public readonly record struct ResponseType(ResourceFormat Format, string ContentType)
{
    /// <summary>What is sent where a client does not say.</summary>
    public static readonly ResponseType FhirJson = new(ResourceFormat.Json, "application/fhir+json; charset=utf-8");

    /// <summary>FHIR XML.</summary>
    public static readonly ResponseType FhirXml = new(ResourceFormat.Xml, "application/fhir+xml; charset=utf-8");
}

/// <summary>Negotiation of media types.</summary>
public static class MediaTypes
{
    // More ranges than any client sends; beyond them a header is noise made to cost time.
    private const int MaxRanges = 32;

    /// <summary>The type to answer with, from <c>_format</c> (which wins) or <c>Accept</c>; null if the client accepts none that there is.</summary>
    public static ResponseType? Negotiate(string? format, string? accept)
    {
        if (format is not null)
            return FromFormat(format);
        if (string.IsNullOrEmpty(accept) || accept is "*/*" or "application/fhir+json")
            return ResponseType.FhirJson;
        if (accept.Length > 4096 || !MediaTypeHeaderValue.TryParseList([accept], out var ranges) || ranges.Count > MaxRanges)
            return null;

        ResponseType? best = null;
        var bestQuality = 0.0;
        foreach (var range in ranges)
        {
            var quality = range.Quality ?? 1;
            if (quality > bestQuality && Match(range) is { } match)
                (best, bestQuality) = (match, quality);
        }

        return best;
    }

    /// <summary>True if <c>_format</c> is given or <c>Accept</c> names a media type of FHIR: a range that holds all types names none.</summary>
    public static bool NamesFhir(string? format, string? accept) => format is not null
        || (accept is { Length: > 0 and <= 4096 } && MediaTypeHeaderValue.TryParseList([accept], out var ranges) && ranges.Take(MaxRanges).Any(IsFhir));

    /// <summary>True for a media type of FHIR, of whatever version.</summary>
    public static bool IsFhir(MediaTypeHeaderValue type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return FormatOf(type.MediaType) is not null;
    }

    /// <summary>True if <c>Accept</c> allows a media type, or is not there.</summary>
    public static bool Accepts(string? accept, MediaTypeHeaderValue type) => string.IsNullOrEmpty(accept)
        || (accept.Length <= 4096 && MediaTypeHeaderValue.TryParseList([accept], out var ranges) && ranges.Take(MaxRanges).Any(range => range.Quality is not 0
            && (range.MatchesAllTypes || new MediaTypeHeaderValue(type.MediaType).IsSubsetOf(new MediaTypeHeaderValue(range.MediaType)))));

    /// <summary>True if HTML is named and nothing that FHIR has is liked better.</summary>
    public static bool PrefersHtml(string? format, string? accept)
    {
        if (format is not null || accept is not { Length: <= 4096 } || !MediaTypeHeaderValue.TryParseList([accept], out var ranges) || ranges.Count > MaxRanges)
            return false;
        var html = ranges.FirstOrDefault(static range => range.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
        return html is not null && html.Quality is not 0 && ranges.All(range => FormatOf(range.MediaType) is null || (range.Quality ?? 1) <= (html.Quality ?? 1));
    }

    /// <summary>The format of a request's body; null if it is none that FHIR has.</summary>
    public static ResourceFormat? OfRequest(string? contentType)
    {
        if (contentType is "application/fhir+json" or "application/json")
            return ResourceFormat.Json;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !IsUtf8(type) || !IsR4(type))
            return null;
        return FormatOf(type.MediaType);
    }

    /// <summary>True if the media type says UTF-8 or nothing, which FHIR reads as UTF-8.</summary>
    public static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue
        || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)
        || type.Charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);

    private static ResponseType? FromFormat(string format)
    {
        // A plus sign that was not percent-encoded arrives as a space.
        var name = format.Trim().Replace(' ', '+');
        switch (name.ToLowerInvariant())
        {
            case "json":
                return ResponseType.FhirJson;
            case "xml":
                return ResponseType.FhirXml;
            default:
                return MediaTypeHeaderValue.TryParse(name, out var type) && !type.MatchesAllSubTypes ? Match(type) : null;
        }
    }

    private static ResponseType? Match(MediaTypeHeaderValue range)
    {
        if (!IsR4(range) || !IsUtf8(range))
            return null;
        if (range.MatchesAllTypes || range.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase))
            return ResponseType.FhirJson;
        if (range.MediaType.Equals("text/*", StringComparison.OrdinalIgnoreCase))
            return new ResponseType(ResourceFormat.Json, "text/json; charset=utf-8");
        if (FormatOf(range.MediaType) is not { } format)
            return null;
        var version = range.Parameters.Any(p => p.Name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase)) ? "; fhirVersion=4.0" : "";
        return new ResponseType(format, $"{range.MediaType.Value!.ToLowerInvariant()}{version}; charset=utf-8");
    }

    private static ResourceFormat? FormatOf(Microsoft.Extensions.Primitives.StringSegment mediaType)
    {
        foreach (var (name, format) in Names)
        {
            if (mediaType.Equals(name, StringComparison.OrdinalIgnoreCase))
                return format;
        }

        return null;
    }

    private static bool IsR4(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
        {
            if (parameter.Name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase)
                && HeaderUtilities.RemoveQuotes(parameter.Value).Value is not ("4.0" or "4.0.1"))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly (string Name, ResourceFormat Format)[] Names =
    [
        ("application/fhir+json", ResourceFormat.Json),
        ("application/json", ResourceFormat.Json),
        ("text/json", ResourceFormat.Json),
        ("application/json+fhir", ResourceFormat.Json),
        ("application/fhir+xml", ResourceFormat.Xml),
        ("application/xml", ResourceFormat.Xml),
        ("text/xml", ResourceFormat.Xml),
        ("application/xml+fhir", ResourceFormat.Xml),
    ];
}
