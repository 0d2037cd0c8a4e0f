// Tokens to syntax tree (GraphQL October 2021, 2): executable documents; type definitions have no place in a query.

namespace FhirHub.Server.GraphQL;

/// <summary>Reads queries. Sizes and depths are bounded, since a query is the client's.</summary>
internal sealed class GraphQLParser
{
    /// <summary>Greatest length of a query in characters.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Greatest nesting of selections and of values.</summary>
    public const int MaxDepth = 50;

    private const int MaxTokens = 20_000;

    private readonly GraphQLLexer _lexer;
    private GraphQLToken _token;
    private int _tokens;
    private int _depth;

    private GraphQLParser(string source)
    {
        _lexer = new GraphQLLexer(source);
        Advance();
    }

    /// <summary>The document of a query's text.</summary>
    /// <exception cref="GraphQLException">It is not GraphQL, or too large.</exception>
    public static GraphQLDocument Parse(string source) =>
        source.Length <= MaxLength
            ? new GraphQLParser(source).ReadDocument()
            : throw new GraphQLException("too-long", $"The query has {source.Length:N0} characters; at most {MaxLength:N0} are read.");

    private GraphQLDocument ReadDocument()
    {
        var operations = new List<GraphQLOperation>();
        var fragments = new Dictionary<string, GraphQLFragment>(StringComparer.Ordinal);
        while (_token.Kind != GraphQLTokenKind.End)
        {
            if (IsKeyword("fragment"))
            {
                var fragment = ReadFragment();
                if (!fragments.TryAdd(fragment.Name, fragment))
                    throw Error($"There are two fragments named {fragment.Name}.", fragment.Position);
            }
            else
            {
                operations.Add(ReadOperation());
            }
        }

        if (operations.Count == 0)
            throw Error("The query holds no operation; write { … } or query { … }.", 0);
        foreach (var operation in operations)
        {
            if (operations.Count > 1 && operation.Name is null)
                throw Error("An operation without a name must be the only one.", operation.Position);
            if (operations.Count(o => o.Name == operation.Name) > 1)
                throw Error($"There are two operations named {operation.Name}.", operation.Position);
        }

        return new GraphQLDocument(operations, fragments);
    }

    private GraphQLOperation ReadOperation()
    {
        var position = _token.Position;
        if (_token.Is("{"))
            return new GraphQLOperation("query", null, [], [], ReadSelections(), position);
        if (!IsKeyword("query") && !IsKeyword("mutation") && !IsKeyword("subscription"))
            throw Unexpected("an operation (query, or a selection in braces) or a fragment");
        var kind = Name();
        var name = _token.Kind == GraphQLTokenKind.Name ? Name() : null;
        var variables = new List<GraphQLVariable>();
        if (TryPunctuator("("))
        {
            do
            {
                var at = _token.Position;
                Punctuator("$");
                var variable = Name();
                Punctuator(":");
                var type = ReadType();
                var otherwise = TryPunctuator("=") ? ReadValue(isConstant: true) : null;
                ReadDirectives();
                if (variables.Exists(v => v.Name == variable))
                    throw Error($"The variable ${variable} is defined twice.", at);
                variables.Add(new GraphQLVariable(variable, type, otherwise, at));
            }
            while (!TryPunctuator(")"));
        }

        var directives = ReadDirectives();
        return new GraphQLOperation(kind, name, variables, directives, ReadSelections(), position);
    }

    private GraphQLFragment ReadFragment()
    {
        var position = _token.Position;
        Advance();
        if (IsKeyword("on"))
            throw Error("A fragment can't be named 'on'.", _token.Position);
        var name = Name();
        return new GraphQLFragment(name, ReadTypeCondition(), ReadDirectives(), ReadSelections(), position);
    }

    private string ReadTypeCondition()
    {
        if (!IsKeyword("on"))
            throw Unexpected("'on' and a type");
        Advance();
        return Name();
    }

    private GraphQLTypeName ReadType()
    {
        using var level = Descend();
        GraphQLTypeName type;
        if (TryPunctuator("["))
        {
            var item = ReadType();
            Punctuator("]");
            type = new GraphQLTypeName("", item, false);
        }
        else
        {
            type = new GraphQLTypeName(Name(), null, false);
        }

        return TryPunctuator("!") ? type with { IsRequired = true } : type;
    }

    private List<GraphQLSelection> ReadSelections()
    {
        using var level = Descend();
        Punctuator("{");
        var selections = new List<GraphQLSelection>();
        do
        {
            selections.Add(ReadSelection());
        }
        while (!TryPunctuator("}"));
        return selections;
    }

