// The values of a FHIRPath Patch as the JSON that they become in the resource.

using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.Model;

/// <summary>A value: for a primitive what its two JSON properties hold, for anything else the object.</summary>
/// <param name="JsonName">The property's name.</param>
/// <param name="Type">The type it has in the resource.</param>
/// <param name="Value">The value, or null.</param>
/// <param name="Twin">Id and extensions of a primitive, or null.</param>
internal readonly record struct PatchValue(string JsonName, TypeDefinition Type, JsonNode? Value, JsonObject? Twin)
{
    /// <summary>Adds a value to an object as the element of that name: at the end of a list, or where there is none yet.</summary>
    public static void Add(JsonObject members, TypeDefinition type, string name, ElementNode part, string path)
    {
        if (Find(type, name) is not { } property)
            throw new PatchException(PatchFailure.NotApplicable, "invalid", $"{type.Name} has no element '{name}'; it has {string.Join(", ", type.PropertyNames.Take(40))}.", path);
        var definition = property.Element;
        var value = Of(definition, property.Type, part, path);
        if (definition.IsArray)
        {
            var list = new PatchList(members, value.JsonName, value.Type.IsPrimitive);
            list.Insert(list.Count, value);
            list.Write();
            return;
        }

        foreach (var other in definition.Types)
        {
            var jsonName = definition.JsonNameFor(other);
            if (members.ContainsKey(jsonName) || members.ContainsKey("_" + jsonName))
                throw new PatchException(PatchFailure.NotApplicable, "invalid", $"{path} has a {name} already, which does not repeat; use replace.", path);
        }

        value.Set(members);
    }

    /// <summary>The value of a part as a value of an element.</summary>
    /// <param name="definition">The element.</param>
    /// <param name="fallback">The type, where the element has one only or the part does not say it.</param>
    /// <param name="part">The part of the patch.</param>
    /// <param name="path">The place in the resource, for messages.</param>
    public static PatchValue Of(ElementDefinition definition, TypeDefinition fallback, ElementNode part, string path)
    {
        var given = part.Child("value");
        if (!given.Exists)
            given = part.Child("resource");
        if (!given.Exists)
            return OfParts(definition, fallback, part, path);

        var type = definition.IsChoice
            ? definition.Types.FirstOrDefault(t => t == given.Type) ?? fallback
            : given.Type.IsResource ? given.Type : definition.Types[0];
        var name = definition.JsonNameFor(type);
        if (given.IsPrimitive != type.IsPrimitive || (!given.IsPrimitive && !given.Type.Is(type) && !type.Is(given.Type)))
            throw new PatchException(PatchFailure.InvalidPatch, "invalid", $"{path}: a value of type {type.Name} is needed, not of type {given.Type.Name}.", part.GetPath());
        if (!given.IsPrimitive)
            return new PatchValue(name, type, JsonNode.Parse(ResourceWriter.ToJson(given), null, ResourcePatch.JsonOptions), null);
        return new PatchValue(name, type, Primitive(given, type), given.HasChildren ? Members(given) : null);
    }

    // Elements whose type has no name, such as Patient.contact, are given by their parts.
    private static PatchValue OfParts(ElementDefinition definition, TypeDefinition type, ElementNode part, string path)
    {
        var parts = part.ChildrenOf("part");
        if (!parts.Any())
            throw new PatchException(PatchFailure.InvalidPatch, "required", "A value needs a value[x], a resource, or parts.", part.GetPath());
        var members = new JsonObject();
        foreach (var member in parts)
            Add(members, type, member.ChildValue("name") ?? "", member, $"{path}.{definition.Name}");
        return type.IsPrimitive
            ? new PatchValue(definition.JsonNameFor(type), type, null, members)
            : new PatchValue(definition.JsonNameFor(type), type, members, null);
    }

    /// <summary>Sets the value in an object; what was there is lost.</summary>
    public void Set(JsonObject members)
    {
        if (Value is null)
            members.Remove(JsonName);
        else
            members[JsonName] = Value;
        if (Twin is null)
            members.Remove("_" + JsonName);
        else
            members["_" + JsonName] = Twin;
    }

    // A choice is named by itself (value) or with its type (valueQuantity).
    private static JsonProperty? Find(TypeDefinition type, string name)
    {
        if (type.FindElement(name) is { } element)
            return new JsonProperty(element, element.Types[0], 0, false);
        return type.TryFindProperty(Encoding.UTF8.GetBytes(name), out var property) && !property.IsUnderscore ? property : null;
    }

    // A patch may give a code for a string, or a string for a number: the text counts, the target says how JSON writes it.
    private static JsonNode? Primitive(ElementNode given, TypeDefinition type)
    {
        if (!given.HasValue)
            return null;
        var text = given.GetString()!;
        if (PrimitiveFormat.IsJsonString(type.Primitive))
            return JsonValue.Create(text);
        return PrimitiveFormat.IsValid(type.Primitive, Encoding.UTF8.GetBytes(text))
            ? JsonNode.Parse(text)
            : throw new PatchException(PatchFailure.InvalidPatch, "value", $"'{text}' is not a valid {type.Name}: expected {PrimitiveFormat.Expected(type.Primitive)}.", given.GetPath());
    }

    private static JsonObject Members(ElementNode primitive)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write("{"u8);
        ResourceWriter.WriteMembers(primitive, output, leadingComma: false);
        output.Write("}"u8);
        return JsonNode.Parse(output.WrittenSpan, null, ResourcePatch.JsonOptions)!.AsObject();
    }
}
