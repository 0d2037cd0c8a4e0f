// Text of a query to tokens (GraphQL October 2021, 2.1).

using System.Globalization;
using System.Text;

namespace FhirHub.Server.GraphQL;

internal enum GraphQLTokenKind
{
    End,
    Punctuator,
    Name,
    Int,
    Float,
    String,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The name, digits or punctuator as written; the value of a string.</param>
/// <param name="Position">Where it starts.</param>
internal readonly record struct GraphQLToken(GraphQLTokenKind Kind, string Text, int Position)
{
    public bool Is(string punctuator) => Kind == GraphQLTokenKind.Punctuator && Text == punctuator;
}

/// <summary>Reads tokens one by one.</summary>
internal sealed class GraphQLLexer(string source)
{
    private const int MaxName = 200;

    private int _at;

    public GraphQLToken Next()
    {
        SkipIgnored();
        if (_at == source.Length)
            return new GraphQLToken(GraphQLTokenKind.End, "", _at);
        var start = _at;
        var c = source[_at];
        if (IsNameStart(c))
        {
            while (_at < source.Length && (IsNameStart(source[_at]) || char.IsAsciiDigit(source[_at])))
                _at++;
            if (_at - start > MaxName)
                throw Error($"A name has {MaxName} characters at most.", start);
            return Token(GraphQLTokenKind.Name, start);
        }

        if (c == '-' || char.IsAsciiDigit(c))
            return ReadNumber();
        if (c == '"')
            return source.AsSpan(_at).StartsWith("\"\"\"") ? ReadBlockString() : ReadString();
        if (source.AsSpan(_at).StartsWith("..."))
        {
            _at += 3;
            return Token(GraphQLTokenKind.Punctuator, start);
        }

        if ("!$&()[]{}:=@|".Contains(c, StringComparison.Ordinal))
        {
            _at++;
            return Token(GraphQLTokenKind.Punctuator, start);
        }

        throw Error($"The character {Shown(c)} has no place in a GraphQL query.", start);
    }

    private GraphQLToken Token(GraphQLTokenKind kind, int start) => new(kind, source[start.._at], start);

    // Commas are white space in GraphQL.
    private void SkipIgnored()
    {
        while (_at < source.Length)
        {
            var c = source[_at];
            if (c == '#')
            {
                while (_at < source.Length && source[_at] is not ('\n' or '\r'))
                    _at++;
            }
            else if (c is ' ' or '\t' or '\n' or '\r' or ',' or '\uFEFF')
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private GraphQLToken ReadNumber()
    {
        var start = _at;
        var kind = GraphQLTokenKind.Int;
        if (source[_at] == '-')
            _at++;
        if (Peek() == '0')
            _at++;
        else
            Digits();
        if (Peek() == '.')
        {
            kind = GraphQLTokenKind.Float;
            _at++;
            Digits();
        }

        if (Peek() is 'e' or 'E')
        {
            kind = GraphQLTokenKind.Float;
            _at++;
            if (Peek() is '+' or '-')
                _at++;
            Digits();
        }

        if (char.IsAsciiDigit(Peek()) || Peek() == '.' || IsNameStart(Peek()))
            throw Error("A number goes over into something else; put a space between them, or quotes around it all.", start);
        return Token(kind, start);

        void Digits()
        {
            if (!char.IsAsciiDigit(Peek()))
                throw Error("A number lacks digits.", start);
            while (char.IsAsciiDigit(Peek()))
                _at++;
        }
    }

    private char Peek() => _at < source.Length ? source[_at] : '\0';

    private GraphQLToken ReadString()
    {
        var start = _at++;
        var text = new StringBuilder();
        while (true)
        {
            var c = Peek();
            if (_at >= source.Length || c is '\n' or '\r')
                throw Error("A string does not end on its line; end it with a quotation mark, or use three for a block.", start);
            _at++;
            if (c == '"')
                return new GraphQLToken(GraphQLTokenKind.String, Checked(text.ToString(), start), start);
            text.Append(c == '\\' ? ReadEscape() : c);
        }
    }

    // Half a surrogate pair is no character, and nothing that is stored holds one.
    private static string Checked(string text, int start)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                throw Error("A string holds half of a surrogate pair.", start);
            i++;
        }

        return text;
    }

    private char ReadEscape()
    {
        var c = Peek();
        _at++;
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= source.Length
                && ushort.TryParse(source.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                throw Error("A string holds an escape that GraphQL does not have; it has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX.", _at - 2);
        }
    }

    private GraphQLToken ReadBlockString()
    {
        var start = _at;
        _at += 3;
        var raw = new StringBuilder();
        while (true)
        {
            if (_at >= source.Length)
                throw Error("A block string does not end; end it with three quotation marks.", start);
            var rest = source.AsSpan(_at);
            if (rest.StartsWith("\"\"\""))
            {
                _at += 3;
                return new GraphQLToken(GraphQLTokenKind.String, Dedent(raw.ToString()), start);
            }

            if (rest.StartsWith("\\\"\"\""))
            {
                raw.Append("\"\"\"");
                _at += 4;
                continue;
            }

            raw.Append(source[_at++]);
        }
    }

    // The common indentation and blank first and last lines are not part of the value (2.9.4, BlockStringValue).
    private static string Dedent(string raw)
    {
        var lines = raw.ReplaceLineEndings("\n").Split('\n');
        var common = int.MaxValue;
        for (var i = 1; i < lines.Length; i++)
        {
            var indent = lines[i].Length - lines[i].TrimStart(' ', '\t').Length;
            if (indent < lines[i].Length)
                common = Math.Min(common, indent);
        }

        for (var i = 1; i < lines.Length && common < int.MaxValue; i++)
            lines[i] = lines[i].Length <= common ? "" : lines[i][common..];
        var first = Array.FindIndex(lines, l => l.AsSpan().Trim(" \t").Length > 0);
        if (first < 0)
            return "";
        var last = Array.FindLastIndex(lines, l => l.AsSpan().Trim(" \t").Length > 0);
        return string.Join('\n', lines[first..(last + 1)]);
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static string Shown(char c) => c is > ' ' and < '\u007F' ? $"'{c}'" : $"U+{(int)c:X4}";

    private static GraphQLException Error(string message, int position) => new("structure", message, position);
}
