// What a scope means, in words for the person who grants it.

using FhirHub.Html;
using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>Says scopes in plain words.</summary>
internal static class ScopeWords
{
    private static readonly Dictionary<string, Label> s_others = new(StringComparer.Ordinal)
    {
        ["openid"] = new("Know that it is you (your account's number)", "确认您的身份（您的账号编号）"),
        ["fhirUser"] = new("Know who you are in the records (your name and role)", "知道您在记录中的身份（姓名和角色）"),
        ["profile"] = new("Know who you are in the records (your name and role)", "知道您在记录中的身份（姓名和角色）"),
        ["launch"] = new("Know where you opened it from: the patient and visit on your screen", "知道您从何处打开它：屏幕上的患者和就诊"),
        ["launch/patient"] = new("Know which patient is chosen", "知道选择了哪位患者"),
        ["launch/encounter"] = new("Know which visit is chosen", "知道选择了哪次就诊"),
        ["offline_access"] = new(
            "Go on when you are not there: it keeps this access until you end it on the page “Your apps”",
            "在您离开后继续访问：直到您在“我的应用”页面终止为止，它一直保有这些权限"),
        ["online_access"] = new("Go on for as long as you are signed in here", "在您保持登录期间持续访问"),
    };

    private static readonly (AccessLetter Letter, Label Label)[] s_letters =
    [
        (AccessLetter.Read, new("read", "读取")),
        (AccessLetter.Search, new("search", "检索")),
        (AccessLetter.Create, new("add", "新增")),
        (AccessLetter.Update, new("change", "修改")),
        (AccessLetter.Delete, new("delete", "删除")),
    ];

    private static readonly Label s_everything = new("All kinds of records", "所有类型的记录");
    private static readonly Label s_ofPatient = new("of this patient", "（仅限该患者）");
    private static readonly Label s_ofUser = new("of all that you may see yourself", "（您本人有权查看的全部）");
    private static readonly Label s_ofEverybody = new("of everybody, without any user", "（所有人的记录，无需用户参与）");
    private static readonly Label s_only = new("only where ", "仅限：");
    private static readonly Label s_onlyOf = new("only: ", "仅限：");
    private static readonly Label s_context = new("Know the context: ", "知道当前上下文：");

    /// <summary>What a scope lets the app do.</summary>
    public static Label Of(OfferedScope scope) => scope.Resource is { } resource ? Of(resource)
        : s_others.TryGetValue(scope.Text, out var label) ? label
        : s_others.TryGetValue(scope.Text.Split('?')[0], out label) ? label
        : Join(s_context, new Label(scope.Text, scope.Text));

    private static Label Of(SmartScope scope)
    {
        var type = scope.ResourceType is null ? s_everything : TypeNames.Of(scope.ResourceType);
        var whose = scope.Level switch { ScopeLevel.Patient => s_ofPatient, ScopeLevel.User => s_ofUser, _ => s_ofEverybody };
        var letters = s_letters.Where(letter => scope.Letters.HasFlag(letter.Letter)).Select(static letter => letter.Label).ToList();
        var english = $"{type.English} {whose.English}: {string.Join(", ", letters.Select(static label => label.English))}";
        var chinese = $"{type.Chinese}{whose.Chinese}：{string.Join('、', letters.Select(static label => label.Chinese))}";
        if (scope.Constraint is null)
            return new Label(english, chinese);
        if (ScopeParts.Of(scope with { Constraint = null }).FirstOrDefault(part => part.Text == scope.ToString()) is { Label: var category })
            return new Label($"{english}; {s_onlyOf.English}{category.English}", $"{chinese}；{s_onlyOf.Chinese}{category.Chinese}");
        var constraints = QueryString.Parse(scope.Constraint).Select(static parameter => $"{parameter.Key} = {parameter.Value}").ToList();
        return new Label($"{english}; {s_only.English}{string.Join(" and ", constraints)}", $"{chinese}；{s_only.Chinese}{string.Join('、', constraints)}");
    }

    private static Label Join(Label left, Label right) => new(left.English + right.English, left.Chinese + right.Chinese);
}
