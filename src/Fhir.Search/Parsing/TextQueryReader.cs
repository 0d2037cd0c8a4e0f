// The language of _text and _content, which R4 leaves to the server: words, phrases, AND, OR, NOT, parentheses.

using System.Globalization;
using System.Text;

namespace FhirHub.Search;

/// <summary>
/// Reads a full-text query (R4 search.html#content). Words stand side by side or with AND between; OR (or a comma) parts
/// alternatives; NOT or - excludes; quotes make a phrase; * after a word or phrase lets its last word go on; parentheses group.
/// The result is alternatives of terms, each of which has a term that must occur.
/// </summary>
internal sealed class TextQueryReader(string code, string text, int maxTerms)
{
    private const int MaxDepth = 16;
    private const int MaxAlternatives = 64;

    private int _at;
    private int _terms;

    public TextQuery Read()
    {
        var alternatives = ReadOr(0);
        if (_at < text.Length)
            throw Fault(("has a ) without its (", "有多余的 )"));
        if (alternatives.Count == 0)
            throw Fault(("has no word to search for", "没有要搜索的词"));
        if (alternatives.Any(static terms => terms.All(static term => term.IsExcluded)))
            throw Fault(("only excludes; it must name a word that occurs", "只有排除项，必须有要出现的词"));
        return new TextQuery(alternatives);
    }

    private SearchFault Fault((string English, string Chinese) what) => new("value", SearchMessages.TextSyntax, code, what.English, what.Chinese);

    private List<IReadOnlyList<TextTerm>> ReadOr(int depth)
    {
        if (depth > MaxDepth)
            throw new SearchFault("too-costly", SearchMessages.TextDepth, code, MaxDepth.ToString(CultureInfo.InvariantCulture));
        var alternatives = ReadAnd(depth);
        while (TakeKeyword("OR") || Take(','))
            alternatives = [.. alternatives, .. ReadAnd(depth)];
        return Bounded(alternatives);
    }

    // What has no words, such as a lone &, asks for nothing.
    private List<IReadOnlyList<TextTerm>> ReadAnd(int depth)
    {
        List<IReadOnlyList<TextTerm>> all = [];
        while (!IsAtEndOfAnd())
        {
            TakeKeyword("AND");
            if (!IsAtEndOfAnd())
                all = Both(all, ReadPart(depth));
        }

        return all;
    }

    private bool IsAtEndOfAnd()
    {
        SkipSpace();
        return _at >= text.Length || text[_at] is ')' or ',' || IsKeyword("OR");
    }

    private List<IReadOnlyList<TextTerm>> ReadPart(int depth)
    {
        var excluded = false;
        while (TakeKeyword("NOT") || Take('-'))
            excluded = !excluded;
        List<IReadOnlyList<TextTerm>> part;
        if (Take('('))
        {
            part = ReadOr(depth + 1);
            if (!Take(')'))
                throw Fault(("has a ( without its )", "的 ( 没有配对的 )"));
        }
        else
        {
            part = ReadTerm();
        }

        return excluded ? Negated(part) : part;
    }

    private List<IReadOnlyList<TextTerm>> ReadTerm()
    {
        SkipSpace();
        var term = new StringBuilder();
        if (Take('"'))
        {
            while (_at < text.Length && text[_at] != '"')
                term.Append(Next());
            if (!Take('"'))
                throw Fault(("has a quote without its end", "的引号没有结束"));
        }
        else
        {
            while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('(' or ')' or '"' or ',' or '*'))
                term.Append(Next());
        }

        var prefix = false;
        while (_at < text.Length && text[_at] == '*')
        {
            prefix = true;
            _at++;
        }

        if (!term.ToString().EnumerateRunes().Any(Rune.IsLetterOrDigit))
            return [];
        if (++_terms > maxTerms)
            throw new SearchFault("too-costly", SearchMessages.TextTerms, code, maxTerms.ToString(CultureInfo.InvariantCulture));
        return [[new TextTerm(term.ToString(), prefix)]];
    }

    // A backslash takes the meaning of the next character away, as in every search value (R4 search.html#escaping).
    private char Next()
    {
        if (text[_at] == '\\' && _at + 1 < text.Length)
            _at++;
        return text[_at++];
    }

    private List<IReadOnlyList<TextTerm>> Both(List<IReadOnlyList<TextTerm>> left, List<IReadOnlyList<TextTerm>> right)
    {
        if (left.Count == 0 || right.Count == 0)
            return left.Count == 0 ? right : left;
        return Bounded([.. left.SelectMany(_ => right, IReadOnlyList<TextTerm> (a, b) => [.. a.Union(b)])]);
    }

    // Not one of the alternatives holds: of each, one term fails.
    private List<IReadOnlyList<TextTerm>> Negated(List<IReadOnlyList<TextTerm>> alternatives)
    {
        List<IReadOnlyList<TextTerm>> negated = [];
        foreach (var terms in alternatives)
            negated = Both(negated, [.. terms.Select(IReadOnlyList<TextTerm> (term) => [term with { IsExcluded = !term.IsExcluded }])]);
        return negated;
    }

    private List<IReadOnlyList<TextTerm>> Bounded(List<IReadOnlyList<TextTerm>> alternatives) => alternatives.Count <= MaxAlternatives
        ? alternatives
        : throw new SearchFault("too-costly", SearchMessages.TextAlternatives, code, MaxAlternatives.ToString(CultureInfo.InvariantCulture));

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private bool Take(char wanted)
    {
        SkipSpace();
        if (_at >= text.Length || text[_at] != wanted)
            return false;
        _at++;
        return true;
    }

    // In any case: R4's own example has a small "and".
    private bool IsKeyword(string keyword)
    {
        SkipSpace();
        var end = _at + keyword.Length;
        return string.Compare(text, _at, keyword, 0, keyword.Length, StringComparison.OrdinalIgnoreCase) == 0
            && (end >= text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or ')' or '"' or ',');
    }

    private bool TakeKeyword(string keyword)
    {
        if (!IsKeyword(keyword))
            return false;
        _at += keyword.Length;
        return true;
    }
}
