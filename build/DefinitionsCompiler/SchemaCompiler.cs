// Turns the snapshots of R4's types into the schema: types, and elements with the types they may have.

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace FhirHub.DefinitionsCompiler;

/// <summary>Compiles StructureDefinitions (derivation specialization) to <c>schema.bin</c>.</summary>
internal static class SchemaCompiler
{
    private const string SystemTypes = "http://hl7.org/fhirpath/System.";
    private const string StructureDefinitions = "http://hl7.org/fhir/StructureDefinition/";

    private enum Kind
    {
        Primitive,
        Complex,
        Backbone,
        Resource,
    }

    private sealed record SchemaType(int Index, string Name, Kind Kind, bool IsAbstract, string? Base)
    {
        public List<JsonObject> Elements { get; } = [];
    }

    /// <summary>The content of <c>schema.bin</c>; Schema.Load.cs of Fhir.Model reads it.</summary>
    public static byte[] Compile(IEnumerable<JsonObject> resources)
    {
        var types = new Dictionary<string, SchemaType>(StringComparer.Ordinal);
        foreach (var resource in resources)
        {
            if (IsType(resource))
                Collect(resource, types);
        }

        using var output = new BinaryOutput();
        output.Number(types.Count);
        foreach (var type in types.Values)
        {
            output.Text(type.Name);
            output.Number((int)type.Kind);
            output.Number(type.IsAbstract ? 1 : 0);
            output.Number(type.Base is null ? 0 : types[type.Base].Index + 1);
        }

        output.Number(types.Values.Sum(type => type.Elements.Count));
        foreach (var type in types.Values)
        {
            output.Number(type.Elements.Count);
            foreach (var element in type.Elements)
                Write(element, type, types, output);
        }

        return output.ToArray();
    }

    // Constraints (SimpleQuantity, the vital signs, …) are profiles, and MetadataResource is a pattern: neither is a type.
    private static bool IsType(JsonObject resource) =>
        resource.Text("resourceType") == "StructureDefinition"
        && resource.Text("derivation") != "constraint"
        && resource.Text("kind") != "logical";

    private static void Collect(JsonObject definition, Dictionary<string, SchemaType> types)
    {
        var name = definition.Text("type")!;
        var kind = definition.Text("kind") switch
        {
            "primitive-type" => Kind.Primitive,
            "complex-type" => Kind.Complex,
            "resource" => Kind.Resource,
            var other => throw new InvalidDataException($"{name} has the unknown kind {other}."),
        };
        Add(types, name, kind, definition["abstract"]!.GetValue<bool>(), LastSegment(definition.Text("baseDefinition")));

        var elements = definition["snapshot"]!.Objects("element").ToList();
        var parents = elements.Select(element => Parent(element.Text("path")!)).ToHashSet(StringComparer.Ordinal);
        foreach (var element in elements.Skip(1))
        {
            var path = element.Text("path")!;
            // A primitive's value is what JSON and XML write for the element itself; it is no element of its own.
            if (kind == Kind.Primitive && path == name + ".value")
                continue;
            types[Parent(path)].Elements.Add(element);
            if (parents.Contains(path))
                Add(types, path, Kind.Backbone, false, element.Objects("type").Single().Text("code"));
        }
    }

    private static void Add(Dictionary<string, SchemaType> types, string name, Kind kind, bool isAbstract, string? baseName) =>
        types.Add(name, new SchemaType(types.Count, name, kind, isAbstract, baseName));

    private static void Write(JsonObject element, SchemaType owner, Dictionary<string, SchemaType> types, BinaryOutput output)
    {
        var path = element.Text("path")!;
        var name = path[(path.LastIndexOf('.') + 1)..];
        var isChoice = name.EndsWith("[x]", StringComparison.Ordinal);
        var max = element.Text("max")!;
        var binding = element["binding"];
        var strength = binding is null ? 0 : 1 + Array.IndexOf(["example", "preferred", "extensible", "required"], binding.Text("strength"));

        output.Text(isChoice ? name[..^3] : name);
        output.Number(element["min"]!.GetValue<int>());
        output.Number(max == "*" ? 0 : 1 + int.Parse(max));
        output.Number((isChoice ? 1 : 0)
            | (IsTrue(element, "isSummary") ? 2 : 0)
            | (IsTrue(element, "isModifier") ? 4 : 0)
            | (element.Texts("representation").Contains("xmlAttr", StringComparer.Ordinal) ? 8 : 0)
            | (strength << 4));
        output.Text(binding?.Text("valueSet"));

        var elementTypes = TypeNames(element, owner, types);
        output.Number(elementTypes.Count);
        foreach (var type in elementTypes)
            output.Number(types[type].Index);
        output.Texts(TargetTypes(element));
    }

    private static List<string> TypeNames(JsonObject element, SchemaType owner, Dictionary<string, SchemaType> types)
    {
        var path = element.Text("path")!;
        if (element.Text("contentReference") is { } reference)
            return [reference.TrimStart('#')];
        if (types.ContainsKey(path))
            return [path];
        // The snapshots say string; the standard's text (R4 resource.html#id) and its XML schema say id.
        if (owner.Kind == Kind.Resource && path == owner.Name + ".id")
            return ["id"];
        return [.. element.Objects("type").Select(TypeName)];
    }

    private static string TypeName(JsonObject type)
    {
        var code = type.Text("code")!;
        if (!code.StartsWith(SystemTypes, StringComparison.Ordinal))
            return code;
        var fhirType = type.Objects("extension")
            .FirstOrDefault(extension => extension.Text("url") == StructureDefinitions + "structuredefinition-fhir-type");
        return fhirType?.Text("valueUrl") ?? char.ToLowerInvariant(code[SystemTypes.Length]) + code[(SystemTypes.Length + 1)..];
    }

    // Empty means any, which the definitions say by leaving the target out or by naming Resource.
    private static List<string> TargetTypes(JsonObject element)
    {
        var targets = element.Objects("type").SelectMany(type => type.Texts("targetProfile"))
            .Select(profile => LastSegment(profile)).Distinct(StringComparer.Ordinal).ToList();
        return targets.Contains("Resource", StringComparer.Ordinal) ? [] : targets;
    }

    private static string Parent(string path) => path.LastIndexOf('.') is > 0 and var dot ? path[..dot] : "";

    [return: NotNullIfNotNull(nameof(canonical))]
    private static string? LastSegment(string? canonical) => canonical?[(canonical.LastIndexOf('/') + 1)..];

    private static bool IsTrue(JsonObject element, string property) => element[property]?.GetValue<bool>() ?? false;
}
