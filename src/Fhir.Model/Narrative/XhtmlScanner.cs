// Reads the XHTML of a narrative token by token from UTF-8 without allocating: it runs on every write that has a narrative,
// where an XmlReader would cost more than the rest of the parse and could not know the entities of HTML.

using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace FhirHub.Model;

internal enum XhtmlToken
{
    Start,
    End,
    Text,
    Comment,
}

/// <summary>A forward scan of one XHTML element; it checks all of well-formedness but the uniqueness of attributes.</summary>
internal ref struct XhtmlScanner
{
    private const int MaxDepth = 128;

    private static readonly SearchValues<byte> NameEnd = SearchValues.Create(" \t\r\n/>=<\"'&"u8);

    // Control characters, references, and the first byte of U+FFFE and U+FFFF.
    private static readonly SearchValues<byte> Suspects = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'&', 0xEF]);

    private readonly ReadOnlySpan<byte> _text;
    private Depths _open;
    private int _depth;
    private int _at;
    private bool _isInTag;
    private bool _isSelfClosing;
    private bool _isDone;

    public XhtmlScanner(ReadOnlySpan<byte> text)
    {
        _text = text;
        Skip(ref _at);
    }

    public XhtmlToken Token { get; private set; }

    /// <summary>The name of the start or end tag at hand.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> AttributeName { get; private set; }

    /// <summary>The attribute's value as written, with its entities.</summary>
    public ReadOnlySpan<byte> AttributeValue { get; private set; }

    /// <summary>The text at hand as written, with its entities.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>True if the text at hand is white space only.</summary>
    public bool IsWhitespace { get; private set; }

    /// <summary>Why the scan stopped before the end, or null.</summary>
    public IssueMessage? Problem { get; private set; }

    /// <summary>Goes to the next token; false at the end and at a problem.</summary>
    public bool Read()
    {
        while (_isInTag && ReadAttribute())
        {
            // Attributes that nobody asked for are checked all the same.
        }

        if (Problem is not null)
            return false;
        if (_isSelfClosing)
        {
            _isSelfClosing = false;
            return Close(Name);
        }

        if (_isDone)
        {
            Skip(ref _at);
            return _at == _text.Length ? false : Fail(NarrativeMessages.AfterEnd);
        }

        if (_at == _text.Length)
            return Fail(_depth == 0 ? NarrativeMessages.Empty : NarrativeMessages.NotClosed);
        if (_text[_at] != '<')
            return _depth == 0 ? Fail(NarrativeMessages.NotBegun) : ReadText();
        var rest = _text[_at..];
        if (rest.StartsWith("<!--"u8))
            return ReadComment(rest);
        if (rest.StartsWith("</"u8))
            return ReadEnd();
        return rest.StartsWith("<!"u8) || rest.StartsWith("<?"u8)
            ? Fail(NarrativeMessages.Declarations)
            : ReadStart();
    }

    /// <summary>Goes to the next attribute of the start tag; false when there is none left.</summary>
    public bool ReadAttribute()
    {
        if (!_isInTag || Problem is not null)
            return false;
        var before = _at;
        Skip(ref _at);
        if (_at == _text.Length)
            return Fail(NarrativeMessages.TagNotClosed);
        if (_text[_at] == '>')
            return EndTag(1);
        if (_text[_at..].StartsWith("/>"u8))
        {
            _isSelfClosing = true;
            return EndTag(2);
        }

        if (before == _at)
            return Fail(NarrativeMessages.NoSpace);
        var name = ReadName();
        if (name.IsEmpty)
            return Fail(NarrativeMessages.NotAnAttribute);
        Skip(ref _at);
        if (_at == _text.Length || _text[_at] != '=')
            return Fail(NarrativeMessages.NoAttributeValue);
        _at++;
        Skip(ref _at);
        if (_at == _text.Length || _text[_at] is not ((byte)'"' or (byte)'\''))
            return Fail(NarrativeMessages.NoQuotes);
        var length = _text[(_at + 1)..].IndexOf(_text[_at]);
        if (length < 0)
            return Fail(NarrativeMessages.ValueNotClosed);
        AttributeName = name;
        AttributeValue = _text.Slice(_at + 1, length);
        _at += length + 2;
        return AttributeValue.Contains((byte)'<') ? Fail(NarrativeMessages.LessThanInValue) : CheckCharacters(AttributeValue);
    }

    /// <summary>The attribute's value with its entities resolved.</summary>
    public readonly string DecodeAttribute()
    {
        var value = Encoding.UTF8.GetString(AttributeValue);
        return value.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(value) : value;
    }

    private bool EndTag(int length)
    {
        _at += length;
        _isInTag = false;
        return false;
    }

    private bool ReadStart()
    {
        _at++;
        var start = _at;
        Name = ReadName();
        if (Name.IsEmpty || !IsNameStart(Name[0]))
            return Fail(NarrativeMessages.LessThan);
        if (_depth == MaxDepth)
            return Fail(NarrativeMessages.TooDeep, MaxDepth.ToString(CultureInfo.InvariantCulture));
        _open[_depth++] = ((long)start << 32) | (uint)Name.Length;
        _isInTag = true;
        Token = XhtmlToken.Start;
        return true;
    }

    private bool ReadEnd()
    {
        _at += 2;
        var name = ReadName();
        Skip(ref _at);
        if (_at == _text.Length || _text[_at] != '>')
            return Fail(NarrativeMessages.EndTagNotClosed);
        _at++;
        return Close(name);
    }

    private bool Close(ReadOnlySpan<byte> name)
    {
        if (_depth == 0)
            return Fail(NarrativeMessages.NoStartTag);
        var open = _open[--_depth];
        var expected = _text.Slice((int)(open >> 32), (int)open);
        if (!name.SequenceEqual(expected))
            return Fail(NarrativeMessages.WrongEndTag, Encoding.UTF8.GetString(expected[..Math.Min(expected.Length, 40)]));
        Name = name;
        Token = XhtmlToken.End;
        _isDone = _depth == 0;
        return true;
    }

    private bool ReadText()
    {
        var length = _text[_at..].IndexOf((byte)'<');
        var text = length < 0 ? _text[_at..] : _text.Slice(_at, length);
        _at += text.Length;
        Token = XhtmlToken.Text;
        Text = text;
        IsWhitespace = text.IndexOfAnyExcept(" \t\r\n"u8) < 0;
        if (IsWhitespace)
            return true;
        return text.IndexOf("]]>"u8) >= 0 ? Fail(NarrativeMessages.CdataEnd) : CheckCharacters(text);
    }

    // HTML ends a comment at <!--> and <!--->, where XML has only begun it: what follows would be markup to a browser.
    private bool ReadComment(ReadOnlySpan<byte> rest)
    {
        var inside = rest[4..];
        var end = inside.IndexOf("--"u8);
        if (end < 0 || !inside[end..].StartsWith("-->"u8) || inside.StartsWith(">"u8) || inside.StartsWith("->"u8))
            return Fail(NarrativeMessages.Comment);
        if (_depth == 0)
            return Fail(NarrativeMessages.NotBegun);
        _at += end + 7;
        Token = XhtmlToken.Comment;
        return true;
    }

    private ReadOnlySpan<byte> ReadName()
    {
        var rest = _text[_at..];
        var length = rest.IndexOfAny(NameEnd);
        var name = length < 0 ? rest : rest[..length];
        _at += name.Length;
        return name;
    }

    private static bool IsNameStart(byte c) => char.IsAsciiLetter((char)c) || c is (byte)'_' or >= 0x80;

    private readonly void Skip(ref int at)
    {
        while (at < _text.Length && _text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
    }

    private bool CheckCharacters(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOfAny(Suspects); at >= 0; at = text.IndexOfAny(Suspects))
        {
            text = text[at..];
            if (text[0] < 0x20 || text.StartsWith("\uFFFE"u8) || text.StartsWith("\uFFFF"u8))
                return Fail(NarrativeMessages.Character);
            if (text[0] == '&')
            {
                var end = text[..Math.Min(text.Length, 16)].IndexOf((byte)';');
                if (end < 0 || !IsReference(text[1..end]))
                    return Fail(NarrativeMessages.Ampersand);
            }

            text = text[1..];
        }

        return true;
    }

    private static bool IsReference(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'#', ..])
            return IsXmlCharacter(name[1..]);
        return XhtmlEntities.Resolve(Encoding.UTF8.GetString(name)) is not null;
    }

    private static bool IsXmlCharacter(ReadOnlySpan<byte> number)
    {
        var isHex = number is [(byte)'x', ..];
        if (!int.TryParse(isHex ? number[1..] : number, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, null, out var code))
            return false;
        return code is '\t' or '\n' or '\r' || (code >= 0x20 && Rune.IsValid(code) && code is not (0xFFFE or 0xFFFF));
    }

    private bool Fail(MessageTemplate problem, params string[] arguments)
    {
        Problem ??= new IssueMessage(problem, arguments);
        _isInTag = false;
        return false;
    }

    [System.Runtime.CompilerServices.InlineArray(MaxDepth)]
    private struct Depths
    {
        private long _first;
    }
}
