// What is said of Questionnaires and the responses to them.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the rules of Questionnaires and QuestionnaireResponses.</summary>
internal static class QuestionnaireMessages
{
    public static readonly MessageTemplate ConditionUnknown = new(
        "enable-when-unknown",
        "The Questionnaire has no item with linkId '{0}', so that the condition can never be met; name a question of this Questionnaire.",
        "该问卷没有 linkId 为“{0}”的条目，条件永远无法满足；请指定本问卷中的问题。");

    public static readonly MessageTemplate ConditionNoQuestion = new(
        "enable-when-no-question",
        "Item '{0}' is a {1}, which gets no answers; name a question.",
        "条目“{0}”的类型为 {1}，不接受回答；请指定一个问题。");

    public static readonly MessageTemplate ConditionOnItself = new(
        "enable-when-itself",
        "The item is enabled by the answer to '{0}', which can be given only when the item is enabled; name a question outside of the item.",
        "该条目由“{0}”的回答启用，而后者只有在该条目启用后才能回答；请指定该条目之外的问题。");

    public static readonly MessageTemplate ConditionType = new(
        "enable-when-type",
        "Answers to '{0}' (type {1}) are {2}, so that they can't be compared with a {3}; give a value of a type that fits.",
        "“{0}”（类型 {1}）的回答为 {2}，无法与 {3} 比较；请给出类型相符的值。");

    public static readonly MessageTemplate ConditionOrder = new(
        "enable-when-order",
        "A {0} is neither more nor less than another, so that operator '{1}' never holds; use = or !=.",
        "{0} 之间没有大小之分，运算符“{1}”永远不成立；请使用 = 或 !=。");

    public static readonly MessageTemplate OptionType = new(
        "answer-option-type",
        "Answers to '{0}' (type {1}) are {2}, so that a {3} can't be an option; give options of a type that fits.",
        "“{0}”（类型 {1}）的回答为 {2}，{3} 不能作为选项；请给出类型相符的选项。");

    public static readonly MessageTemplate OptionTwice = new(
        "answer-option-twice",
        "The option '{0}' is there twice; one is enough.",
        "选项“{0}”重复出现；保留一个即可。");

    public static readonly MessageTemplate InitialType = new(
        "initial-type",
        "Answers to '{0}' (type {1}) are {2}, so that a {3} can't be the initial value; give a value of a type that fits.",
        "“{0}”（类型 {1}）的回答为 {2}，{3} 不能作为初始值；请给出类型相符的值。");

    public static readonly MessageTemplate NoQuestionnaire = new(
        "response-no-questionnaire",
        "The response does not say to which Questionnaire it answers, so that its answers were not checked; give 'questionnaire'.",
        "该答复未说明所回答的问卷，因此未检查其回答；请给出 questionnaire。");

    public static readonly MessageTemplate UnknownQuestionnaire = new(
        "response-unknown-questionnaire",
        "The Questionnaire '{0}' is not known here, so that the answers were not checked; store it, or load the package that has it.",
        "此处没有问卷“{0}”，因此未检查其回答；请先存入该问卷，或加载包含它的软件包。");

    public static readonly MessageTemplate LinkIdUnknown = new(
        "response-link-id",
        "Questionnaire {1} has no item with linkId '{0}'; correct the linkId or leave out the item.",
        "问卷 {1} 没有 linkId 为“{0}”的条目；请更正 linkId，或删除该条目。");

    public static readonly MessageTemplate WrongPlace = new(
        "response-wrong-place",
        "Item '{0}' does not belong here; Questionnaire {2} has it below '{1}'.",
        "条目“{0}”的位置不正确；在问卷 {2} 中它位于“{1}”之下。");

    public static readonly MessageTemplate NotAtTop = new(
        "response-not-at-top",
        "Item '{0}' does not belong here; Questionnaire {1} has it at the top, in no other item.",
        "条目“{0}”的位置不正确；在问卷 {1} 中它位于顶层，不在其他条目之内。");

    public static readonly MessageTemplate OutOfOrder = new(
        "response-out-of-order",
        "Item '{0}' has to come before '{1}'; keep the items in the order of Questionnaire {2}.",
        "条目“{0}”应在“{1}”之前；请按问卷 {2} 的顺序排列条目。");

    public static readonly MessageTemplate Required = new(
        "response-required",
        "There is no answer to the required item '{0}' of Questionnaire {1}; give one, or set the status to in-progress while the response is being filled in.",
        "问卷 {1} 的必填条目“{0}”没有回答；请给出回答，填写期间可将 status 设为 in-progress。");

    public static readonly MessageTemplate NotEnabled = new(
        "response-not-enabled",
        "Item '{0}' has content, and by the other answers it is not enabled (Questionnaire {1}); leave it out, or correct the answers that enable it.",
        "条目“{0}”有内容，但根据其他回答它未被启用（问卷 {1}）；请删除该条目，或更正启用它的回答。");

