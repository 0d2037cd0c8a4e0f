// What the walk itself says: cardinality, types, values and profiles.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the walk. The first two places are the element of the profile and the profile, where there are such.</summary>
internal static class WalkMessages
{
    public static readonly MessageTemplate FurtherIssues = new(
        "further-issues",
        "{0} further issues are not listed; correct those above and validate again.",
        "另有 {0} 个问题未列出；请先改正以上问题，然后重新校验。");

    public static readonly MessageTemplate TooManySteps = new(
        "too-many-steps",
        "Validation was given up after {0} steps, so what follows was not checked. Validate smaller parts, or against fewer profiles.",
        "校验在 {0} 步之后中止，其后的内容未被检查。请分部分校验，或减少配置文件。");

    public static readonly MessageTemplate TooLongWalks = new(
        "too-long-walks",
        "Validation was given up after {0} seconds, so not everything was checked. Validate smaller parts, or against fewer profiles.",
        "校验在 {0} 秒之后中止，因此未能全部检查。请分部分校验，或减少配置文件。");

    public static readonly MessageTemplate TooManyNeeds = new(
        "too-many-needs",
        "The resource names more than {0} profiles, value sets, code systems and references, so not everything was checked. Validate smaller parts.",
        "该资源涉及的配置文件、值集、代码系统和引用超过 {0} 个，因此未能全部检查。请分部分校验。");

    public static readonly MessageTemplate Missing = new(
        "element-missing",
        "{0} is missing: {1} requires at least {2}. Add it.",
        "缺少 {0}：{1} 要求至少 {2} 个。请补充该元素。");

    public static readonly MessageTemplate TooFew = new(
        "element-too-few",
        "{0} occurs {3} times: {1} requires at least {2}. Add what is missing.",
        "{0} 出现了 {3} 次：{1} 要求至少 {2} 次。请补充缺少的元素。");

    public static readonly MessageTemplate TooMany = new(
        "element-too-many",
        "{0} occurs {3} times: {1} allows at most {2}. Leave out the others.",
        "{0} 出现了 {3} 次：{1} 最多允许 {2} 次。请删除多余的元素。");

    public static readonly MessageTemplate NotAllowed = new(
        "element-not-allowed",
        "{0} must not be used: {1} allows none. Leave it out.",
        "不得使用 {0}：{1} 不允许该元素。请将其删除。");

    public static readonly MessageTemplate MustSupport = new(
        "element-must-support",
        "{0} is not there. {1} asks systems to support it: send it where it is known.",
        "没有 {0}。{1} 要求系统支持该元素：已知其值时请提供。");

    public static readonly MessageTemplate WrongType = new(
        "element-type",
        "{0} has the type {3}: {1} allows {2}. Use one of these.",
        "{0} 的类型是 {3}：{1} 只允许 {2}。请使用其中之一。");

    public static readonly MessageTemplate NotFixed = new(
        "value-not-fixed",
        "{0} is {3}: {1} requires exactly {2}.",
        "{0} 的值是 {3}：{1} 要求必须是 {2}。");

    public static readonly MessageTemplate NotPattern = new(
        "value-not-pattern",
        "{0} is {3}: {1} requires at least {2}. Add what is missing or correct what differs.",
        "{0} 的值是 {3}：{1} 要求至少包含 {2}。请补充缺少的部分或更正不同之处。");

    public static readonly MessageTemplate TooSmall = new(
        "value-too-small",
        "{0} is {3}: {1} requires {2} or more.",
        "{0} 的值是 {3}：{1} 要求不小于 {2}。");

    public static readonly MessageTemplate TooGreat = new(
        "value-too-great",
        "{0} is {3}: {1} requires {2} or less.",
        "{0} 的值是 {3}：{1} 要求不大于 {2}。");

    public static readonly MessageTemplate TooLong = new(
        "value-too-long",
        "{0} has {3} characters: {1} allows at most {2}. Shorten it.",
        "{0} 有 {3} 个字符：{1} 最多允许 {2} 个。请缩短。");

    public static readonly MessageTemplate NoAlternative = new(
        "type-profile-none",
        "{0} meets none of the profiles that {1} allows, and is of the type of none: {2}. Make it meet one.",
        "{0} 不符合 {1} 允许的任何配置文件，类型也都不符：{2}。请使其符合其中之一。");

    public static readonly MessageTemplate NearestAlternative = new(
        "type-profile-nearest",
        "{0} meets none of the profiles that {1} allows: {2}. It is nearest to {3}: correct what the other issues say of that one.",
        "{0} 不符合 {1} 允许的任何配置文件：{2}。最接近的是 {3}：请改正其他问题中针对该配置文件的内容。");

