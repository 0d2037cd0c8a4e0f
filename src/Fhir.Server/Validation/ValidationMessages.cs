// What $validate and the rules of writing say beside what the validator says.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Messages of validation in the host.</summary>
internal static class ValidationMessages
{
    public static readonly MessageTemplate Valid = new(
        "valid",
        "The resource is valid against {0}.",
        "该资源符合 {0}。");

    public static readonly MessageTemplate DeletePossible = new(
        "delete-possible",
        "{0} can be deleted.",
        "可以删除 {0}。");

    public static readonly MessageTemplate NothingToDelete = new(
        "nothing-to-delete",
        "There is no {0} here; to delete it would succeed and change nothing.",
        "此处没有 {0}；删除会成功，但不会改变任何内容。");

    public static readonly MessageTemplate IdIgnored = new(
        "id-ignored",
        "A create ignores the id '{0}' and assigns one; send a PUT to {1}/{0} to keep it.",
        "创建时忽略 id“{0}”并另行分配；如需保留，请向 {1}/{0} 发送 PUT。");

    public static readonly MessageTemplate UpdateCreates = new(
        "update-creates",
        "There is no {0} here; an update would create it.",
        "此处没有 {0}；更新会创建它。");

    public static readonly MessageTemplate ReferenceMissing = new(
        "reference-missing",
        "The reference leads to {0}, which does not exist here; create it first, or send both in one transaction.",
        "引用指向 {0}，但它在此处不存在；请先创建它，或在同一个事务中一起发送。");

    public static readonly MessageTemplate StillReferenced = new(
        "delete-still-referenced",
        "Resources still refer to {0}: {1}. Change or delete them first, or delete all in one transaction.",
        "仍有资源引用 {0}：{1}。请先修改或删除它们，或在同一个事务中全部删除。");

    public static readonly MessageTemplate RequiredProfileUnknown = new(
        "required-profile-unknown",
        "A {0} must meet the profile {1} (FhirHub:Validation:Profiles:{0}), which is not known here; add the package that has it, or create it as a StructureDefinition.",
        "{0} 必须符合配置文件 {1}（FhirHub:Validation:Profiles:{0}），但此处不认识该配置文件；请添加包含它的包，或将其作为 StructureDefinition 创建。");

    public static readonly MessageTemplate NoneOfRequiredProfiles = new(
        "none-of-required-profiles",
        "A {0} must meet one of the profiles {1} (FhirHub:Validation:Profiles:{0}), and this one meets none. The nearest is {2}; what follows is what it lacks.",
        "{0} 必须符合下列配置文件之一：{1}（FhirHub:Validation:Profiles:{0}），而该资源一个也不符合。最接近的是 {2}；以下是不符合之处。");

    public static readonly MessageTemplate ProfileUnknown = new(
        "profile-unknown",
        "The profile {0} is not known here; check its URL, add the package that has it, or create it as a StructureDefinition.",
        "此处不认识配置文件 {0}；请检查其 URL，添加包含它的包，或将其作为 StructureDefinition 创建。");
}
