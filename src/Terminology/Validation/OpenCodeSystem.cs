// A code system as validation asks it: one code after the other, mostly the same ones.

using System.Collections.Concurrent;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A code system whose codes are known, all or some of them.</summary>
/// <param name="system">The code system.</param>
/// <param name="supplements">The supplements that are known, whose names for its concepts are right as well.</param>
internal sealed class OpenCodeSystem(CodeSystem system, IReadOnlyList<CodeSystem> supplements) : IOpenCodeSystem
{
    // Records use a few hundred codes over and over; to gather the names of one takes a microsecond.
    private const int MaxRecent = 4_096;
    private const int MaxLength = 64;

    private readonly CodeSystem _system = supplements.Count == 0 ? system : new SupplementedCodeSystem(system, supplements);
    private readonly ConcurrentDictionary<string, OpenConcept> _recent = new(StringComparer.Ordinal);

    public string Name { get; } = CodingCheck.Canonical(system.Url, system.Version);

    public bool IsComplete => system.IsComplete;

    public OpenConcept? Find(string code)
    {
        if (_recent.TryGetValue(code, out var known))
            return known;
        if (_system.Find(code) is not { } concept)
            return null;
        var found = Read(concept);
        if (code.Length > MaxLength)
            return found;
        if (_recent.Count >= MaxRecent)
            _recent.Clear();
        return _recent[code] = found;
    }

    private static OpenConcept Read(Concept concept)
    {
        var displays = new List<string>();
        if (concept.Display is { } display)
            displays.Add(display);
        foreach (var designation in concept.Designations)
        {
            if (!displays.Contains(designation.Value))
                displays.Add(designation.Value);
        }

        return new OpenConcept(
            concept.Code, concept.Display, displays, concept.IsInactive || concept.Status == "retired", concept.IsDeprecated || concept.Status == "deprecated", concept.IsAbstract);
    }
}

/// <summary>A code system that is known by its name, without its codes.</summary>
internal sealed class NamedCodeSystem(string name) : IOpenCodeSystem
{
    public string Name => name;

    public bool IsComplete => false;

    public OpenConcept? Find(string code) => null;
}
