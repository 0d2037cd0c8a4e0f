// Questionnaires: conditions that can come true, options and initial values that can be answers.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of Questionnaires beside the que invariants (R4 questionnaire.html).</summary>
internal static class QuestionnaireRules
{
    /// <summary>Checks a Questionnaire.</summary>
    public static void Check(ValidationWalk walk, ElementNode questionnaire)
    {
        var items = new QuestionnaireItems(questionnaire);
        foreach (var item in items.All)
        {
            foreach (var condition in item.Node.ChildrenOf("enableWhen"))
                CheckCondition(walk, items, item, condition);
            CheckOptions(walk, item);
            foreach (var initial in item.Node.ChildrenOf("initial"))
                CheckValueType(walk, item, initial.Child("value"), QuestionnaireMessages.InitialType);
        }
    }

    private static void CheckCondition(ValidationWalk walk, QuestionnaireItems items, QuestionnaireItem item, ElementNode condition)
    {
        var question = condition.Child("question");
        if (!question.Exists || question.GetString() is not { } linkId)
            return;
        if (items.Find(linkId) is not { } asked)
        {
            walk.Report(question, IssueSeverity.Error, "not-found", QuestionnaireMessages.ConditionUnknown, linkId);
            return;
        }

        if (asked.IsGroup || asked.IsDisplay)
        {
            walk.Report(question, IssueSeverity.Error, "business-rule", QuestionnaireMessages.ConditionNoQuestion, linkId, asked.Type);
            return;
        }

        for (var around = asked; around is not null; around = around.Parent)
        {
            if (ReferenceEquals(around, item))
                walk.Report(question, IssueSeverity.Error, "business-rule", QuestionnaireMessages.ConditionOnItself, linkId);
        }

        var answer = condition.Child("answer");
        var comparison = condition.ChildValue("operator");
        if (!answer.Exists || comparison == "exists")
            return;
        if (asked.AnswerTypes is { Count: > 0 } types && !types.Any(type => Fits(answer.Type.Name, type)))
            walk.Report(answer, IssueSeverity.Error, "value", QuestionnaireMessages.ConditionType, linkId, asked.Type, string.Join(", ", types), answer.Type.Name);
        else if (comparison is "<" or ">" or "<=" or ">=" && answer.Type.Name is "boolean" or "Coding" or "Reference")
            walk.Report(condition, IssueSeverity.Warning, "business-rule", QuestionnaireMessages.ConditionOrder, answer.Type.Name, comparison ?? "");
    }

    private static void CheckOptions(ValidationWalk walk, QuestionnaireItem item)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var option in item.Node.ChildrenOf("answerOption"))
        {
            var value = option.Child("value");
            if (!value.Exists)
                continue;
            if (!item.IsChoice)
                CheckValueType(walk, item, value, QuestionnaireMessages.OptionType);
            var key = value.Type.Name == "Coding" ? $"{value.ChildValue("system")}|{value.ChildValue("code")}" : value.GetString();
            if (key is not (null or "|") && !seen.Add(key))
                walk.Report(option, IssueSeverity.Warning, "duplicate", QuestionnaireMessages.OptionTwice, key);
        }
    }

    private static void CheckValueType(ValidationWalk walk, QuestionnaireItem item, ElementNode value, MessageTemplate template)
    {
        if (value.Exists && item.AnswerTypes is { Count: > 0 } types && !types.Any(type => Fits(value.Type.Name, type)))
            walk.Report(value, IssueSeverity.Error, "value", template, item.LinkId, item.Type, string.Join(", ", types), value.Type.Name);
    }

    // Numbers compare with numbers and dates with dates; conditions have no uri.
    private static bool Fits(string type, string expected) =>
        type == expected || (type, expected) is ("integer", "decimal") or ("decimal", "integer") or ("date", "dateTime") or ("dateTime", "date") or ("string", "uri");
}
