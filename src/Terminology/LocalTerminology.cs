// Terminology from resources at hand: what search, FHIRPath and validation ask about code systems and value sets.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// Answers from the CodeSystems and ValueSets of its sources, the first of which wins; where a system's codes are not known at all
/// (SNOMED CT, LOINC), a value set has it as a whole or names codes of it. Nothing is read before it is asked for. Safe to use from
/// several threads.
/// </summary>
public sealed class LocalTerminology : ITerminology
{
    private readonly TerminologyLimits _limits;
    private readonly ParsedLibrary _library;
    private readonly BoundedCache<Answer> _answers;

    /// <summary>Terminology over sources.</summary>
    /// <param name="sources">Where to look, in this order.</param>
    /// <param name="limits">Bounds; the defaults if null.</param>
    public LocalTerminology(IReadOnlyList<ITerminologySource> sources, TerminologyLimits? limits = null)
    {
        _limits = limits ?? new TerminologyLimits();
        _library = new ParsedLibrary(sources, _limits);
        _answers = new BoundedCache<Answer>(_limits.CachedCodes);
    }

    /// <inheritdoc/>
    public ValueTask<CodeSet> ExpandAsync(string valueSet, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(valueSet);
        return AnswerAsync($"in {valueSet}", ExpandAnewAsync, cancel);

        async ValueTask<CodeSet> ExpandAnewAsync()
        {
            var selection = await new ValueSetExpansion(_library, _limits).RunAsync(valueSet, cancel);
            return selection.ToCodeSet();
        }
    }

    /// <inheritdoc/>
    public ValueTask<CodeSet> SubsumptionAsync(string system, string code, SubsumptionSide side, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(code);
        return AnswerAsync($"{side} {system}|{code}", SubsumeAsync, cancel);

        async ValueTask<CodeSet> SubsumeAsync()
        {
            var codeSystem = await _library.CodeSystemAsync(system, null, cancel) ?? throw new TerminologyException(
                "not-found", $"The hierarchy of the code system {system} is not known here; check its URL, or create it as a CodeSystem resource with its concepts.");
            var concept = codeSystem.Find(code) ?? throw new TerminologyException(
                "not-found", $"The code system {system}{(codeSystem.Version is { } version ? $" in version {version}" : "")} has no code '{code}'.");
            var selection = new CodeSelection(_limits.Codes);
            foreach (var related in ParsedCodeSystem.Closure(concept, side))
            {
                foreach (var spelling in codeSystem.Spellings(related.Code))
                    selection.Add(system, spelling);
            }

            return selection.ToCodeSet();
        }
    }

    // The state is read before the resources are: what changes in between makes the answer one of an older state, which nobody is given.
    private async ValueTask<CodeSet> AnswerAsync(string question, Func<ValueTask<CodeSet>> answer, CancellationToken cancel)
    {
        var state = await _library.StateAsync(cancel);
        if (_answers.TryGet(question, out var known) && known.State == state)
            return known.Codes;
        var codes = await answer();
        _answers.Set(question, new Answer(state, codes), codes.Count + 16);
        return codes;
    }

    private sealed record Answer(string State, CodeSet Codes);
}
