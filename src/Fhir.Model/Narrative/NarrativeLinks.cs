// What a narrative may point to: addresses and styles that neither run code nor fetch a style sheet.

using System.Buffers;

namespace FhirHub.Model;

/// <summary>The values of a narrative's attributes that could do harm.</summary>
internal static class NarrativeLinks
{
    private static readonly string[] Schemes = ["http", "https", "mailto", "tel", "ftp", "sftp", "urn", "cid"];

    // Anything that fetches or runs, in any browser's past.
    private static readonly string[] UnsafeInStyle = ["expression", "@import", "behavior", "behaviour", "-moz-binding", "javascript:", "vbscript:"];

    private static readonly SearchValues<char> FileNameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>True for a relative address or one with a scheme that only points; for an image, also for its own data.</summary>
    public static bool IsSafeUrl(string url, bool isImageSource)
    {
        // Browsers drop white space and control characters before and within a scheme, so "java\tscript:" is one.
        var text = new string([.. url.Where(c => c > ' ' && c != '\u007F' && !char.IsControl(c) && !char.IsWhiteSpace(c))]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var other = text.AsSpan().IndexOfAny('/', '?', '#');
        if (colon < 0 || (other >= 0 && other < colon))
            return true;
        var scheme = text.AsSpan(0, colon);
        foreach (var known in Schemes)
        {
            if (scheme.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return isImageSource && text.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True for a style that takes all it needs from itself.</summary>
    public static bool IsSafeStyle(string style)
    {
        // Escapes and comments have no use in a style attribute but to hide a word from checks like this one.
        if (style.Contains('\\', StringComparison.Ordinal) || style.Contains("/*", StringComparison.Ordinal))
            return false;
        var text = new string([.. style.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c))]).ToLowerInvariant();
        if (UnsafeInStyle.Any(word => text.Contains(word, StringComparison.Ordinal)))
            return false;
        for (var at = text.IndexOf("url(", StringComparison.Ordinal); at >= 0; at = text.IndexOf("url(", at + 4, StringComparison.Ordinal))
        {
            var address = text.AsSpan(at + 4).TrimStart("'\"");
            if (!address.StartsWith("data:image/", StringComparison.Ordinal) && !address.StartsWith("#", StringComparison.Ordinal) && !IsFileName(address))
                return false;
        }

        return true;
    }

    // The publisher of implementation guides draws the lines of its tables with images beside the page; <img> may name those too.
    private static bool IsFileName(ReadOnlySpan<char> address)
    {
        var end = address.IndexOfAny("'\")");
        return end > 0 && !address[..end].ContainsAnyExcept(FileNameCharacters);
    }
}
