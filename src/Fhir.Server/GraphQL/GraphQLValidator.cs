// What can be told of a query before it runs (GraphQL October 2021, 5): fields, arguments, directives, fragments, variables.

namespace FhirHub.Server.GraphQL;

/// <summary>Checks an operation against the schema.</summary>
internal sealed class GraphQLValidator
{
    private const int MaxErrors = 20;
    private const int MaxSteps = 20_000;

    /// <summary>Greatest nesting of what is selected: fragments within fragments nest deeper than the text does.</summary>
    public const int MaxDepth = 100;

    private readonly GraphQLDocument _document;
    private readonly HashSet<string> _variables;
    private readonly List<GraphQLException> _errors = [];
    private readonly HashSet<(string Fragment, string Types)> _checked = [];
    private readonly List<string> _path = [];
    private int _steps;
    private int _depth;

    private GraphQLValidator(GraphQLDocument document, GraphQLOperation operation)
    {
        _document = document;
        _variables = operation.Variables.Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What is wrong with the operation, if it starts from that type.</summary>
    public static IReadOnlyList<GraphQLException> Check(GraphQLDocument document, GraphQLOperation operation, GraphQLType root)
    {
        var validator = new GraphQLValidator(document, operation);
        validator.CheckDirectives(operation.Directives, null);
        validator.CheckSelections(operation.Selections, [root]);
        return validator._errors;
    }

    // Where a value may have several types, a field needs to be one of any of them.
    private void CheckSelections(IReadOnlyList<GraphQLSelection> selections, HashSet<GraphQLType> types)
    {
        if (++_depth > MaxDepth)
            Error("too-costly", $"The query's fragments are nested more than {MaxDepth} levels deep.", selections[0].Position);
        else
            CheckEach(selections, types);
        _depth--;
    }

    private void CheckEach(IReadOnlyList<GraphQLSelection> selections, HashSet<GraphQLType> types)
    {
        foreach (var selection in selections)
        {
            if (_errors.Count >= MaxErrors)
                return;
            if (++_steps > MaxSteps)
            {
                Error("too-costly", "The query's fragments come to too many fields; send it in parts.", selection.Position);
                return;
            }

            switch (selection)
            {
                case GraphQLSelection.Field field:
                    CheckField(field, types);
                    break;
                case GraphQLSelection.Inline inline:
                    CheckDirectives(inline.Directives, null);
                    CheckSelections(inline.Selections, inline.On is { } on ? Narrow(types, on, inline.Position) : types);
                    break;
                case GraphQLSelection.Spread spread:
                    CheckDirectives(spread.Directives, null);
                    CheckSpread(spread, types);
                    break;
            }
        }
    }

    private void CheckSpread(GraphQLSelection.Spread spread, HashSet<GraphQLType> types)
    {
        if (!_document.Fragments.TryGetValue(spread.Name, out var fragment))
        {
            Error("not-found", $"There is no fragment {spread.Name}.", spread.Position);
            return;
        }

        if (_path.Contains(spread.Name))
        {
            Error("invalid", $"The fragment {spread.Name} contains itself.", spread.Position);
            return;
        }

        if (!_checked.Add((spread.Name, string.Join(' ', types.Select(t => t.Name).Order(StringComparer.Ordinal)))))
            return;
        _path.Add(spread.Name);
        CheckSelections(fragment.Selections, Narrow(types, fragment.On, fragment.Position));
        _path.RemoveAt(_path.Count - 1);
    }

    private HashSet<GraphQLType> Narrow(HashSet<GraphQLType> types, string on, int position)
    {
        var narrowed = new HashSet<GraphQLType>();
        foreach (var type in types)
        {
            if (type.Name == on)
                narrowed.Add(type);
            else
                narrowed.UnionWith(GraphQLSchema.Concrete(type).Where(t => IsOf(t, on)));
        }

        // Without a type that fits, nothing below can be told right from wrong.
        if (narrowed.Count > 0)
            return narrowed;
        Error(
            "invalid",
            GraphQLSchema.ObjectTypes.ContainsKey(on) ? $"What stands here is never a {on}." : $"There is no type {on}.",
            position);
        return [];
    }

    /// <summary>True if a value of the object type satisfies the type condition.</summary>
    public static bool IsOf(GraphQLType type, string on) =>
        type.Name == on
        || (type is GraphQLType.Object { Definition: var definition } && GraphQLSchema.ObjectTypes.TryGetValue(on, out var wanted) && definition.Is(wanted));

    private void CheckField(GraphQLSelection.Field field, HashSet<GraphQLType> types)
    {
        if (types.Count == 0)
            return;
        var found = types.SelectMany(GraphQLSchema.Concrete).Select(t => GraphQLSchema.Find(t, field.Name)).OfType<GraphQLField>().ToList();
        if (found.Count == 0)
        {
            var owner = types.Count == 1 ? types.First().Name : "None of the types that may stand here";
            Error("not-found", $"{owner} has no field {field.Name}.", field.Position);
            return;
        }

        CheckDirectives(field.Directives, field);
        foreach (var argument in field.Arguments)
            CheckArgument(field, argument, found);
        RequireArguments(field, found[0]);
        var objects = found.Select(f => f.Type).Where(t => !t.IsLeaf).ToHashSet();
        if (field.Selections.Count == 0)
        {
            // A choice may turn out to be a plain value.
            if (found.TrueForAll(f => !GraphQLSchema.Concrete(f.Type).Any(t => t.IsLeaf)))
                Error("required", $"{field.Name} is an object; say in braces which of its fields to give.", field.Position);
        }
        else if (objects.Count == 0)
        {
            Error("invalid", $"{field.Name} is a plain value and has no fields.", field.Position);
        }
        else
        {
            CheckSelections(field.Selections, objects);
        }
    }

    private void CheckArgument(GraphQLSelection.Field field, GraphQLArgument argument, List<GraphQLField> found)
    {
        CheckVariables(argument.Value);
        if (!found.Exists(f => Takes(f, argument.Name)))
            Error("not-found", $"{field.Name} has no argument {argument.Name}.", argument.Position);
    }

    private static bool Takes(GraphQLField field, string argument) => field.Kind switch
    {
        // Search parameters are checked by the search itself, which can also say which ones there are.
        GraphQLFieldKind.List or GraphQLFieldKind.Connection => true,
        GraphQLFieldKind.Read => argument is "id" or "_id",
        GraphQLFieldKind.Target => argument is "optional" or "type",
        GraphQLFieldKind.Meta => GraphQLIntrospection.Takes(field.Name, argument),
        GraphQLFieldKind.Element or GraphQLFieldKind.Twin => argument is "fhirpath"
            || (argument is "_count" or "_offset" && field.IsList)
            || GraphQLSchema.Concrete(field.Type).Any(t => GraphQLSchema.Find(t, argument) is { Kind: GraphQLFieldKind.Element, Type.IsLeaf: true }),
        _ => false,
    };

    private void RequireArguments(GraphQLSelection.Field field, GraphQLField found)
    {
        if (found.Kind == GraphQLFieldKind.Read && field.Arguments.Count == 0)
            Error("required", $"{field.Name} needs the argument id; {field.Name}List searches.", field.Position);
        if (found is { Kind: GraphQLFieldKind.Meta, Name: "__type" } && field.Arguments.Count == 0)
            Error("required", "__type needs the argument name.", field.Position);
    }

    private void CheckDirectives(IReadOnlyList<GraphQLDirective> directives, GraphQLSelection.Field? field)
    {
        foreach (var directive in directives)
        {
            if (GraphQLDirectives.ArgumentOf(directive.Name) is not { } expected)
            {
                Error("not-found", $"There is no directive @{directive.Name}; there are @{string.Join(", @", GraphQLDirectives.Names)}.", directive.Position);
                continue;
            }

            if (field is null && directive.Name is not ("skip" or "include"))
                Error("invalid", $"@{directive.Name} belongs to a field.", directive.Position);
            if (expected.Length == 0 ? directive.Arguments.Count > 0 : directive.Arguments is not [var only] || only.Name != expected)
                Error("invalid", $"@{directive.Name} takes {(expected.Length == 0 ? "no argument" : $"the argument {expected}")}.", directive.Position);
            foreach (var argument in directive.Arguments)
                CheckVariables(argument.Value);
        }

        if (field is not null && directives.Any(d => d.Name == "flatten") && field.Selections.Count == 0)
            Error("invalid", "@flatten lifts the fields of an object, and this field selects none.", field.Position);
    }

    private void CheckVariables(GraphQLValue value)
    {
        switch (value)
        {
            case GraphQLValue.Variable variable when !_variables.Contains(variable.Name):
                Error("not-found", $"The operation defines no variable ${variable.Name}.", variable.Position);
                break;
            case GraphQLValue.Items items:
                foreach (var item in items.Values)
                    CheckVariables(item);
                break;
            case GraphQLValue.Fields fields:
                foreach (var field in fields.Values)
                    CheckVariables(field.Value);
                break;
        }
    }

    private void Error(string code, string message, int position) => _errors.Add(new GraphQLException(code, message, position));
}
