// One search and what it must find.

namespace FhirHub.Conformance.Generation;

/// <summary>A search.</summary>
/// <param name="Query">Name, modifier and value, such as <c>code:not=1234</c>; several are joined by an ampersand.</param>
/// <param name="Says">What it asks for, in words.</param>
/// <param name="Matches">True for a resource that it must find, false for one that it must not, null where the standard leaves it open.</param>
internal sealed record SearchCase(string Query, string Says, Func<Fixture, bool?> Matches);

/// <summary>How values stand in a query.</summary>
internal static class QueryText
{
    /// <summary>Escapes what search gives a meaning to (R4 search.html#escaping), then what an address does. Variables stay.</summary>
    public static string Value(string value)
    {
        var escaped = new System.Text.StringBuilder(value.Length + 8);
        for (var i = 0; i < value.Length; i++)
        {
            var end = value.AsSpan(i).StartsWith("${") ? value.IndexOf('}', i) : -1;
            if (end > 0)
            {
                escaped.Append(value, i, end - i + 1);
                i = end;
                continue;
            }

            if (value[i] is '\\' or ',' or '|' or '$')
                escaped.Append('\\');
            escaped.Append(value[i]);
        }

        return Encode(escaped.ToString());
    }

    /// <summary>Encodes what would end or change a parameter's value.</summary>
    public static string Encode(string value) => string.Concat(value.Select(static c => c switch
    {
        '%' or '&' or '+' or '#' or ' ' or '"' or '<' or '>' or '\\' or ';' or '=' => $"%{(int)c:X2}",
        _ => c.ToString(),
    }));
}
