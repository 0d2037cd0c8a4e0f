// The type of an element with its profiles and the targets of its references, each as a link.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes an <c>ElementDefinition.type</c>.</summary>
internal static class TypeLinks
{
    private const string SystemTypes = "http://hl7.org/fhirpath/System.";
    private const string FhirType = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

    public static void Write(PageDraft page, ElementNode type)
    {
        var html = page.Html;
        var code = CodeOf(type);
        var profiles = type.ChildrenOf("profile").ToList();
        if (profiles.Count == 0)
            page.Link(R4Pages.OfType(code), code);
        for (var i = 0; i < profiles.Count; i++)
        {
            html.Text(i == 0 ? "" : " | ");
            Profile(page, profiles[i].GetString() ?? "");
        }

        var targets = type.ChildrenOf("targetProfile").ToList();
        if (targets.Count == 0)
            return;
        html.Text("(");
        for (var i = 0; i < targets.Count; i++)
        {
            html.Text(i == 0 ? "" : " | ");
            Profile(page, targets[i].GetString() ?? "");
        }

        html.Text(")");
        foreach (var aggregation in type.ChildrenOf("aggregation"))
            html.Text(" ").Element("span", $"{{{aggregation.GetString()}}}", ("class", "quiet"));
    }

    /// <summary>A profile under its computer name, which is what code has; titles would be sentences here.</summary>
    public static void Profile(PageDraft page, string canonical)
    {
        const string Core = "http://hl7.org/fhir/StructureDefinition/";
        var name = page.Package.FindCanonical(canonical)?.Root.ChildValue("name")
            ?? (canonical.StartsWith(Core, StringComparison.Ordinal) ? canonical[Core.Length..] : canonical);
        page.Link(page.HrefOf("StructureDefinition", canonical), name);
    }

    // Ids and urls are typed by FHIRPath's own types, with an extension that says what they are in FHIR.
    private static string CodeOf(ElementNode type)
    {
        var code = type.ChildValue("code") ?? "";
        if (!code.StartsWith(SystemTypes, StringComparison.Ordinal))
            return code;
        foreach (var extension in type.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == FhirType && extension.ChildValue("value") is { } name)
                return name;
        }

        return code[SystemTypes.Length..].ToLowerInvariant();
    }
}
