// What is said of whole resources.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the rules of resources.</summary>
internal static class ResourceMessages
{
    public static readonly MessageTemplate ContainedId = new(
        "contained-id",
        "The contained {0} has no id; give it one, so that it can be referred to as #id.",
        "被包含的 {0} 没有 id；请给出 id，以便用 #id 引用。");

    public static readonly MessageTemplate ContainedTwice = new(
        "contained-twice",
        "Two contained resources have the id '{0}'; give each its own.",
        "有两个被包含的资源使用了 id“{0}”；请使各自的 id 不同。");

    public static readonly MessageTemplate FullUrlMissing = new(
        "full-url-missing",
        "The entry has no fullUrl; in a Bundle of type '{0}' each resource needs one: its URL, or urn:uuid: and a new UUID.",
        "该条目没有 fullUrl；在类型为“{0}”的 Bundle 中，每个资源都需要 fullUrl：资源的 URL，或 urn:uuid: 加新的 UUID。");

    public static readonly MessageTemplate FullUrlRelative = new(
        "full-url-relative",
        "fullUrl '{0}' is not absolute; write the whole URL, or urn:uuid: and a UUID.",
        "fullUrl“{0}”不是绝对 URL；请写完整的 URL，或 urn:uuid: 加 UUID。");

    public static readonly MessageTemplate FullUrlMismatch = new(
        "full-url-mismatch",
        "fullUrl '{0}' ends in another type or id than the resource has ({1}); make them the same.",
        "fullUrl“{0}”末尾的类型或 id 与资源（{1}）不同；请使二者一致。");

    public static readonly MessageTemplate LinkTwice = new(
        "link-twice",
        "There are two links with relation '{0}'; one is enough.",
        "有两个 relation 为“{0}”的链接；保留一个即可。");

    public static readonly MessageTemplate NotInBundle = new(
        "not-in-bundle",
        "'{0}', to which the {1} refers, is not in the Bundle; add an entry with that fullUrl.",
        "{1} 所引用的“{0}”不在 Bundle 中；请添加具有该 fullUrl 的条目。");

    public static readonly MessageTemplate NotReached = new(
        "not-reached",
        "Nothing connects this {0} with the Composition; refer to it from the document, or leave it out.",
        "没有任何引用将此 {0} 与 Composition 相连；请在文档中引用它，或将其删除。");

    /// <summary>0: the score.</summary>
    public static readonly MessageTemplate SearchScore = new(
        "search-score",
        "The score {0} of a search is not between 0 and 1, where 1 is the best match; correct it or leave it out.",
        "搜索得分 {0} 不在 0 到 1 之间（1 为最匹配）；请更正或删除。");

    /// <summary>0: the method; 1: the URL.</summary>
    public static readonly MessageTemplate RequestWithoutResource = new(
        "request-without-resource",
        "The request {0} {1} has no resource to store; add it to the entry.",
        "请求 {0} {1} 没有要存储的资源；请在该条目中添加资源。");

    /// <summary>0: the method; 1: the URL; 2: type and id of the resource.</summary>
    public static readonly MessageTemplate RequestMismatch = new(
        "request-mismatch",
        "The request {0} {1} is for another type or id than the resource of the entry has ({2}); make them the same.",
        "请求 {0} {1} 的类型或 id 与条目中的资源（{2}）不同；请使二者一致。");
}