    public static readonly MessageTemplate ItemTwice = new(
        "response-item-twice",
        "There are {1} items '{0}', and Questionnaire {2} allows one; give several answers within one item if the question repeats.",
        "条目“{0}”出现了 {1} 次，而问卷 {2} 只允许一次；若问题可重复，请在同一条目中给出多个 answer。");

    public static readonly MessageTemplate TooManyAnswers = new(
        "response-too-many-answers",
        "There are {1} answers to '{0}', and Questionnaire {3} allows {2} at most.",
        "“{0}”有 {1} 个回答，而问卷 {3} 最多允许 {2} 个。");

    public static readonly MessageTemplate TooFewAnswers = new(
        "response-too-few-answers",
        "There are {1} answers to '{0}', and Questionnaire {3} wants {2} at least.",
        "“{0}”有 {1} 个回答，而问卷 {3} 至少要求 {2} 个。");

    public static readonly MessageTemplate NoAnswers = new(
        "response-no-answers",
        "Item '{0}' is a {1}, which gets no answers; leave them out.",
        "条目“{0}”的类型为 {1}，不接受回答；请删除其中的 answer。");

    public static readonly MessageTemplate NoItems = new(
        "response-no-items",
        "Item '{0}' is of type {1}; items below it have to stand within an answer, and below a display there are none.",
        "条目“{0}”的类型为 {1}；其下级条目必须位于 answer 之内，display 之下不得有条目。");

    public static readonly MessageTemplate Text = new(
        "response-text",
        "The text differs from that of item '{0}' in Questionnaire {1} ('{2}'); use the same, or leave it out.",
        "文本与问卷 {1} 中条目“{0}”的文本（“{2}”）不同；请使用相同文本，或省略。");

    public static readonly MessageTemplate AnswerType = new(
        "response-answer-type",
        "The answer to '{0}' is a {3}; for an item of type {1} it has to be: {2}.",
        "“{0}”的回答为 {3}；类型为 {1} 的条目的回答应为：{2}。");

    public static readonly MessageTemplate NotAnOption = new(
        "response-not-an-option",
        "'{1}' is no option of item '{0}'; choose one of: {2}.",
        "“{1}”不是条目“{0}”的选项；请从以下选项中选择：{2}。");

    public static readonly MessageTemplate NotInValueSet = new(
        "response-not-in-value-set",
        "'{1}' is not in value set {2}, from which answers to '{0}' are chosen.",
        "“{1}”不在值集 {2} 中，而“{0}”的回答须取自该值集。");

    public static readonly MessageTemplate TooLong = new(
        "response-too-long",
        "The answer to '{0}' has {1} characters; {2} are allowed.",
        "“{0}”的回答有 {1} 个字符；最多允许 {2} 个。");

    public static readonly MessageTemplate TooShort = new(
        "response-too-short",
        "The answer to '{0}' has {1} characters; {2} are wanted at least.",
        "“{0}”的回答有 {1} 个字符；至少需要 {2} 个。");

    public static readonly MessageTemplate TooSmall = new(
        "response-too-small",
        "The answer to '{0}' is less than {1}, the least that the Questionnaire allows.",
        "“{0}”的回答小于问卷允许的最小值 {1}。");

    public static readonly MessageTemplate TooLarge = new(
        "response-too-large",
        "The answer to '{0}' is more than {1}, the most that the Questionnaire allows.",
        "“{0}”的回答大于问卷允许的最大值 {1}。");

    public static readonly MessageTemplate TooPrecise = new(
        "response-too-precise",
        "The answer to '{0}' has more than {1} decimal places; round it.",
        "“{0}”的回答的小数位超过 {1} 位；请四舍五入。");

    public static readonly MessageTemplate SlowPattern = new(
        "response-slow-pattern",
        "Matching the regular expression {0} takes too long, so that answers of this response are matched no further; have the Questionnaire corrected.",
        "匹配正则表达式 {0} 耗时过长，因此不再匹配本答复的其余回答；请更正问卷。");

    public static readonly MessageTemplate Pattern = new(
        "response-pattern",
        "The answer to '{0}' does not match the regular expression {1}.",
        "“{0}”的回答不匹配正则表达式 {1}。");

    /// <summary>0: the type of the subject; 1: those of the Questionnaire.</summary>
    public static readonly MessageTemplate SubjectType = new(
        "response-subject-type",
        "The answers are about a {0}, and the Questionnaire is for: {1}. Refer to the right subject, or use another Questionnaire.",
        "回答的主体是 {0}，而该问卷适用于：{1}。请引用正确的主体，或使用其他问卷。");
}
