// The values that Observation/$stats looks at, by code: those of observations, of their components and of the members of panels.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A code that statistics are made for.</summary>
internal readonly record struct StatisticCode(string? System, string Code);

/// <summary>A usable value.</summary>
/// <param name="Value">The number.</param>
/// <param name="Unit">The UCUM code.</param>
/// <param name="Label">The unit as people read it, or null.</param>
/// <param name="Time">When, in microseconds; the least number where that is not known.</param>
internal readonly record struct StatisticSample(decimal Value, string Unit, string? Label, long Time);

/// <summary>The values of a code.</summary>
internal sealed class StatisticGroup(StatisticCode code)
{
    private readonly HashSet<(ResourceKey, int)> _seen = [];

    /// <summary>The code.</summary>
    public StatisticCode Code { get; } = code;

    /// <summary>Its name, if an observation has one.</summary>
    public string? Display { get; private set; }

    /// <summary>The usable values.</summary>
    public List<StatisticSample> Samples { get; } = [];

    /// <summary>Number of values looked at.</summary>
    public int Total { get; private set; }

    /// <summary>Adds what an observation (-1) or a component of it has, once.</summary>
    public void Add(ResourceKey key, int component, StatisticSample? sample, string? display)
    {
        if (!_seen.Add((key, component)))
            return;
        Total++;
        Display ??= display;
        if (sample is { } usable)
            Samples.Add(usable);
    }
}

/// <summary>
/// Gathers values (R4 observation-operation-stats.html): a code's own values wherever they stand, and for a panel those of its
/// components and of the observations that it has as members, each under its own code.
/// </summary>
internal sealed class StatisticSamples
{
    // A panel of panels is seen; a ring of panels ends.
    private const int MaxDepth = 3;

    private readonly FhirCall _call;
    private readonly IReadOnlyList<StatisticCode> _codes;
    private readonly DateRange _period;
    private readonly LiteralReferences _references;
    private readonly Dictionary<StatisticCode, StatisticGroup> _groups = [];
    private readonly HashSet<StatisticCode> _panels = [];

    /// <summary>Begins with no values.</summary>
    public StatisticSamples(FhirCall call, IReadOnlyList<StatisticCode> codes, DateRange period)
    {
        _call = call;
        _codes = codes;
        _period = period;
        _references = new LiteralReferences([call.BaseUrl, .. call.Server.Options.BaseUrls]);
    }

    /// <summary>What the statistics are based on, each observation once, in the order of its finding.</summary>
    public Dictionary<ResourceKey, (StoredVersion Version, long Time)> Sources { get; } = [];

    /// <summary>The groups: the codes asked for, then those of a panel's parts. A code that is only a panel's has no group.</summary>
    public IEnumerable<StatisticGroup> Groups
    {
        get
        {
            var panels = _codes.Where(c => !_groups.ContainsKey(c) && _panels.Contains(c)).ToHashSet();
            foreach (var code in _codes.Where(c => !panels.Contains(c)))
                yield return _groups.GetValueOrDefault(code) ?? new StatisticGroup(code);
            foreach (var (code, group) in _groups)
            {
                if (!_codes.Contains(code))
                    yield return group;
            }
        }
    }

    /// <summary>Adds an observation that has one of the codes, in itself or in a component.</summary>
    public async Task AddAsync(StoredVersion version, CancellationToken cancel)
    {
        var observation = _call.Server.Repository.Preparer.Read(version).Root;
        if (CodeOf(observation.Child("code"), onlyAsked: true) is { } asked)
            await AddWholeAsync(version, observation, asked, 0, cancel);
        else
            AddComponents(version, observation, onlyAsked: true);
    }

