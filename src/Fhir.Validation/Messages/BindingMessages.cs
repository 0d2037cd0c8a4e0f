// What is said of codes and the value sets that they are bound to.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>How a binding is meant, from the weakest that is checked.</summary>
internal enum BindingForce
{
    /// <summary>R4 terminologies.html#preferred.</summary>
    Preferred,

    /// <summary>R4 terminologies.html#extensible.</summary>
    Extensible,

    /// <summary>R4 terminologies.html#required.</summary>
    Required,

    /// <summary>R4 extension elementdefinition-maxValueSet.</summary>
    Maximum,
}

/// <summary>What a message can add to help.</summary>
internal enum BindingHint
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The codes of the value set.</summary>
    Codes,

    /// <summary>The system in which the value set has the code.</summary>
    System,
}

/// <summary>Messages of bindings.</summary>
internal static class BindingMessages
{
    /// <summary>0: the name of a value set; 1: the profile; 2: why.</summary>
    public static readonly MessageTemplate ValueSetUnknown = new(
        "value-set-not-checked",
        "The value set {0}, which {1} binds this element to, can't be used here, so codes were not checked against it. {2}",
        "{1} 将此元素绑定到值集 {0}，但此处无法使用该值集，因此未按它检查代码。{2}");

    /// <summary>0: a value set; 1: the profile; 2: codes.</summary>
    public static readonly MessageTemplate CannotTell = new(
        "binding-not-checked",
        "Whether the value set {0}, which {1} binds this element to, has {2} can't be told here, since not all of its code systems are known; load them to have it checked.",
        "{1} 将此元素绑定到值集 {0}；由于并非其全部代码系统都已知，此处无法判断它是否包含 {2}；请加载这些代码系统后再检查。");

    /// <summary>0: the code.</summary>
    public static readonly MessageTemplate NoSystem = new(
        "coding-without-system",
        "The code '{0}' has no system, and without one it has no meaning that can be checked; add the URL of its code system.",
        "代码“{0}”没有 system，因此没有可供检查的含义；请补充其代码系统的 URL。");

    /// <summary>0: the system.</summary>
    public static readonly MessageTemplate UnknownSystem = new(
        "code-system-unknown",
        "The code system {0} is not known here, so its codes were not checked; correct the URL if it is mistaken, or load the code system.",
        "此处没有代码系统 {0}，因此未检查它的代码；如果 URL 有误请更正，否则请加载该代码系统。");

    /// <summary>0: the system; 1: the version; 2: the one that is known.</summary>
    public static readonly MessageTemplate UnknownVersion = new(
        "code-system-version-unknown",
        "The code system {0} is not known here in version {1}, so its codes of that version were not checked; here is {2}.",
        "此处没有代码系统 {0} 的版本 {1}，因此未检查该版本的代码；此处有 {2}。");

    /// <summary>0: the code system; 1: the code.</summary>
    public static readonly MessageTemplate UnknownCode = new(
        "code-unknown",
        "The code system {0} has no code '{1}'; use a code that it has, or the system that the code is of.",
        "代码系统 {0} 中没有代码“{1}”；请使用其中已有的代码，或更正代码所属的系统。");

    /// <summary>0: the code system; 1: the code; 2: the code in another case.</summary>
    public static readonly MessageTemplate UnknownCodeInOtherCase = new(
        "code-unknown",
        "The code system {0} has no code '{1}'; its codes differ by case, and it has '{2}'.",
        "代码系统 {0} 中没有代码“{1}”；其代码区分大小写，它有“{2}”。");

    /// <summary>0: the code system; 1: the code.</summary>
    public static readonly MessageTemplate Inactive = new(
        "code-inactive",
        "The code '{1}' of {0} is no longer in use; choose a code that is active.",
        "{0} 的代码“{1}”已停用；请选用仍在使用的代码。");

    /// <summary>0: the code system; 1: the code.</summary>
    public static readonly MessageTemplate Deprecated = new(
        "code-deprecated",
        "The code '{1}' of {0} is deprecated: it may be used, though another one should be preferred.",
        "{0} 的代码“{1}”已不推荐使用；仍可使用，但应优先选用其他代码。");

    /// <summary>0: the code system; 1: the code.</summary>
    public static readonly MessageTemplate Abstract = new(
        "code-abstract",
        "The code '{1}' of {0} is abstract: it is there to group others; choose one below it.",
        "{0} 的代码“{1}”是抽象代码，仅用于归类其他代码；请选用它下级的代码。");

    /// <summary>0: the code system; 1: the code; 2: the display; 3: right displays.</summary>
    public static readonly MessageTemplate WrongDisplay = new(
        "display-wrong",
        "'{2}' is no display of the code '{1}' of {0}; right is {3}.",
        "“{2}”不是 {0} 的代码“{1}”的显示名称；正确的是 {3}。");

    private static readonly MessageTemplate[,] NotInTemplates = Make("code-not-in-value-set", "The value set {0} does not have {2}", "its codes", "值集 {0} 不包含 {2}", "其中的代码");

    private static readonly MessageTemplate[,] NoCodeTemplates = Make("code-missing", "There is no code", "the value set {0}", "缺少代码", "值集 {0} 中的代码");

    /// <summary>0: the value set; 1: the profile; 2: the codes that are there; 3: what the hint is about.</summary>
    public static MessageTemplate NotIn(BindingForce force, BindingHint hint) => NotInTemplates[(int)force, (int)hint];

    /// <summary>0: the value set; 1: the profile; 3: what the hint is about.</summary>
    public static MessageTemplate NoCode(BindingForce force, BindingHint hint) => NoCodeTemplates[(int)force, (int)hint];

    private static MessageTemplate[,] Make(string id, string english, string englishCodes, string chinese, string chineseCodes)
    {
        (string English, string Chinese)[] forces =
        [
            ($"{{1}} recommends one of {englishCodes}", $"{{1}} 建议使用{chineseCodes}"),
            ($"{{1}} wants one of {englishCodes} unless none of them fits", $"{{1}} 要求使用{chineseCodes}，除非没有合适的"),
            ($"{{1}} requires one of {englishCodes}", $"{{1}} 要求必须使用{chineseCodes}"),
            ($"{{1}} allows none but {englishCodes}", $"{{1}} 只允许使用{chineseCodes}"),
        ];
        (string English, string Chinese)[] hints =
        [
            (".", "。"),
            (": {3}.", "：{3}。"),
            ("; it has that code in the system {3}.", "；它在系统 {3} 中有此代码。"),
        ];
        var templates = new MessageTemplate[forces.Length, hints.Length];
        for (var force = 0; force < forces.Length; force++)
        {
            for (var hint = 0; hint < hints.Length; hint++)
                templates[force, hint] = new MessageTemplate(id, $"{english}, and {forces[force].English}{hints[hint].English}", $"{chinese}，{forces[force].Chinese}{hints[hint].Chinese}");
        }

        return templates;
    }
}
