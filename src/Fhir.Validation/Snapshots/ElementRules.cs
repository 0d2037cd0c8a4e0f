// What changes in an element when another definition takes it over.

using System.Text.Json;

namespace FhirHub.Validation;

/// <summary>What of an element holds for its own definition only, and what has to be said once it is inherited.</summary>
internal static class ElementRules
{
    // How mature the definition is that says so; another definition is as mature as it says itself.
    private static readonly string[] NotInherited =
    [
        "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status",
        "http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version",
        "http://hl7.org/fhir/StructureDefinition/structuredefinition-fmm",
    ];

    private static readonly JsonElement False = JsonValues.Parse("false"u8);
    private static readonly JsonElement ExtensionShort = JsonValues.Text("Extension");
    private static readonly JsonElement ExtensionDefinition = JsonValues.Text("An Extension");

    /// <summary>Takes from the root of a base what does not hold for a definition that derives from it.</summary>
    public static void ForgetMaturity(ElementDraft root)
    {
        if (root["extension"] is not { } extensions)
            return;
        var kept = extensions.EnumerateArray().Where(static one => !one.TryGetProperty("url", out var url) || !NotInherited.Contains(url.GetString())).ToList();
        if (kept.Count == 0)
            root.Members.Remove("extension");
        else
            root.Members["extension"] = JsonValues.Array(kept);
    }

    /// <summary>
    /// Says of a type's root what R4's own types say: the rules of Element are named by complex types that derive from it
    /// directly, and primitive types have words and mappings of their own only.
    /// </summary>
    public static void DescribeAsType(ElementDraft root, SourceDefinition definition)
    {
        root.Members["isModifier"] = False;
        if (definition.Kind != "complex-type")
            root.Members["isSummary"] = False;
        if (definition.Kind != "complex-type" || definition.Base != SnapshotSession.CanonicalOf("Element"))
            root.Members.Remove("condition");
        if (definition.Kind == "primitive-type")
        {
            root.Members.Remove("mapping");
            root.Members.Remove("comment");
        }
    }

    /// <summary>Takes the slicing by url from extensions: R4 says it of data types only.</summary>
    public static void ForgetSlicing(ElementDraft element)
    {
        foreach (var child in element.Children)
            child.Members.Remove("slicing");
    }

    /// <summary>
    /// Gives an extension that a profile speaks of, but that no profile of its own describes, the words of R4's own snapshots:
    /// it is no longer the anonymous place of the base.
    /// </summary>
    public static void DescribeAsExtension(ElementDraft element)
    {
        foreach (var member in (ReadOnlySpan<string>)["comment", "requirements", "alias", "mapping", "isModifierReason"])
            element.Members.Remove(member);
        element.Members["short"] = ExtensionShort;
        element.Members["definition"] = ExtensionDefinition;
    }

    /// <summary>Says of every rule without <c>source</c> which definition made it (R4 elementdefinition.html).</summary>
    public static void SetSource(ElementDraft element, string url)
    {
        if (url.Length == 0)
            return;
        if (element["constraint"] is { } constraints && !constraints.EnumerateArray().All(static rule => rule.TryGetProperty("source", out _)))
            element.Members["constraint"] = WithSource(constraints, url);
        foreach (var child in element.Children)
            SetSource(child, url);
        foreach (var slice in element.Slices)
            SetSource(slice, url);
    }

    public static JsonElement WithSource(JsonElement constraints, string url) => JsonValues.Make(writer =>
    {
        writer.WriteStartArray();
        foreach (var rule in constraints.EnumerateArray())
        {
            writer.WriteStartObject();
            foreach (var member in rule.EnumerateObject())
                member.WriteTo(writer);
            if (!rule.TryGetProperty("source", out _))
                writer.WriteString("source", url);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
