// The grammar of _filter.

using System.Globalization;
using System.Text;

namespace FhirHub.Search;

/// <summary>
/// Reads a filter (R4 search_filter.html#grammar). and and or are read from left to right with the same weight, as the standard
/// says; parentheses group.
/// </summary>
/// <param name="text">The filter.</param>
/// <param name="maxDepth">Greatest depth of parentheses, brackets, path steps and changes between and and or together.</param>
internal sealed class FilterReader(string text, int maxDepth)
{
    private int _at;

    /// <summary>The whole filter.</summary>
    /// <exception cref="SearchFault">It does not follow the grammar.</exception>
    public FilterSyntax Read()
    {
        var filter = ReadFilter(0);
        return _at == text.Length ? filter : throw Fault("and, or or the end of the filter");
    }

    private SearchFault Fault(string expected)
    {
        var rest = text[_at..];
        var found = rest.Length == 0 ? "the filter ends" : $"'{(rest.Length > 30 ? $"{rest[..30]}…" : rest)}' stands";
        return new SearchFault(
            "value", SearchMessages.FilterSyntax, expected, (_at + 1).ToString(CultureInfo.InvariantCulture), found);
    }

    private FilterSyntax ReadFilter(int depth)
    {
        var filter = ReadPart(Deeper(depth));
        var changes = 0;
        while (true)
        {
            SkipSpace();
            if (TakeWord("and"))
            {
                var part = ReadPart(Deeper(depth + changes));
                if (filter is FilterSyntax.Or)
                    Deeper(depth + ++changes);
                filter = new FilterSyntax.And(filter is FilterSyntax.And and ? [.. and.Parts, part] : [filter, part]);
            }
            else if (TakeWord("or"))
            {
                var part = ReadPart(Deeper(depth + changes));
                if (filter is FilterSyntax.And)
                    Deeper(depth + ++changes);
                filter = new FilterSyntax.Or(filter is FilterSyntax.Or or ? [.. or.Parts, part] : [filter, part]);
            }
            else
            {
                return filter;
            }
        }
    }

    private int Deeper(int depth) => depth < maxDepth
        ? depth + 1
        : throw new SearchFault("too-costly", SearchMessages.FilterDepth, maxDepth.ToString(CultureInfo.InvariantCulture));

    private FilterSyntax ReadPart(int depth)
    {
        SkipSpace();
        var start = _at;
        if (TakeWord("not"))
        {
            SkipSpace();
            if (Peek == '(')
                return new FilterSyntax.Not(ReadGroup(depth));
            _at = start;
        }

        return Peek == '(' ? ReadGroup(depth) : ReadComparison(depth);
    }

    private FilterSyntax ReadGroup(int depth)
    {
        _at++;
        var filter = ReadFilter(depth);
        Expect(')');
        return filter;
    }

    private FilterSyntax.Comparison ReadComparison(int depth)
    {
        var path = ReadPath(depth);
        SkipSpace();
        var start = _at;
        while (char.IsAsciiLetter(Peek))
            _at++;
        var word = text[start.._at];
        if (!Operators.TryGetValue(word, out var comparison) || !char.IsWhiteSpace(Peek))
        {
            _at = start;
            throw Fault($"an operator ({string.Join(", ", Operators.Keys)}) and a space");
        }

        SkipSpace();
        return new FilterSyntax.Comparison(path, comparison, Peek == '"' ? ReadString() : ReadToken());
    }

    private FilterPath ReadPath(int depth)
    {
        SkipSpace();
        var start = _at;
        if (Peek != '_' && !char.IsAsciiLetter(Peek))
            throw Fault("a search parameter");
        while (char.IsAsciiLetterOrDigit(Peek) || Peek is '_' or '-')
            _at++;
        var name = text[start.._at];

        FilterSyntax? condition = null;
        if (Peek == '[')
        {
            _at++;
            condition = ReadFilter(depth);
            Expect(']');
            if (Peek != '.')
                throw Fault("a full stop and another search parameter");
        }

        if (Peek != '.')
            return new FilterPath(name, null, null);
        _at++;
        return new FilterPath(name, condition, ReadPath(Deeper(depth)));
    }

    // A string of JSON (RFC 8259).
    private string ReadString()
    {
        var start = _at++;
        var value = new StringBuilder();
        for (; _at < text.Length && text[_at] != '"'; _at++)
        {
            if (text[_at] != '\\')
            {
                value.Append(text[_at]);
                continue;
            }

            _at++;
            value.Append(Peek switch
            {
                '"' or '\\' or '/' => Peek,
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' when _at + 4 < text.Length && ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) => (char)unit,
                _ => throw Fault("one of \" \\ / b f n r t or u with four hexadecimal digits after the backslash"),
            });
            if (Peek == 'u')
                _at += 4;
        }

        if (_at >= text.Length)
        {
            _at = start;
            throw Fault("an end of the string");
        }

        _at++;
        return value.ToString();
    }

    // Numbers, dates and tokens: what holds no space, ) or ].
    private string ReadToken()
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (')' or ']'))
            _at++;
        return _at > start ? text[start.._at] : throw Fault("a value");
    }

    private static readonly Dictionary<string, FilterOperator> Operators =
        Enum.GetValues<FilterOperator>().ToDictionary(static o => o.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private char Peek => _at < text.Length ? text[_at] : '\0';

    private void SkipSpace()
    {
        while (char.IsWhiteSpace(Peek))
            _at++;
    }

    private bool TakeWord(string word)
    {
        var end = _at + word.Length;
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0 || (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] != '('))
            return false;
        _at = end;
        return true;
    }

    private void Expect(char wanted)
    {
        SkipSpace();
        if (Peek != wanted)
            throw Fault($"and, or or {wanted}");
        _at++;
    }
}
