// The rules of one plan for one element: values, bindings, references, invariants.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    // Beyond it they are looked up and not compared one with the other: a profile may have thousands.
    private const int FewConstraints = 32;

    private static readonly FhirPathExpression NotBelow = FhirPathExpression.Compile("$this >= %bound");
    private static readonly FhirPathExpression NotAbove = FhirPathExpression.Compile("$this <= %bound");
    private static readonly FhirPathExpression NotBeforeSpan = FhirPathExpression.Compile("$this >= iif(%isDate, today(), now()) - %bound");
    private static readonly FhirPathExpression NotAfterSpan = FhirPathExpression.Compile("$this <= iif(%isDate, today(), now()) + %bound");

    private void CheckElement(ElementNode node, ElementPlan plan, int first, int at)
    {
        if (plan.HasValueRules)
            CheckValueRules(node, plan);
        if (plan.ConstrainsReferences)
            CheckReference(node, plan.Types, plan.Profile);
        if (plan.Binding is { } binding)
            CheckBindingRules(node, binding, plan, first, at);
        if (plan.Constraints.Count > 0)
            CheckConstraints(node, NotYetChecked(plan.Constraints, first, at), plan.Profile);
    }

    private void CheckValueRules(ElementNode node, ElementPlan plan)
    {
        if (plan.Fixed.Exists && !ValueMatch.IsFixed(node, plan.Fixed))
            Report(node, IssueSeverity.Error, "value", WalkMessages.NotFixed, plan.Id, plan.Profile.Name, ValueMatch.Show(plan.Fixed), ValueMatch.Show(node));
        if (plan.Pattern.Exists && !ValueMatch.IsPattern(node, plan.Pattern))
            Report(node, IssueSeverity.Error, "value", WalkMessages.NotPattern, plan.Id, plan.Profile.Name, ValueMatch.Show(plan.Pattern), ValueMatch.Show(node));
        if (plan.MinValue.Exists && !IsWithin(node, plan.MinValue, NotBelow, NotBeforeSpan))
            Report(node, IssueSeverity.Error, "value", WalkMessages.TooSmall, plan.Id, plan.Profile.Name, ValueMatch.Show(plan.MinValue), ValueMatch.Show(node));
        if (plan.MaxValue.Exists && !IsWithin(node, plan.MaxValue, NotAbove, NotAfterSpan))
            Report(node, IssueSeverity.Error, "value", WalkMessages.TooGreat, plan.Id, plan.Profile.Name, ValueMatch.Show(plan.MaxValue), ValueMatch.Show(node));
        if (plan.MaxLength > 0 && node.IsQuoted && node.RawValue.Length > plan.MaxLength && LengthOf(node) is var length && length > plan.MaxLength)
            Report(node, IssueSeverity.Error, "too-long", WalkMessages.TooLong, plan.Id, plan.Profile.Name, Number(plan.MaxLength), Number(length));
    }

    private static int LengthOf(ElementNode node)
    {
        var length = 0;
        foreach (var _ in node.GetString()!.EnumerateRunes())
            length++;
        return length;
    }

    // A bound may be a span of time from now (R4 elementdefinition-definitions.html#ElementDefinition.minValue_x_). What can't be
    // compared, such as kilograms with metres, is not within: null and false are both no.
    private bool IsWithin(ElementNode value, ElementNode bound, FhirPathExpression rule, FhirPathExpression ruleOfSpan)
    {
        if (!ReferenceEquals(value.Type, bound.Type) && value.IsPrimitive == bound.IsPrimitive && value.IsQuoted != bound.IsQuoted)
            return true;
        var isSpan = value.IsPrimitive && !bound.IsPrimitive;
        var context = new FhirPathContext
        {
            TimeProvider = settings.TimeProvider,
            Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>>(StringComparer.Ordinal)
            {
                ["bound"] = [FhirPathValue.Of(bound)],
                ["isDate"] = [FhirPathValue.Of(value.Type.Primitive == PrimitiveKind.Date)],
            },
        };
        try
        {
            return (isSpan ? ruleOfSpan : rule).EvaluateToBoolean(value, context);
        }
        catch (FhirPathException)
        {
            return false;
        }
    }

    // Several plans of an element may have the same rule as one object.
    private IReadOnlyList<ConstraintPlan> NotYetChecked(IReadOnlyList<ConstraintPlan> constraints, int first, int at)
    {
        if (at == first)
            return constraints;
        if (constraints.Count > FewConstraints)
            return NotYetCheckedOfMany(constraints, first, at);
        var known = 0;
        for (var i = 0; i < constraints.Count; i++)
        {
            if (IsChecked(constraints[i], first, at))
                known++;
        }

        if (known == 0)
            return constraints;
        var left = new List<ConstraintPlan>(constraints.Count - known);
        for (var i = 0; i < constraints.Count; i++)
        {
            if (!IsChecked(constraints[i], first, at))
                left.Add(constraints[i]);
        }

        return left;
    }

    private List<ConstraintPlan> NotYetCheckedOfMany(IReadOnlyList<ConstraintPlan> constraints, int first, int at)
    {
        var known = new HashSet<ConstraintPlan>(ReferenceEqualityComparer.Instance);
        for (var i = first; i < at; i++)
            known.UnionWith(_plans[i].Constraints);
        return [.. constraints.Where(constraint => !known.Contains(constraint))];
    }

    private bool IsChecked(ConstraintPlan constraint, int first, int at)
    {
        for (var i = first; i < at; i++)
        {
            var others = _plans[i].Constraints;
            for (var j = 0; j < others.Count; j++)
            {
                if (ReferenceEquals(others[j], constraint))
                    return true;
            }
        }

        return false;
    }

    private void CheckBindingRules(ElementNode node, BindingPlan binding, ElementPlan plan, int first, int at)
    {
        for (var i = first; i < at; i++)
        {
            if (_plans[i].Binding == binding)
                return;
        }

        CheckBinding(node, binding, plan.Profile);
    }
}
