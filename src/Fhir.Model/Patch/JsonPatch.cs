// RFC 6902: JSON Patch, on JSON whose numbers keep their digits.

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace FhirHub.Model;

/// <summary>Applies a JSON Patch.</summary>
internal sealed class JsonPatch
{
    // Each copy can double the document; this bounds all copies together, in bytes.
    private const int MaxCopied = 32 * 1024 * 1024;

    private readonly HashSet<JsonNode> _shrunk = new(ReferenceEqualityComparer.Instance);
    private JsonNode? _document;
    private long _copied;

    private JsonPatch(JsonNode? document) => _document = document;

    /// <summary>Reads a patch document.</summary>
    /// <exception cref="PatchException">It is not well-formed.</exception>
    public static JsonNode? Load(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new PatchException(PatchFailure.InvalidPatch, "structure", "The patch is not valid UTF-8.");
        try
        {
            // The DOM decodes strings when they are asked for, which is too late to find half of a surrogate pair.
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ResourcePatch.JsonOptions.MaxDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    reader.GetString();
            }

            return JsonNode.Parse(json, null, ResourcePatch.JsonOptions);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new PatchException(PatchFailure.InvalidPatch, "structure", $"The patch is not well-formed JSON: {malformed.Message}");
        }
    }

    /// <summary>The document with all operations applied; the document given is used up.</summary>
    /// <exception cref="PatchException">The patch is wrong or does not fit.</exception>
    public static JsonNode? Apply(JsonNode? document, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
            throw new PatchException(PatchFailure.InvalidPatch, "structure", "A JSON Patch is an array of operations (RFC 6902).");
        if (operations.Count > ResourcePatch.MaxOperations)
            throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"A patch may have {ResourcePatch.MaxOperations} operations; this one has {operations.Count}.");
        var run = new JsonPatch(document);
        foreach (var operation in operations)
            run.Apply(operation as JsonObject ?? throw new PatchException(PatchFailure.InvalidPatch, "structure", "Each operation of a JSON Patch is an object with op and path."));
        run.Prune();
        return run._document;
    }

    private void Apply(JsonObject operation)
    {
        var path = JsonPointer.Parse(Text(operation, "path"));
        switch (Text(operation, "op"))
        {
            case "add":
                Add(path, Value(operation)?.DeepClone());
                break;
            case "remove":
                Remove(path);
                break;
            case "replace":
                Replace(path, Value(operation)?.DeepClone());
                break;
            case "move":
                Move(JsonPointer.Parse(Text(operation, "from")), path);
                break;
            case "copy":
                var copy = JsonPointer.Parse(Text(operation, "from")).Resolve(_document)?.DeepClone();
                CountCopy(copy);
                Add(path, copy);
                break;
            case "test":
                if (!JsonNode.DeepEquals(path.Resolve(_document), Value(operation)))
                    throw new PatchException(PatchFailure.TestFailed, "conflict", $"The test at {path} failed: the resource has another value there.");
                break;
            case var other:
                throw new PatchException(PatchFailure.InvalidPatch, "invalid", $"'{other}' is no operation of JSON Patch; use add, remove, replace, move, copy or test.");
        }
    }

    private void Add(JsonPointer path, JsonNode? value)
    {
        CheckDepth(path, value);
        if (path.IsRoot)
        {
            _document = value;
            return;
        }

        switch (path.ResolveParent(_document))
        {
            case JsonObject members:
                members[path.Last] = value;
                break;
            case JsonArray items:
                items.Insert(path.Last == "-" ? items.Count : path.Index(path.Last, items.Count), value);
                break;
        }
    }

    private JsonNode? Remove(JsonPointer path)
    {
        if (path.IsRoot)
            throw new PatchException(PatchFailure.NotApplicable, "invalid", "The whole resource can't be removed by a patch; delete it.");
        var value = path.Resolve(_document);
        var parent = path.ResolveParent(_document);
        if (parent is JsonObject members)
            members.Remove(path.Last);
        else if (parent is JsonArray items)
            items.RemoveAt(path.Index(path.Last, items.Count - 1));
        _shrunk.Add(parent);
        return value;
    }

    private void Replace(JsonPointer path, JsonNode? value)
    {
        path.Resolve(_document);
        CheckDepth(path, value);
        if (path.IsRoot)
            _document = value;
        else if (path.ResolveParent(_document) is JsonArray items)
            items[path.Index(path.Last, items.Count - 1)] = value;
        else
            path.ResolveParent(_document)[path.Last] = value;
    }

    private void Move(JsonPointer from, JsonPointer path)
    {
        if (from.ToString() == path.ToString())
        {
            from.Resolve(_document);
            return;
        }

        if (from.Contains(path))
            throw new PatchException(PatchFailure.InvalidPatch, "invalid", $"{from} can't be moved into itself.");
        Add(path, Remove(from));
    }

    private void CountCopy(JsonNode? copy)
    {
        _copied += copy?.ToJsonString().Length ?? 4;
        if (_copied > MaxCopied)
            throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"The patch copies more than {MaxCopied:N0} characters.");
    }

    // Whatever is nested by turns stays shallow enough for code that goes down by recursion.
    private static void CheckDepth(JsonPointer path, JsonNode? value)
    {
        if (!Fits(value, ResourcePatch.JsonOptions.MaxDepth - path.Depth))
            throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"The patch nests more than {ResourcePatch.JsonOptions.MaxDepth} levels deep.");
    }

    private static bool Fits(JsonNode? node, int levels) => levels > 0 && node switch
    {
        JsonObject members => members.All(m => Fits(m.Value, levels - 1)),
        JsonArray items => items.All(i => Fits(i, levels - 1)),
        _ => true,
    };

    // FHIR has no empty arrays and objects: what a removal emptied, and no later operation filled, goes too.
    private void Prune()
    {
        foreach (var container in _shrunk)
        {
            for (var node = container; node is JsonArray { Count: 0 } or JsonObject { Count: 0 };)
            {
                var parent = node.Parent;
                if (parent is JsonObject members)
                    members.Remove(node.GetPropertyName());
                else if (parent is JsonArray items)
                    items.Remove(node);
                else
                    break;
                node = parent;
            }
        }
    }

    private static string Text(JsonObject operation, string member) =>
        operation.TryGetPropertyValue(member, out var value) && value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>()
            : throw new PatchException(PatchFailure.InvalidPatch, "required", $"An operation of a JSON Patch lacks the string '{member}'.");

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value)
            ? value
            : throw new PatchException(PatchFailure.InvalidPatch, "required", "An operation add, replace or test lacks its 'value'.");
}
