// What a walk asks for: had at once, or noted as a need so that the next walk has it.

using FhirHub.Model;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    /// <summary>The plan of a profile. False if it is not read yet: then it is noted, and the rule at hand can be left to the next walk.</summary>
    internal bool TryGetPlan(string canonical, out Known<ProfilePlan> plan)
    {
        if (knowledge.TryGetPlan(canonical, out plan))
            return true;
        Need(Needs.Profiles, canonical);
        return false;
    }

    /// <summary>The value set, in the same way.</summary>
    internal bool TryGetValueSet(string canonical, out Known<IOpenValueSet> valueSet)
    {
        if (knowledge.TryGetValueSet(canonical, out valueSet))
            return true;
        Need(Needs.ValueSets, canonical);
        return false;
    }

    /// <summary>The code system, in the same way; null if nobody here knows it.</summary>
    internal bool TryGetCodeSystem(string system, string? version, out IOpenCodeSystem? codeSystem)
    {
        if (knowledge.TryGetCodeSystem(system, version, out codeSystem))
            return true;
        Need(Needs.CodeSystems, (system, version));
        return false;
    }

    /// <summary>Another canonical resource, such as a Questionnaire, in the same way; null if there is none.</summary>
    internal bool TryGetResource(string type, string canonical, out ResourceTree? found)
    {
        if (knowledge.TryGetResource(type, canonical, out found))
            return true;
        Need(Needs.Resources, (type, canonical));
        return false;
    }

    /// <summary>The target of a reference that is not within the resource, in the same way; null if it can't be read.</summary>
    internal bool TryGetTarget(string reference, out ResourceTree? target)
    {
        target = null;
        if (request.Resolve is null || targets.TryGet(reference, out target))
            return true;
        Need(Needs.References, reference);
        return false;
    }

    private void Need<T>(HashSet<T> needs, T need)
    {
        _lacked++;
        // What is beyond the bound is asked for by the next walk, and counted then.
        if (needs.Count < settings.MaxNeeds)
            needs.Add(need);
    }
}
