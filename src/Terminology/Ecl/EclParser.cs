// Reads expression constraints, in brief and in long syntax (ECL 5.1 and 5.3).

using FhirHub.Model;

namespace FhirHub.Terminology.Ecl;

/// <summary>Reads an ECL text into its tree.</summary>
internal sealed partial class EclParser
{
    /// <summary>Characters of an expression; lists of some thousand concepts are in use.</summary>
    public const int MaxLength = 200_000;

    // Brackets within brackets.
    private const int MaxDepth = 100;

    // The longer symbols first, since they begin with the shorter ones.
    private static readonly (string Symbol, string Word, EclHierarchy Operator)[] Hierarchies =
    [
        ("<<!", "childOrSelfOf", EclHierarchy.ChildrenOrSelf),
        ("<<", "descendantOrSelfOf", EclHierarchy.DescendantsOrSelf),
        ("<!", "childOf", EclHierarchy.Children),
        ("<", "descendantOf", EclHierarchy.Descendants),
        (">>!", "parentOrSelfOf", EclHierarchy.ParentsOrSelf),
        (">>", "ancestorOrSelfOf", EclHierarchy.AncestorsOrSelf),
        (">!", "parentOf", EclHierarchy.Parents),
        (">", "ancestorOf", EclHierarchy.Ancestors),
        ("!!>", "top", EclHierarchy.Top),
        ("!!<", "bottom", EclHierarchy.Bottom),
    ];

    private readonly EclText _text;
    private readonly Dictionary<int, int> _brackets;
    private int _depth;

    private EclParser(string text)
    {
        _text = new EclText(text);
        _brackets = _text.Brackets();
    }

    /// <exception cref="TerminologyException">The text is no ECL.</exception>
    public static EclExpression Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new TerminologyException("too-costly", $"The expression constraint has more than {MaxLength:N0} characters; use a reference set instead of a long list.");
        var parser = new EclParser(text);
        parser._text.SkipBlanks();
        var expression = parser.Expression();
        if (!parser._text.IsAtEnd)
        {
            throw parser._text.Fault(expression is EclExpression.Combined or EclExpression.Refined or EclExpression.Dotted
                ? "the expression should end here; put brackets around the parts where AND, OR, MINUS, ':' and '.' are mixed"
                : "':', '.', AND, OR, MINUS or the end is wanted");
        }

