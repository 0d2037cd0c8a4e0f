// Reads what stands in {{ }}: filters of descriptions, concepts and members, and history supplements (ECL 5.1, *FilterConstraint).

using FhirHub.Model;

namespace FhirHub.Terminology.Ecl;

internal sealed partial class EclParser
{
    private const string Synonym = "900000000000013009";
    private const string FullySpecifiedName = "900000000000003001";
    private const string Definition = "900000000000550004";
    private const string Primitive = "900000000000074008";
    private const string Defined = "900000000000073002";
    private const string Preferred = "900000000000548007";
    private const string Acceptable = "900000000000549004";

    // Filters of descriptions may do without their letter; the letters of others must be there.
    private List<EclFilter>? TakeFilters(string kind)
    {
        var start = _text.Position;
        if (!_text.Take("{{"))
            return null;
        if (!_text.TakeWord(kind) && (kind != "d" || _text.Peek() == '+' || _text.PeekWord().Length == 1))
        {
            _text.Position = start;
            return null;
        }

        var filters = new List<EclFilter>();
        do
            filters.Add(Filter(kind));
        while (_text.Take(","));
        _text.Expect("}}", "'}}' or ',' and another filter is wanted");
        return filters;
    }

    private EclFilter Filter(string kind)
    {
        var start = _text.Position;
        var name = _text.TakeWord();
        switch (name.ToUpperInvariant())
        {
            case "MODULEID":
                return new EclFilter.Module(EqualOrNot(), Concepts());
            case "EFFECTIVETIME":
                return new EclFilter.EffectiveTime(TakeComparison(), Several(EffectiveTime));
            case "ACTIVE":
                return Active();
        }

        return (kind, name.ToUpperInvariant()) switch
        {
            ("d", "TERM") => new EclFilter.Term(EqualOrNot(), SearchTerms()),
            ("d", "LANGUAGE") => new EclFilter.Language(EqualOrNot(), Several(Word)),
            ("d", "TYPEID") => new EclFilter.Type(EqualOrNot(), Concepts()),
            ("d", "TYPE") => new EclFilter.Type(EqualOrNot(), AnyOf(Several(() => Token(("syn", Synonym), ("fsn", FullySpecifiedName), ("def", Definition))))),
            ("d", "DIALECTID") => DialectIdentifiers(),
            ("d", "DIALECT") => DialectAliases(),
            ("d", "ID") => new EclFilter.Identifier(EqualOrNot(), Several(DescriptionIdentifier)),
            ("c", "DEFINITIONSTATUSID") => new EclFilter.DefinitionStatus(EqualOrNot(), Concepts()),
            ("c", "DEFINITIONSTATUS") => new EclFilter.DefinitionStatus(EqualOrNot(), AnyOf(Several(() => Token(("primitive", Primitive), ("defined", Defined))))),
            ("m", not "") => new EclFilter.Field(name, Value(TakeComparison())),
            _ => throw Unknown(start, kind),
        };
    }

    private TerminologyException Unknown(int start, string kind)
    {
        _text.Position = start;
        return _text.Fault(kind switch
        {
            "d" => "a filter of descriptions is wanted: term, language, type, typeId, dialect, dialectId, moduleId, effectiveTime, active or id",
            "c" => "a filter of concepts is wanted: definitionStatus, definitionStatusId, moduleId, effectiveTime or active",
            _ => "a field of the reference set is wanted, such as mapTarget, moduleId or active",
        });
    }

    private EclComparison EqualOrNot()
    {
        var comparison = TakeComparison();
        return comparison is EclComparison.Equal or EclComparison.NotEqual ? comparison : throw _text.Fault("'=' or '!=' is wanted here");
    }

    private EclFilter.Active Active()
    {
        var isEqual = EqualOrNot() == EclComparison.Equal;
        var value = TakeBoolean() ?? (_text.TakeWord("1") ? true : _text.TakeWord("0") ? false : throw _text.Fault("true or false is wanted"));
        return new EclFilter.Active(value == isEqual);
    }

    private string EffectiveTime()
    {
        var time = _text.TakeQuoted();
        return time.Length is 0 or 8 && time.All(char.IsAsciiDigit) ? time : throw _text.Fault("an effective time has eight digits, such as \"20240301\"");
    }

    private string DescriptionIdentifier()
    {
        var digits = _text.TakeDigits();
        _text.SkipBlanks();
        return digits.Length > 0 ? digits : throw _text.Fault("the identifier of a description is wanted");
    }

    private string Word()
    {
        var word = _text.TakeWord();
        return word.Length > 0 ? word : throw _text.Fault("a word is wanted");
    }

    private string Token(params ReadOnlySpan<(string Word, string Concept)> tokens)
    {
        foreach (var (word, concept) in tokens)
        {
            if (_text.TakeWord(word))
                return concept;
        }

        var words = new List<string>();
        foreach (var (word, _) in tokens)
            words.Add(word);
        throw _text.Fault($"{string.Join(" or ", words)} is wanted");
    }

    // One, or several in brackets with blanks between them.
    private List<T> Several<T>(Func<T> one)
    {
        if (!_text.Take("("))
            return [one()];
        var all = new List<T>();
        while (!_text.Take(")"))
        {
            if (_text.IsAtEnd)
                throw _text.Fault("')' is wanted");
            all.Add(one());
            _text.SkipBlanks();
        }

        return all;
    }

    private static EclExpression AnyOf(List<string> concepts) => concepts.Count == 1
        ? new EclExpression.Concept(concepts[0])
        : new EclExpression.Combined(EclSetOperator.Or, [.. concepts.Select(static concept => new EclExpression.Concept(concept))]);

