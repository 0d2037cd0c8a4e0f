// What is said of definitions and terminology resources.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the rules of canonical resources.</summary>
internal static class CanonicalMessages
{
    public static readonly MessageTemplate RelativeUrl = new(
        "url-relative",
        "url '{0}' is not absolute, so that nothing can refer to it; write a whole URL, or urn:uuid: and a UUID.",
        "url“{0}”不是绝对 URL，无法被引用；请写完整的 URL，或 urn:uuid: 加 UUID。");

    public static readonly MessageTemplate UrlWithSuffix = new(
        "url-with-suffix",
        "url '{0}' holds | or #, which stand before a version or fragment in references to it; leave them out.",
        "url“{0}”含有 | 或 #，而引用时它们表示版本或片段；请去除。");

    public static readonly MessageTemplate VersionWithBar = new(
        "version-with-bar",
        "Version '{0}' holds |, so that no canonical URL can name it; leave it out.",
        "版本“{0}”含有 |，规范 URL 无法引用该版本；请去除。");

    public static readonly MessageTemplate Expression = new(
        "expression-invalid",
        "The FHIRPath expression can't be read: {0}",
        "无法解析 FHIRPath 表达式：{0}");

    public static readonly MessageTemplate TypeOfBase = new(
        "type-of-base",
        "The type is '{0}', and the profile constrains {1}, which is of type {2}; make them the same.",
        "类型为“{0}”，而该配置文件所约束的 {1} 的类型为 {2}；请使二者一致。");

    public static readonly MessageTemplate ParameterTwice = new(
        "parameter-twice",
        "There are two parameters '{0}' with use '{1}'; give each its own name.",
        "有两个 use 为“{1}”的参数“{0}”；请使名称各不相同。");

    public static readonly MessageTemplate SearchParameterType = new(
        "search-parameter-type",
        "{0} is of type '{1}', and the statement says '{2}'; say what the definition says.",
        "{0} 的类型为“{1}”，而此处声明为“{2}”；请与定义保持一致。");

    public static readonly MessageTemplate UnknownCode = new(
        "code-not-in-system",
        "'{0}' is no code of {1}; correct the code or the system.",
        "“{0}”不是 {1} 中的代码；请更正代码或代码系统。");

    public static readonly MessageTemplate RelativeSystem = new(
        "system-relative",
        "'{0}' is not the absolute URL of a code system; give the URL that the CodeSystem has in its url element.",
        "“{0}”不是代码系统的绝对 URL；请给出 CodeSystem 的 url。");

    public static readonly MessageTemplate CodeTwice = new(
        "code-twice",
        "Code '{0}' is listed twice; once is enough.",
        "代码“{0}”重复列出；保留一个即可。");

    public static readonly MessageTemplate SupplementOfNothing = new(
        "supplement-of-nothing",
        "The content is a supplement, and nothing says of what; give 'supplements'.",
        "content 为 supplement，但未说明补充的是哪个代码系统；请给出 supplements。");

    public static readonly MessageTemplate NoSupplement = new(
        "no-supplement",
        "'supplements' is there, and the content is '{0}'; set it to supplement, or leave 'supplements' out.",
        "给出了 supplements，但 content 为“{0}”；请将其设为 supplement，或去掉 supplements。");

    public static readonly MessageTemplate CompleteAndEmpty = new(
        "complete-and-empty",
        "The content is complete, and there are no concepts; list them, or say not-present.",
        "content 为 complete，但没有任何概念；请列出概念，或设为 not-present。");

    public static readonly MessageTemplate NotPresent = new(
        "not-present",
        "The content is not-present, and {0} concepts are there; say fragment, example or complete.",
        "content 为 not-present，但列出了 {0} 个概念；请设为 fragment、example 或 complete。");

    public static readonly MessageTemplate ConceptCount = new(
        "concept-count",
        "The count is {0}, and there are {1} concepts; correct the count.",
        "count 为 {0}，而实际有 {1} 个概念；请更正。");

    public static readonly MessageTemplate PropertyTwice = new(
        "concept-property-twice",
        "The property '{0}' is declared twice; once is enough.",
        "属性“{0}”重复声明；保留一个即可。");

    public static readonly MessageTemplate PropertyUnknown = new(
        "property-unknown",
        "The code system declares no property '{0}'; add it to CodeSystem.property.",
        "该代码系统未声明属性“{0}”；请将其加入 CodeSystem.property。");

    public static readonly MessageTemplate PropertyType = new(
        "property-type",
        "Property '{0}' is declared as {1}, and the value is a {2}; give a value of that type.",
        "属性“{0}”声明的类型为 {1}，而值为 {2}；请给出该类型的值。");
}
