// What is said of references and canonical URLs.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the rules of references.</summary>
internal static class ReferenceMessages
{
    public static readonly MessageTemplate Form = new(
        "reference-form",
        "'{0}' is no reference; write Type/id with a resource type of R4 (its capitals count), an absolute URL, urn:uuid:…, urn:oid:… or #id.",
        "“{0}”不是引用；请写作“类型/id”（R4 资源类型，区分大小写）、绝对 URL、urn:uuid:…、urn:oid:… 或 #id。");

    public static readonly MessageTemplate Conditional = new(
        "reference-conditional",
        "'{0}' is a search, which stands for a reference in a transaction only; write Type/id.",
        "“{0}”是检索条件，只能在事务（transaction）中代替引用；请写作“类型/id”。");

    public static readonly MessageTemplate Nothing = new(
        "reference-nothing",
        "The reference says only what type it points to; give a reference, an identifier or at least a display.",
        "该引用只给出了目标类型；请给出 reference、identifier，或至少给出 display。");

    public static readonly MessageTemplate StatedType = new(
        "reference-stated-type",
        "Reference.type says '{0}', and the reference points to '{1}'; correct the one that is wrong.",
        "Reference.type 为“{0}”，而引用指向“{1}”；请更正有误的一项。");

    public static readonly MessageTemplate ContainedMissing = new(
        "reference-contained-missing",
        "There is no contained resource '{0}'; add it to 'contained' or correct the reference.",
        "没有被包含的资源“{0}”；请将其加入 contained，或更正引用。");

    public static readonly MessageTemplate UrnMissing = new(
        "reference-urn-missing",
        "No entry of the Bundle has the fullUrl '{0}', and a URN can be found nowhere else; add the entry or correct the reference.",
        "Bundle 中没有 fullUrl 为“{0}”的条目，而 URN 无法在别处找到；请添加该条目，或更正引用。");

    public static readonly MessageTemplate OtherFullUrl = new(
        "reference-other-full-url",
        "'{0}' does not reach the entry with that type and id, since its fullUrl is '{1}'; refer to that fullUrl, or give both entries full URLs of one server.",
        "“{0}”无法指向具有该类型和 id 的条目，因为其 fullUrl 为“{1}”；请引用该 fullUrl，或使两个条目的 fullUrl 属于同一服务器。");

    public static readonly MessageTemplate Aggregation = new(
        "reference-aggregation",
        "The target is {0}; profile {2} allows a target that is {1} only.",
        "引用目标的方式为 {0}；配置文件 {2} 只允许 {1}。");

    public static readonly MessageTemplate VersionNeeded = new(
        "reference-version-needed",
        "Profile {0} wants a reference to a version; add /_history/ and the version's id.",
        "配置文件 {0} 要求引用特定版本；请加上 /_history/ 和版本 id。");

    public static readonly MessageTemplate VersionForbidden = new(
        "reference-version-forbidden",
        "Profile {0} wants a reference to whatever version is current; leave out /_history/ and what follows.",
        "配置文件 {0} 要求引用不指定版本；请去掉 /_history/ 及其后的内容。");

    public static readonly MessageTemplate TargetType = new(
        "reference-target-type",
        "The reference points to a {0}; profile {2} allows: {1}.",
        "引用指向 {0}；配置文件 {2} 允许的目标为：{1}。");

    public static readonly MessageTemplate TargetProfile = new(
        "reference-target-profile",
        "The target '{0}' meets none of the profiles that {2} allows for it: {1}. Validate the target against one of them to see why.",
        "引用目标“{0}”不符合 {2} 所允许的任何一个配置文件：{1}。请用其中之一校验该目标以查明原因。");

    public static readonly MessageTemplate RelativeCanonical = new(
        "canonical-relative",
        "'{0}' is no canonical URL; give the absolute URL that the resource has in its url element, or #id of a contained resource.",
        "“{0}”不是规范 URL；请给出目标资源 url 元素中的绝对 URL，或被包含资源的 #id。");

    public static readonly MessageTemplate CanonicalType = new(
        "canonical-type",
        "'{0}' is a {1}; profile {3} allows: {2}.",
        "“{0}”是 {1}；配置文件 {3} 允许的类型为：{2}。");

    public static readonly MessageTemplate CanonicalVersion = new(
        "canonical-version",
        "The version of '{0}' is not known here; the latest that is known is {1}. Correct the version, or load the package that has it.",
        "此处没有“{0}”所指的版本；已知的最新版本为 {1}。请更正版本，或加载包含该版本的软件包。");

    public static readonly MessageTemplate CanonicalUnknown = new(
        "canonical-unknown",
        "'{0}' is not known here, so what it points to ({1}) was not looked at.",
        "此处没有“{0}”，因此未检查其所指的 {1}。");
}
