// FHIRPath Patch (R4 fhirpatch.html): each operation finds elements of the tree by FHIRPath and edits them in its JSON.

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model.FhirPath;

namespace FhirHub.Model;

/// <summary>Applies the operations of a Parameters resource, in order, each to what the one before left.</summary>
internal sealed class FhirPathPatch(ResourceTree resource, ParseLimits? limits)
{
    // For all operations together, the reading of what each leaves included.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly JsonObject _json = ResourcePatch.ParseTree(resource);
    private ResourceTree _tree = resource;

    /// <summary>The patched resource with the issues of its structure.</summary>
    /// <exception cref="PatchException">The patch is wrong or does not fit.</exception>
    public ParseResult Apply(ElementNode parameters)
    {
        if (parameters.Type.Name != "Parameters")
            throw Invalid($"A FHIRPath Patch is a Parameters resource, not a {parameters.Type.Name}.", null);
        var operations = parameters.ChildrenOf("parameter").ToList();
        if (operations.Count > ResourcePatch.MaxOperations)
            throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"A patch may have {ResourcePatch.MaxOperations} operations; this one has {operations.Count}.");
        var result = new ParseResult(_tree, []);
        foreach (var operation in operations)
        {
            if (operation.ChildValue("name") != "operation")
                throw Invalid($"Each parameter of a FHIRPath Patch is named operation, not '{operation.ChildValue("name")}'.", operation);
            Apply(new PatchOperation(operation));
            result = ResourceParser.ParseJson(JsonSerializer.SerializeToUtf8Bytes(_json, ResourcePatch.SerializerOptions), _tree.Schema, limits);

            // Errors in between are allowed: a later operation may add what an earlier one made necessary.
            _tree = result.Tree ?? throw new PatchException(PatchFailure.InvalidResult, result.Issues);
        }

        return result;
    }

    private void Apply(PatchOperation operation)
    {
        switch (operation.Type)
        {
            case "add":
                var target = Single(operation);
                var members = Place.Of(target).Members(_json, create: true)!;
                PatchValue.Add(members, target.Type, operation.Name, operation.Value, target.GetPath());
                break;
            case "insert":
                Insert(operation);
                break;
            case "delete":
                if (Find(operation) is { Count: > 0 } found)
                    Place.Of(Only(found, operation)).Remove(_json);
                break;
            case "replace":
                var replaced = Single(operation);
                if (replaced.IsRoot)
                    throw NotApplicable($"The path {operation.Path} of a replace is the whole resource; update it instead.", operation);
                Place.Of(replaced).Replace(_json, replaced, operation.Value);
                break;
            case "move":
                Move(operation);
                break;
            default:
                throw Invalid($"'{operation.Type}' is no operation of FHIRPath Patch; use add, insert, delete, replace or move.", operation.Node);
        }
    }

    private void Insert(PatchOperation operation)
    {
        var items = Collection(operation);
        var index = operation.Integer("index");
        if (index < 0 || index > items.Count)
            throw NotApplicable($"The index {index} is beyond the {items.Count} elements at {operation.Path}.", operation);
        var first = items[0];
        var list = Place.Of(first).List(_json);
        list.Insert(index, PatchValue.Of(first.Definition!, first.Type, operation.Value, first.GetPath()));
        list.Write();
    }

    private void Move(PatchOperation operation)
    {
        var items = Collection(operation);
        var source = operation.Integer("source");
        var destination = operation.Integer("destination");
        if (source < 0 || source >= items.Count || destination < 0 || destination >= items.Count)
            throw NotApplicable($"There are {items.Count} elements at {operation.Path}; {source} can't be moved to {destination}.", operation);
        var list = Place.Of(items[0]).List(_json);
        list.Move(source, destination);
        list.Write();
    }

    // insert and move count within one list, which the path must give from its start to its end.
    private List<ElementNode> Collection(PatchOperation operation)
    {
        var items = Find(operation);
        if (items.Count == 0)
            throw NotApplicable($"No content found at {operation.Path}.", operation);
        var definition = items[0].Definition;
        if (definition is not { IsArray: true } || items.Count != items[0].Parent.ChildrenOf(definition).ToList().Count || items.Where((item, i) => item.Parent != items[0].Parent || item.IndexInElement != i).Any())
            throw NotApplicable($"The path {operation.Path} must lead to one whole list.", operation);
        return items;
    }

    private ElementNode Single(PatchOperation operation)
    {
        var found = Find(operation);
        if (found.Count == 0)
            throw NotApplicable($"No content found at {operation.Path}.", operation);
        return Only(found, operation);
    }

    private static ElementNode Only(List<ElementNode> found, PatchOperation operation) =>
        found.Count == 1 ? found[0] : throw NotApplicable($"The path {operation.Path} leads to {found.Count} elements; it must lead to one.", operation);

    private List<ElementNode> Find(PatchOperation operation)
    {
        var left = MaxTime - Stopwatch.GetElapsedTime(_started);
        if (left <= TimeSpan.Zero)
            throw new PatchException(PatchFailure.InvalidPatch, "too-costly", "The patch takes too long; send fewer operations at a time.", operation.Node.GetPath());
        try
        {
            var nodes = new List<ElementNode>();
            foreach (var value in FhirPathExpression.Compile(operation.Path).Evaluate(_tree.Root, new FhirPathContext { MaxTime = left }))
            {
                if (value.Node is not { } node || node.Tree != _tree)
                    throw NotApplicable($"The path {operation.Path} gives a computed value, not an element of the resource.", operation);
                nodes.Add(node);
            }

            return nodes;
        }
        catch (FhirPathException wrong)
        {
            throw new PatchException(
                wrong.Fault == FhirPathFault.Execution ? PatchFailure.NotApplicable : PatchFailure.InvalidPatch,
                wrong.Fault == FhirPathFault.TooCostly ? "too-costly" : "invalid",
                $"The path {operation.Path} can't be evaluated: {wrong.Message}",
                operation.Node.GetPath());
        }
    }

    private static PatchException Invalid(string diagnostics, ElementNode? at) =>
        new(PatchFailure.InvalidPatch, "invalid", diagnostics, at?.GetPath());

    private static PatchException NotApplicable(string diagnostics, PatchOperation operation) =>
        new(PatchFailure.NotApplicable, "invalid", diagnostics, operation.Node.GetPath());
}

/// <summary>One operation: a parameter with its parts.</summary>
internal readonly struct PatchOperation(ElementNode node)
{
    public ElementNode Node => node;

    public string Type => Text("type");

    public string Path => Text("path");

    public string Name => Text("name");

    /// <summary>The part named value, which holds value[x], a resource, or parts of its own.</summary>
    public ElementNode Value => Part("value") is { Exists: true } part ? part : throw Missing("value");

    public int Integer(string name) =>
        Part(name).Child("value") is { Exists: true, HasValue: true } value && int.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Missing(name);

    private string Text(string name) => Part(name).ChildValue("value") ?? throw Missing(name);

    private ElementNode Part(string name)
    {
        foreach (var part in node.ChildrenOf("part"))
        {
            if (part.ChildValue("name") == name)
                return part;
        }

        return default;
    }

    private PatchException Missing(string name) =>
        new(PatchFailure.InvalidPatch, "required", $"The operation lacks its part '{name}', or its value.", node.GetPath());
}