    public static readonly MessageTemplate UnknownTypeProfile = new(
        "type-profile-unknown",
        "The profile {0}, which {1} of {2} must meet, is not known here, so it was not checked. Load the package that holds it.",
        "此处不认识 {2} 的 {1} 必须符合的配置文件 {0}，因此未进行检查。请加载包含它的包。");

    public static readonly MessageTemplate UnknownProfile = new(
        "profile-unknown",
        "The profile {0} is not known here, so it was not checked. Load the package that holds it, or correct the URL.",
        "此处不认识配置文件 {0}，因此未进行检查。请加载包含它的包，或更正 URL。");

    public static readonly MessageTemplate UnusableProfile = new(
        "profile-unusable",
        "The profile {0} can't be used, so it was not checked: {1}",
        "配置文件 {0} 无法使用，因此未进行检查：{1}");

    public static readonly MessageTemplate OtherVersion = new(
        "profile-other-version",
        "The profile {0} is known here in version {1} only, so it was not checked. Name that version, or load the one that is meant.",
        "此处只有配置文件 {0} 的版本 {1}，因此未进行检查。请使用该版本，或加载所指的版本。");

    public static readonly MessageTemplate OtherType = new(
        "profile-other-type",
        "The profile {0} is for {1}, not for {2}. Use a profile for {2}.",
        "配置文件 {0} 适用于 {1}，不适用于 {2}。请使用适用于 {2} 的配置文件。");

    public static readonly MessageTemplate AbstractProfile = new(
        "profile-abstract",
        "The profile {0} is abstract: other profiles stand on it. Claim one of those.",
        "配置文件 {0} 是抽象的，仅供其他配置文件继承。请使用继承它的某个配置文件。");

    public static readonly MessageTemplate DraftProfile = new(
        "profile-draft",
        "The profile {0} is a draft and may change.",
        "配置文件 {0} 是草案，可能会有变化。");

    public static readonly MessageTemplate RetiredProfile = new(
        "profile-retired",
        "The profile {0} is retired. Use the one that took its place.",
        "配置文件 {0} 已停用。请使用替代它的配置文件。");

    public static readonly MessageTemplate TooManyProfiles = new(
        "too-many-profiles",
        "{0} profiles are to be met; at most {1} are looked at. Name fewer.",
        "要求符合 {0} 个配置文件；最多只检查 {1} 个。请减少数量。");

    public static readonly MessageTemplate SliceTooFew = new(
        "slice-too-few",
        "Slice {0} has {3} elements: {1} requires at least {2}. Add one that is told by {4}.",
        "切片 {0} 有 {3} 个元素：{1} 要求至少 {2} 个。请补充由 {4} 识别的元素。");

    public static readonly MessageTemplate SliceTooMany = new(
        "slice-too-many",
        "Slice {0} has {3} elements: {1} allows at most {2}. Leave out the others.",
        "切片 {0} 有 {3} 个元素：{1} 最多允许 {2} 个。请删除多余的元素。");

    public static readonly MessageTemplate InNoSlice = new(
        "slice-none",
        "This repetition of {0} is in none of the slices that {1} allows: {2} (told by {3}). Make it fit one, or leave it out.",
        "{0} 的这一项不属于 {1} 允许的任何切片：{2}（由 {3} 识别）。请使其符合其中之一，或将其删除。");

    public static readonly MessageTemplate SliceAfterEnd = new(
        "slice-after-end",
        "An element of slice {0} comes after elements that are in no slice: {1} wants those last. Move it before them.",
        "切片 {0} 的元素出现在不属于任何切片的元素之后：{1} 要求后者排在最后。请将其移到前面。");

    public static readonly MessageTemplate SliceOutOfOrder = new(
        "slice-order",
        "An element of slice {0} comes after one of slice {2}: {1} wants them in its own order. Move it before that.",
        "切片 {0} 的元素出现在切片 {2} 的元素之后：{1} 要求按其自身顺序排列。请将其移到前面。");

    public static readonly MessageTemplate SliceUndecided = new(
        "slice-undecided",
        "Which slice of {0} this element is in can't be told here, so it was not checked against those of {1}: {2} (told by {3}). Give a target or codes that can be read.",
        "此处无法判断该元素属于 {0} 的哪个切片，因此未按 {1} 的切片进行检查：{2}（由 {3} 识别）。请提供可读取的引用目标或代码。");

    public static readonly MessageTemplate SliceNotTold = new(
        "slice-not-told",
        "Slice {0} was not checked: {1} does not say what tells it apart ({2}). Have the profile corrected.",
        "未检查切片 {0}：{1} 没有说明如何识别它（{2}）。请更正该配置文件。");
}
