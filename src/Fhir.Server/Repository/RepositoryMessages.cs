// What the interactions on resources say when they refuse.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Messages of reads and writes.</summary>
internal static class RepositoryMessages
{
    public static readonly MessageTemplate NotFound = new(
        "resource-not-found",
        "There is no {0} here.",
        "此处没有 {0}。");

    public static readonly MessageTemplate Deleted = new(
        "resource-deleted",
        "{0} was deleted; its former versions are at {0}/_history.",
        "{0} 已被删除；其历史版本见 {0}/_history。");

    public static readonly MessageTemplate NoSuchVersion = new(
        "version-not-found",
        "{0} has no such version; {0}/_history lists those there are.",
        "{0} 没有该版本；现有版本见 {0}/_history。");

    public static readonly MessageTemplate WrongType = new(
        "resource-type-differs",
        "The resource is a {0}, but it was sent to {1}; they must be the same.",
        "资源是 {0}，却发送到了 {1}；两者必须相同。");

    public static readonly MessageTemplate IdMissing = new(
        "id-missing",
        "The resource has no id; an update needs the one of its address, '{0}'.",
        "资源没有 id；更新时需要与地址相同的 id“{0}”。");

    public static readonly MessageTemplate IdDiffers = new(
        "id-differs",
        "The resource's id is '{0}', but it was sent to {1}; they must be the same.",
        "资源的 id 是“{0}”，却发送到了 {1}；两者必须相同。");

    public static readonly MessageTemplate IdFormat = new(
        "id-format",
        "An id has 1 to 64 of the characters A-Z, a-z, 0-9, '-' and '.'; choose such a one, or POST to have one assigned.",
        "id 由 1 到 64 个字符组成，可用 A-Z、a-z、0-9、“-”和“.”；请改用这样的 id，或用 POST 由服务器分配。");

    public static readonly MessageTemplate NotAnEntityTag = new(
        "not-an-entity-tag",
        "The If-Match value '{0}' is not an entity tag; send the ETag of the version that you read, such as W/\"3\".",
        "If-Match 的值“{0}”不是实体标签；请发送所读版本的 ETag，如 W/\"3\"。");

    public static readonly MessageTemplate IfNoneMatchFormat = new(
        "if-none-match-format",
        "The If-None-Match value '{0}' is neither * nor an entity tag.",
        "If-None-Match 的值“{0}”既不是 * 也不是实体标签。");

    public static readonly MessageTemplate NothingToMatch = new(
        "nothing-to-match",
        "If-Match asks for a version, but the resource does not exist.",
        "If-Match 要求某个版本，但该资源不存在。");

    public static readonly MessageTemplate VersionDiffers = new(
        "version-differs",
        "If-Match asks for {0}, but the current version is W/\"{1}\"; read it, apply the change to it and send it again.",
        "If-Match 要求 {0}，但当前版本是 W/\"{1}\"；请读取当前版本，在其上修改后重新发送。");

    public static readonly MessageTemplate ExistsAlready = new(
        "exists-already",
        "If-None-Match allows this only if the resource does not exist, but there is version {0}.",
        "If-None-Match 只允许在资源不存在时操作，但已有版本 {0}。");

    public static readonly MessageTemplate Changed = new(
        "state-changed",
        "What this request depends on changed meanwhile; send it again.",
        "该请求所依赖的内容已发生变化；请重新发送。");

    public static readonly MessageTemplate KeptChanging = new(
        "state-kept-changing",
        "Other clients kept changing what this request depends on; send it again.",
        "其他客户端不断修改该请求所依赖的内容；请重新发送。");

    public static readonly MessageTemplate MissingReferences = new(
        "references-missing",
        "References lead to resources that do not exist here: {0}. Create them first, or send all in one transaction.",
        "引用指向此处不存在的资源：{0}。请先创建它们，或在同一个事务中一起发送。");

    public static readonly MessageTemplate StillReferenced = new(
        "still-referenced",
        "Resources still refer to what would be deleted: {0}. Change or delete them first, or delete all in one transaction.",
        "仍有资源引用将被删除的内容：{0}。请先修改或删除它们，或在同一个事务中全部删除。");

    public static readonly MessageTemplate NotGranted = new(
        "write-not-granted",
        "The access granted to this client does not include this write.",
        "授予该客户端的访问权限不包括此写入操作。");

    public static readonly MessageTemplate ManyDeleted = new(
        "many-deleted",
        "{0} resources were deleted.",
        "已删除 {0} 个资源。");

    public static readonly MessageTemplate Dangling = new(
        "reference-dangling",
        "The reference leads to {0}, which does not exist here.",
        "引用指向 {0}，但它在此处不存在。");

    public static readonly MessageTemplate NoCriteria = new(
        "criteria-missing",
        "The criteria '{0}' name no search parameter, so they would match every {1}; add one, such as identifier.",
        "条件“{0}”中没有搜索参数，会匹配所有 {1}；请添加一个，如 identifier。");

    public static readonly MessageTemplate TextCriteria = new(
        "criteria-text",
        "_text and _content can't be criteria of a conditional interaction; use a parameter that identifies the resource, such as identifier.",
        "_text 和 _content 不能作为条件操作的条件；请使用能识别资源的参数，如 identifier。");

    public static readonly MessageTemplate ContainedCriteria = new(
        "criteria-contained",
        "A conditional interaction is about resources by themselves; leave _contained out.",
        "条件操作只针对独立的资源；请去掉 _contained。");

    public static readonly MessageTemplate ManyMatch = new(
        "many-match",
        "More than one {0} matches '{1}'; make the criteria select one.",
        "有多个 {0} 匹配“{1}”；请使条件只选中一个。");

    public static readonly MessageTemplate NoneToPatch = new(
        "none-to-patch",
        "No {0} matches '{1}', so there is nothing to patch.",
        "没有 {0} 匹配“{1}”，因此没有可修补的资源。");

    public static readonly MessageTemplate OtherExists = new(
        "other-exists",
        "No {0} matches '{1}', and {2} exists already; update it by its id, or leave the id out.",
        "没有 {0} 匹配“{1}”，而 {2} 已存在；请按 id 更新它，或去掉 id。");

    public static readonly MessageTemplate OtherMatches = new(
        "other-matches",
        "The resource's id is '{0}', but '{1}' matches {2}; send that id or none.",
        "资源的 id 是“{0}”，但“{1}”匹配的是 {2}；请发送该 id，或不带 id。");

    public static readonly MessageTemplate TooManyToDelete = new(
        "too-many-to-delete",
        "More than {0} {1} resources match '{2}', the limit of FhirHub:Limits:ConditionalDeletes; narrow the criteria.",
        "匹配“{2}”的 {1} 资源超过 {0} 个（FhirHub:Limits:ConditionalDeletes 的限制）；请缩小条件范围。");

    public static readonly MessageTemplate ReferenceTypeDiffers = new(
        "reference-type-differs",
        "The reference leads to a {0}, but its type says {1}; make them the same.",
        "引用指向 {0}，但其 type 写的是 {1}；请使两者一致。");

    public static readonly MessageTemplate ReferenceType = new(
        "reference-type",
        "{0} may refer to {1}, but this reference leads to a {2}.",
        "{0} 可以引用 {1}，但该引用指向 {2}。");
}
