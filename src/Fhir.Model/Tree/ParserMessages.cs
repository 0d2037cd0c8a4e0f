// What the parser says of structure, in both formats. Where a sentence has a word that is no name, it comes in both languages: first
// the arguments in English, after them the same in Chinese.

using System.Text.Json;

namespace FhirHub.Model;

/// <summary>Messages of <see cref="ResourceParser"/>.</summary>
internal static class ParserMessages
{
    public static readonly MessageTemplate TooLong = new(
        "too-long",
        "The resource has {0} bytes; at most {1} are read.",
        "该资源有 {0} 字节；最多读取 {1} 字节。");

    public static readonly MessageTemplate TooDeep = new(
        "too-deep",
        "The resource nests more than {0} levels deep.",
        "该资源的嵌套超过 {0} 层。");

    public static readonly MessageTemplate TooManyElements = new(
        "too-many-elements",
        "The resource has more than {0} elements.",
        "该资源的元素超过 {0} 个。");

    public static readonly MessageTemplate TooManyIssues = new(
        "too-many-issues",
        "Reading stopped after {0} issues.",
        "发现 {0} 个问题后停止读取。");

    public static readonly MessageTemplate NotUtf8 = new(
        "not-utf-8",
        "The content is not valid UTF-8.",
        "内容不是有效的 UTF-8。");

    public static readonly MessageTemplate NotJson = new(
        "not-json",
        "The content is not well-formed JSON (line {0}, byte {1}): {2}",
        "内容不是格式正确的 JSON（第 {0} 行，第 {1} 字节）：{2}");

    public static readonly MessageTemplate NotAnObject = new(
        "not-an-object",
        "A resource is a JSON object, not {0}.",
        "资源应为 JSON 对象，而不是{1}。");

    public static readonly MessageTemplate TextAfterResource = new(
        "text-after-resource",
        "There is more text after the resource.",
        "资源之后还有其他文本。");

    public static readonly MessageTemplate ResourceTypeNotString = new(
        "resource-type-not-string",
        "resourceType must be a string, the name of a resource type.",
        "resourceType 必须是字符串，即资源类型的名称。");

    public static readonly MessageTemplate UnknownResourceType = new(
        "unknown-resource-type",
        "'{0}' is not an R4 resource type.",
        "“{0}”不是 R4 的资源类型。");

    public static readonly MessageTemplate ResourceTypesLast = new(
        "resource-types-last",
        "Resources within resources name their types last; write resourceType as the first property.",
        "内嵌资源把类型写在最后；请把 resourceType 写为第一个属性。");

    public static readonly MessageTemplate NoResourceType = new(
        "no-resource-type",
        "The object has no resourceType, so it is not a resource.",
        "该对象没有 resourceType，因此不是资源。");

    public static readonly MessageTemplate ResourceTypeTwice = new(
        "resource-type-twice",
        "resourceType is there twice.",
        "resourceType 出现了两次。");

    public static readonly MessageTemplate PropertyTwice = new(
        "property-twice",
        "The property is there twice; JSON objects must not repeat a name.",
        "该属性出现了两次；JSON 对象中不得有重复的名称。");

    public static readonly MessageTemplate OneChoiceOnly = new(
        "one-choice-only",
        "{0}[x] may have one type only; there is more than one.",
        "{0}[x] 只能有一种类型；此处不止一种。");

    public static readonly MessageTemplate EmptyObject = new(
        "empty-object",
        "An object must not be empty.",
        "对象不得为空。");

    public static readonly MessageTemplate EmptyArray = new(
        "empty-array",
        "An array must not be empty.",
        "数组不得为空。");

    public static readonly MessageTemplate EmptyValue = new(
        "empty-value",
        "A value must not be empty; leave the element out.",
        "值不得为空；没有值时请省略该元素。");

    public static readonly MessageTemplate Required = new(
        "required",
        "{0} is missing: at least {1} is required.",
        "缺少 {0}：至少需要 {1} 个。");

    public static readonly MessageTemplate DoesNotRepeat = new(
        "does-not-repeat",
        "{0} does not repeat: expected one value, not an array.",
        "{0} 不可重复：应为单个值，而不是数组。");

    public static readonly MessageTemplate Repeats = new(
        "repeats",
        "{0} repeats: expected an array, not {1}.",
        "{0} 可重复：应为数组，而不是{2}。");

    public static readonly MessageTemplate ArrayInArray = new(
        "array-in-array",
        "{0} must not hold an array within its array.",
        "{0} 的数组中不得再有数组。");

    public static readonly MessageTemplate TooMany = new(
        "too-many",
        "{0} may occur {1} times; there are {2}.",
        "{0} 最多出现 {1} 次；此处有 {2} 次。");

    public static readonly MessageTemplate NotAnObjectOfType = new(
        "not-an-object-of-type",
        "Expected an object of type {0}, not {1}.",
        "应为 {0} 类型的对象，而不是{2}。");

    public static readonly MessageTemplate WrongKind = new(
        "wrong-kind",
        "Expected {1} for {0}, not {2}.",
        "{0} 应为{3}，而不是{4}。");

    public static readonly MessageTemplate HalfSurrogate = new(
        "half-surrogate",
        "The string holds an escape of half a surrogate pair.",
        "字符串中的转义只有代理对的一半。");

    public static readonly MessageTemplate NullWithoutTwin = new(
        "null-without-twin",
        "A null must have an id or extension at the same place of the underscore array.",
        "值为 null 时，下划线数组的同一位置必须有 id 或 extension。");

    public static readonly MessageTemplate UnknownChoice = new(
        "unknown-choice",
        "'{0}' is none of the types of {1}[x]: it has {2}.",
        "“{0}”不是 {1}[x] 的类型；可用的有 {2}。");

    public static readonly MessageTemplate UnknownElementNear = new(
        "unknown-element",
        "Unknown element '{0}' in {1} {2}; did you mean '{3}'?",
        "{4} {2} 中没有元素“{0}”；是否为“{3}”？");

    public static readonly MessageTemplate UnknownElement = new(
        "unknown-element",
        "Unknown element '{0}' in {1} {2}; it has {3}.",
        "{4} {2} 中没有元素“{0}”；可用的有 {3}。");

    /// <summary>What stands in place of what was expected, in English and Chinese.</summary>
    public static (string English, string Chinese) Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => ("an object", "对象"),
        JsonTokenType.StartArray => ("an array", "数组"),
        JsonTokenType.String => ("a string", "字符串"),
        JsonTokenType.Number => ("a number", "数字"),
        JsonTokenType.True or JsonTokenType.False => ("a boolean", "布尔值"),
        JsonTokenType.Null => ("null", " null"),
        _ => ("nothing", "空"),
    };

    /// <summary>What JSON writes a primitive as, in English and Chinese.</summary>
    public static (string English, string Chinese) JsonKind(PrimitiveKind kind) =>
        PrimitiveFormat.IsJsonString(kind) ? ("a JSON string", " JSON 字符串")
        : kind == PrimitiveKind.Boolean ? ("a JSON true or false", " JSON 的 true 或 false")
        : ("a JSON number", " JSON 数字");
}
