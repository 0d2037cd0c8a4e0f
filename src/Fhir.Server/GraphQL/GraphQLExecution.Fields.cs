// The values of a field: elements and their filters, what references lead to, reads and searches.

using System.Globalization;
using FhirHub.Model;
using FhirHub.Model.FhirPath;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.GraphQL;

internal sealed partial class GraphQLExecution
{
    // GraphQLItem, GraphQLLeaf, or null where a list has a gap.
    private async ValueTask<IReadOnlyList<object?>> ResolveAsync(GraphQLItem item, GraphQLSelection.Field field, GraphQLField definition)
    {
        switch (definition.Kind)
        {
            case GraphQLFieldKind.TypeName:
                return [GraphQLLeaf.Of(item.Type.Name)];
            case GraphQLFieldKind.Meta:
                return MetaValues(item, field, definition);
            case GraphQLFieldKind.Element or GraphQLFieldKind.Twin:
                return Elements(item.Node, field, definition);
            case GraphQLFieldKind.Target:
                return await TargetAsync(item.Node, field);
            case GraphQLFieldKind.Read:
                return await ReadAsync(field, definition);
            case GraphQLFieldKind.List:
                var matches = await source.ListAsync(definition.Resource!, Parameters(item, field, definition, out _));
                return [.. matches.Select(GraphQLItem.Of)];
            case GraphQLFieldKind.Connection:
                var parameters = Parameters(item, field, definition, out var cursor);
                var page = await source.PageAsync(definition.Resource!, parameters, cursor);
                return [new GraphQLItem(new GraphQLType.Connection(definition.Resource!), Page: page)];
            case GraphQLFieldKind.ConnectionPart:
                return await ConnectionPartAsync(item.Page!, definition);
            default:
                return definition.Name switch
                {
                    "mode" => [GraphQLLeaf.Of("match")],
                    "resource" => [GraphQLItem.Of(item.Node)],
                    _ => [],
                };
        }
    }

    private List<object?> MetaValues(GraphQLItem item, GraphQLSelection.Field field, GraphQLField definition)
    {
        IEnumerable<object> values = definition.Name switch
        {
            "__schema" => [GraphQLIntrospection.Root],
            "__type" => GraphQLIntrospection.TypeOf(variables.Text(field.Arguments[0]) ?? "") is { } type ? [type] : [],
            _ => GraphQLIntrospection.Values(call.Server.SearchParameters, item.Meta!, definition.Name),
        };
        return [.. values.Select(v => v is GraphQLLeaf ? v : new GraphQLItem(definition.Type, Meta: v))];
    }

    private object?[] Elements(ElementNode parent, GraphQLSelection.Field field, GraphQLField definition)
    {
        var nodes = new List<ElementNode>();
        foreach (var child in parent.ChildrenOf(definition.Element!.Name))
        {
            if (definition.Selected is null || ReferenceEquals(child.Type, definition.Selected))
                nodes.Add(child);
        }

        if (field.Arguments.Count > 0)
            nodes = Filter(nodes, field, definition);
        var values = new object?[nodes.Count];
        var any = false;
        for (var i = 0; i < nodes.Count; i++)
        {
            values[i] = ValueOf(nodes[i], definition.Kind == GraphQLFieldKind.Twin);
            any |= values[i] is not null;
        }

        return any ? values : [];
    }

    private static object? ValueOf(ElementNode node, bool isTwin)
    {
        if (isTwin)
            return node.HasChildren ? new GraphQLItem(GraphQLSchema.Twin, node) : null;
        if (!node.IsPrimitive)
            return GraphQLItem.Of(node);
        return node.HasValue ? new GraphQLLeaf(node.Json) : null;
    }

    // R4 graphql.html, list navigation: the values of elements, an expression, and a part of what is left.
    private List<ElementNode> Filter(List<ElementNode> nodes, GraphQLSelection.Field field, GraphQLField definition)
    {
        int offset = 0, count = int.MaxValue;
        foreach (var argument in field.Arguments)
        {
            switch (argument.Name)
            {
                case "fhirpath":
                    if (variables.Text(argument) is { } text)
                    {
                        var expression = Expression(text, argument.Position);
                        nodes = nodes.FindAll(node =>
                        {
                            CheckTime(argument.Position);
                            return expression.EvaluateToBoolean(node, PathContext);
                        });
                    }

                    break;
                case "_offset" when definition.IsList:
                    offset = WholeNumber(argument) ?? offset;
                    break;
                case "_count" when definition.IsList:
                    count = WholeNumber(argument) ?? count;
                    break;
                default:
                    var wanted = variables.Texts(argument);
                    if (wanted.Count > 0)
                    {
                        nodes = nodes.FindAll(node =>
                        {
                            CheckTime(argument.Position);
                            return HasValue(node, argument.Name, wanted);
                        });
                    }

                    break;
            }
        }

        return offset == 0 && count >= nodes.Count ? nodes : [.. nodes.Skip(offset).Take(count)];
    }

