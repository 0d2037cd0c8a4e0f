// A text of the pages in both of their languages.

using FhirHub.Model;

namespace FhirHub.Html;

/// <summary>What a page says, in each language.</summary>
/// <param name="English">The text in English.</param>
/// <param name="Chinese">The text in Chinese.</param>
public readonly record struct Label(string English, string Chinese)
{
    /// <summary>The text in a language.</summary>
    public string In(MessageLanguage language) => language == MessageLanguage.Chinese ? Chinese : English;
}

/// <summary>The languages of the pages, as addresses and BCP 47 tags have them.</summary>
public static class PageLanguages
{
    /// <summary>Every language.</summary>
    public static IReadOnlyList<MessageLanguage> All { get; } = [MessageLanguage.English, MessageLanguage.Chinese];

    /// <summary>The segment of an address.</summary>
    public static string Segment(MessageLanguage language) => language == MessageLanguage.Chinese ? "zh" : "en";

    /// <summary>The tag for <c>lang</c> and <c>Content-Language</c>.</summary>
    public static string Tag(MessageLanguage language) => language == MessageLanguage.Chinese ? "zh-CN" : "en";

    /// <summary>What the language calls itself.</summary>
    public static string Name(MessageLanguage language) => language == MessageLanguage.Chinese ? "中文" : "English";
}
