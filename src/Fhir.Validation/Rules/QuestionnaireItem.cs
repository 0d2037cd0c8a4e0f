// The items of a Questionnaire by linkId, as its own rules and those of its responses need them.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>An item of a Questionnaire.</summary>
/// <param name="node">Questionnaire.item.</param>
/// <param name="parent">The item that it is in; null at the top.</param>
/// <param name="order">Position among its siblings.</param>
internal sealed class QuestionnaireItem(ElementNode node, QuestionnaireItem? parent, int order)
{
    private IReadOnlyList<string>? _answerTypes;

    /// <summary>Where it stands.</summary>
    public ElementNode Node => node;

    /// <summary>The item that it is in; null at the top.</summary>
    public QuestionnaireItem? Parent => parent;

    /// <summary>Position among its siblings.</summary>
    public int Order => order;

    /// <summary>Its name within the Questionnaire.</summary>
    public string LinkId { get; } = node.ChildValue("linkId") ?? "";

    /// <summary>A code of R4 valueset-item-type.html.</summary>
    public string Type { get; } = node.ChildValue("type") ?? "";

    /// <summary>True if it must be answered.</summary>
    public bool IsRequired { get; } = node.ChildValue("required") == "true";

    /// <summary>True if there may be several answers, or several groups.</summary>
    public bool Repeats { get; } = node.ChildValue("repeats") == "true";

    /// <summary>The items in it.</summary>
    public List<QuestionnaireItem> Items { get; } = [];

    /// <summary>True for what gets no answers.</summary>
    public bool IsGroup => Type == "group";

    /// <summary>True for what only shows something.</summary>
    public bool IsDisplay => Type == "display";

    /// <summary>True for a choice among options.</summary>
    public bool IsChoice => Type is "choice" or "open-choice";

    /// <summary>The first extension of that URL's value, or "no such element".</summary>
    public ElementNode Extension(string url)
    {
        foreach (var extension in node.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == url)
                return extension.Child("value");
        }

        return default;
    }

    /// <summary>The types that an answer may have (R4 valueset-item-type.html); empty for any.</summary>
    public IReadOnlyList<string> AnswerTypes => _answerTypes ??= TypesOfAnswers();

    private IReadOnlyList<string> TypesOfAnswers()
    {
        IReadOnlyList<string> types = Type switch
        {
            "string" or "text" => ["string"],
            "url" => ["uri"],
            "choice" => ["Coding"],
            "open-choice" => ["Coding", "string"],
            "attachment" => ["Attachment"],
            "reference" => ["Reference"],
            "quantity" => ["Quantity"],
            "boolean" or "decimal" or "integer" or "date" or "dateTime" or "time" => [Type],
            _ => [],
        };
        return IsChoice
            ? [.. types.Concat(node.ChildrenOf("answerOption").ToList().Select(static o => o.Child("value")).Where(static v => v.Exists).Select(static v => v.Type.Name)).Distinct()]
            : types;
    }
}

/// <summary>The items of a Questionnaire.</summary>
internal sealed class QuestionnaireItems
{
    private readonly Dictionary<string, QuestionnaireItem> _byLinkId = new(StringComparer.Ordinal);

    /// <summary>Reads the items.</summary>
    public QuestionnaireItems(ElementNode questionnaire)
    {
        Add(questionnaire, null, Top);
    }

    /// <summary>Those in no other item.</summary>
    public List<QuestionnaireItem> Top { get; } = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<QuestionnaireItem> All => _byLinkId.Values;

    /// <summary>The item of that linkId, or null.</summary>
    public QuestionnaireItem? Find(string linkId) => _byLinkId.GetValueOrDefault(linkId);

    private void Add(ElementNode node, QuestionnaireItem? parent, List<QuestionnaireItem> items)
    {
        foreach (var child in node.ChildrenOf("item"))
        {
            var item = new QuestionnaireItem(child, parent, items.Count);
            items.Add(item);
            _byLinkId.TryAdd(item.LinkId, item);
            Add(child, item, item.Items);
        }
    }
}
