// What all pages of the authorization server say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts that stand on every page; those of one page stand beside it.</summary>
internal static class SmartLabels
{
    public static readonly Label SkipToContent = new("Skip to content", "跳到正文");

    public static readonly Label Languages = new("Language", "语言");
}
