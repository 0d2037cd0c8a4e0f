// The way over the elements: each is visited once, with all plans that say something of it.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private static readonly TypeDefinition ExtensionType = Schema.R4.FindType("Extension")!;
    private static readonly TypeDefinition CodingType = Schema.R4.FindType("Coding")!;

    // The plans of the elements that are being visited, the innermost on top: no list is made for an element.
    private ElementPlan[] _plans = new ElementPlan[64];
    private int _top;

    // What slicing counts, in the same way.
    private int[] _states = new int[64];
    private int _statesTop;

    // The plans of the element lie from `first` to the top. Whoever put them there takes them away.
    private void Visit(ElementNode node, int first)
    {
        if (!Spend(_top - first))
            return;
        if (_trial is null)
        {
            if (ReferenceEquals(node.Type, ExtensionType))
                VisitExtension(node, first);
            CheckAlone(node);
        }

        var end = _top;
        for (var i = first; i < end; i++)
            CheckElement(node, _plans[i], first, i);
        if (node.HasChildren)
            VisitChildren(node, first, end);
        else
            CheckExpected(node, first, end, []);
    }

    // What the element's type wants of it, whatever the profile.
    private void CheckAlone(ElementNode node)
    {
        if (node.HasValue)
            return;
        // ele-1 of R4: an id says nothing.
        foreach (var child in node.Children)
        {
            if (child.Definition!.Name != "id" || node.Type.IsResource)
                return;
        }

        if (!node.IsRoot && !node.Type.IsResource)
            ReportBroken(node, "ele-1", "Element", "All FHIR elements must have a @value or children", ElementRule);
    }

    private void VisitChildren(ElementNode node, int first, int end)
    {
        var type = node.Type;
        Span<ulong> seen = stackalloc ulong[(type.Elements.Count + 63) >> 6];
        seen.Clear();
        var children = node.Children;
        var isLeft = children.MoveNext();
        while (isLeft && !_isStopped)
        {
            var run = children;
            var element = children.Current.Definition!;
            seen[element.Order >> 6] |= 1UL << element.Order;
            var count = 0;
            while (isLeft && ReferenceEquals(children.Current.Definition, element))
            {
                count++;
                isLeft = children.MoveNext();
            }

            VisitRun(node, run, element, count, first, end);
        }

        CheckExpected(node, first, end, seen);
    }

    // The repetitions of one element, which follow each other.
    private void VisitRun(ElementNode parent, ElementChildren run, ElementDefinition element, int count, int first, int end)
    {
        var runFirst = _top;
        var statesFirst = _statesTop;
        var isSliced = false;
        for (var i = first; i < end; i++)
        {
            if (_plans[i].ChildFor(parent.Type, element.Order) is not { } child || IsOnTop(child, runFirst))
                continue;
            Push(child);
            CheckCount(parent, run.Current, child, count);
            if (child.Slicing is { } slicing)
            {
                isSliced = true;
                PushStates(slicing.StateSize);
            }
        }

        var runEnd = _top;
        // Without a rule of any profile there is nothing to try in a trial.
        if (_trial is null || runEnd > runFirst)
        {
            for (var index = 0; index < count && !_isStopped; index++)
            {
                VisitItem(run.Current, index, runFirst, runEnd, statesFirst, isSliced);
                run.MoveNext();
            }
        }

        if (isSliced && !_isStopped)
            CheckSliceCounts(parent, runFirst, runEnd, statesFirst, element);
        _top = runFirst;
        _statesTop = statesFirst;
    }

    private void VisitItem(ElementNode item, int index, int runFirst, int runEnd, int statesFirst, bool isSliced)
    {
        var itemFirst = _top;
        var state = statesFirst;
        for (var i = runFirst; i < runEnd; i++)
        {
            var plan = _plans[i];
            AddElementPlan(item, plan, itemFirst);
            if (isSliced && plan.Slicing is { } slicing)
            {
                AddSlice(item, index, plan, slicing, state, itemFirst);
                state += slicing.StateSize;
            }
        }

        var type = item.Type;
        if (_trial is null)
        {
            if (type.IsResource)
            {
                VisitResource(item, itemFirst);
                _top = itemFirst;
                return;
            }

            if (type.Kind == TypeKind.Complex && R4Plans.Of(type) is { } typePlan)
                Push(typePlan.Root);
            CheckValue(item);
            if (ReferenceEquals(type, CodingType))
                CheckCoding(item);
        }

        if (_top > itemFirst || (_trial is null && (item.HasChildren || !item.HasValue)))
            Visit(item, itemFirst);
        _top = itemFirst;
    }

    private void CheckCount(ElementNode parent, ElementNode item, ElementPlan plan, int count)
    {
        if (count < plan.Min)
            Report(parent, item.Name, IssueSeverity.Error, "required", WalkMessages.TooFew, [plan.Id, plan.Profile.Name, Number(plan.Min), Number(count)]);
        if (count <= plan.Max)
            return;
        if (plan.Max == 0)
            Report(item, IssueSeverity.Error, "structure", WalkMessages.NotAllowed, plan.Id, plan.Profile.Name);
        else
            Report(parent, item.Name, IssueSeverity.Error, "structure", WalkMessages.TooMany, [plan.Id, plan.Profile.Name, Number(plan.Max), Number(count)]);
    }

    // What profiles miss. A bit of `seen` is set for each element that is there.
    private void CheckExpected(ElementNode node, int first, int end, ReadOnlySpan<ulong> seen)
    {
        for (var i = first; i < end; i++)
        {
            var plan = _plans[i];
            var expected = plan.Content?.Expected ?? plan.Expected;
            for (var j = 0; j < expected.Count; j++)
            {
                var child = expected[j];
                if (node.Type.FindElement(child.Name) is not { } element || (!seen.IsEmpty && (seen[element.Order >> 6] & (1UL << element.Order)) != 0))
                    continue;
                if (child.Min > 0)
                    Report(node, child.Name, IssueSeverity.Error, "required", WalkMessages.Missing, [child.Id, child.Profile.Name, Number(child.Min)]);
                else if (ReportsMustSupport(child) && !IsSupportAskedBefore(child, first, i))
                    Report(node, child.Name, IssueSeverity.Information, "informational", WalkMessages.MustSupport, [child.Id, child.Profile.Name]);
                if (child.Slicing is { } slicing)
                    CheckMissingSlices(node, child, slicing);
            }
        }
    }

    private bool ReportsMustSupport(ElementPlan plan) => plan.MustSupport && request.ReportsMustSupport && _trial is null;

    // A slice says again what its profile says of all repetitions.
    private bool IsSupportAskedBefore(ElementPlan child, int first, int at)
    {
        for (var i = first; i < at; i++)
        {
            if (ReferenceEquals(_plans[i].Profile, child.Profile) && _plans[i].Child(child.Name) is { MustSupport: true })
                return true;
        }

        return false;
    }

    private void Push(ElementPlan plan)
    {
        if (_top == _plans.Length)
            Array.Resize(ref _plans, _top * 2);
        _plans[_top++] = plan;
    }

    private void PushStates(int count)
    {
        if (_statesTop + count > _states.Length)
            Array.Resize(ref _states, Math.Max(_states.Length * 2, _statesTop + count));
        _states.AsSpan(_statesTop, count).Clear();
        _statesTop += count;
    }

    private bool IsOnTop(ElementPlan plan, int first)
    {
        for (var i = first; i < _top; i++)
        {
            if (ReferenceEquals(_plans[i], plan))
                return true;
        }

        return false;
    }

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
