// The syntax tree of a query (GraphQL October 2021, 2).

using System.Text;

namespace FhirHub.Server.GraphQL;

/// <summary>What was sent: operations and the fragments they share.</summary>
internal sealed record GraphQLDocument(
    IReadOnlyList<GraphQLOperation> Operations, IReadOnlyDictionary<string, GraphQLFragment> Fragments);

/// <summary>An operation; its kind is <c>query</c>, <c>mutation</c> or <c>subscription</c>.</summary>
internal sealed record GraphQLOperation(
    string Kind,
    string? Name,
    IReadOnlyList<GraphQLVariable> Variables,
    IReadOnlyList<GraphQLDirective> Directives,
    IReadOnlyList<GraphQLSelection> Selections,
    int Position);

/// <summary>A variable's definition.</summary>
internal sealed record GraphQLVariable(string Name, GraphQLTypeName Type, GraphQLValue? Default, int Position);

/// <summary>The type of a variable: a name, or a list of <paramref name="Item"/>.</summary>
internal sealed record GraphQLTypeName(string Name, GraphQLTypeName? Item, bool IsRequired)
{
    /// <inheritdoc/>
    public override string ToString() => (Item is null ? Name : $"[{Item}]") + (IsRequired ? "!" : "");
}

/// <summary>A named fragment.</summary>
internal sealed record GraphQLFragment(
    string Name, string On, IReadOnlyList<GraphQLDirective> Directives, IReadOnlyList<GraphQLSelection> Selections, int Position);

/// <summary>A directive on a field, fragment or operation.</summary>
internal sealed record GraphQLDirective(string Name, IReadOnlyList<GraphQLArgument> Arguments, int Position);

/// <summary>An argument, or a field of an object value.</summary>
internal sealed record GraphQLArgument(string Name, GraphQLValue Value, int Position);

/// <summary>A part of a selection set.</summary>
internal abstract record GraphQLSelection(IReadOnlyList<GraphQLDirective> Directives, int Position)
{
    /// <summary>A field.</summary>
    internal sealed record Field(
        string? Alias,
        string Name,
        IReadOnlyList<GraphQLArgument> Arguments,
        IReadOnlyList<GraphQLDirective> Directives,
        IReadOnlyList<GraphQLSelection> Selections,
        int Position) : GraphQLSelection(Directives, Position)
    {
        /// <summary>The name in the answer.</summary>
        public string Key => Alias ?? Name;
    }

    /// <summary><c>...name</c>.</summary>
    internal sealed record Spread(string Name, IReadOnlyList<GraphQLDirective> Directives, int Position)
        : GraphQLSelection(Directives, Position);

    /// <summary><c>... on Type { }</c> or <c>... { }</c>.</summary>
    internal sealed record Inline(
        string? On, IReadOnlyList<GraphQLDirective> Directives, IReadOnlyList<GraphQLSelection> Selections, int Position)
        : GraphQLSelection(Directives, Position);
}

/// <summary>What kind of literal a <see cref="GraphQLValue.Literal"/> is.</summary>
internal enum GraphQLLiteralKind
{
    Int,
    Float,
    String,
    Boolean,
    Enum,
    Null,
}

/// <summary>A value of an argument.</summary>
internal abstract record GraphQLValue
{
    private GraphQLValue()
    {
    }

    /// <summary><c>$name</c>.</summary>
    internal sealed record Variable(string Name, int Position) : GraphQLValue;

    /// <summary>A scalar, an enum value or null.</summary>
    internal sealed record Literal(GraphQLLiteralKind Kind, string Text) : GraphQLValue;

    /// <summary><c>[a, b]</c>.</summary>
    internal sealed record Items(IReadOnlyList<GraphQLValue> Values) : GraphQLValue;

    /// <summary><c>{a: b}</c>.</summary>
    internal sealed record Fields(IReadOnlyList<GraphQLArgument> Values) : GraphQLValue;

    /// <summary>The null literal.</summary>
    public static Literal Null { get; } = new(GraphQLLiteralKind.Null, "null");

    /// <summary>Writes the value so that equal values give equal text.</summary>
    public void WriteTo(StringBuilder text)
    {
        switch (this)
        {
            case Variable variable:
                text.Append('$').Append(variable.Name);
                break;
            case Literal literal:
                text.Append((char)('0' + (int)literal.Kind)).Append(literal.Text.Length).Append(' ').Append(literal.Text);
                break;
            case Items items:
                text.Append('[');
                foreach (var item in items.Values)
                {
                    item.WriteTo(text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case Fields fields:
                text.Append('{');
                foreach (var field in fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
                {
                    text.Append(field.Name).Append(':');
                    field.Value.WriteTo(text);
                    text.Append(',');
                }

                text.Append('}');
                break;
        }
    }
}
