// The entrance of validation: a resource in, issues out.

using System.Diagnostics;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// Validates resources against the base definitions and profiles (R4 validation.html). A walk never waits: what it lacks (a definition,
/// a value set, the target of a reference) is noted, read afterwards, and the walk made again. What was read is kept while the state of
/// the sources is the same, so one walk is all that it takes in most cases. Safe to use from several threads.
/// </summary>
/// <param name="resources">Where definitions and codes come from.</param>
/// <param name="settings">Bounds and clock; the defaults if null.</param>
public sealed class Validator(IConformanceResources resources, ValidationSettings? settings = null)
{
    // What a walk reads may name more to be read; real profiles stand on each other a few levels deep.
    private const int MaxWalks = 50;

    private readonly ValidationSettings _settings = settings ?? ValidationSettings.Default;
    private volatile ValidationKnowledge? _knowledge;

    /// <summary>Everything that is wrong with the resource or worth to be said, in its own order; what the parser said is not repeated.</summary>
    /// <param name="resource">A resource that was parsed without errors.</param>
    /// <param name="request">What to check it against.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<Issue>> ValidateAsync(ElementNode resource, ValidationRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var scope = await resources.OpenAsync(cancel);
        var knowledge = _knowledge;
        if (knowledge is null || knowledge.State != scope.State)
            _knowledge = knowledge = new ValidationKnowledge(scope.State, _settings);
        var targets = new ReferenceTargets(request);
        var needs = 0;
        var spent = TimeSpan.Zero;
        for (var walks = 1; ; walks++)
        {
            var started = Stopwatch.GetTimestamp();
            var walk = new ValidationWalk(knowledge, targets, resource, request, _settings, cancel);
            walk.Run();
            if (walk.Needs.IsEmpty)
                return walk.Issues;
            spent += Stopwatch.GetElapsedTime(started);
            if (spent > _settings.MaxTime)
                return walk.TooLong();
            needs += walk.Needs.Count;
            if (needs > _settings.MaxNeeds || walks == MaxWalks)
                return walk.TooManyNeeds();
            cancel.ThrowIfCancellationRequested();
            await knowledge.ReadAsync(scope, walk.Needs, cancel);
            await targets.ReadAsync(walk.Needs, cancel);
        }
    }
}