        return expression;
    }

    private EclExpression Expression()
    {
        if (++_depth > MaxDepth)
            throw new TerminologyException("too-costly", $"The expression constraint has brackets more than {MaxDepth} deep; write it with fewer.");
        var first = SubExpression();
        if (_text.Take(":"))
        {
            first = new EclExpression.Refined(first, Refinement());
        }
        else if (_text.Peek() == '.')
        {
            while (_text.Take("."))
                first = new EclExpression.Dotted(first, SubExpression());
        }
        else if (TakeSetOperator() is { } wanted)
        {
            first = Compound(first, wanted);
        }

        _depth--;
        return first;
    }

    private EclExpression.Combined Compound(EclExpression first, EclSetOperator wanted)
    {
        List<EclExpression> operands = [first, SubExpression()];
        while (true)
        {
            var start = _text.Position;
            if (TakeSetOperator() is not { } next)
                return new EclExpression.Combined(wanted, operands);
            if (next != wanted || wanted == EclSetOperator.Minus)
            {
                _text.Position = start;
                throw _text.Fault(next == wanted
                    ? "MINUS takes one set from another; put brackets around the first two"
                    : "AND, OR and MINUS can't be mixed; put brackets around those that belong together");
            }

            operands.Add(SubExpression());
        }
    }

    private EclSetOperator? TakeSetOperator()
    {
        if (_text.Take(",") || _text.TakeWord("and"))
            return EclSetOperator.And;
        if (_text.TakeWord("or"))
            return EclSetOperator.Or;
        return _text.TakeWord("minus") ? EclSetOperator.Minus : null;
    }

    private EclExpression SubExpression()
    {
        var hierarchy = TakeHierarchy();
        var isMembers = _text.Take("^") || _text.TakeWord("memberOf");
        var field = isMembers ? MemberField() : null;
        EclExpression expression = Focus();
        if (isMembers)
        {
            var filters = new List<EclFilter>();
            while (TakeFilters("m") is { } more)
                filters.AddRange(more);
            expression = new EclExpression.Members(expression, field, filters);
        }

        if (hierarchy is { } wanted)
            expression = new EclExpression.Related(wanted, expression);
        while (true)
        {
            if (TakeFilters("c") is { } conditions)
                expression = new EclExpression.Filtered(expression, conditions);
            else if (TakeFilters("d") is { } descriptions)
                expression = new EclExpression.Filtered(expression, [new EclFilter.Description(descriptions)]);
            else
                break;
        }

        return TakeHistory(expression);
    }

    private EclHierarchy? TakeHierarchy()
    {
        foreach (var (symbol, word, hierarchy) in Hierarchies)
        {
            if (_text.TakeWord(word))
                return hierarchy;
            if (!_text.Take(symbol))
                continue;

            // HL7's own cases have a blank between the two: "< < 73211009".
            if (symbol.Length == 1 && _text.Peek() == symbol[0])
            {
                _text.Position++;
                var isDirect = _text.Peek() == '!';
                _text.Position += isDirect ? 1 : 0;
                _text.SkipBlanks();
                return (symbol[0], isDirect) switch
                {
                    ('<', false) => EclHierarchy.DescendantsOrSelf,
                    ('<', true) => EclHierarchy.ChildrenOrSelf,
                    (_, false) => EclHierarchy.AncestorsOrSelf,
                    (_, true) => EclHierarchy.ParentsOrSelf,
                };
            }

            return hierarchy;
        }

        return null;
    }

    private string? MemberField()
    {
        if (!_text.Take("["))
            return null;
        var field = _text.TakeWord();
        if (field.Length == 0)
            throw _text.Fault("the name of a field is wanted, such as targetComponentId");
        if (_text.Peek() == ',')
            throw _text.Fault("a set of concepts is made of one field; name one only");
        _text.Expect("]", "']' is wanted behind the name of the field");
        return field;
    }

    private EclExpression Focus()
    {
        if (_text.Take("("))
        {
            var inner = Expression();
            _text.Expect(")", "')' is wanted; AND, OR, MINUS, ':' and '.' can't be mixed without brackets");
            return inner;
        }

        if (_text.Take("*") || _text.TakeWord("any"))
            return new EclExpression.Any();
        if (char.IsAsciiDigit(_text.Peek()))
            return ConceptReference();
        return TakeAlternateIdentifier() ?? throw _text.Fault("a concept, '*' or '(' is wanted");
    }

    private EclExpression.Concept ConceptReference()
    {
        var start = _text.Position;
        var code = _text.TakeDigits();
        if (code.Length is < 6 or > 18 || code[0] == '0')
        {
            _text.Position = start;
            throw _text.Fault("the identifier of a concept has 6 to 18 digits, the first of them not 0");
        }

        _text.SkipTerm();
        return new EclExpression.Concept(code);
    }

    // scheme#code, or "scheme#code with blanks".
    private EclExpression.AlternateIdentifier? TakeAlternateIdentifier()
    {
        string identifier;
        if (_text.Peek() == '"')
        {
            identifier = _text.TakeQuoted();
        }
        else
        {
            var scheme = _text.PeekWord();
            if (scheme.IsEmpty || _text.Peek(scheme.Length) != '#')
                return null;
            identifier = _text.TakeUntil(" \t\r\n|()[]{},:=<>!^\"&");
        }

        _text.SkipTerm();
        var hash = identifier.IndexOf('#', StringComparison.Ordinal);
        return hash > 0 && hash < identifier.Length - 1
            ? new EclExpression.AlternateIdentifier(identifier[..hash], identifier[(hash + 1)..])
            : throw _text.Fault("an identifier of another scheme is written as scheme#code");
    }
}
