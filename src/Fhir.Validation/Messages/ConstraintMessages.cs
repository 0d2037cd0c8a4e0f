// What is said about invariants.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of invariants: key, profile and what else is needed.</summary>
internal static class ConstraintMessages
{
    public static readonly MessageTemplate Broken = new(
        "invariant-broken",
        "Invariant {0} of {1} does not hold: {2}. Change the data so that this is true: {3}",
        "不满足 {1} 的约束 {0}：{2}。请修改数据，使以下表达式成立：{3}");

    public static readonly MessageTemplate BestPractice = new(
        "invariant-best-practice",
        "Good practice {0} of {1} is not followed: {2}. It would be by making this true: {3}",
        "未遵循 {1} 的最佳实践 {0}：{2}。使以下表达式成立即可：{3}");

    public static readonly MessageTemplate NotCompiled = new(
        "invariant-not-compiled",
        "Invariant {0} of {1} was not checked, since its expression is not valid FHIRPath: {2}. Have the profile corrected.",
        "未检查 {1} 的约束 {0}，因为其表达式不是有效的 FHIRPath：{2}。请更正该配置文件。");

    public static readonly MessageTemplate NotEvaluated = new(
        "invariant-not-evaluated",
        "Invariant {0} of {1} could not be evaluated on this element: {2}. Look whether the data or the profile's expression is wrong: {3}",
        "无法在此元素上计算 {1} 的约束 {0}：{2}。请检查是数据有误，还是配置文件的表达式有误：{3}");

    public static readonly MessageTemplate TooCostly = new(
        "invariant-too-costly",
        "Invariant {0} of {1} was given up: {2}. Validate smaller parts of the resource, or have the profile's expression simplified: {3}",
        "已放弃检查 {1} 的约束 {0}：{2}。请分部分校验该资源，或简化配置文件的表达式：{3}");

    public static readonly MessageTemplate BudgetSpent = new(
        "invariants-too-costly",
        "Invariants of {0} were not checked from here on, since those before took all the time that a validation has. Validate smaller parts of the resource.",
        "由于之前的约束已用尽本次校验的时间，自此处起未再检查 {0} 的约束。请分部分校验该资源。");
}
