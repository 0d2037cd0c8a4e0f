// Runs an operation: selection sets over elements of resources (GraphQL October 2021, 6; R4 graphql.html).

using FhirHub.Model;
using FhirHub.Model.FhirPath;
using FhirHub.Storage;
using FhirHub.Terminology;

namespace FhirHub.Server.GraphQL;

/// <summary>An object that fields are taken from.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Node">The element, for those of resources.</param>
/// <param name="Page">The page, for connections.</param>
/// <param name="Meta">What introspection shows.</param>
internal sealed record GraphQLItem(GraphQLType Type, ElementNode Node = default, GraphQLPage? Page = null, object? Meta = null)
{
    /// <summary>An element of a resource.</summary>
    public static GraphQLItem Of(ElementNode node) => new(new GraphQLType.Object(node.Type), node);
}

/// <summary>One execution of one operation.</summary>
internal sealed partial class GraphQLExecution(
    FhirCall call, GraphQLDocument document, GraphQLVariables variables, GraphQLSource source, CancellationToken cancel)
{
    private readonly List<GraphQLError> _errors = [];
    private readonly Dictionary<(string Text, int Position), FhirPathExpression> _expressions = [];
    private readonly int _maxValues = call.Server.Options.Limits.GraphQLValues;
    private readonly int _maxBytes = call.Server.Options.Limits.GraphQLBytes;
    private readonly long _end = Environment.TickCount64 + (call.Server.Options.Limits.SearchSeconds * 1000L);
    private int _values;
    private int _metaValues;
    private long _bytes;
    private int _depth;

    /// <summary>Runs the operation from an object.</summary>
    public async Task<GraphQLResult> RunAsync(GraphQLOperation operation, GraphQLItem root)
    {
        var data = new GraphQLObject();
        try
        {
            var selected = new Selected();
            selected.Sets.Add(operation.Selections);
            await WriteObjectAsync(data, root, selected, inList: false, "", null);
        }
        catch (GraphQLException ended) when (ended.EndsExecution)
        {
            _errors.Add(new GraphQLError(Issue.Error(ended.Code, ended.Message), ended.Position, []));
            return new GraphQLResult(200, null, _errors);
        }

        return new GraphQLResult(200, data, _errors);
    }

    // The steps from the answer's root to a field.
    private sealed record Place(Place? Parent, object Step)
    {
        public List<object> Steps()
        {
            var steps = new List<object>();
            for (var place = this; place is not null; place = place.Parent)
                steps.Insert(0, place.Step);
            return steps;
        }
    }

    // Selection sets that apply to one object together. Which fields they come to depends on the object's type only, since variables
    // don't change while a query runs, so that is found out once for each type.
    private sealed class Selected
    {
        private readonly Dictionary<GraphQLType, List<(Collected Field, GraphQLField Definition)>> _fields = [];

        public List<IReadOnlyList<GraphQLSelection>> Sets { get; } = [];

        public List<(Collected Field, GraphQLField Definition)> FieldsOf(GraphQLExecution execution, GraphQLType type)
        {
            if (_fields.TryGetValue(type, out var known))
                return known;
            var collected = new List<Collected>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var set in Sets)
                execution.Collect(set, type, collected, seen);

            // Where the type is only known now, a field may be one of another type.
            var fields = new List<(Collected, GraphQLField)>();
            foreach (var field in collected)
            {
                if (GraphQLSchema.Find(type, field.First.Name) is { } definition)
                    fields.Add((field, definition));
            }

            return _fields[type] = fields;
        }
    }

    // Fields that answer under one name; what they select is joined (6.3.2, CollectFields).
    private sealed class Collected(GraphQLSelection.Field first)
    {
        private GraphQLDirectives? _shape;

        public GraphQLSelection.Field First => first;

        public Selected Selected { get; } = new();

        public List<GraphQLDirective> Directives { get; } = [];

        public GraphQLDirectives ShapeOf(GraphQLVariables variables) => _shape ??= GraphQLDirectives.Of(Directives, variables);
    }

    private async ValueTask WriteObjectAsync(GraphQLObject target, GraphQLItem item, Selected selected, bool inList, string suffix, Place? place)
    {
        // The check before looks into each fragment once, wherever it is spread first; references lead on for as long as fragments do.
        if (_depth >= GraphQLValidator.MaxDepth)
            throw GraphQLException.Fatal("too-costly", $"The answer would be nested more than {GraphQLValidator.MaxDepth} levels deep; ask for less, or in parts.");
        _depth++;
        try
        {
            foreach (var (field, definition) in selected.FieldsOf(this, item.Type))
            {
                CheckTime(field.First.Position);
                await WriteFieldAsync(target, item, field, definition, inList, suffix, new Place(place, field.First.Key + suffix));
            }
        }
        finally
        {
            _depth--;
        }
    }

    private void Collect(IReadOnlyList<GraphQLSelection> selections, GraphQLType type, List<Collected> fields, HashSet<string> seen)
    {
        foreach (var selection in selections)
        {
            if (!GraphQLDirectives.IsIncluded(selection.Directives, variables))
                continue;
            switch (selection)
            {
                case GraphQLSelection.Field field:
                    var same = fields.Find(f => f.First.Key == field.Key);
                    if (same is null)
                    {
                        same = new Collected(field);
                        fields.Add(same);
                    }
                    else if (same.First.Name != field.Name || Print(same.First.Arguments) != Print(field.Arguments))
                    {
                        throw GraphQLException.Fatal(
                            "invalid", $"Two fields answer as {field.Key}, but ask for different things; give one of them another name (other: {field.Name}).", field.Position);
                    }

                    if (field.Selections.Count > 0)
                        same.Selected.Sets.Add(field.Selections);
                    same.Directives.AddRange(field.Directives);
                    break;
                case GraphQLSelection.Inline inline:
                    if (inline.On is not { } on || GraphQLValidator.IsOf(type, on))
                        Collect(inline.Selections, type, fields, seen);
                    break;
                case GraphQLSelection.Spread spread:
                    var fragment = document.Fragments[spread.Name];
                    if (seen.Add(spread.Name) && GraphQLValidator.IsOf(type, fragment.On))
                        Collect(fragment.Selections, type, fields, seen);
                    break;
            }
        }
    }

    private async ValueTask WriteFieldAsync(
        GraphQLObject target, GraphQLItem item, Collected field, GraphQLField definition, bool inList, string suffix, Place place)
    {
        var position = field.First.Position;
        try
        {
            await WriteValuesAsync(target, item, field, definition, inList, suffix, place);
        }
        catch (GraphQLException e) when (!e.EndsExecution)
        {
            Fail(Issue.Error(e.Code, e.Message), e.Position >= 0 ? e.Position : position);
        }
        catch (FhirPathException e)
        {
            Fail(Issue.Error(e.Fault == FhirPathFault.TooCostly ? "too-costly" : "invalid", e.Message), position);
        }
        catch (RefusedException e)
        {
            foreach (var issue in e.Issues)
                Fail(issue, position);
        }
        catch (InvalidCursorException)
        {
            Fail(Issue.Error("invalid", "The cursor does not fit this search; start the search anew."), position);
        }
        catch (ExpiredCursorException e)
        {
            Fail(Issue.Error("not-found", e.Message), position);
        }
        catch (SearchTimeoutException)
        {
            throw GraphQLException.Fatal(
                "timeout", "A search took longer than FhirHub:Limits:SearchSeconds allows; narrow it.", position);
        }

        void Fail(Issue issue, int at)
        {
            _errors.Add(new GraphQLError(issue, at, place.Steps()));
            target.Fail(field.First.Key + suffix);
            if (_errors.Count >= MaxErrors)
                throw GraphQLException.Fatal("too-costly", $"The query was given up after {MaxErrors} errors.", at);
        }
    }

    private const int MaxErrors = 100;

    // The whole schema, as GraphiQL asks for it, is within this.
    private const int MaxMetaValues = 1_500_000;

    private async ValueTask WriteValuesAsync(
        GraphQLObject target, GraphQLItem item, Collected field, GraphQLField definition, bool inList, string suffix, Place place)
    {
        var directives = field.ShapeOf(variables);
        var values = await ResolveAsync(item, field.First, definition);
        if (directives.First && values.Count > 1)
            values = [values[0]];
        var isList = inList || (definition.IsList && !directives.First);
        var key = field.First.Key;

        // An empty list of matches is an answer; an element that is not there is left out, as in the resource itself.
        // Introspection has every field that it is asked for, since clients build their schema from it.
        if (values.Count == 0 && !directives.Flatten && (definition.Kind is GraphQLFieldKind.List or GraphQLFieldKind.Meta))
            _ = target[key + suffix, isList && !directives.Singleton];
        for (var i = 0; i < values.Count; i++)
        {
            CheckTime(field.First.Position);
            var value = values[i];
            var name = suffix + SliceOf(directives, value, i);
            if (directives.Flatten)
            {
                if (value is GraphQLItem flattened)
                    await WriteObjectAsync(target, flattened, field.Selected, isList, name, place.Parent);
                continue;
            }

            var entry = target[key + name, isList && !directives.Singleton];
            if (!entry.IsList && entry.Count > 0)
            {
                throw new GraphQLException(
                    "multiple-matches", directives.Singleton ? $"{key} is said to be a @singleton, and there are several." : $"{key} has several values; @singleton and lists can't be mixed under one name.");
            }

            entry.Add(await CompleteAsync(value, field, isList ? new Place(place, entry.Count) : place));
            CountValue(field.First.Position, definition.Kind, key.Length + name.Length + ((value as GraphQLLeaf)?.Json.Length ?? 0));
        }
    }

    private async ValueTask<object?> CompleteAsync(object? value, Collected field, Place place)
    {
        if (value is not GraphQLItem item)
        {
            return value is GraphQLLeaf && field.Selected.Sets.Count > 0
                ? throw new GraphQLException("invalid", $"{field.First.Name} is a plain value here; ask for it without braces, or by its own name.")
                : value;
        }

        if (field.Selected.Sets.Count == 0)
            throw new GraphQLException("required", $"{field.First.Name} is a {item.Type.Name} here; say in braces which of its fields to give.");
        var inner = new GraphQLObject();
        await WriteObjectAsync(inner, item, field.Selected, inList: false, "", place);
        return inner;
    }

    private string SliceOf(GraphQLDirectives directives, object? value, int index)
    {
        if (directives.Slice is not { } slice)
            return "";
        if (slice.Expression is null)
            return $".{index}";
        if (value is not GraphQLItem { Node: { Exists: true } node })
            return "";
        var result = slice.Expression.Evaluate(node, PathContext);
        return result switch
        {
            [] => "",
            [var only] when only.ToString() is { Length: <= MaxSlice } text => $".{text}",
            _ => throw new GraphQLException("invalid", $"@slice needs a path with one value of at most {MaxSlice} characters.", slice.Position),
        };
    }

    private const int MaxSlice = 64;

    // Expressions are the client's own, so they get little.
    private FhirPathContext PathContext
    {
        get
        {
            if (field is not null)
                return field;
            var terminology = new FhirPathTerminology(call.Server.TerminologyLibrary, cancel);
            return field = new FhirPathContext
            {
                MaxSteps = 200_000,
                MaxTime = TimeSpan.FromMilliseconds(500),
                MemberOf = terminology.MemberOf,
                Subsumes = terminology.Subsumes,
            };
        }
    }

    // All searches and expressions of a query together get what one search gets.
    private void CheckTime(int position)
    {
        cancel.ThrowIfCancellationRequested();
        if (Environment.TickCount64 > _end)
            throw GraphQLException.Fatal("timeout", "The query took longer than FhirHub:Limits:SearchSeconds allows; ask for less, or in parts.", position);
    }

    private void CountValue(int position, GraphQLFieldKind kind, int bytes)
    {
        // One large value may be asked for under many names.
        if ((_bytes += bytes) > _maxBytes)
            throw GraphQLException.Fatal("too-costly", $"The answer has more than {_maxBytes:N0} bytes (FhirHub:Limits:GraphQLBytes); ask for less, or in parts.", position);
        if (kind == GraphQLFieldKind.Meta ? ++_metaValues > MaxMetaValues : ++_values > _maxValues)
        {
            throw GraphQLException.Fatal(
                "too-costly", $"The answer has more than {(kind == GraphQLFieldKind.Meta ? MaxMetaValues : _maxValues):N0} values (FhirHub:Limits:GraphQLValues); ask for less, or in parts.", position);
        }
    }

    private string Print(IReadOnlyList<GraphQLArgument> arguments)
    {
        if (arguments.Count == 0)
            return "";
        var text = new System.Text.StringBuilder();
        new GraphQLValue.Fields([.. arguments.Select(a => a with { Value = variables.Resolve(a.Value) ?? GraphQLValue.Null })]).WriteTo(text);
        return text.ToString();
    }
}
