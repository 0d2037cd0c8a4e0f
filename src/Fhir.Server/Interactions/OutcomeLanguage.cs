// In which language an OperationOutcome speaks: the one of the messages' that Accept-Language prefers.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>Chooses languages of messages (RFC 9110, 12.5.4).</summary>
public static class OutcomeLanguage
{
    private const string English = "en";
    private const string Chinese = "zh-CN";

    /// <summary>The language for a request; English where the client wishes for none that there is.</summary>
    /// <param name="acceptLanguage">The header <c>Accept-Language</c>, or null.</param>
    public static MessageLanguage Of(string? acceptLanguage)
    {
        if (string.IsNullOrEmpty(acceptLanguage))
            return MessageLanguage.English;
        var wish = LanguagePreference.Parse(acceptLanguage);
        return wish.RankOf(Chinese) < wish.RankOf(English) ? MessageLanguage.Chinese : MessageLanguage.English;
    }

    /// <summary>The language of what is said in fact, for <c>Content-Language</c>: messages without a Chinese text are English.</summary>
    public static string TagOf(IReadOnlyList<Issue> issues, MessageLanguage language)
    {
        ArgumentNullException.ThrowIfNull(issues);
        if (language == MessageLanguage.English || issues.All(static issue => issue.Message is null))
            return English;
        return issues.All(static issue => issue.Message is not null) ? Chinese : $"{Chinese}, {English}";
    }
}
