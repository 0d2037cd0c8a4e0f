// Does an element meet a profile? A walk within the walk, whose issues are not told.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    // References may lead from resource to resource without end.
    private const int MaxTrials = 16;

    private Dictionary<(ResourceTree Tree, int Index, ProfilePlan Profile), bool>? _met;
    private Trial? _trial;
    private int _trials;
    private int _lacked;

    /// <summary>
    /// Whether the element conforms to the profile; null while that can't be told, since definitions or codes are not read yet, the
    /// profile is not known, or trials lie within trials too deep.
    /// </summary>
    private bool? Meets(ElementNode node, string canonical)
    {
        if (R4Plans.TypeOf(canonical) is { } type)
            return node.Type.Is(type);
        if (!TryGetPlan(canonical, out var known) || known.Value is not { } profile)
            return null;
        if (profile.Type is null || !node.Type.Is(profile.Type))
            return false;
        var key = (node.Tree, node.Index, profile);
        _met ??= [];
        if (_met.TryGetValue(key, out var met))
            return met;
        // Two that ask for each other meet unless something else is wrong.
        _met[key] = true;
        if (Try(node, profile, isWhole: false) is { } trial)
            return _met[key] = trial.Errors == 0;
        _met.Remove(key);
        return null;
    }

    // Null if something was lacking, so that the next walk has to try again.
    private Trial? Try(ElementNode node, ProfilePlan profile, bool isWhole)
    {
        if (_trials >= MaxTrials)
            return null;
        var (outer, lacked, first, isUndecided) = (_trial, _lacked, _top, _isUndecided);
        var trial = new Trial(isWhole);
        _trial = trial;
        _trials++;
        Push(profile.Root);
        Visit(node, first);
        _top = first;
        _trials--;
        (_trial, _isUndecided) = (outer, isUndecided);
        return _isStopped || (_lacked != lacked && trial.Errors == 0) ? null : trial;
    }
}
