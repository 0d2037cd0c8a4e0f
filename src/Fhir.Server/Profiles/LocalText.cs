// A text of a definition in the language of the page, where the definition has it in that language.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>A text and whether it is in another language than was wished for.</summary>
/// <param name="Value">The text.</param>
/// <param name="Language">The language that it is in.</param>
internal readonly record struct LocalText(string Value, MessageLanguage Language)
{
    private const string Translation = "http://hl7.org/fhir/StructureDefinition/translation";

    /// <summary>The value of a child in a language, by R4's extension <c>translation</c>; English where there is no translation, null where there is no value.</summary>
    public static LocalText? Of(ElementNode parent, string name, MessageLanguage language) =>
        parent.Child(name) is { Exists: true } node ? Of(node, language) : null;

    /// <summary>The value of a primitive in a language.</summary>
    public static LocalText? Of(ElementNode node, MessageLanguage language)
    {
        if (language == MessageLanguage.Chinese)
        {
            foreach (var extension in node.ChildrenOf("extension"))
            {
                if (extension.ChildValue("url") == Translation && Part(extension, "lang")?.StartsWith("zh", StringComparison.Ordinal) == true && Part(extension, "content") is { } content)
                    return new LocalText(content, MessageLanguage.Chinese);
            }
        }

        return node.GetString() is { } value ? new LocalText(value, MessageLanguage.English) : null;
    }

    /// <summary>The display of a concept or of a coding's entry in a value set, by its designations.</summary>
    public static LocalText? OfConcept(ElementNode concept, MessageLanguage language)
    {
        if (language == MessageLanguage.Chinese)
        {
            foreach (var designation in concept.ChildrenOf("designation"))
            {
                if (designation.ChildValue("language")?.StartsWith("zh", StringComparison.Ordinal) == true && designation.ChildValue("value") is { } value)
                    return new LocalText(value, MessageLanguage.Chinese);
            }
        }

        return Of(concept, "display", language);
    }

    private static string? Part(ElementNode extension, string url)
    {
        foreach (var part in extension.ChildrenOf("extension"))
        {
            if (part.ChildValue("url") == url)
                return part.ChildValue("value");
        }

        return null;
    }
}