    private GraphQLSelection ReadSelection()
    {
        var position = _token.Position;
        if (TryPunctuator("..."))
        {
            if (_token.Kind == GraphQLTokenKind.Name && _token.Text != "on")
                return new GraphQLSelection.Spread(Name(), ReadDirectives(), position);
            var on = IsKeyword("on") ? ReadTypeCondition() : null;
            return new GraphQLSelection.Inline(on, ReadDirectives(), ReadSelections(), position);
        }

        var name = Name();
        string? alias = null;
        if (TryPunctuator(":"))
        {
            alias = name;
            name = Name();
        }

        return new GraphQLSelection.Field(
            alias, name, ReadArguments(), ReadDirectives(), _token.Is("{") ? ReadSelections() : [], position);
    }

    private List<GraphQLArgument> ReadArguments(bool isConstant = false)
    {
        var arguments = new List<GraphQLArgument>();
        if (!TryPunctuator("("))
            return arguments;

        // GraphQL wants an argument between parentheses; the official cases of FHIR have an empty pair.
        while (!TryPunctuator(")"))
            arguments.Add(ReadArgument(isConstant, arguments));
        return arguments;
    }

    private GraphQLArgument ReadArgument(bool isConstant, List<GraphQLArgument> before)
    {
        var position = _token.Position;
        var name = Name();
        Punctuator(":");
        if (before.Exists(a => a.Name == name))
            throw Error($"The argument {name} is given twice; for several values give a list.", position);
        return new GraphQLArgument(name, ReadValue(isConstant), position);
    }

    private List<GraphQLDirective> ReadDirectives()
    {
        var directives = new List<GraphQLDirective>();
        while (_token.Is("@"))
        {
            var position = _token.Position;
            Advance();
            directives.Add(new GraphQLDirective(Name(), ReadArguments(), position));
        }

        return directives;
    }

    private GraphQLValue ReadValue(bool isConstant)
    {
        using var level = Descend();
        var token = _token;
        switch (token.Kind)
        {
            case GraphQLTokenKind.Int:
                return Literal(GraphQLLiteralKind.Int);
            case GraphQLTokenKind.Float:
                return Literal(GraphQLLiteralKind.Float);
            case GraphQLTokenKind.String:
                return Literal(GraphQLLiteralKind.String);
            case GraphQLTokenKind.Name:
                return Literal(token.Text switch
                {
                    "true" or "false" => GraphQLLiteralKind.Boolean,
                    "null" => GraphQLLiteralKind.Null,
                    _ => GraphQLLiteralKind.Enum,
                });
        }

        if (token.Is("$"))
        {
            if (isConstant)
                throw Error("A default can't be a variable.", token.Position);
            Advance();
            return new GraphQLValue.Variable(Name(), token.Position);
        }

        if (TryPunctuator("["))
        {
            var items = new List<GraphQLValue>();
            while (!TryPunctuator("]"))
                items.Add(ReadValue(isConstant));
            return new GraphQLValue.Items(items);
        }

        if (TryPunctuator("{"))
        {
            var fields = new List<GraphQLArgument>();
            while (!TryPunctuator("}"))
                fields.Add(ReadArgument(isConstant, fields));
            return new GraphQLValue.Fields(fields);
        }

        throw Unexpected("a value");
    }

    private GraphQLValue.Literal Literal(GraphQLLiteralKind kind)
    {
        var text = _token.Text;
        Advance();
        return new GraphQLValue.Literal(kind, text);
    }

    private bool IsKeyword(string word) => _token.Kind == GraphQLTokenKind.Name && _token.Text == word;

    private string Name()
    {
        if (_token.Kind != GraphQLTokenKind.Name)
            throw Unexpected("a name");
        var name = _token.Text;
        Advance();
        return name;
    }

    private void Punctuator(string text)
    {
        if (!TryPunctuator(text))
            throw Unexpected($"'{text}'");
    }

    private bool TryPunctuator(string text)
    {
        if (!_token.Is(text))
            return false;
        Advance();
        return true;
    }

    private void Advance()
    {
        _token = _lexer.Next();
        if (++_tokens > MaxTokens)
            throw new GraphQLException("too-long", $"The query has more than {MaxTokens:N0} tokens; send it in parts.", _token.Position);
    }

    private Level Descend()
    {
        if (++_depth > MaxDepth)
            throw new GraphQLException("too-costly", $"The query is nested more than {MaxDepth} levels deep.", _token.Position);
        return new Level(this);
    }

    private GraphQLException Unexpected(string expected)
    {
        var found = _token.Kind switch
        {
            GraphQLTokenKind.End => "the end of the query",
            GraphQLTokenKind.String => "a string",
            _ => $"'{(_token.Text.Length <= 40 ? _token.Text : _token.Text[..40])}'",
        };
        return Error($"Here stands {found} where {expected} is expected.", _token.Position);
    }

    private static GraphQLException Error(string message, int position) => new("structure", message, position);

    private readonly struct Level(GraphQLParser parser) : IDisposable
    {
        public void Dispose() => parser._depth--;
    }
}
