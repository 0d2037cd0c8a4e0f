// The codes that a value set comes to while it is worked out: added, cut with others, taken away.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Codes by system; systems whose codes are not known here are in it as a whole or not at all.</summary>
internal sealed class CodeSelection(int limit)
{
    private readonly Dictionary<string, HashSet<string>?> _systems = new(StringComparer.Ordinal);
    private int _count;

    public int Count => _count;

    /// <summary>Adds all codes of a system.</summary>
    public void AddAll(string system)
    {
        if (_systems.TryGetValue(system, out var codes) && codes is not null)
            _count -= codes.Count;
        _systems[system] = null;
    }

    /// <summary>Adds a code.</summary>
    /// <exception cref="TerminologyException">There are too many.</exception>
    public void Add(string system, string code)
    {
        if (!_systems.TryGetValue(system, out var codes))
            _systems.Add(system, codes = new HashSet<string>(StringComparer.Ordinal));
        if (codes is null || !codes.Add(code))
            return;
        if (++_count > limit)
            throw new TerminologyException("too-costly", $"The value set has more than {limit:N0} codes; use one that selects fewer.");
    }

    public void UnionWith(CodeSelection other)
    {
        foreach (var (system, codes) in other._systems)
        {
            if (codes is null)
            {
                AddAll(system);
                continue;
            }

            foreach (var code in codes)
                Add(system, code);
        }
    }

    public void IntersectWith(CodeSelection other)
    {
        foreach (var (system, codes) in _systems.ToList())
        {
            if (!other._systems.TryGetValue(system, out var others))
                _systems.Remove(system);
            else if (codes is null)
                _systems[system] = others is null ? null : new HashSet<string>(others, StringComparer.Ordinal);
            else if (others is not null)
                codes.IntersectWith(others);
        }

        Recount();
    }

    /// <exception cref="TerminologyException">Codes would have to be taken from a system whose codes are not known.</exception>
    public void ExceptWith(CodeSelection other)
    {
        foreach (var (system, others) in other._systems)
        {
            if (!_systems.TryGetValue(system, out var codes) || others is { Count: 0 })
                continue;
            if (others is null)
                _systems.Remove(system);
            else if (codes is null)
                throw new TerminologyException("not-supported", $"The value set excludes codes from all of {system}, whose codes are not known here; load that code system.");
            else
                codes.ExceptWith(others);
        }

        Recount();
    }

    public CodeSet ToCodeSet() => new(_systems
        .Where(static system => system.Value is null or { Count: > 0 })
        .Select(static system => KeyValuePair.Create(system.Key, (IReadOnlyCollection<string>?)system.Value)));

    private void Recount() => _count = _systems.Values.Sum(static codes => codes?.Count ?? 0);
}
