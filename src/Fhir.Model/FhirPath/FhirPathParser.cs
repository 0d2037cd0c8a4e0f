// Tokens to syntax tree: recursive descent with one loop per level of precedence (FHIRPath N1, "Formal Specifications", grammar).

using System.Globalization;

namespace FhirHub.Model.FhirPath;

internal ref struct FhirPathParser
{
    /// <summary>Greatest length of an expression; the longest of R4 has under 2,000 characters.</summary>
    public const int MaxLength = 32 * 1024;

    /// <summary>Greatest depth of the syntax tree, which bounds the recursion of everything that walks it.</summary>
    public const int MaxDepth = 300;

    private readonly Schema _schema;
    private FhirPathLexer _lexer;
    private Token _token;
    private int _depth;

    private FhirPathParser(string text, Schema schema)
    {
        _schema = schema;
        _lexer = new FhirPathLexer(text);
        _token = _lexer.Next();
    }

    public static FhirPathSyntax Parse(string text, Schema schema)
    {
        if (text.Length > MaxLength)
            throw Fault($"The expression is longer than {MaxLength} characters", MaxLength);
        var parser = new FhirPathParser(text, schema);
        var syntax = parser.Expression(0);
        return parser._token.Kind == TokenKind.End ? syntax : throw parser.Unexpected("an operator or the end");
    }

    private static FhirPathException Fault(string message, int position) => new(FhirPathFault.Syntax, message, position);

    private readonly FhirPathException Unexpected(string expected)
    {
        var found = _token.Kind == TokenKind.End ? "the expression ends" : $"'{_token.Text}' was found";
        return Fault($"Expected {expected}, but {found}", _token.Position);
    }

    private void Advance() => _token = _lexer.Next();

    private void Take(string symbol)
    {
        if (!_token.Is(symbol))
            throw Unexpected($"'{symbol}'");
        Advance();
    }

    private static FhirPathSyntax Bounded(FhirPathSyntax syntax) =>
        syntax.Depth <= MaxDepth ? syntax : throw Fault($"The expression is deeper than {MaxDepth} levels", syntax.Position);

    private FhirPathSyntax Expression(int level)
    {
        if (++_depth > MaxDepth)
            throw Fault($"The expression is deeper than {MaxDepth} levels", _token.Position);
        var left = Polarity();
        while (true)
        {
            var position = _token.Position;
            if (_token.IsWord("is") || _token.IsWord("as"))
            {
                const int typeLevel = 11;
                if (typeLevel < level)
                    break;
                var @operator = _token.IsWord("is") ? TypeOperator.Is : TypeOperator.As;
                Advance();
                left = new TypeSyntax(position, left, @operator, TypeSpecifier(), isFunction: false);
            }
            else if (Operator() is { } found && found.Level >= level)
            {
                Advance();
                left = new BinarySyntax(position, found.Operator, left, Expression(found.Level + 1));
            }
            else
            {
                break;
            }

            left = Bounded(left);
        }

        _depth--;
        return left;
    }

    // The greater the level, the tighter the operator binds.
    private readonly (FhirPathOperator Operator, int Level)? Operator()
    {
        if (_token.Kind is not (TokenKind.Symbol or TokenKind.Identifier))
            return null;
        return _token.Text switch
        {
            "*" => (FhirPathOperator.Multiply, 13),
            "/" => (FhirPathOperator.Divide, 13),
            "div" => (FhirPathOperator.Div, 13),
            "mod" => (FhirPathOperator.Mod, 13),
            "+" => (FhirPathOperator.Add, 12),
            "-" => (FhirPathOperator.Subtract, 12),
            "&" => (FhirPathOperator.Concatenate, 12),
            "|" => (FhirPathOperator.Union, 10),
            "<" => (FhirPathOperator.Less, 9),
            "<=" => (FhirPathOperator.LessOrEqual, 9),
            ">" => (FhirPathOperator.Greater, 9),
            ">=" => (FhirPathOperator.GreaterOrEqual, 9),
            "=" => (FhirPathOperator.Equal, 8),
            "~" => (FhirPathOperator.Equivalent, 8),
            "!=" => (FhirPathOperator.NotEqual, 8),
            "!~" => (FhirPathOperator.NotEquivalent, 8),
            "in" => (FhirPathOperator.In, 7),
            "contains" => (FhirPathOperator.Contains, 7),
            "and" => (FhirPathOperator.And, 6),
            "or" => (FhirPathOperator.Or, 5),
            "xor" => (FhirPathOperator.Xor, 5),
            "implies" => (FhirPathOperator.Implies, 4),
            _ => null,
        };
    }

    private FhirPathSyntax Polarity()
    {
        var position = _token.Position;
        if (!_token.Is("-") && !_token.Is("+"))
            return Steps();
        var isNegative = _token.Is("-");
        Advance();
        if (++_depth > MaxDepth)
            throw Fault("Too many signs follow each other", position);
        var operand = Polarity();
        _depth--;
        return new PolaritySyntax(position, operand, isNegative);
    }

    private FhirPathSyntax Steps()
    {
        var focus = Term();
        while (true)
        {
            var position = _token.Position;
            if (_token.Is("."))
            {
                Advance();
                focus = Invocation(focus);
            }
            else if (_token.Is("["))
            {
                Advance();
                var index = Expression(0);
                Take("]");
                focus = new IndexerSyntax(position, focus, index);
            }
            else
            {
                return focus;
            }

            focus = Bounded(focus);
        }
    }

    private FhirPathSyntax Term()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Identifier when token.Text is "true" or "false":
                Advance();
                return new LiteralSyntax(token.Position, FhirPathValue.Of(token.Text == "true"));
            case TokenKind.Identifier or TokenKind.DelimitedIdentifier or TokenKind.Variable:
                return Invocation(null);
            case TokenKind.String:
                Advance();
                return new LiteralSyntax(token.Position, FhirPathValue.Of(token.Text));
            case TokenKind.Integer or TokenKind.Decimal:
                return Number(token);
            case TokenKind.Temporal:
                return Temporal(token);
            case TokenKind.ExternalConstant:
                Advance();
                return new ExternalConstantSyntax(token.Position, token.Text);
            case TokenKind.Symbol when token.Text == "(":
                Advance();
                var inner = Expression(0);
                Take(")");
                return inner;
            case TokenKind.Symbol when token.Text == "{":
                Advance();
                Take("}");
                return new EmptySyntax(token.Position);
            default:
                throw Unexpected("a name, a literal or '('");
        }
    }

    private FhirPathSyntax Invocation(FhirPathSyntax? focus)
    {
        var token = _token;
        if (token.Kind == TokenKind.Variable)
        {
            if (focus is not null)
                throw Unexpected("a name or a function");
            Advance();
            return new VariableSyntax(token.Position, token.Text switch
            {
                "this" => FhirPathVariable.This,
                "index" => FhirPathVariable.Index,
                "total" => FhirPathVariable.Total,
                _ => throw Fault($"There is no variable ${token.Text}; there are $this, $index and $total", token.Position),
            });
        }

        if (token.Kind is not (TokenKind.Identifier or TokenKind.DelimitedIdentifier))
            throw Unexpected("a name or a function");
        Advance();
        if (_token.Is("("))
            return Function(focus, token);
        return new MemberSyntax(token.Position, focus, token.Text);
    }

    private FhirPathSyntax Function(FhirPathSyntax? focus, Token name)
    {
        Advance();
        TypeOperator? type = name.Text switch
        {
            "is" => TypeOperator.Is,
            "as" => TypeOperator.As,
            "ofType" => TypeOperator.OfType,
            _ => null,
        };
        if (type is { } @operator)
        {
            var specifier = TypeSpecifier();
            Take(")");
            return new TypeSyntax(name.Position, focus, @operator, specifier, isFunction: true);
        }

        var signature = FunctionSignature.Find(name.Text)
            ?? throw new FhirPathException(FhirPathFault.Semantic, $"There is no function {name.Text}()", name.Position);
        var arguments = new List<FhirPathSyntax>();
        while (!_token.Is(")"))
        {
            if (arguments.Count > 0)
                Take(",");
            arguments.Add(Expression(0));
        }

        Advance();
        if (arguments.Count < signature.Least || arguments.Count > signature.Most)
        {
            var expected = signature.Least == signature.Most ? $"{signature.Least}" : $"{signature.Least} to {signature.Most}";
            throw new FhirPathException(
                FhirPathFault.Semantic, $"{name.Text}() takes {expected} arguments, not {arguments.Count}", name.Position);
        }

        return new FunctionSyntax(name.Position, focus, signature, arguments);
    }

    private FhirPathType TypeSpecifier()
    {
        var position = _token.Position;
        var name = TakeName();
        string? space = null;
        // In `x is FHIR.Patient.name` only the namespace is part of the type.
        if (name is "FHIR" or "System" && _token.Is("."))
        {
            Advance();
            space = name;
            name = TakeName();
        }

        return FhirPathType.Find(_schema, space, name) ?? throw new FhirPathException(
            FhirPathFault.Semantic, $"There is no type {(space is null ? name : $"{space}.{name}")}", position);
    }

    private string TakeName()
    {
        if (_token.Kind is not (TokenKind.Identifier or TokenKind.DelimitedIdentifier))
            throw Unexpected("a type's name");
        var name = _token.Text;
        Advance();
        return name;
    }

    private LiteralSyntax Number(Token token)
    {
        Advance();
        if (!decimal.TryParse(token.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            throw Fault("The number is too great", token.Position);
        if (_token.Kind == TokenKind.String)
        {
            var unit = _token.Text;
            Advance();
            return new LiteralSyntax(token.Position, FhirPathQuantity.FromUnit(number, unit));
        }

        if (_token.Kind == TokenKind.Identifier && FhirPathQuantity.CalendarUnit(_token.Text) is { } calendar)
        {
            Advance();
            return new LiteralSyntax(token.Position, FhirPathValue.Of(number, calendar, isCalendar: true));
        }

        if (token.Kind == TokenKind.Decimal)
            return new LiteralSyntax(token.Position, FhirPathValue.Of(number));
        return number <= int.MaxValue
            ? new LiteralSyntax(token.Position, FhirPathValue.Of((int)number))
            : throw Fault("An integer is at most 2147483647; write a decimal point for a greater number", token.Position);
    }

    private LiteralSyntax Temporal(Token token)
    {
        Advance();
        var text = token.Text;
        var kind = text.StartsWith('T') ? FhirPathKind.Time : text.Contains('T', StringComparison.Ordinal) ? FhirPathKind.DateTime : FhirPathKind.Date;
        return FhirPathTemporal.TryParse(kind == FhirPathKind.Time ? text.AsSpan(1) : text, kind, out var temporal)
            ? new LiteralSyntax(token.Position, FhirPathValue.Of(temporal))
            : throw Fault($"@{text} is no date or time", token.Position);
    }
}
