// Responses beside the Questionnaire that they answer: which items there are, where, and how often.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Checks one QuestionnaireResponse (R4 questionnaireresponse.html#invs).</summary>
internal sealed class QuestionnaireResponseRules
{
    private readonly ValidationWalk _walk;
    private readonly QuestionnaireItems _items;
    private readonly EnableWhen _enableWhen;
    private readonly AnswerRules _answers;
    private readonly string _name;
    private readonly IssueSeverity _severityOfMissing;

    private QuestionnaireResponseRules(ValidationWalk walk, ElementNode response, ElementNode questionnaire)
    {
        _walk = walk;
        _items = new QuestionnaireItems(questionnaire);
        _enableWhen = new EnableWhen(walk, response);
        _name = questionnaire.ChildValue("url") ?? $"#{questionnaire.ChildValue("id")}";
        _answers = new AnswerRules(walk, questionnaire);
        // What is not finished may lack answers.
        _severityOfMissing = response.ChildValue("status") is "completed" or "amended" ? IssueSeverity.Error : IssueSeverity.Warning;
    }

    /// <summary>Checks a response if its Questionnaire is at hand.</summary>
    public static void Check(ValidationWalk walk, ElementNode response)
    {
        var canonical = response.Child("questionnaire");
        if (!canonical.Exists || canonical.GetString() is not { } url)
        {
            if (response.Child("item").Exists)
                walk.Report(response, IssueSeverity.Information, "informational", QuestionnaireMessages.NoQuestionnaire);
            return;
        }

        ElementNode questionnaire;
        if (url.StartsWith('#'))
            questionnaire = response.FindContained(url.AsSpan(1));
        else if (walk.EntriesAround(response)?.FindCanonical("Questionnaire", url) is { Exists: true } entry)
            questionnaire = entry;
        else if (walk.TryGetResource("Questionnaire", url, out var found))
            questionnaire = found?.Root ?? default;
        else
            return;
        if (questionnaire.Exists && questionnaire.Type.Name == "Questionnaire")
        {
            var rules = new QuestionnaireResponseRules(walk, response, questionnaire);
            rules.CheckItems(response, null, rules._items.Top);
            CheckSubject(walk, response.Child("subject"), questionnaire);
        }
        else if (!url.StartsWith('#'))
        {
            walk.Report(canonical, IssueSeverity.Warning, "not-found", QuestionnaireMessages.UnknownQuestionnaire, url);
        }
    }

    private static void CheckSubject(ValidationWalk walk, ElementNode subject, ElementNode questionnaire)
    {
        if (!subject.Exists || !questionnaire.Child("subjectType").Exists)
            return;
        var type = (subject.ChildValue("reference") is { } reference ? LiteralReference.Parse(reference).Type : null) ?? subject.ChildValue("type");
        var allowed = questionnaire.ChildrenOf("subjectType").ToList().ConvertAll(static code => code.GetString() ?? "");
        if (type is not null && !allowed.Contains(type))
            walk.Report(subject, IssueSeverity.Error, "value", QuestionnaireMessages.SubjectType, type, string.Join(", ", allowed));
    }

    // The items that a response, an item or an answer holds beside those that the Questionnaire has there.
    private void CheckItems(ElementNode holder, QuestionnaireItem? parent, List<QuestionnaireItem> expected)
    {
        var present = new Dictionary<QuestionnaireItem, List<ElementNode>>();
        var last = default(QuestionnaireItem);
        foreach (var node in holder.ChildrenOf("item"))
        {
            if (node.ChildValue("linkId") is not { } linkId)
                continue;
            if (_items.Find(linkId) is not { } item)
            {
                _walk.Report(node.Child("linkId"), IssueSeverity.Error, "not-found", QuestionnaireMessages.LinkIdUnknown, linkId, _name);
                continue;
            }

            if (!ReferenceEquals(item.Parent, parent))
            {
                if (item.Parent is { } right)
                    _walk.Report(node, IssueSeverity.Error, "structure", QuestionnaireMessages.WrongPlace, linkId, right.LinkId, _name);
                else
                    _walk.Report(node, IssueSeverity.Error, "structure", QuestionnaireMessages.NotAtTop, linkId, _name);
                continue;
            }

            if (last is not null && item.Order < last.Order)
                _walk.Report(node, IssueSeverity.Error, "structure", QuestionnaireMessages.OutOfOrder, linkId, last.LinkId, _name);
            last = item;
            if (!present.TryGetValue(item, out var nodes))
                present.Add(item, nodes = []);
            nodes.Add(node);
        }

        if (!_walk.Spend(expected.Count))
            return;
        foreach (var item in expected)
            CheckItem(holder, item, present.GetValueOrDefault(item));
    }

