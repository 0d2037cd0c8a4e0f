// The names of code systems: URLs and urn:oid: names that mean the same.

namespace FhirHub.Terminology;

public sealed partial class TerminologyScope
{
    // Far more than a code system has; loops among names end anyway.
    private const int MaxSystemNames = 32;

    private const int MaxKnownSystems = 20_000;

    private readonly Dictionary<string, IReadOnlyList<string>> _overlayNames = new(StringComparer.Ordinal);

    /// <summary>
    /// All names of a code system, the one given among them: what NamingSystems and identifiers of CodeSystems say, and what everybody
    /// knows. The first is the one to use: that of a code system that is known here, or else one that is no number.
    /// </summary>
    public async ValueTask<IReadOnlyList<string>> SystemNamesAsync(string name, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(name);
        var isOverlaid = !_isChoiceShared;
        if (isOverlaid ? _overlayNames.TryGetValue(name, out var known) : _state.SystemNames.TryGetValue(name, out known))
            return known!;

        var names = new List<string> { name };
        for (var i = 0; i < names.Count && names.Count < MaxSystemNames; i++)
        {
            foreach (var other in await OtherNamesAsync(names[i], cancel))
            {
                if (other.Length > 0 && !names.Contains(other))
                    names.Add(other);
            }
        }

        if (names.Count > 1)
            await PutPreferredFirstAsync(names, cancel);
        if (isOverlaid)
            return _overlayNames[name] = names;
        if (_state.SystemNames.Count >= MaxKnownSystems)
            _state.SystemNames.Clear();
        return _state.SystemNames[name] = names;
    }

    /// <summary>The name to use for a code system, whichever of its names it was given by.</summary>
    public async ValueTask<string> SystemNameAsync(string name, CancellationToken cancel) => (await SystemNamesAsync(name, cancel))[0];

    private async ValueTask<IEnumerable<string>> OtherNamesAsync(string name, CancellationToken cancel)
    {
        var entries = (await AllAsync("NamingSystem", name, cancel)).SelectMany(static group => group)
            .Concat((await AllAsync("CodeSystem", name, cancel)).SelectMany(static group => group).Where(static entry => entry.Content != "supplement"));
        return SystemNames.Find(name).Concat(entries.SelectMany(static entry => entry.OtherNames.Prepend(entry.Url)));
    }

    // Whichever name is asked about, the same one comes first.
    private async ValueTask PutPreferredFirstAsync(List<string> names, CancellationToken cancel)
    {
        names.Sort(static (left, right) => SystemNames.IsNumber(left) != SystemNames.IsNumber(right)
            ? SystemNames.IsNumber(left).CompareTo(SystemNames.IsNumber(right))
            : string.CompareOrdinal(left, right));
        string? first = null;
        foreach (var name in names)
        {
            // By an identifier a code system is found too, but that is not what it calls itself.
            var own = (await CandidatesAsync(name, cancel)).FindAll(candidate => (candidate.Entry?.Url ?? candidate.System?.Url) == name);
            if (own.Count == 0)
                continue;

            // That it is known at all counts less than its content.
            var hasContent = own.Exists(static candidate => candidate.HasContent);
            if (hasContent || first is null)
                first = name;
            if (hasContent)
                break;
        }

        if (first is not null && names.Remove(first))
            names.Insert(0, first);
    }
}