    // An expression, or concepts in brackets with nothing but blanks between them.
    private EclExpression Concepts() => TakeConceptList() is { } list ? AnyOf(list) : SubExpression();

    private List<string>? TakeConceptList()
    {
        var start = _text.Position;
        var list = new List<string>();
        if (_text.Take("("))
        {
            while (char.IsAsciiDigit(_text.Peek()))
                list.Add(ConceptReference().Code);
            if (list.Count > 1 && _text.Take(")"))
                return list;
        }

        _text.Position = start;
        return null;
    }

    private bool IsAtSearchTerm()
    {
        if (_text.Peek() == '"')
            return true;
        var start = _text.Position;
        _text.Take("(");
        var isTerm = _text.Peek() == '"' || ((_text.TakeWord("match") || _text.TakeWord("wild") || _text.TakeWord("exact")) && _text.Peek() == ':');
        _text.Position = start;
        return isTerm;
    }

    private List<EclSearchTerm> SearchTerms()
    {
        var terms = new List<EclSearchTerm>();
        foreach (var some in Several(TypedTerms))
            terms.AddRange(some);
        return terms;
    }

    // match:("a" "b") has the kind in front of the brackets.
    private List<EclSearchTerm> TypedTerms()
    {
        var match = EclMatch.Words;
        if (_text.Peek() != '"')
        {
            match = _text.TakeWord().ToUpperInvariant() switch
            {
                "MATCH" => EclMatch.Words,
                "WILD" => EclMatch.Wildcard,
                "EXACT" => EclMatch.Exact,
                _ => throw _text.Fault("a text in double quotes is wanted, or match:, wild: or exact: and such a text"),
            };
            _text.Expect(":", "':' is wanted here");
        }

        return Several(_text.TakeQuoted).ConvertAll(text => new EclSearchTerm(match, text));
    }

    private EclFilter.Dialect DialectIdentifiers()
    {
        var comparison = EqualOrNot();
        var start = _text.Position;
        if (_text.Take("(") && char.IsAsciiDigit(_text.Peek()))
        {
            var dialects = new List<EclDialect>();
            while (char.IsAsciiDigit(_text.Peek()))
            {
                var concept = ConceptReference();
                dialects.Add(new EclDialect(concept, null, TakeAcceptability()));
            }

            if (_text.Take(")"))
                return new EclFilter.Dialect(comparison, ForAll(dialects, TakeAcceptability()));
        }

        _text.Position = start;
        return new EclFilter.Dialect(comparison, [new EclDialect(SubExpression(), null, TakeAcceptability())]);
    }

    private EclFilter.Dialect DialectAliases()
    {
        var comparison = EqualOrNot();
        var dialects = Several(() =>
        {
            var alias = Word();
            return new EclDialect(null, alias, TakeAcceptability());
        });
        return new EclFilter.Dialect(comparison, ForAll(dialects, TakeAcceptability()));
    }

    private static List<EclDialect> ForAll(List<EclDialect> dialects, bool? isPreferred) =>
        isPreferred is null ? dialects : dialects.ConvertAll(dialect => dialect.IsPreferred is null ? dialect with { IsPreferred = isPreferred } : dialect);

    // Both of the two are as good as none.
    private bool? TakeAcceptability()
    {
        var start = _text.Position;
        if (!_text.Take("("))
            return null;
        var (preferred, acceptable) = (false, false);
        while (!_text.Take(")"))
        {
            if (_text.TakeWord("preferred") || _text.TakeWord("prefer"))
            {
                preferred = true;
            }
            else if (_text.TakeWord("acceptable") || _text.TakeWord("accept"))
            {
                acceptable = true;
            }
            else if (char.IsAsciiDigit(_text.Peek()))
            {
                var concept = ConceptReference().Code;
                preferred |= concept == Preferred;
                acceptable |= concept == Acceptable;
                if (concept is not (Preferred or Acceptable))
                {
                    _text.Position = start;
                    throw _text.Fault($"{Preferred} (preferred) or {Acceptable} (acceptable) is wanted");
                }
            }
            else
            {
                throw _text.Fault("prefer or accept is wanted");
            }
        }

        return preferred == acceptable ? null : preferred;
    }

    private EclExpression TakeHistory(EclExpression expression)
    {
        var start = _text.Position;
        if (!_text.Take("{{"))
            return expression;
        if (!_text.Take("+"))
        {
            _text.Position = start;
            throw _text.Fault("filters begin with {{ C, {{ D or {{ M (which follows ^), history supplements with {{ +HISTORY");
        }

        var (history, associations) = ((EclHistory, EclExpression?))(_text.TakeWord().ToUpperInvariant().Replace('_', '-') switch
        {
            "HISTORY" => _text.Take("(") ? (EclHistory.Named, Bracketed()) : (EclHistory.Maximum, null),
            "HISTORY-MIN" => (EclHistory.Minimum, null),
            "HISTORY-MOD" => (EclHistory.Moderate, null),
            "HISTORY-MAX" => (EclHistory.Maximum, null),
            _ => throw _text.Fault("HISTORY, HISTORY-MIN, HISTORY-MOD or HISTORY-MAX is wanted"),
        });
        _text.Expect("}}", "'}}' is wanted");
        return new EclExpression.WithHistory(expression, history, associations);
    }

    private EclExpression Bracketed()
    {
        var inner = Expression();
        _text.Expect(")", "')' is wanted");
        return inner;
    }
}
