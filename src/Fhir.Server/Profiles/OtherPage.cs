// The page of a definition that has no form of its own here: what it says of itself, and its JSON.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of any definition.</summary>
internal static class OtherPage
{
    public static void Write(PageDraft page, ResourceTree definition)
    {
        if (LocalText.Of(definition.Root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() => DefinitionFacts.Write(page, definition.Root));
        page.RawLinks(PublishedPackage.AddressOf(definition));
        page.Section("json", PageLabels.AsJson, () => JsonView.Write(page, definition.Json, PageLabels.AsJson));
    }
}