    private async Task AddWholeAsync(StoredVersion version, ElementNode observation, StatisticCode code, int depth, CancellationToken cancel)
    {
        var time = Keep(version, observation);
        var members = observation.ChildrenOf("hasMember").ToList();
        var isPanel = members.Count > 0 || observation.Child("component").Exists;
        if (isPanel)
            _panels.Add(code);
        if (observation.Child("value").Exists || !isPanel)
            GroupOf(code).Add(version.Key, -1, SampleOf(observation, observation, time), DisplayOf(observation.Child("code"), code));
        AddComponents(version, observation, onlyAsked: false);
        if (depth == MaxDepth)
            return;
        foreach (var member in members)
        {
            if (member.ChildValue("reference") is { } literal && _references.TryResolve(literal, out var key) && key.Type == "Observation"
                && await _call.Server.Store.ReadAsync(_call.Scope, key, cancel) is { IsDeleted: false } read)
            {
                var part = _call.Server.Repository.Preparer.Read(read).Root;
                if (part.ChildValue("status") != "entered-in-error" && IsWithinPeriod(part) && CodeOf(part.Child("code"), onlyAsked: false) is { } own)
                    await AddWholeAsync(read, part, own, depth + 1, cancel);
            }
        }
    }

    private void AddComponents(StoredVersion version, ElementNode observation, bool onlyAsked)
    {
        var time = long.MinValue;
        var index = 0;
        foreach (var component in observation.ChildrenOf("component"))
        {
            var at = index++;
            if (CodeOf(component.Child("code"), onlyAsked) is not { } code)
                continue;
            time = Keep(version, observation);
            GroupOf(code).Add(version.Key, at, SampleOf(observation, component, time), DisplayOf(component.Child("code"), code));
        }
    }

    private long Keep(StoredVersion version, ElementNode observation)
    {
        var time = CodeGroups.TimeOf(observation.Child("effective"));
        Sources.TryAdd(version.Key, (version, time));
        return time;
    }

    // A modifier may turn a value into its opposite, a comparator makes it a bound, and only UCUM says what a unit is.
    private static StatisticSample? SampleOf(ElementNode observation, ElementNode holder, long time)
    {
        var value = holder.Child("value");
        return value is { Exists: true, Type.Name: "Quantity" }
            && !observation.ChildrenOf("modifierExtension").Any() && !holder.ChildrenOf("modifierExtension").Any()
            && !value.Child("comparator").Exists
            && value.ChildValue("system") == Ucum.System && value.ChildValue("code") is { } unit && Ucum.IsValid(unit)
            && value.Child("value") is { Exists: true } number && number.GetDecimal() is { } amount
            ? new StatisticSample(amount, unit, value.ChildValue("unit"), time)
            : null;
    }

    private StatisticGroup GroupOf(StatisticCode code)
    {
        if (!_groups.TryGetValue(code, out var group))
            _groups.Add(code, group = new StatisticGroup(code));
        return group;
    }

    // A coding that was asked for goes before others, so that translations come together.
    private StatisticCode? CodeOf(ElementNode concept, bool onlyAsked)
    {
        StatisticCode? first = null;
        foreach (var coding in concept.ChildrenOf("coding"))
        {
            if (coding.ChildValue("code") is not { } code)
                continue;
            var system = coding.ChildValue("system");
            foreach (var asked in _codes)
            {
                if (asked.Code == code && (asked.System is null || asked.System == system))
                    return asked;
            }

            first ??= new StatisticCode(system, code);
        }

        return onlyAsked ? null : first;
    }

    private static string? DisplayOf(ElementNode concept, StatisticCode code)
    {
        foreach (var coding in concept.ChildrenOf("coding"))
        {
            if (coding.ChildValue("code") == code.Code && coding.ChildValue("display") is { } display)
                return display;
        }

        return concept.ChildValue("text");
    }

    private bool IsWithinPeriod(ElementNode observation)
    {
        if (_period == DateRange.Open)
            return true;
        var effective = observation.Child("effective");
        if (effective is { Exists: true, Type.Name: "Period" })
        {
            var low = DateRange.TryParse(effective.Child("start"), out var start) ? start.Low : long.MinValue;
            var high = DateRange.TryParse(effective.Child("end"), out var end) ? end.High : long.MaxValue;
            return low <= _period.High && _period.Low <= high;
        }

        return effective.Exists && effective.IsPrimitive && DateRange.TryParse(effective, out var time)
            && time.Low <= _period.High && _period.Low <= time.High;
    }
}
