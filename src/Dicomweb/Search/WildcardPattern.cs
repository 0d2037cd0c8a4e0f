// Wildcard matching (PS3.4 C.2.2.2.4) in time that grows with pattern and text only.

namespace FhirHub.Dicomweb;

/// <summary>A pattern in which <c>*</c> is any characters and <c>?</c> is any one.</summary>
internal sealed class WildcardPattern
{
    // What is between the stars, in order; the first and the last are bound to the ends of the text.
    private readonly string[] _pieces;

    public WildcardPattern(string pattern)
    {
        _pieces = pattern.Split('*');
        if (_pieces.Length > 2)
            _pieces = [_pieces[0], .. _pieces[1..^1].Where(piece => piece.Length > 0), _pieces[^1]];
        var first = _pieces[0].IndexOf('?', StringComparison.Ordinal);
        Prefix = first < 0 ? _pieces[0] : _pieces[0][..first];
    }

    /// <summary>What every text that matches begins with.</summary>
    public string Prefix { get; }

    /// <summary>Whether there is no wildcard in it.</summary>
    public bool IsLiteral => _pieces.Length == 1 && _pieces[0].Length == Prefix.Length;

    /// <summary>Whether a text is nothing but that beginning and any characters.</summary>
    public bool IsPrefixOnly => _pieces is [var first, ""] && first.Length == Prefix.Length;

    /// <summary>The pattern as SQLite's <c>GLOB</c> has it; null where that takes other characters for one.</summary>
    public string? Glob => Array.Exists(_pieces, piece => piece.AsSpan().ContainsAny('?', '\0')) ? null
        : string.Join('*', _pieces).Replace("[", "[[]", StringComparison.Ordinal);

    /// <summary>Whether a text has a wildcard in it.</summary>
    public static bool IsWildcard(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether the whole text matches; each piece is taken where it comes first, since what is behind a star may be anywhere.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (_pieces.Length == 1)
            return text.Length == _pieces[0].Length && Begins(text, _pieces[0]);
        if (!Begins(text, _pieces[0]))
            return false;
        text = text[_pieces[0].Length..];
        for (var i = 1; i < _pieces.Length - 1; i++)
        {
            var at = IndexOf(text, _pieces[i]);
            if (at < 0)
                return false;
            text = text[(at + _pieces[i].Length)..];
        }

        var last = _pieces[^1];
        return text.Length >= last.Length && Begins(text[^last.Length..], last);
    }

    private static int IndexOf(ReadOnlySpan<char> text, string piece)
    {
        if (!piece.Contains('?', StringComparison.Ordinal))
            return text.IndexOf(piece);
        for (var at = 0; at + piece.Length <= text.Length; at++)
        {
            if (Begins(text[at..], piece))
                return at;
        }

        return -1;
    }

    private static bool Begins(ReadOnlySpan<char> text, string piece)
    {
        if (text.Length < piece.Length)
            return false;
        for (var i = 0; i < piece.Length; i++)
        {
            if (piece[i] != '?' && piece[i] != text[i])
                return false;
        }

        return true;
    }
}
