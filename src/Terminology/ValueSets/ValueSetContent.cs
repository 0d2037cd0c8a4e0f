// What a value set comes to: ordered parts, which are asked about a code without being enumerated.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A code system that a value set draws on.</summary>
/// <param name="Url">Its URL.</param>
/// <param name="Version">The version, or null.</param>
/// <param name="System">The code system; null if it is not known here.</param>
public sealed record UsedCodeSystem(string Url, string? Version, CodeSystem? System);

/// <summary>A value set that another draws on.</summary>
/// <param name="Url">Its URL.</param>
/// <param name="Version">The version, or null.</param>
/// <param name="Resource">The resource; "no such element" for an implicit value set.</param>
public sealed record UsedValueSet(string Url, string? Version, ElementNode Resource);

/// <summary>A part of a value set that could not be worked out.</summary>
/// <param name="System">The code system whose codes it would have.</param>
/// <param name="Version">The version, or null.</param>
/// <param name="Reason">Why not.</param>
public sealed record UnresolvedPart(string System, string? Version, TerminologyException Reason);

/// <summary>
/// The codes of a value set (R4 valueset.html#composition) in the order of its definition, without repetition. Immutable; safe to use
/// from several threads.
/// </summary>
public sealed class ValueSetContent
{
    private readonly ValueSetContent?[] _views = new ValueSetContent?[4];

    internal ValueSetContent(string? url, string? version, ElementNode resource, IReadOnlyList<ContentPart> parts, IReadOnlyList<UnresolvedPart> unresolved)
    {
        Url = url;
        Version = version;
        Resource = resource;
        Parts = parts;
        Unresolved = unresolved;
        Count = parts.Sum(static part => part.Count ?? 0);
    }

    /// <summary>The canonical URL, or null for a value set that was sent along without one.</summary>
    public string? Url { get; }

    /// <summary>The business version, or null.</summary>
    public string? Version { get; }

    /// <summary>The ValueSet resource; "no such element" for an implicit value set.</summary>
    public ElementNode Resource { get; }

    /// <summary>The parts, in order.</summary>
    public IReadOnlyList<ContentPart> Parts { get; }

    /// <summary>What could not be worked out; the value set may have codes of these systems that <see cref="Parts"/> lack, or not have some of them.</summary>
    public IReadOnlyList<UnresolvedPart> Unresolved { get; }

    /// <summary>The code systems that it draws on.</summary>
    public IReadOnlyList<UsedCodeSystem> CodeSystems { get; init; } = [];

    /// <summary>The value sets that it draws on, itself not among them.</summary>
    public IReadOnlyList<UsedValueSet> ValueSets { get; init; } = [];

    /// <summary>The canonical with the version, for messages.</summary>
    public string Name => Version is null ? Url ?? "that was sent" : $"{Url}|{Version}";

    /// <summary>Number of codes that can be enumerated.</summary>
    public int Count { get; }

    /// <summary>The entry of a code, or null if the value set does not have it.</summary>
    /// <param name="system">The code system's URL.</param>
    /// <param name="version">The version that the code is of, or null for any.</param>
    /// <param name="code">The code.</param>
    public ValueSetMember? Find(string system, string? version, string code)
    {
        foreach (var part in Parts)
        {
            if (part.System == system && (version is null || part.Version is null || part.Version == version || VersionRange.Matches(version, part.Version))
                && part.Find(code) is { } member)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>The entries of a code in any system, for those who were told none.</summary>
    public IEnumerable<ValueSetMember> FindInAnySystem(string code)
    {
        foreach (var part in Parts)
        {
            if (part is not WholePart { Kind: not WholeKind.Grammar } && part.Find(code) is { } member)
                yield return member;
        }
    }

    /// <summary>Why it can't be told whether the value set has a code of that system that <see cref="Find"/> did not find; null if it can.</summary>
    public TerminologyException? WhyUncertain(string system) => Unresolved.FirstOrDefault(part => part.System == system)?.Reason;

    /// <summary>The content without inactive or abstract concepts.</summary>
    internal ValueSetContent View(bool activeOnly, bool selectableOnly)
    {
        if (!activeOnly && !selectableOnly)
            return this;
        ref var view = ref _views[(activeOnly ? 1 : 0) + (selectableOnly ? 2 : 0)];
        return view ??= With([.. Parts.Select(part => part.Restrict(activeOnly, selectableOnly)).OfType<ContentPart>()], Unresolved);
    }

    /// <summary>The same value set with other parts.</summary>
    internal ValueSetContent With(IReadOnlyList<ContentPart> parts, IReadOnlyList<UnresolvedPart> unresolved) =>
        new(Url, Version, Resource, parts, unresolved) { CodeSystems = CodeSystems, ValueSets = ValueSets };
}
