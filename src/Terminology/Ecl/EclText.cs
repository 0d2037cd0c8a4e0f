// The text of an ECL expression while it is read: blanks, comments, symbols and words, with the position for messages.

using FhirHub.Model;

namespace FhirHub.Terminology.Ecl;

/// <summary>Steps through a text (ECL 5.1, "Brief syntax": <c>ws</c>, <c>comment</c>, <c>term</c>).</summary>
internal sealed class EclText(string text)
{
    public int Position { get; set; }

    public bool IsAtEnd => Position >= text.Length;

    public char Peek(int ahead = 0) => Position + ahead < text.Length ? text[Position + ahead] : '\0';

    public TerminologyException Fault(string expectation) =>
        new("invalid", $"The expression constraint can't be read at character {Position + 1}{Excerpt()}: {expectation}.");

    /// <summary>Skips blanks and <c>/* comments */</c>.</summary>
    public void SkipBlanks()
    {
        while (!IsAtEnd)
        {
            if (Peek() is ' ' or '\t' or '\r' or '\n' or '\u00a0')
            {
                Position++;
            }
            else if (Peek() == '/' && Peek(1) == '*')
            {
                var end = text.IndexOf("*/", Position + 2, StringComparison.Ordinal);
                if (end < 0)
                    throw Fault("a comment begins here and does not end; put '*/' behind it");
                Position = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Takes a symbol if it is next, and the blanks behind it.</summary>
    public bool Take(string symbol)
    {
        if (!StartsWith(symbol))
            return false;
        Position += symbol.Length;
        SkipBlanks();
        return true;
    }

    public bool StartsWith(string symbol) => string.CompareOrdinal(text, Position, symbol, 0, symbol.Length) == 0;

    public void Expect(string symbol, string expectation)
    {
        if (!Take(symbol))
            throw Fault(expectation);
    }

    /// <summary>The letters, digits and hyphens that are next, without taking them.</summary>
    public ReadOnlySpan<char> PeekWord()
    {
        var end = Position;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '_'))
            end++;
        return text.AsSpan(Position, end - Position);
    }

    /// <summary>Takes a word if it is next, whatever its case, and the blanks behind it.</summary>
    public bool TakeWord(string word)
    {
        if (!PeekWord().Equals(word, StringComparison.OrdinalIgnoreCase))
            return false;
        Position += word.Length;
        SkipBlanks();
        return true;
    }

    /// <summary>Takes the word that is next, and the blanks behind it.</summary>
    public string TakeWord()
    {
        var word = PeekWord().ToString();
        Position += word.Length;
        SkipBlanks();
        return word;
    }

    /// <summary>Takes the digits that are next; empty if there are none.</summary>
    public string TakeDigits()
    {
        var start = Position;
        while (char.IsAsciiDigit(Peek()))
            Position++;
        return text[start..Position];
    }

    /// <summary>Takes what is up to one of these characters.</summary>
    public string TakeUntil(string ends)
    {
        var length = text.AsSpan(Position).IndexOfAny(ends);
        var taken = length < 0 ? text[Position..] : text.Substring(Position, length);
        Position += taken.Length;
        return taken;
    }

    /// <summary>Skips the <c>|term|</c> that may stand behind a concept.</summary>
    public void SkipTerm()
    {
        SkipBlanks();
        if (Peek() != '|')
            return;
        var end = text.IndexOf('|', Position + 1);
        if (end < 0)
            throw Fault("a term begins here and does not end; put '|' behind it");
        Position = end + 1;
        SkipBlanks();
    }

    /// <summary>Takes a text in double quotes, in which <c>\"</c> and <c>\\</c> stand for the character itself.</summary>
    public string TakeQuoted()
    {
        if (Peek() != '"')
            throw Fault("a text in double quotes is wanted");
        var start = Position++;
        var taken = new System.Text.StringBuilder();
        while (Peek() != '"')
        {
            if (Peek() == '\\' && Peek(1) is '"' or '\\')
                Position++;
            if (IsAtEnd)
            {
                Position = start;
                throw Fault("a text begins here and does not end; put '\"' behind it");
            }

            taken.Append(text[Position++]);
        }

        Position++;
        SkipBlanks();
        return taken.ToString();
    }

    /// <summary>For each opening bracket the place of the one that closes it; brackets in terms, texts and comments don't count.</summary>
    public Dictionary<int, int> Brackets()
    {
        var pairs = new Dictionary<int, int>();
        var open = new Stack<int>();
        var start = Position;
        for (Position = 0; !IsAtEnd; Position++)
        {
            SkipBlanks();
            switch (Peek())
            {
                case '|':
                    SkipTerm();
                    Position--;
                    break;
                case '"':
                    TakeQuoted();
                    Position--;
                    break;
                case '(':
                    open.Push(Position);
                    break;
                case ')' when open.TryPop(out var opening):
                    pairs[opening] = Position;
                    break;
            }
        }

        Position = start;
        return pairs;
    }

    private string Excerpt()
    {
        if (IsAtEnd)
            return " (its end)";
        var rest = text.AsSpan(Position);
        return $" ('{rest[..Math.Min(rest.Length, 20)].ToString().ReplaceLineEndings(" ")}')";
    }
}
