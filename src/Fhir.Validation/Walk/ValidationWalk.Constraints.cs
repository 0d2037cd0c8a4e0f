// Invariants: what a profile demands of an element in FHIRPath.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private const int MaxShownExpression = 500;

    private readonly FhirPathBudget _invariantBudget = new(settings.MaxInvariantSteps, settings.MaxInvariantTime);
    private FhirPathContext? _invariantContext;
    private HashSet<(ElementNode Node, MessageTemplate Template, string Key, string Expression)>? _constraintsSaid;
    private bool _isUndecided;
    private bool _isBudgetToldOf;

    private FhirPathContext InvariantContext => _invariantContext ??= new FhirPathContext
    {
        AsPicks = true,
        Budget = _invariantBudget,
        TimeProvider = settings.TimeProvider,
        Resolve = Resolve,
        MemberOf = IsMember,
        ConformsTo = Conforms,
    };

    /// <summary>Checks the invariants of an element.</summary>
    private void CheckConstraints(ElementNode node, IReadOnlyList<ConstraintPlan> constraints, ProfilePlan profile)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            var constraint = constraints[i];
            if (constraint.Invariant is { } invariant && (!constraint.IsBestPractice || (request.BestPractice && !IsSaidByContainer(constraint, node))))
                CheckConstraint(node, constraint, invariant, profile);
        }
    }

    // The narrative of a resource covers its contained ones, which should have none (R4 narrative.html).
    private static bool IsSaidByContainer(ConstraintPlan constraint, ElementNode node) =>
        constraint.Key == "dom-6" && node is { IsRoot: false, Definition.Name: "contained" };

    private void CheckConstraint(ElementNode node, ConstraintPlan constraint, Invariant invariant, ProfilePlan profile)
    {
        if (invariant.Problem is { } problem)
        {
            ReportOnce(node, IssueSeverity.Warning, "not-supported", ConstraintMessages.NotCompiled, [constraint.Key, profile.Name, problem]);
            return;
        }

        if (_invariantBudget.IsSpent)
        {
            if (!_isBudgetToldOf)
                Report(node, IssueSeverity.Error, "too-costly", ConstraintMessages.BudgetSpent, profile.Name);
            _isBudgetToldOf = true;
            return;
        }

        try
        {
            _isUndecided = false;
            if (invariant.IsMet(node, InvariantContext) != false || _isUndecided)
                return;
        }
        catch (FhirPathException) when (_isUndecided)
        {
            return;
        }
        catch (FhirPathException e)
        {
            var isCostly = e.Fault == FhirPathFault.TooCostly;
            ReportOnce(
                node, isCostly && constraint.IsError ? IssueSeverity.Error : IssueSeverity.Warning, isCostly ? "too-costly" : "processing",
                isCostly ? ConstraintMessages.TooCostly : ConstraintMessages.NotEvaluated,
                [constraint.Key, profile.Name, e.Message, Shown(constraint.Expression!)]);
            return;
        }

        var isError = constraint is { IsError: true, IsBestPractice: false };
        string[] ArgumentsWith(string human) => [constraint.Key, profile.Name, human.TrimEnd('.', '。', ' '), Shown(constraint.Expression!)];
        ReportOnce(
            node, isError ? IssueSeverity.Error : IssueSeverity.Warning, "invariant",
            constraint.IsBestPractice ? ConstraintMessages.BestPractice : ConstraintMessages.Broken,
            ArgumentsWith(constraint.Human), constraint.Chinese is { } chinese ? ArgumentsWith(chinese) : null);
    }

    // Profiles inherit invariants, so the same one may be broken under several names; the first that says so is enough.
    private void ReportOnce(
        ElementNode node, IssueSeverity severity, string code, MessageTemplate template, string[] arguments, string[]? chinese = null)
    {
        // A trial counts what is wrong, said or not.
        if (_trial is not null || (_constraintsSaid ??= []).Add((node, template, arguments[0], arguments[^1])))
            Report(node, null, severity, code, template, arguments, chinese);
    }

    private static string Shown(string expression) =>
        expression.Length <= MaxShownExpression ? expression : string.Concat(expression.AsSpan(0, MaxShownExpression), "…");

    // Contained resources and entries of the same Bundle are found by the evaluator itself.
    private ElementNode Resolve(string reference, ElementNode from)
    {
        if (!TryGetTarget(reference, out var target))
            _isUndecided = true;
        return target?.Root ?? default;
    }

    private bool? Conforms(ElementNode node, string canonical)
    {
        var meets = Meets(node, canonical);
        _isUndecided |= meets is null;
        return meets;
    }

    private bool? IsMember(FhirPathValue value, string canonical)
    {
        bool? answer = null;
        if (TryGetValueSet(canonical, out var known) && known.Value is { } valueSet)
            answer = CodesOf(value, valueSet);
        _isUndecided |= answer is null;
        return answer;
    }

    private static bool? CodesOf(FhirPathValue value, IOpenValueSet valueSet)
    {
        if (value.Node is not { IsPrimitive: false } node)
            return value.AsString() is { } code ? AnswerOf(valueSet.Find(null, null, code)) : null;
        if (node.Type.Name != "CodeableConcept")
            return CodingOf(node, valueSet);
        bool? answer = false;
        foreach (var coding in node.ChildrenOf("coding"))
        {
            var found = CodingOf(coding, valueSet);
            if (found == true)
                return true;
            answer &= found;
        }

        return answer;
    }

    // A Quantity has its unit as code and system, as a Coding has.
    private static bool? CodingOf(ElementNode coding, IOpenValueSet valueSet) =>
        coding.ChildValue("code") is { } code ? AnswerOf(valueSet.Find(coding.ChildValue("system"), coding.ChildValue("version"), code)) : false;

    private static bool? AnswerOf(Membership membership) => membership switch
    {
        Membership.In => true,
        Membership.NotIn => false,
        _ => null,
    };
}
