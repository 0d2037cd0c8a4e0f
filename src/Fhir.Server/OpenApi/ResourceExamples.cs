// An example of each resource type: the exchange's own where it has one, else one made of the type's definition.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Server.Exchange;

namespace FhirHub.Server.OpenApi;

/// <summary>Examples of resources.</summary>
internal static class ResourceExamples
{
    // Beyond it an example is for reading elsewhere: the page would be long and the document heavy.
    private const int MostBytes = 6_000;
    private const int MostDepth = 6;

    private static readonly Lazy<Dictionary<string, JsonNode>> s_exchange = new(ReadExchange);

    /// <summary>An example of the type: a resource that this server takes.</summary>
    public static JsonNode Of(string type) => s_exchange.Value.GetValueOrDefault(type)?.DeepClone() ?? Made(Schema.R4.FindResourceType(type)!);

    /// <summary>An OperationOutcome.</summary>
    public static JsonObject Outcome(string code, string text) => new()
    {
        ["resourceType"] = "OperationOutcome",
        ["issue"] = new JsonArray(new JsonObject { ["severity"] = "error", ["code"] = code, ["diagnostics"] = text }),
    };

    /// <summary>A value of a primitive type.</summary>
    public static JsonNode Value(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => true,
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt => 1,
        PrimitiveKind.Decimal => 1.5m,
        PrimitiveKind.Base64Binary => "Rmhpckh1Yg==",
        PrimitiveKind.Instant => "2026-05-04T09:30:00.000+08:00",
        PrimitiveKind.Date => "2026-05-04",
        PrimitiveKind.DateTime => "2026-05-04T09:30:00+08:00",
        PrimitiveKind.Time => "09:30:00",
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => "https://example.org/example",
        PrimitiveKind.Oid => "urn:oid:1.2.3.4.5",
        PrimitiveKind.Uuid => "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        PrimitiveKind.Id => "example",
        PrimitiveKind.Code => "example",
        PrimitiveKind.Xhtml => "<div xmlns=\"http://www.w3.org/1999/xhtml\">Text</div>",
        _ => "text",
    };

    /// <summary>A value of a type that is no primitive and no resource.</summary>
    public static JsonNode ValueOf(string type) => ComplexOf(null, Schema.R4.FindType(type)!, 0);

    private static Dictionary<string, JsonNode> ReadExchange()
    {
        var examples = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var type in ExchangePackage.Current.Examples.Where(static example => example.Expected is null).GroupBy(static example => example.Resource.ResourceType))
        {
            if (type.Where(static example => example.Resource.Json.Length <= MostBytes).MaxBy(static example => example.Resource.Json.Length) is { } example)
                examples[type.Key] = JsonNode.Parse(example.Resource.Json.Span)!;
        }

        return examples;
    }

    // What must be there, and what a summary shows of the plainest kind.
    private static JsonObject Made(TypeDefinition type)
    {
        var example = new JsonObject { ["resourceType"] = type.Name };
        Fill(example, type, 0);
        return example;
    }

    private static void Fill(JsonObject json, TypeDefinition type, int depth)
    {
        foreach (var element in type.Elements)
        {
            if (element.Min == 0 && !(depth == 0 && IsTelling(element)))
                continue;
            var of = element.Types[0];
            json[element.JsonNameFor(of)] = element.IsArray ? new JsonArray(ValueOf(element, of, depth)) : ValueOf(element, of, depth);
        }
    }

    // A summary's element that says what the resource is about, without a language of its own and without meaning that only an expert gives it.
    private static bool IsTelling(ElementDefinition element) =>
        element is { IsSummary: true, IsModifier: false } && element.Types[0].Name is "Identifier" or "string" or "date" or "dateTime" or "CodeableConcept" && element.Name is not ("implicitRules" or "language");

    private static JsonNode ValueOf(ElementDefinition element, TypeDefinition type, int depth)
    {
        if (type.IsPrimitive)
        {
            return element.ValueSet is { } set && element.Binding == BindingStrength.Required && RequiredCodes.FirstOf(set) is { } code
                ? code
                : Value(type.Primitive);
        }

        return ComplexOf(element, type, depth);
    }

    private static JsonObject ComplexOf(ElementDefinition? element, TypeDefinition type, int depth)
    {
        switch (type.Name)
        {
            case "Reference":
                return new JsonObject { ["reference"] = $"{(element?.TargetTypes is [var target, ..] && target != "Resource" ? target : "Patient")}/example" };
            case "CodeableConcept":
                return new JsonObject { ["text"] = "text" };
            case "Identifier":
                return new JsonObject { ["system"] = "https://example.org/identifiers", ["value"] = "1" };
            case "Period":
                return new JsonObject { ["start"] = "2026-05-04" };
            case "Quantity" or "Age" or "Duration" or "SimpleQuantity":
                return new JsonObject { ["value"] = 1, ["unit"] = "1" };
            case "Money":
                return new JsonObject { ["value"] = 1, ["currency"] = "CNY" };
            case "Resource":
                return new JsonObject { ["resourceType"] = "Basic", ["code"] = new JsonObject { ["text"] = "text" } };
        }

        var value = new JsonObject();
        if (depth < MostDepth)
            Fill(value, type, depth + 1);

        // An object without members is none that FHIR has.
        if (value.Count == 0 && type.Elements.FirstOrDefault(static one => one is { IsXmlAttribute: false } && one.Types[0].IsPrimitive) is { } first)
            value[first.JsonNameFor(first.Types[0])] = first.IsArray ? new JsonArray(ValueOf(first, first.Types[0], depth + 1)) : ValueOf(first, first.Types[0], depth + 1);
        return value;
    }
}