    private static bool HasValue(ElementNode node, string name, IReadOnlyList<string> wanted)
    {
        if (GraphQLSchema.Find(new GraphQLType.Object(node.Type), name) is not { Kind: GraphQLFieldKind.Element } definition)
            return false;
        foreach (var child in node.ChildrenOf(definition.Element!.Name))
        {
            if (definition.Selected is not null && !ReferenceEquals(child.Type, definition.Selected))
                continue;
            foreach (var text in wanted)
            {
                if (child.GetString() == text || (!child.IsQuoted && child.GetDecimal() is { } number
                    && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var asked) && number == asked))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private FhirPathExpression Expression(string text, int position)
    {
        if (!_expressions.TryGetValue((text, position), out var expression))
            _expressions[(text, position)] = expression = GraphQLDirectives.Compile(text, position);
        return expression;
    }

    private int? WholeNumber(GraphQLArgument argument) => variables.Text(argument) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new GraphQLException("value", $"{argument.Name} is a whole number from 0.", argument.Position),
    };

    private async ValueTask<IReadOnlyList<object?>> TargetAsync(ElementNode reference, GraphQLSelection.Field field)
    {
        var optional = false;
        string? type = null;
        foreach (var argument in field.Arguments)
        {
            if (argument.Name == "optional")
                optional = variables.Boolean(argument);
            else
                type = variables.Text(argument);
        }

        if (type is not null && Schema.R4.FindResourceType(type) is null)
            throw new GraphQLException("value", $"R4 has no resource type {(type.Length <= 64 ? type : type[..64])}.", field.Position);
        var target = await source.ResolveAsync(reference);
        if (target.Exists)
            return type is null || target.Type.Name == type ? [GraphQLItem.Of(target)] : [];
        return optional ? [] : throw new GraphQLException(
            "not-found", "A reference leads to nothing that can be read here; with resource(optional: true) it is left out.", field.Position);
    }

    private async ValueTask<IReadOnlyList<object?>> ReadAsync(GraphQLSelection.Field field, GraphQLField definition)
    {
        var id = variables.Text(field.Arguments[0]) ?? throw new GraphQLException("required", $"{field.Name} needs an id.", field.Position);
        var resource = await source.ReadAsync(new ResourceKey(definition.Resource!.Name, id));
        return resource.Exists
            ? [GraphQLItem.Of(resource)]
            : throw new GraphQLException("not-found", $"There is no {definition.Resource.Name} with that id here.", field.Position);
    }

    private async ValueTask<IReadOnlyList<object?>> ConnectionPartAsync(GraphQLPage page, GraphQLField definition)
    {
        switch (definition.Name)
        {
            case "count":
                return [GraphQLLeaf.Of(await source.CountAsync(page))];
            case "offset":
                return [GraphQLLeaf.Of(page.Offset)];
            case "pagesize":
                return [GraphQLLeaf.Of(page.Query.Count)];
            case "edges":
                return [.. page.Matches.Select(m => new GraphQLItem(new GraphQLType.Edge(page.Type), m))];
            case "first":
                return Cursor(page.Page.First, 0);
            case "next" when page.Page.Next is { } next:
                return Cursor(next, page.Offset + page.Matches.Count);
            case "previous" when page.Page.Previous is { } previous:
                return Cursor(previous, Math.Max(0, page.Offset - page.Query.Count));
            default:
                // The store goes from page to page, so there is no way to the last one but the others.
                return [];
        }

        IReadOnlyList<object?> Cursor(string? store, int offset) => [GraphQLLeaf.Of(source.CursorOf(page, store, offset))];
    }

    // Arguments are search parameters, with underscores for dashes; several values of one are several conditions.
    private List<KeyValuePair<string, string>> Parameters(
        GraphQLItem item, GraphQLSelection.Field field, GraphQLField definition, out string? cursor)
    {
        cursor = null;
        var parameters = new List<KeyValuePair<string, string>>();
        var type = definition.Resource!.Name;
        var isReferring = false;
        foreach (var argument in field.Arguments)
        {
            switch (argument.Name)
            {
                case "_cursor" or "cursor" when definition.Kind == GraphQLFieldKind.Connection:
                    cursor = variables.Text(argument);
                    continue;
                case "_reference":
                    isReferring = true;
                    parameters.Add(Reference(item, type, argument));
                    continue;
                case "_include" or "_revinclude" or "_summary" or "_elements" or "_total" or "_format" or "_pretty":
                    throw new GraphQLException("not-supported", $"{argument.Name} shapes a Bundle, and here is none: select fields instead.", argument.Position);
            }

            var name = NameOf(type, argument.Name);
            parameters.AddRange(variables.Texts(argument).Select(text => new KeyValuePair<string, string>(name, text)));
        }

        if (item.Type is not GraphQLType.Query && !isReferring && cursor is null)
        {
            throw new GraphQLException(
                "required", $"Within a resource, {field.Name} needs the argument _reference: the search parameter by which a {type} refers to it.", field.Position);
        }

        return parameters;
    }

    private KeyValuePair<string, string> Reference(GraphQLItem item, string type, GraphQLArgument argument)
    {
        if (item is not { Node: { IsRoot: true } resource, Type: GraphQLType.Object })
            throw new GraphQLException("invalid", "_reference belongs to a search within a resource that is stored by itself.", argument.Position);
        var name = NameOf(type, variables.Text(argument) ?? "");
        if (call.Server.SearchParameters.Find(type, name) is not { Type: SearchParameterType.Reference })
            throw new GraphQLException("value", $"_reference names a search parameter of {type} that is a reference.", argument.Position);
        return new KeyValuePair<string, string>(name, $"{resource.Type.Name}/{resource.ChildValue("id")}");
    }

    private string NameOf(string type, string argument)
    {
        if (argument.StartsWith('_') || call.Server.SearchParameters.Find(type, argument) is not null)
            return argument;
        return argument.Replace('_', '-');
    }
}
