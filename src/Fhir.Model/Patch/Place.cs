// Where an element of the tree stands in the resource's JSON, and the edits that can be made there.

using System.Text.Json.Nodes;

namespace FhirHub.Model;

/// <summary>A place in JSON: the object that holds the element, its property, and its index in a list.</summary>
internal readonly struct Place
{
    private readonly ElementNode _node;

    private Place(ElementNode node) => _node = node;

    public static Place Of(ElementNode node) => new(node);

    private bool IsArray => _node.Definition!.IsArray;

    /// <summary>The object with the element's children; for a primitive that with its id and extensions, which may have to be made.</summary>
    public JsonObject? Members(JsonObject root, bool create)
    {
        if (_node.IsRoot)
            return root;
        var owner = Of(_node.Parent).Members(root, create)!;
        if (!_node.IsPrimitive)
            return (IsArray ? owner[_node.JsonName]![_node.IndexInElement] : owner[_node.JsonName])!.AsObject();

        if (!IsArray)
        {
            if (owner["_" + _node.JsonName] is null && create)
                owner["_" + _node.JsonName] = new JsonObject();
            return owner["_" + _node.JsonName] as JsonObject;
        }

        var index = _node.IndexInElement;
        var twin = owner["_" + _node.JsonName] is JsonArray twins && index < twins.Count ? twins[index] as JsonObject : null;
        if (twin is null && create)
        {
            twin = [];
            var list = new PatchList(owner, _node.JsonName, isPrimitive: true);
            list[index] = (list[index].Value, twin);
            list.Write();
        }

        return twin;
    }

    /// <summary>The list that the element is an item of.</summary>
    public PatchList List(JsonObject root) => new(Owner(root), _node.JsonName, _node.IsPrimitive);

    /// <summary>Takes the element away, and what it leaves empty.</summary>
    public void Remove(JsonObject root)
    {
        if (_node.IsRoot)
            throw new PatchException(PatchFailure.NotApplicable, "invalid", "The whole resource can't be deleted by a patch; delete it.");
        var owner = Owner(root);
        if (IsArray)
        {
            var list = List(root);
            list.RemoveAt(_node.IndexInElement);
            list.Write();
        }
        else
        {
            owner.Remove(_node.JsonName);
            owner.Remove("_" + _node.JsonName);
        }

        if (owner.Count > 0 || _node.Parent.IsRoot)
            return;

        // A primitive may live on without extensions; anything else without children may not.
        if (!_node.Parent.IsPrimitive || !_node.Parent.HasValue)
            Of(_node.Parent).Remove(root);
        else
            Of(_node.Parent).DropTwin(root);
    }

    /// <summary>Puts another value in the element's place.</summary>
    public void Replace(JsonObject root, ElementNode node, ElementNode part)
    {
        var value = PatchValue.Of(node.Definition!, node.Type, part, node.GetPath());
        if (IsArray)
        {
            var list = List(root);
            list[_node.IndexInElement] = (value.Value, value.Twin);
            list.Write();
            return;
        }

        var owner = Owner(root);
        if (value.JsonName != _node.JsonName)
        {
            owner.Remove(_node.JsonName);
            owner.Remove("_" + _node.JsonName);
        }

        value.Set(owner);
    }

    private JsonObject Owner(JsonObject root) => Of(_node.Parent).Members(root, create: false)!;

    private void DropTwin(JsonObject root)
    {
        if (IsArray)
        {
            var list = List(root);
            list[_node.IndexInElement] = (list[_node.IndexInElement].Value, null);
            list.Write();
        }
        else
        {
            Owner(root).Remove("_" + _node.JsonName);
        }
    }
}

/// <summary>A list in JSON; for primitives two arrays, which are kept in step.</summary>
internal sealed class PatchList
{
    private readonly JsonObject _owner;
    private readonly string _name;
    private readonly List<(JsonNode? Value, JsonObject? Twin)> _items = [];

    /// <summary>Takes the items of a property, and of its underscore form, out of their arrays until they are written back.</summary>
    public PatchList(JsonObject owner, string name, bool isPrimitive)
    {
        _owner = owner;
        _name = name;
        var values = Take(owner[name] as JsonArray);
        var twins = isPrimitive ? Take(owner["_" + name] as JsonArray) : [];
        for (var i = 0; i < Math.Max(values.Count, twins.Count); i++)
            _items.Add((i < values.Count ? values[i] : null, i < twins.Count ? twins[i] as JsonObject : null));
    }

    public int Count => _items.Count;

    public (JsonNode? Value, JsonObject? Twin) this[int index]
    {
        get => _items[index];
        set => _items[index] = value;
    }

    public void Insert(int index, PatchValue value) => _items.Insert(index, (value.Value, value.Twin));

    public void RemoveAt(int index) => _items.RemoveAt(index);

    /// <summary>Takes an item out and puts it where its index is <paramref name="destination"/> in what is left.</summary>
    public void Move(int source, int destination)
    {
        var item = _items[source];
        _items.RemoveAt(source);
        _items.Insert(destination, item);
    }

    /// <summary>Writes the items back.</summary>
    public void Write()
    {
        Put(_name, _items.ConvertAll(i => i.Value));
        Put("_" + _name, _items.ConvertAll(i => (JsonNode?)i.Twin));
    }

    private void Put(string name, List<JsonNode?> items)
    {
        if (items.TrueForAll(i => i is null))
            _owner.Remove(name);
        else
            _owner[name] = new JsonArray([.. items]);
    }

    private static List<JsonNode?> Take(JsonArray? array)
    {
        List<JsonNode?> items = array is null ? [] : [.. array];
        array?.Clear();
        return items;
    }
}
