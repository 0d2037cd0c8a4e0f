// Cuts an expression into tokens (FHIRPath N1, "Lexical Elements").

using System.Globalization;
using System.Text;

namespace FhirHub.Model.FhirPath;

internal enum TokenKind
{
    End,
    Identifier,
    DelimitedIdentifier,
    String,
    Integer,
    Decimal,
    Temporal,
    Variable,
    ExternalConstant,
    Symbol,
}

/// <summary>A token; <c>Text</c> is decoded: without quotes, escapes, <c>$</c> or <c>%</c>.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && string.Equals(Text, symbol, StringComparison.Ordinal);

    public bool IsWord(string word) => Kind == TokenKind.Identifier && string.Equals(Text, word, StringComparison.Ordinal);
}

internal ref struct FhirPathLexer(string text)
{
    private int _at;

    public Token Next()
    {
        SkipBlanks();
        var start = _at;
        if (start >= text.Length)
            return new Token(TokenKind.End, "", start);
        var c = text[start];
        if (char.IsAsciiLetter(c) || c == '_')
            return new Token(TokenKind.Identifier, TakeWord(), start);
        if (char.IsAsciiDigit(c))
            return Number(start);
        switch (c)
        {
            case '\'':
                return new Token(TokenKind.String, Quoted('\''), start);
            case '`':
                return new Token(TokenKind.DelimitedIdentifier, Quoted('`'), start);
            case '@':
                return Temporal(start);
            case '$':
                _at++;
                return new Token(TokenKind.Variable, TakeWord(), start);
            case '%':
                return ExternalConstant(start);
            default:
                return Symbol(start);
        }
    }

    private static FhirPathException Fault(string message, int position) => new(FhirPathFault.Syntax, message, position);

    private readonly char Peek(int ahead = 0) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\r' or '\n' or '\u00a0')
            {
                _at++;
            }
            else if (text[_at] == '/' && Peek(1) == '/')
            {
                var end = text.AsSpan(_at).IndexOfAny('\r', '\n');
                _at = end < 0 ? text.Length : _at + end;
            }
            else if (text[_at] == '/' && Peek(1) == '*')
            {
                var end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0)
                    throw Fault("The comment has no end", _at);
                _at = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private string TakeWord()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek()) || Peek() == '_')
            _at++;
        return text[start.._at];
    }

    private void TakeDigits()
    {
        while (char.IsAsciiDigit(Peek()))
            _at++;
    }

    private Token Number(int start)
    {
        TakeDigits();
        if (Peek() != '.' || !char.IsAsciiDigit(Peek(1)))
            return new Token(TokenKind.Integer, text[start.._at], start);
        _at++;
        TakeDigits();
        return new Token(TokenKind.Decimal, text[start.._at], start);
    }

    private Token ExternalConstant(int start)
    {
        _at++;
        var name = Peek() switch
        {
            '`' => Quoted('`'),
            '\'' => Quoted('\''),
            _ => TakeWord(),
        };
        return name.Length > 0
            ? new Token(TokenKind.ExternalConstant, name, start)
            : throw Fault("A name must follow %", start);
    }

    private string Quoted(char quote)
    {
        var start = _at++;
        StringBuilder? decoded = null;
        var from = _at;
        while (true)
        {
            if (_at >= text.Length)
                throw Fault(quote == '`' ? "The identifier has no closing `" : "The string has no closing quote", start);
            var c = text[_at];
            if (c == quote)
                break;
            if (c != '\\')
            {
                _at++;
                continue;
            }

            decoded ??= new StringBuilder();
            decoded.Append(text, from, _at - from);
            decoded.Append(Escape());
            from = _at;
        }

        var rest = text[from.._at];
        _at++;
        return decoded is null ? rest : decoded.Append(rest).ToString();
    }

    private char Escape()
    {
        var start = _at;
        var c = Peek(1);
        _at += 2;
        switch (c)
        {
            case '\'' or '"' or '`' or '\\' or '/':
                return c;
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= text.Length
                && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                throw Fault("A backslash must be followed by one of ' \" ` \\ / f n r t or uXXXX", start);
        }
    }

    // @2015-02-04T14:34:28.123+10:00, cut short anywhere; @T14:34. A dot belongs to it only in front of digits after seconds.
    private Token Temporal(int start)
    {
        _at++;
        var body = _at;
        if (Peek() != 'T')
        {
            TakeDigits();
            if (_at - body != 4)
                throw Fault("A date starts with a year of four digits: @2015-02-04", start);
            if (TakePair('-'))
                TakePair('-');
        }

        if (Peek() == 'T')
        {
            var isTime = _at == body;
            _at++;
            if (TakeTwoDigits() && TakePair(':') && TakePair(':') && Peek() == '.' && char.IsAsciiDigit(Peek(1)))
            {
                _at++;
                TakeDigits();
            }

            if (!isTime)
                TakeOffset();
        }

        return new Token(TokenKind.Temporal, text[body.._at], start);
    }

    private bool TakeTwoDigits()
    {
        if (!char.IsAsciiDigit(Peek()) || !char.IsAsciiDigit(Peek(1)))
            return false;
        _at += 2;
        return true;
    }

    private bool TakePair(char separator)
    {
        if (Peek() != separator || !char.IsAsciiDigit(Peek(1)) || !char.IsAsciiDigit(Peek(2)))
            return false;
        _at += 3;
        return true;
    }

    private void TakeOffset()
    {
        if (Peek() == 'Z')
        {
            _at++;
        }
        else if (Peek() is '+' or '-' && char.IsAsciiDigit(Peek(1)) && char.IsAsciiDigit(Peek(2)) && Peek(3) == ':'
            && char.IsAsciiDigit(Peek(4)) && char.IsAsciiDigit(Peek(5)))
        {
            _at += 6;
        }
    }

    private Token Symbol(int start)
    {
        ReadOnlySpan<string> symbols = ["<=", ">=", "!=", "!~", ".", "[", "]", "(", ")", "{", "}", ",", "+", "-", "*", "/", "&", "|", "<", ">", "=", "~"];
        foreach (var symbol in symbols)
        {
            if (string.CompareOrdinal(text, start, symbol, 0, symbol.Length) == 0)
            {
                _at += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, start);
            }
        }

        throw Fault($"The character '{text[start]}' has no meaning here", start);
    }
}
