// A query string, or a form of POST _search, as decoded pairs in their order.

namespace FhirHub.Search;

/// <summary>Query strings (URL living standard, application/x-www-form-urlencoded).</summary>
public static class QueryString
{
    /// <summary>The pairs of <c>a=b&amp;c=d</c>, with or without a leading question mark; malformed escapes stand for themselves.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string query)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        var text = query.AsSpan();
        if (text.StartsWith("?"))
            text = text[1..];
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
                continue;
            var equals = pair.IndexOf('=');
            pairs.Add(equals < 0
                ? new KeyValuePair<string, string>(Decode(pair), "")
                : new KeyValuePair<string, string>(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return pairs;
    }

    private static string Decode(ReadOnlySpan<char> text) =>
        text.ContainsAny('%', '+') ? Uri.UnescapeDataString(text.ToString().Replace('+', ' ')) : text.ToString();
}
