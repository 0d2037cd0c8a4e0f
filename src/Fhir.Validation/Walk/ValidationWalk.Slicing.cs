// Which slice each repetition of an element is in, and whether the slices have what they must have.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private const int NoSlice = -1;
    private const int Undecided = -2;

    private HashSet<ElementPlan>? _untoldSlices;

    // Finds the slice of a repetition, adds its plan to those that the repetition is visited with, and counts.
    private void AddSlice(ElementNode item, int index, ElementPlan sliced, SlicingPlan slicing, int state, int itemFirst)
    {
        var found = FindSlice(item, index, slicing);
        if (found == Undecided)
        {
            _states[state + SlicingPlan.Undecided]++;
            if (_trial is null && !_isStopped && slicing.Discriminators.Count > 0 && (slicing.Rules == SlicingRules.Closed || slicing.ExpectsSlices))
                Report(item, IssueSeverity.Warning, "incomplete", WalkMessages.SliceUndecided, sliced.Id, sliced.Profile.Name, NamesOf(slicing), DescriptionOf(slicing));
            return;
        }

        if (found == NoSlice)
        {
            AddUnsliced(item, sliced, slicing, state, itemFirst);
            return;
        }

        var slice = slicing.Slices[found];
        _states[state + SlicingPlan.FirstCount + found]++;
        if (slicing.Rules == SlicingRules.OpenAtEnd && _states[state + SlicingPlan.Unmatched] > 0)
            Report(item, IssueSeverity.Error, "structure", WalkMessages.SliceAfterEnd, slice.Id, slice.Profile.Name);
        if (slicing.IsOrdered && found + 1 < _states[state + SlicingPlan.LastSlice])
            Report(item, IssueSeverity.Error, "structure", WalkMessages.SliceOutOfOrder, slice.Id, slice.Profile.Name, slicing.Slices[_states[state + SlicingPlan.LastSlice] - 1].SliceName ?? "");
        _states[state + SlicingPlan.LastSlice] = Math.Max(_states[state + SlicingPlan.LastSlice], found + 1);
        AddElementPlan(item, slice, itemFirst);
        if (slice.Slicing is { } nested)
            AddSlice(item, index, slice, nested, state + slicing.NestedState(found), itemFirst);
    }

    private void AddUnsliced(ElementNode item, ElementPlan sliced, SlicingPlan slicing, int state, int itemFirst)
    {
        _states[state + SlicingPlan.Unmatched]++;
        if (slicing.Default is { } other)
        {
            _states[state + SlicingPlan.FirstCount + slicing.Slices.Count]++;
            AddElementPlan(item, other, itemFirst);
        }
        else if (slicing.Rules == SlicingRules.Closed)
        {
            Report(item, IssueSeverity.Error, "structure", WalkMessages.InNoSlice, sliced.Id, sliced.Profile.Name, NamesOf(slicing), DescriptionOf(slicing));
        }
    }

    // Without something that tells it apart, nobody knows which elements are in the slice.
    private void ReportUntold(ElementNode item, SlicingPlan slicing, ElementPlan slice)
    {
        if (_trial is null && (_untoldSlices ??= []).Add(slice))
            Report(item, IssueSeverity.Warning, "business-rule", WalkMessages.SliceNotTold, slice.Id, slice.Profile.Name, DescriptionOf(slicing));
    }

    private int FindSlice(ElementNode item, int index, SlicingPlan slicing)
    {
        var isUndecided = false;
        for (var i = 0; i < slicing.Slices.Count; i++)
        {
            // Thousands of slices times a hundred thousand repetitions are no small thing.
            if (!Spend(1))
                return Undecided;
            if ((slicing.TestsOf(i) ?? MakeTests(slicing, i)) is not { } tests)
            {
                isUndecided = true;
                continue;
            }

            if (tests.Length == 0)
            {
                ReportUntold(item, slicing, slicing.Slices[i]);
                isUndecided = true;
                continue;
            }

            var passes = Passes(item, index, tests);
            if (passes == true)
                return i;
            isUndecided |= passes is null;
        }

        return isUndecided ? Undecided : NoSlice;
    }

    private bool? Passes(ElementNode item, int index, SliceTest[] tests)
    {
        bool? all = true;
        foreach (var test in tests)
        {
            var passes = Passes(item, index, test);
            if (passes == false)
                return false;
            all &= passes;
        }

        return all;
    }

    private void CheckSliceCounts(ElementNode parent, int runFirst, int runEnd, int statesFirst, ElementDefinition element)
    {
        var state = statesFirst;
        for (var i = runFirst; i < runEnd; i++)
        {
            if (_plans[i].Slicing is not { } slicing)
                continue;
            CheckSliceCounts(parent, slicing, state, element);
            state += slicing.StateSize;
        }
    }

    private void CheckSliceCounts(ElementNode parent, SlicingPlan slicing, int state, ElementDefinition element)
    {
        if (_trial is { IsOver: true })
            return;
        for (var i = 0; i <= slicing.Slices.Count; i++)
        {
            if ((i < slicing.Slices.Count ? slicing.Slices[i] : slicing.Default) is not { } slice)
                continue;
            var count = _states[state + SlicingPlan.FirstCount + i];
            if (count + _states[state + SlicingPlan.Undecided] < slice.Min)
                Report(parent, element.Name, IssueSeverity.Error, "required", WalkMessages.SliceTooFew, [slice.Id, slice.Profile.Name, Number(slice.Min), Number(count), DescriptionOf(slicing)]);
            else if (count > slice.Max)
                Report(parent, element.Name, IssueSeverity.Error, "structure", WalkMessages.SliceTooMany, [slice.Id, slice.Profile.Name, Number(slice.Max), Number(count)]);
            else if (count == 0 && ReportsMustSupport(slice))
                Report(parent, element.Name, IssueSeverity.Information, "informational", WalkMessages.MustSupport, [slice.Id, slice.Profile.Name]);
            if (i < slicing.Slices.Count && slice.Slicing is { } nested)
                CheckSliceCounts(parent, nested, state + slicing.NestedState(i), element);
        }
    }

    private void CheckMissingSlices(ElementNode parent, ElementPlan sliced, SlicingPlan slicing)
    {
        for (var i = 0; i <= slicing.Slices.Count; i++)
        {
            if ((i < slicing.Slices.Count ? slicing.Slices[i] : slicing.Default) is not { } slice)
                continue;
            if (slice.Min > 0)
                Report(parent, sliced.Name, IssueSeverity.Error, "required", WalkMessages.SliceTooFew, [slice.Id, slice.Profile.Name, Number(slice.Min), "0", DescriptionOf(slicing)]);
            else if (!sliced.MustSupport && ReportsMustSupport(slice))
                Report(parent, sliced.Name, IssueSeverity.Information, "informational", WalkMessages.MustSupport, [slice.Id, slice.Profile.Name]);
            if (slice.Slicing is { } nested)
                CheckMissingSlices(parent, slice, nested);
        }
    }

    private static string NamesOf(SlicingPlan slicing) => string.Join(", ", slicing.Slices.Select(static slice => slice.SliceName));

    private static string DescriptionOf(SlicingPlan slicing) => slicing.Discriminators.Count == 0
        ? "-"
        : string.Join(", ", slicing.Discriminators.Select(static by => $"{by.Kind.ToString().ToLowerInvariant()}:{by.Path}"));
}
