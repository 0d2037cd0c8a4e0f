// The values of an operation's variables (GraphQL October 2021, 6.1.2), and of arguments that use them.

using System.Text.Json;

namespace FhirHub.Server.GraphQL;

/// <summary>Coerced variables.</summary>
internal sealed class GraphQLVariables
{
    private const int MaxDepth = 20;

    private readonly Dictionary<string, GraphQLValue> _values = new(StringComparer.Ordinal);

    /// <summary>Checks what was sent against what the operation defines.</summary>
    /// <exception cref="GraphQLException">A value is missing or of another type.</exception>
    public GraphQLVariables(GraphQLOperation operation, JsonElement? sent)
    {
        if (sent is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined) })
            throw new GraphQLException("value", "variables is a JSON object with a member for each variable.");
        foreach (var variable in operation.Variables)
        {
            var value = sent is { ValueKind: JsonValueKind.Object } given && GraphQLRequest.Member(given, variable.Name) is { } json
                ? ReadSent(json)
                : variable.Default;
            if (value is null)
            {
                if (variable.Type.IsRequired)
                    throw new GraphQLException("required", $"The variable ${variable.Name} of type {variable.Type} has no value; send it in variables.", variable.Position);
                continue;
            }

            _values[variable.Name] = Coerce(value, variable.Type, variable);
        }
    }

    /// <summary>The value without variables; null if it is a variable that has none.</summary>
    public GraphQLValue? Resolve(GraphQLValue value) => value switch
    {
        GraphQLValue.Variable variable => _values.GetValueOrDefault(variable.Name),
        GraphQLValue.Items items => new GraphQLValue.Items([.. items.Values.Select(v => Resolve(v) ?? GraphQLValue.Null)]),
        _ => value,
    };

    /// <summary>The texts of a value: one, or those of a list; none for null and for a variable without value.</summary>
    /// <exception cref="GraphQLException">It is an object.</exception>
    public IReadOnlyList<string> Texts(GraphQLArgument argument)
    {
        switch (Resolve(argument.Value))
        {
            case null or GraphQLValue.Literal { Kind: GraphQLLiteralKind.Null }:
                return [];
            case GraphQLValue.Literal literal:
                return [literal.Text];
            case GraphQLValue.Items items when items.Values.All(v => v is GraphQLValue.Literal):
                return [.. items.Values.Cast<GraphQLValue.Literal>().Where(v => v.Kind != GraphQLLiteralKind.Null).Select(v => v.Text)];
            default:
                throw new GraphQLException("value", $"The argument {argument.Name} takes a value or a list of values.", argument.Position);
        }
    }

    /// <summary>The one text of an argument; null if it has none.</summary>
    /// <exception cref="GraphQLException">There are several.</exception>
    public string? Text(GraphQLArgument argument) => Texts(argument) switch
    {
        [] => null,
        [var only] => only,
        _ => throw new GraphQLException("value", $"The argument {argument.Name} takes one value.", argument.Position),
    };

    /// <summary>The truth value of an argument.</summary>
    /// <exception cref="GraphQLException">It has none.</exception>
    public bool Boolean(GraphQLArgument argument) => Resolve(argument.Value) is GraphQLValue.Literal { Kind: GraphQLLiteralKind.Boolean } literal
        ? literal.Text == "true"
        : throw new GraphQLException("value", $"The argument {argument.Name} takes true or false.", argument.Position);

    private static GraphQLValue ReadSent(JsonElement json)
    {
        try
        {
            return Read(json, 0);
        }
        catch (InvalidOperationException)
        {
            throw new GraphQLException("value", "A variable holds half of a surrogate pair.");
        }
    }

    private static GraphQLValue Read(JsonElement json, int depth)
    {
        if (depth > MaxDepth)
            throw new GraphQLException("too-costly", $"variables are nested more than {MaxDepth} levels deep.");
        return json.ValueKind switch
        {
            JsonValueKind.String => new GraphQLValue.Literal(GraphQLLiteralKind.String, json.GetString()!),
            JsonValueKind.Number => new GraphQLValue.Literal(
                json.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? GraphQLLiteralKind.Float : GraphQLLiteralKind.Int, json.GetRawText()),
            JsonValueKind.True or JsonValueKind.False => new GraphQLValue.Literal(GraphQLLiteralKind.Boolean, json.GetRawText()),
            JsonValueKind.Array => new GraphQLValue.Items([.. json.EnumerateArray().Select(v => Read(v, depth + 1))]),
            JsonValueKind.Object => new GraphQLValue.Fields([.. json.EnumerateObject().Select(p => new GraphQLArgument(p.Name, Read(p.Value, depth + 1), -1))]),
            _ => GraphQLValue.Null,
        };
    }

    private static GraphQLValue Coerce(GraphQLValue value, GraphQLTypeName type, GraphQLVariable variable)
    {
        if (value is GraphQLValue.Literal { Kind: GraphQLLiteralKind.Null })
            return type.IsRequired ? throw Wrong(variable, "null") : value;
        if (type.Item is { } item)
        {
            // One value stands for a list of it (3.11, input coercion).
            return value is GraphQLValue.Items items
                ? new GraphQLValue.Items([.. items.Values.Select(v => Coerce(v, item, variable))])
                : new GraphQLValue.Items([Coerce(value, item, variable)]);
        }

        if (value is not GraphQLValue.Literal literal)
            throw Wrong(variable, value is GraphQLValue.Items ? "a list" : "an object");
        var fits = type.Name switch
        {
            "Int" => literal.Kind == GraphQLLiteralKind.Int,
            "Float" => literal.Kind is GraphQLLiteralKind.Int or GraphQLLiteralKind.Float,
            "Boolean" => literal.Kind == GraphQLLiteralKind.Boolean,
            "String" => literal.Kind == GraphQLLiteralKind.String,
            "ID" => literal.Kind is GraphQLLiteralKind.String or GraphQLLiteralKind.Int,

            // FHIR's own scalars (code, date, …) are strings, numbers or truth values; the argument that they go to checks them.
            _ => true,
        };
        return fits ? literal : throw Wrong(variable, $"a value of kind {literal.Kind}");
    }

    private static GraphQLException Wrong(GraphQLVariable variable, string found) =>
        new("value", $"The variable ${variable.Name} is of type {variable.Type} and was sent {found}.", variable.Position);
}
