// A value set as validation asks it: whether it has a code, a hundred times for each resource.

using System.Collections.Concurrent;
using System.Collections.Frozen;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// What a value set came to, without what only lists for people need: codes that it names are a frozen set, others are looked up in
/// the table of their code system, which is kept once for all value sets.
/// </summary>
internal sealed class OpenValueSet : IOpenValueSet
{
    // More of them nobody reads in a message.
    private const int MaxListed = 64;

    private readonly Part[] _parts;
    private readonly FrozenDictionary<string, Part[]> _bySystem;
    private readonly FrozenSet<string> _uncertain;
    private readonly IReadOnlyList<string>? _codes;

    private OpenValueSet(ValueSetContent content, Part[] parts, FrozenDictionary<string, Part[]> bySystem, FrozenSet<string> uncertain)
    {
        Name = content.Name;
        _parts = parts;
        _bySystem = bySystem;
        _uncertain = uncertain;
        IsComplete = uncertain.Count == 0 && !Array.Exists(parts, static part => part.IsOpen);
        _codes = content.Count is > 0 and <= MaxListed && content.Unresolved.Count == 0 && content.Parts.All(static part => part is not WholePart) ? [.. content.Parts.SelectMany(Codes)] : null;
    }

    public string Name { get; }

    public bool IsComplete { get; }

    /// <summary>Opens what a value set came to.</summary>
    public static async ValueTask<OpenValueSet> OpenAsync(TerminologyScope scope, ValueSetContent content, CancellationToken cancel)
    {
        Part[] parts = [.. content.Parts.Select(Part.Of)];
        var named = new Dictionary<string, Part[]>(StringComparer.Ordinal);
        foreach (var group in parts.GroupBy(static part => part.System, StringComparer.Ordinal))
        {
            Part[] same = [.. group];
            named[group.Key] = same;
            foreach (var name in await scope.SystemNamesAsync(group.Key, cancel))
                named.TryAdd(name, same);
        }

        var uncertain = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in content.Unresolved)
            uncertain.UnionWith(await scope.SystemNamesAsync(part.System, cancel));
        return new OpenValueSet(content, parts, named.ToFrozenDictionary(StringComparer.Ordinal), uncertain.ToFrozenSet(StringComparer.Ordinal));
    }

    public Membership Find(string? system, string? version, string code)
    {
        if (system is null)
            return FindInAnySystem(code);
        if (_bySystem.TryGetValue(system, out var parts))
        {
            var isOtherVersion = false;
            foreach (var part in parts)
            {
                if (part.IsPinned && version is not null && part.Version is not null && version != part.Version && !VersionRange.Matches(version, part.Version))
                    continue;
                if (part.Has(code))
                    return Membership.In;
                isOtherVersion |= !part.IsPinned && version is not null && part.Version is not null && version != part.Version;
            }

            // The version at hand lacks the code; that which the code is of may have it.
            if (isOtherVersion)
                return Membership.Unknown;
        }

        return _uncertain.Count > 0 && _uncertain.Contains(system) ? Membership.Unknown : Membership.NotIn;
    }

    public IReadOnlyList<string>? Codes(int most) => _codes?.Count <= most ? _codes : null;

    public IReadOnlyList<string> SystemsOf(string code) =>
        [.. _parts.Where(part => !part.IsOpen && part.Has(code)).Select(static part => part.System).Distinct(StringComparer.Ordinal)];

    private Membership FindInAnySystem(string code)
    {
        foreach (var part in _parts)
        {
            if (!part.IsOpen && part.Has(code))
                return Membership.In;
        }

        return IsComplete ? Membership.NotIn : Membership.Unknown;
    }

    private static IEnumerable<string> Codes(ContentPart part) => part switch
    {
        TablePart table => table.Concepts.Select(table.Table.Code),
        ListPart list => list.Entries.Concat(list.Strays).Select(static entry => entry.Code),
        _ => [],
    };

    /// <summary>The codes of one system.</summary>
    /// <param name="System">Its URL.</param>
    /// <param name="Version">Its version, or null.</param>
    /// <param name="IsPinned">True if the value set names the version.</param>
    /// <param name="IsOpen">True if it has codes that nobody here knows.</param>
    /// <param name="Has">Whether it has a code.</param>
    private sealed record Part(string System, string? Version, bool IsPinned, bool IsOpen, Func<string, bool> Has)
    {
        public static Part Of(ContentPart part) => part switch
        {
            ListPart list => new Part(part.System, part.Version, part.IsPinned, false, Listed(list)),
            WholePart { Kind: WholeKind.Grammar } => new Part(part.System, part.Version, part.IsPinned, false, new RecentAnswers(part.Has).Ask),
            _ => new Part(part.System, part.Version, part.IsPinned, part is WholePart, part.Has),
        };

        private static Func<string, bool> Listed(ListPart list) => list.Entries.Concat(list.Strays).Select(static entry => entry.Code)
            .ToFrozenSet(list.CodeSystem?.IsCaseSensitive == false ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal).Contains;
    }

    // To parse a unit takes longer than to look up a code, and records have the same few of them.
    private sealed class RecentAnswers(Func<string, bool> ask)
    {
        private const int MaxRecent = 1_024;
        private const int MaxLength = 64;

        private readonly ConcurrentDictionary<string, bool> _recent = new(StringComparer.Ordinal);

        public bool Ask(string code)
        {
            if (_recent.TryGetValue(code, out var known))
                return known;
            var answer = ask(code);
            if (code.Length > MaxLength)
                return answer;
            if (_recent.Count >= MaxRecent)
                _recent.Clear();
            return _recent[code] = answer;
        }
    }
}
