// Whether an item of a Questionnaire is to be answered, given the other answers.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Evaluates Questionnaire.item.enableWhen for one response (R4 questionnaire-definitions.html#Questionnaire.item.enableWhen).</summary>
internal sealed class EnableWhen
{
    private const string Expression = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression";

    private readonly Dictionary<string, List<ElementNode>> _items = new(StringComparer.Ordinal);
    private readonly ValidationWalk _walk;

    /// <summary>Reads where the answers of a response are.</summary>
    public EnableWhen(ValidationWalk walk, ElementNode response)
    {
        _walk = walk;
        Collect(response);
    }

    /// <summary>Whether the item is enabled at that place; null where it can't be told.</summary>
    /// <param name="item">The item.</param>
    /// <param name="parent">What holds its response items: the response, an item or an answer.</param>
    public bool? IsEnabled(QuestionnaireItem item, ElementNode parent)
    {
        if (item.Extension(Expression).Exists)
            return null;
        bool? all = true;
        bool? any = false;
        var count = 0;
        foreach (var condition in item.Node.ChildrenOf("enableWhen"))
        {
            count++;
            var isMet = IsMet(condition, parent);
            all = all == false || isMet == false ? false : all is null || isMet is null ? null : true;
            any = any == true || isMet == true ? true : any is null || isMet is null ? null : false;
        }

        return count == 0 ? true : item.Node.ChildValue("enableBehavior") == "any" ? any : all;
    }

    private bool? IsMet(ElementNode condition, ElementNode parent)
    {
        var expected = condition.Child("answer");
        var answers = AnswersOf(condition.ChildValue("question") ?? "", parent);
        if (answers is null || !expected.Exists)
            return null;
        var comparison = condition.ChildValue("operator");
        if (comparison == "exists")
            return answers.Count > 0 == (expected.GetBoolean() == true);
        // R4 does not say what holds of an answer that is not there.
        if (answers.Count == 0)
            return comparison == "!=" ? null : false;
        return comparison switch
        {
            "=" => Any(answers, answer => AnswerComparison.AreEqual(answer, expected)),
            "!=" => !Any(answers, answer => AnswerComparison.AreEqual(answer, expected)),
            "<" => Any(answers, answer => AnswerComparison.IsLess(answer, expected)),
            ">" => Any(answers, answer => AnswerComparison.IsLess(expected, answer)),
            ">=" => Any(answers, answer => !AnswerComparison.IsLess(answer, expected)),
            "<=" => Any(answers, answer => !AnswerComparison.IsLess(expected, answer)),
            _ => null,
        };
    }

    private static bool? Any(List<ElementNode> answers, Func<ElementNode, bool?> test)
    {
        bool? result = false;
        foreach (var answer in answers)
        {
            var isMet = test(answer);
            if (isMet == true)
                return true;
            if (isMet is null)
                result = null;
        }

        return result;
    }

    // The nearest answers count: those within the same group before those of other groups. Null if the search takes too long.
    private List<ElementNode>? AnswersOf(string linkId, ElementNode parent)
    {
        if (!_items.TryGetValue(linkId, out var items))
            return [];
        for (var around = parent; around.Exists; around = around.Parent)
        {
            var answers = new List<ElementNode>();
            var isFound = false;
            foreach (var item in items)
            {
                if (!_walk.Spend(1))
                    return null;
                if (!IsWithin(item, around))
                    continue;
                isFound = true;
                foreach (var answer in item.ChildrenOf("answer"))
                {
                    if (answer.Child("value") is { Exists: true } value)
                        answers.Add(value);
                }
            }

            if (isFound || around.Type.IsResource)
                return answers;
        }

        return [];
    }

    private static bool IsWithin(ElementNode node, ElementNode around)
    {
        for (; node.Exists; node = node.Parent)
        {
            if (node == around)
                return true;
        }

        return false;
    }

    private void Collect(ElementNode node)
    {
        foreach (var child in node.Children)
        {
            if (child.Name == "item" && child.ChildValue("linkId") is { } linkId)
            {
                if (!_items.TryGetValue(linkId, out var items))
                    _items.Add(linkId, items = []);
                items.Add(child);
            }

            if (child.Name is "item" or "answer")
                Collect(child);
        }
    }
}
