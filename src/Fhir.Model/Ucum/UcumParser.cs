// The grammar of UCUM unit terms (UCUM §8-13), read by descent with bounded depth.

using System.Numerics;

namespace FhirHub.Model;

/// <summary>Reads one unit code.</summary>
internal ref struct UcumParser
{
    private const int MaxDepth = 16;
    private const int MaxExponent = 99;
    private const int MaxDigits = 20;

    private readonly ReadOnlySpan<char> _text;
    private readonly UcumTable _table;
    private int _at;

    private UcumParser(ReadOnlySpan<char> text, UcumTable table)
    {
        _text = text;
        _table = table;
    }

    /// <summary>The unit, or null if the code is not valid.</summary>
    public static UcumUnit? Parse(string text, UcumTable table) =>
        ParseTerm(text, table) is { } term ? new UcumUnit(term) : null;

    /// <summary>The same as a term, from which the table builds its units.</summary>
    public static UcumTerm? ParseTerm(ReadOnlySpan<char> text, UcumTable table)
    {
        var parser = new UcumParser(text, table);
        var term = parser.Term(0);
        return parser._at == text.Length ? term : null;
    }

    private UcumTerm? Term(int depth)
    {
        if (depth > MaxDepth)
            return null;
        var result = UcumTerm.One;
        var power = 1;
        if (Take('/'))
            power = -1;
        while (true)
        {
            if (Component(depth) is not { } component || result.Times(component, power) is not { } product)
                return null;
            result = product;
            if (Take('.'))
                power = 1;
            else if (Take('/'))
                power = -1;
            else
                return result;
        }
    }

    private UcumTerm? Component(int depth)
    {
        if (Take('('))
        {
            var inner = Term(depth + 1);
            return inner is not null && Take(')') ? inner : null;
        }

        if (Peek == '{')
            return Annotation() ? UcumTerm.One : null;

        var symbol = Symbol();
        if (symbol.IsEmpty)
            return null;
        var unit = symbol.IndexOfAnyExceptInRange('0', '9') < 0 ? Number(symbol) : SimpleUnit(symbol);
        return unit is null || (Peek == '{' && !Annotation()) ? null : unit;
    }

    // Brackets are opaque: [m/s2/Hz^(1/2)] is one symbol.
    private ReadOnlySpan<char> Symbol()
    {
        var start = _at;
        var bracket = false;
        for (; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c is <= ' ' or > '~')
                break;
            if (bracket)
                bracket = c != ']';
            else if (c == '[')
                bracket = true;
            else if (c is '.' or '/' or '(' or ')' or '{' or '}' or ']')
                break;
        }

        return bracket ? default : _text[start.._at];
    }

    private static UcumTerm? Number(ReadOnlySpan<char> digits) =>
        digits.Length <= MaxDigits && BigInteger.TryParse(digits, out var number) && !number.IsZero ? UcumTerm.Number(number, 1) : null;

    private readonly UcumTerm? SimpleUnit(ReadOnlySpan<char> symbol)
    {
        var end = symbol.LastIndexOfAnyExceptInRange('0', '9') + 1;
        var exponent = 1;
        if (end < symbol.Length)
        {
            if (!int.TryParse(symbol[end..], out exponent) || exponent > MaxExponent)
                return null;
            if (symbol[end - 1] is '+' or '-')
                exponent = symbol[--end] == '-' ? -exponent : exponent;
        }

        // 10*0 and m0 are 1: UCUM's grammar has them.
        return end > 0 && _table.Find(symbol[..end]) is { } unit
            ? exponent == 1 ? unit : UcumTerm.One.Times(unit, exponent)
            : null;
    }

    private bool Annotation()
    {
        var end = _text[_at..].IndexOf('}');
        if (end < 0 || _text.Slice(_at + 1, end - 1).ContainsAnyExceptInRange('!', '~') || _text.Slice(_at + 1, end - 1).Contains('{'))
            return false;
        _at += end + 1;
        return true;
    }

    private readonly char Peek => _at < _text.Length ? _text[_at] : '\0';

    private bool Take(char c)
    {
        if (Peek != c)
            return false;
        _at++;
        return true;
    }
}
