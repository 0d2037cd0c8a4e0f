// Resources with a value in every element, made from the schema: what no official example has, these have.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Search.Tests;

/// <summary>Fills a type; the number of the variant decides types of choices, targets of references and a few codes.</summary>
internal sealed class FilledResource(int variant)
{
    private const int MaxDepth = 7;

    private static readonly string[] RelatedArtifactTypes = ["depends-on", "composed-of", "derived-from", "predecessor", "successor"];

    private readonly StringBuilder _json = new();
    private readonly List<TypeDefinition> _path = [];

    /// <summary>The JSON of a resource of the type.</summary>
    public static string Of(TypeDefinition type, int variant)
    {
        var filled = new FilledResource(variant);
        filled.Object(type);
        return filled._json.ToString();
    }

    private void Object(TypeDefinition type)
    {
        _path.Add(type);
        _json.Append('{');
        if (type.IsResource)
            _json.Append($"\"resourceType\":\"{type.Name}\",");
        foreach (var element in type.Elements)
        {
            if (element.Types.Count == 0)
                continue;
            var chosen = element.Types[variant % element.Types.Count];
            if (IsLeftOut(element, chosen))
                continue;
            _json.Append($"\"{element.JsonNameFor(chosen)}\":");
            if (element.IsArray)
                _json.Append('[');
            Value(element, chosen);
            if (element.IsArray)
                _json.Append(']');
            _json.Append(',');
        }

        if (_json[^1] == ',')
            _json.Length--;
        _json.Append('}');
        _path.RemoveAt(_path.Count - 1);
    }

    private bool IsLeftOut(ElementDefinition element, TypeDefinition type) =>
        element.Name is "extension" or "modifierExtension" or "contained" or "text" && type.Name is "Extension" or "Resource" or "Narrative" && element.Name != "resource"
        || _path.Contains(type)
        || (_path.Count > MaxDepth && !type.IsPrimitive)
        || (_path.Count > 1 && element.Name == "id" && !_path[^1].IsResource);

    private void Value(ElementDefinition element, TypeDefinition type)
    {
        if (type.IsResource)
            _json.Append("{\"resourceType\":\"Basic\",\"id\":\"b\"}");
        else if (type.Name == "Reference")
            _json.Append($"{{\"reference\":\"{Target(element)}/1\"}}");
        else if (type.IsPrimitive)
            Primitive(element, type.Primitive);
        else
            Object(type);
    }

    private string Target(ElementDefinition element) =>
        element.TargetTypes.Count == 0 || element.TargetTypes[0] == "Resource" ? "Patient" : element.TargetTypes[variant % element.TargetTypes.Count];

    private void Primitive(ElementDefinition element, PrimitiveKind kind) => _json.Append(kind switch
    {
        PrimitiveKind.Boolean => "true",
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt => "7",
        PrimitiveKind.Decimal => "1.50",
        PrimitiveKind.Date => "\"2024-05-01\"",
        PrimitiveKind.DateTime or PrimitiveKind.Instant => "\"2024-05-01T10:00:00Z\"",
        PrimitiveKind.Time => "\"10:00:00\"",
        PrimitiveKind.Base64Binary => "\"AAAA\"",
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => "\"http://example.org/x\"",
        PrimitiveKind.Oid => "\"urn:oid:1.2\"",
        PrimitiveKind.Uuid => "\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"",
        PrimitiveKind.Code when element.Path == "ContactPoint.system" => variant % 2 == 0 ? "\"phone\"" : "\"email\"",
        PrimitiveKind.Code when element.Path == "RelatedArtifact.type" => $"\"{RelatedArtifactTypes[variant % RelatedArtifactTypes.Length]}\"",
        PrimitiveKind.Xhtml => "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"",
        _ => "\"x\"",
    });
}