    private void CheckItem(ElementNode holder, QuestionnaireItem item, List<ElementNode>? nodes)
    {
        var isEnabled = _enableWhen.IsEnabled(item, holder);
        if (nodes is null)
        {
            if (item.IsRequired && !item.IsDisplay && isEnabled == true)
                _walk.Report(holder, _severityOfMissing, "required", QuestionnaireMessages.Required, item.LinkId, _name);
            return;
        }

        if (nodes.Count > 1 && !(item.IsGroup && item.Repeats))
            _walk.Report(nodes[1], IssueSeverity.Error, "structure", QuestionnaireMessages.ItemTwice, item.LinkId, nodes.Count.ToString(), _name);
        foreach (var node in nodes)
        {
            if (isEnabled == false && HasAnswer(node))
                _walk.Report(node, IssueSeverity.Error, "business-rule", QuestionnaireMessages.NotEnabled, item.LinkId, _name);
            CheckText(item, node);
            if (item.IsGroup)
                CheckGroup(item, node);
            else
                CheckQuestion(item, node, isEnabled);
        }
    }

    private void CheckText(QuestionnaireItem item, ElementNode node)
    {
        if (node.Child("text") is { Exists: true } text && text.GetString() is { } told
            && item.Node.Child("text") is { Exists: true } original && original.GetString() is { } wanted
            && told.Trim() != wanted.Trim() && !original.HasChildren)
        {
            _walk.Report(text, IssueSeverity.Warning, "value", QuestionnaireMessages.Text, item.LinkId, _name, wanted);
        }
    }

    private void CheckGroup(QuestionnaireItem item, ElementNode node)
    {
        if (node.Child("answer") is { Exists: true } answer)
            _walk.Report(answer, IssueSeverity.Error, "structure", QuestionnaireMessages.NoAnswers, item.LinkId, item.Type);
        CheckItems(node, item, item.Items);
    }

    private void CheckQuestion(QuestionnaireItem item, ElementNode node, bool? isEnabled)
    {
        if (node.Child("item") is { Exists: true } below)
            _walk.Report(below, IssueSeverity.Error, "structure", QuestionnaireMessages.NoItems, item.LinkId, item.Type);
        var count = 0;
        foreach (var answer in node.ChildrenOf("answer"))
        {
            count++;
            if (item.IsDisplay)
            {
                _walk.Report(answer, IssueSeverity.Error, "structure", QuestionnaireMessages.NoAnswers, item.LinkId, item.Type);
                return;
            }

            _answers.Check(item, answer);
            CheckItems(answer, item, item.Items);
        }

        var most = Occurs(item, "maxOccurs") ?? (item.Repeats ? null : 1);
        if (count > most)
            _walk.Report(node, IssueSeverity.Error, "structure", QuestionnaireMessages.TooManyAnswers, item.LinkId, count.ToString(), most.ToString()!, _name);
        if (isEnabled != true)
            return;
        if (count == 0 && item.IsRequired && !item.IsDisplay)
            _walk.Report(node, _severityOfMissing, "required", QuestionnaireMessages.Required, item.LinkId, _name);
        else if (count > 0 && Occurs(item, "minOccurs") is { } least && count < least)
            _walk.Report(node, _severityOfMissing, "required", QuestionnaireMessages.TooFewAnswers, item.LinkId, count.ToString(), least.ToString(), _name);
    }

    private static int? Occurs(QuestionnaireItem item, string name) =>
        item.Extension($"http://hl7.org/fhir/StructureDefinition/questionnaire-{name}") is { Exists: true } value && value.GetDecimal() is { } number and >= 0 and < int.MaxValue
            ? (int)number
            : null;

    private static bool HasAnswer(ElementNode node)
    {
        foreach (var child in node.Children)
        {
            if (child.Name == "answer" || (child.Name == "item" && HasAnswer(child)))
                return true;
        }

        return false;
    }
}
