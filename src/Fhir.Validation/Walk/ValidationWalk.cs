// One walk over a resource beside the profiles that it must meet. The partials hold the rules by family.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>A walk. It looks at everything once, never waits, and notes what it lacks.</summary>
internal sealed partial class ValidationWalk(
    ValidationKnowledge knowledge, ReferenceTargets targets, ElementNode resource, ValidationRequest request, ValidationSettings settings, CancellationToken cancel)
{
    private readonly List<Issue> _issues = [];
    private int _further;
    private int _steps;
    private bool _isStopped;
    private bool _isFullOfErrors;

    /// <summary>What was missing; the issues are whole only if nothing was.</summary>
    public ValidationNeeds Needs { get; } = new();

    /// <summary>What is wrong, in the order of the resource.</summary>
    public IReadOnlyList<Issue> Issues => _issues;

    /// <summary>The resource that is validated: a Bundle, say, whose entries are looked at too.</summary>
    public ElementNode Root => resource;

    /// <summary>Walks.</summary>
    public void Run()
    {
        AddRequestedProfiles();
        VisitResource(resource, 0);
        if (_isStopped)
            _issues.Add(Issue.Of(IssueSeverity.Error, "too-costly", WalkMessages.TooManySteps, settings.MaxSteps.ToString()));
        if (_further > 0)
            _issues.Add(Issue.Of(IssueSeverity.Information, "informational", WalkMessages.FurtherIssues, _further.ToString()));
    }

    /// <summary>Says that the walks lacked more than one validation may open.</summary>
    public IReadOnlyList<Issue> TooManyNeeds() =>
        [.. _issues, Issue.Of(IssueSeverity.Error, "too-costly", WalkMessages.TooManyNeeds, settings.MaxNeeds.ToString())];

    /// <summary>Says that the walks took longer than those of one validation may.</summary>
    public IReadOnlyList<Issue> TooLong() =>
        [.. _issues, Issue.Of(IssueSeverity.Error, "too-costly", WalkMessages.TooLongWalks, Number((int)settings.MaxTime.TotalSeconds))];

    /// <summary>Counts what a rule looks at, so that hostile resources cost no more than the bound. False when the walk, or the trial at hand, is over.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    internal bool Spend(int steps)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isStopped || _trial is { IsOver: true })
            return false;
        _steps += Math.Max(steps, 1);
        if (_steps <= settings.MaxSteps && System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return true;
        _isStopped = true;
        return false;
    }

    /// <summary>Notes an issue at an element.</summary>
    /// <param name="node">Where.</param>
    /// <param name="severity">How bad it is.</param>
    /// <param name="code">A code of R4 valueset-issue-type.html.</param>
    /// <param name="template">What it says.</param>
    /// <param name="arguments">What stands at the template's places.</param>
    internal void Report(ElementNode node, IssueSeverity severity, string code, MessageTemplate template, params IReadOnlyList<string> arguments) =>
        Report(node, null, severity, code, template, arguments);

    // Hundreds of hints must not hide an error.
    private bool MakeRoom(IssueSeverity severity)
    {
        _further++;
        if (_isFullOfErrors || severity is not (IssueSeverity.Error or IssueSeverity.Fatal))
            return false;
        var lesser = _issues.FindLastIndex(static issue => issue.Severity == IssueSeverity.Information);
        if (lesser < 0)
            lesser = _issues.FindLastIndex(static issue => issue.Severity == IssueSeverity.Warning);
        _isFullOfErrors = lesser < 0;
        if (_isFullOfErrors)
            return false;
        _issues.RemoveAt(lesser);
        return true;
    }

    // With the name of a child where it is that child that is not there.
    private void Report(
        ElementNode node, string? child, IssueSeverity severity, string code, MessageTemplate template, IReadOnlyList<string> arguments, IReadOnlyList<string>? chinese = null)
    {
        if (_trial is { } trial)
        {
            trial.Note(severity);
            return;
        }

        if (_issues.Count >= settings.MaxIssues && !MakeRoom(severity))
            return;

        var (line, column) = node.GetPosition();
        var path = node.GetPath();
        _issues.Add(Issue.Of(severity, code, template, arguments) with
        {
            Message = new IssueMessage(template, arguments) { ChineseArguments = chinese },
            Expression = child is null ? path : $"{path}.{child}",
            Line = line,
            Column = column,
        });
    }
}
