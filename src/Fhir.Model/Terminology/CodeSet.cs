// A set of codes of one or several systems: what a value set or a branch of a hierarchy comes to.

using System.Collections.Frozen;

namespace FhirHub.Model;

/// <summary>A set of codes by system. Immutable; two sets are equal only if they are the same object.</summary>
public sealed class CodeSet
{
    private readonly FrozenDictionary<string, FrozenSet<string>?> _systems;

    /// <summary>Makes a set; null for the codes of a system means all of them (a system whose codes are not known here).</summary>
    /// <param name="systems">The codes by system.</param>
    /// <param name="otherNames">Further names of these systems, such as <c>urn:oid:</c>, with the name that the set has them under.</param>
    public CodeSet(IEnumerable<KeyValuePair<string, IReadOnlyCollection<string>?>> systems, IEnumerable<KeyValuePair<string, string>>? otherNames = null)
    {
        _systems = systems.ToFrozenDictionary(static s => s.Key, static s => s.Value?.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
        OtherNames = (otherNames ?? []).Where(name => _systems.ContainsKey(name.Value) && !_systems.ContainsKey(name.Key)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The systems of the set.</summary>
    public IReadOnlyCollection<string> Systems => _systems.Keys;

    /// <summary>Further names of systems of the set, each with the name that <see cref="Systems"/> has; a code under either is in it.</summary>
    public IReadOnlyDictionary<string, string> OtherNames { get; }

    /// <summary>Number of codes; systems that are in the set as a whole do not count.</summary>
    public int Count => _systems.Values.Sum(static codes => codes?.Count ?? 0);

    /// <summary>The codes of a system, or null if the system is in the set as a whole.</summary>
    /// <exception cref="KeyNotFoundException">The system is not in the set.</exception>
    public IReadOnlyCollection<string>? CodesOf(string system) => _systems[system];

    /// <summary>True if the set has the code; a null or empty system is that of codes without one.</summary>
    public bool Contains(string? system, string code) =>
        (_systems.TryGetValue(system ?? "", out var codes) || (OtherNames.TryGetValue(system ?? "", out var name) && _systems.TryGetValue(name, out codes)))
        && codes?.Contains(code) != false;
}
