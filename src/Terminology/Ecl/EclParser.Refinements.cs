// Reads refinements: attributes, role groups, cardinalities and values (ECL 5.1, eclRefinement).

using System.Globalization;

namespace FhirHub.Terminology.Ecl;

internal sealed partial class EclParser
{
    private static readonly (string Symbol, EclComparison Comparison)[] Comparisons =
    [
        ("!=", EclComparison.NotEqual),
        ("<>", EclComparison.NotEqual),
        ("<=", EclComparison.LessOrEqual),
        (">=", EclComparison.GreaterOrEqual),
        ("=", EclComparison.Equal),
        ("<", EclComparison.Less),
        (">", EclComparison.Greater),
    ];

    private EclRefinement Refinement() => Refinement(isInGroup: false);

    // A run of attributes is a part of its own: "a = b OR c = d, { e = f }" has two parts.
    private EclRefinement Refinement(bool isInGroup)
    {
        var parts = new List<EclRefinement> { Part(isInGroup) };
        EclSetOperator? used = null;
        while (TakeRefinementOperator(used) is { } wanted)
        {
            used = wanted;
            parts.Add(Part(isInGroup));
        }

        return parts.Count == 1 ? parts[0] : new EclRefinement.Combined(used!.Value, parts);
    }

    private EclRefinement Part(bool isInGroup)
    {
        if (IsAtGroup())
            return isInGroup ? throw _text.Fault("a group can't be in a group") : Group();
        var attributes = new List<EclRefinement> { AttributeOrBrackets(isInGroup) };
        EclSetOperator? used = null;
        while (true)
        {
            var start = _text.Position;
            if (TakeRefinementOperator(null) is not { } wanted)
                break;
            if (IsAtGroup() && !isInGroup)
            {
                _text.Position = start;
                break;
            }

            if (used is not null && used != wanted)
            {
                _text.Position = start;
                throw _text.Fault("AND and OR can't be mixed; put brackets around the attributes that belong together");
            }

            used = wanted;
            attributes.Add(AttributeOrBrackets(isInGroup));
        }

        return attributes.Count == 1 ? attributes[0] : new EclRefinement.Combined(used!.Value, attributes);
    }

    private EclSetOperator? TakeRefinementOperator(EclSetOperator? used)
    {
        var start = _text.Position;
        EclSetOperator? found = _text.Take(",") || _text.TakeWord("and") ? EclSetOperator.And : _text.TakeWord("or") ? EclSetOperator.Or : null;
        if (found is not null && used is not null && found != used)
        {
            _text.Position = start;
            throw _text.Fault("AND and OR can't be mixed; put brackets around the parts that belong together");
        }

        return found;
    }

    private bool IsAtGroup()
    {
        var start = _text.Position;
        if (_text.Peek() == '[')
        {
            _text.TakeUntil("]");
            _text.Take("]");
        }

        var isGroup = _text.Peek() == '{' && _text.Peek(1) != '{';
        _text.Position = start;
        return isGroup;
    }

    private EclRefinement.Group Group()
    {
        var cardinality = Cardinality();
        _text.Expect("{", "'{' is wanted");
        var content = Refinement(isInGroup: true);
        _text.Expect("}", "'}' is wanted behind the attributes of the group");
        return new EclRefinement.Group(cardinality, content);
    }

    // "(a OR b) = c" has brackets around the attribute's name, "(a = c OR b = c)" around attributes; what stands behind tells.
    private EclRefinement AttributeOrBrackets(bool isInGroup)
    {
        if (_text.Peek() != '(' || IsName())
            return Attribute();
        _text.Take("(");
        if (++_depth > MaxDepth)
            throw _text.Fault($"brackets are more than {MaxDepth} deep");
        var inner = Refinement(isInGroup);
        _depth--;
        _text.Expect(")", "')' is wanted behind the attributes");
        return inner;
    }

    private bool IsName()
    {
        var start = _text.Position;
        if (!_brackets.TryGetValue(start, out var end))
            throw _text.Fault("a bracket opens here and does not close");
        _text.Position = end + 1;
        _text.SkipBlanks();
        var isName = _text.Peek() is '=' or '!' or '<' or '>' || _text.StartsWith("{{") || _text.PeekWord().Equals("not", StringComparison.OrdinalIgnoreCase);
        _text.Position = start;
        return isName;
    }

    private EclRefinement.Attribute Attribute()
    {
        var cardinality = Cardinality();
        var isReverse = _text.TakeWord("reverseOf");
        if (!isReverse && _text.Peek() is 'R' or 'r' && !char.IsAsciiLetter(_text.Peek(1)) && _text.Peek(1) is not ('#' or '-' or '_'))
        {
            isReverse = true;
            _text.Position++;
            _text.SkipBlanks();
        }

        var name = SubExpression();
        return new EclRefinement.Attribute(cardinality, isReverse, name, Value(TakeComparison()));
    }

    private EclCardinality Cardinality()
    {
        if (!_text.Take("["))
            return EclCardinality.AtLeastOne;
        var minimum = Count();
        if (!_text.Take("..") && !_text.TakeWord("to"))
            throw _text.Fault("'..' is wanted between the least and the greatest number");
        int? maximum = _text.Take("*") || _text.TakeWord("many") ? null : Count();
        if (maximum < minimum)
            throw _text.Fault("the greatest number is below the least");
        _text.Expect("]", "']' is wanted behind the numbers");
        return new EclCardinality(minimum, maximum);
    }

    private int Count()
    {
        var digits = _text.TakeDigits();
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw _text.Fault("a number is wanted");
        _text.SkipBlanks();
        return count;
    }

    private EclComparison TakeComparison()
    {
        if (_text.TakeWord("not"))
        {
            _text.Expect("=", "'=' is wanted behind NOT");
            return EclComparison.NotEqual;
        }

        foreach (var (symbol, comparison) in Comparisons)
        {
            if (_text.Take(symbol))
                return comparison;
        }

        throw _text.Fault("'=', '!=' or, for numbers, '<', '<=', '>' or '>=' is wanted");
    }

    private EclValue Value(EclComparison comparison)
    {
        if (_text.Peek() == '#')
            return new EclValue.Number(comparison, NumberValue());
        if (comparison is not (EclComparison.Equal or EclComparison.NotEqual))
            throw _text.Fault("a number with '#' in front is wanted, since only numbers are less or greater");
        if (IsAtSearchTerm())
            return new EclValue.Text(comparison, SearchTerms());
        if (TakeBoolean() is { } boolean)
            return new EclValue.Boolean(comparison, boolean);
        return new EclValue.Concepts(comparison, SubExpression());
    }

    private decimal NumberValue()
    {
        _text.Take("#");
        var text = _text.TakeUntil(" \t\r\n,)]}{/");
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            throw _text.Fault($"'#{text}' is no number");
        _text.SkipBlanks();
        return number;
    }

    private bool? TakeBoolean() => _text.TakeWord("true") ? true : _text.TakeWord("false") ? false : null;
}
