// What is said of Bundles that are to be run.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Messages of batch and transaction.</summary>
internal static class BundleMessages
{
    public static readonly MessageTemplate TooManyEntries = new(
        "too-many-entries",
        "The Bundle has {0} entries; FhirHub:Limits:BundleEntries allows {1}. Send several Bundles.",
        "Bundle 有 {0} 个条目；FhirHub:Limits:BundleEntries 允许 {1} 个。请分多个 Bundle 发送。");

    public static readonly MessageTemplate NotABundle = new(
        "not-a-bundle",
        "The base takes a Bundle of type batch or transaction, not a {0}; send that to /{0}.",
        "基地址只接受类型为 batch 或 transaction 的 Bundle，而不是 {0}；请将其发送到 /{0}。");

    public static readonly MessageTemplate BundleType = new(
        "bundle-type",
        "The base takes a Bundle of type batch or transaction, not {0}; to store the Bundle itself, send it to /Bundle.",
        "基地址只接受类型为 batch 或 transaction 的 Bundle，而不是 {1}；如需存储该 Bundle 本身，请发送到 /Bundle。");

    public static readonly MessageTemplate NoRequest = new(
        "entry-no-request",
        "The entry has no request, so there is nothing to do with it; give request.method and request.url.",
        "该条目没有 request，因此无事可做；请给出 request.method 和 request.url。");

    public static readonly MessageTemplate Method = new(
        "entry-method",
        "'{0}' is not one of GET, HEAD, POST, PUT, DELETE, PATCH.",
        "“{0}”不是 GET、HEAD、POST、PUT、DELETE、PATCH 之一。");

    public static readonly MessageTemplate Address = new(
        "entry-address",
        "{0} needs the address {1} with an R4 resource type, not '{2}'.",
        "{0} 需要带 R4 资源类型的地址 {1}，而不是“{2}”。");

    public static readonly MessageTemplate NoResource = new(
        "entry-no-resource",
        "{0} needs a resource.",
        "{0} 需要资源。");

    public static readonly MessageTemplate Patch = new(
        "entry-patch",
        "A patch is a Binary (JSON Patch or XML Patch) or Parameters (FHIRPath Patch), not {0}.",
        "补丁应为 Binary（JSON Patch 或 XML Patch）或 Parameters（FHIRPath Patch），而不是 {0}。");

    public static readonly MessageTemplate TypeDiffers = new(
        "entry-type-differs",
        "The address says {0}, the resource is a {1}.",
        "地址中是 {0}，资源却是 {1}。");

    public static readonly MessageTemplate IdMissing = new(
        "entry-id-missing",
        "The resource needs the id of the address, '{0}'.",
        "资源需要与地址相同的 id“{0}”。");

    public static readonly MessageTemplate IdDiffers = new(
        "entry-id-differs",
        "The address says {0}, the resource has the id '{1}'.",
        "地址中是 {0}，资源的 id 却是“{1}”。");

    public static readonly MessageTemplate SameFullUrl = new(
        "same-full-url",
        "Entry {0} has the same fullUrl; references to it would be ambiguous.",
        "条目 {0} 有相同的 fullUrl；对它的引用会有歧义。");

    public static readonly MessageTemplate SameResource = new(
        "same-resource",
        "Entry {0} is about {1} as well; a transaction may have one entry for a resource.",
        "条目 {0} 也涉及 {1}；一个事务中每个资源只能有一个条目。");

    public static readonly MessageTemplate SameCriteria = new(
        "same-criteria",
        "Entry {0} has the criteria {1} as well; a transaction may have one entry for a resource.",
        "条目 {0} 也有条件 {1}；一个事务中每个资源只能有一个条目。");

    public static readonly MessageTemplate KeptChanging = new(
        "transaction-state-kept-changing",
        "Other clients kept changing what this transaction depends on; send it again.",
        "其他客户端不断修改该事务所依赖的内容；请重新发送。");

    public static readonly MessageTemplate ReadsDeleted = new(
        "reads-deleted",
        "The transaction deletes {0}, so this entry can't read it.",
        "该事务删除了 {0}，因此该条目无法读取它。");

    public static readonly MessageTemplate NoneMatches = new(
        "conditional-reference-none",
        "The conditional reference '{0}' matches no resource; it must match exactly one.",
        "条件引用“{0}”没有匹配的资源；必须恰好匹配一个。");

    public static readonly MessageTemplate ManyMatch = new(
        "conditional-reference-many",
        "The conditional reference '{0}' matches more than one resource; it must match exactly one.",
        "条件引用“{0}”匹配了多个资源；必须恰好匹配一个。");
}
