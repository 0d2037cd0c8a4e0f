// What an issue says, in each language that answers are given in.

using System.Globalization;

namespace FhirHub.Model;

/// <summary>A language of messages.</summary>
public enum MessageLanguage
{
    /// <summary>English, the default.</summary>
    English,

    /// <summary>Chinese in simplified characters.</summary>
    Chinese,
}

/// <summary>A sentence with places for what it is about: <c>{0}</c>, <c>{1}</c>, …, the same in each language.</summary>
/// <param name="id">Names the kind of issue for programs: <c>OperationOutcome.issue.details.coding.code</c>.</param>
/// <param name="english">The sentence in English.</param>
/// <param name="chinese">The sentence in Chinese.</param>
public sealed class MessageTemplate(string id, string english, string chinese)
{
    /// <summary>The code system of <see cref="Id"/>.</summary>
    public const string CodeSystem = "https://fhirhub.dev/fhir/CodeSystem/validation-message";

    /// <summary>Names the kind of issue for programs.</summary>
    public string Id { get; } = id;

    /// <summary>The sentence in English.</summary>
    public string English { get; } = english;

    /// <summary>The sentence in Chinese.</summary>
    public string Chinese { get; } = chinese;

    /// <summary>The sentence with its places filled.</summary>
    public string Format(MessageLanguage language, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return string.Format(CultureInfo.InvariantCulture, language == MessageLanguage.Chinese ? Chinese : English, [.. arguments]);
    }
}

/// <summary>A template with what it is about, so that it can be said in any language.</summary>
/// <param name="Template">The sentence.</param>
/// <param name="Arguments">What stands at its places.</param>
public sealed record IssueMessage(MessageTemplate Template, IReadOnlyList<string> Arguments)
{
    /// <summary>What stands at its places in Chinese, where some of it is itself said in Chinese; null where nothing is.</summary>
    public IReadOnlyList<string>? ChineseArguments { get; init; }

    /// <summary>The whole sentence.</summary>
    public string In(MessageLanguage language) =>
        Template.Format(language, language == MessageLanguage.Chinese ? ChineseArguments ?? Arguments : Arguments);
}
