// What value sets come to in a scope, kept for those who ask again.

using FhirHub.Model;

namespace FhirHub.Terminology;

public sealed partial class TerminologyScope
{
    /// <summary>The content of a value set: a resource that is known here, or one that is implicit in its URL.</summary>
    /// <param name="canonical">The canonical, with or without <c>|version</c>.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="TerminologyException">The value set is not known, or can't be worked out.</exception>
    public ValueTask<ValueSetContent> ContentAsync(string canonical, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(canonical);
        return KeptAsync(canonical, scope => ValueSetComposer.ComposeAsync(scope, canonical, cancel));
    }

    /// <summary>The content of a value set that is at hand.</summary>
    /// <param name="valueSet">The resource.</param>
    /// <param name="stamp">Names its content, so that it may be kept; null if it came along with a request.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="TerminologyException">It can't be worked out.</exception>
    public ValueTask<ValueSetContent> ContentAsync(ResourceTree valueSet, string? stamp, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(valueSet);
        return stamp is null
            ? ValueSetComposer.ComposeAsync(this, valueSet.Root, cancel)
            : KeptAsync($"# {stamp}", scope => ValueSetComposer.ComposeAsync(scope, valueSet.Root, cancel));
    }

    /// <summary>The same scope with further supplements.</summary>
    internal TerminologyScope WithSupplements(IReadOnlyList<string> supplements) =>
        new(_library, _state, Parameters with { Supplements = [.. Parameters.Supplements, .. supplements] });

    /// <summary>The code system whose codes are all of a value set that no resource defines (R4 <c>CodeSystem.valueSet</c>), or null.</summary>
    internal async ValueTask<CanonicalName?> CodeSystemOfValueSetAsync(string canonical, CancellationToken cancel)
    {
        foreach (var resource in Parameters.Resources)
        {
            if (resource.ResourceType == "CodeSystem" && resource.Root.ChildValue("valueSet") == canonical)
                return new CanonicalName(resource.Root.ChildValue("url") ?? "", resource.Root.ChildValue("version"));
        }

        _state.WholeValueSets ??= await WholeValueSetsAsync(cancel);
        return _state.WholeValueSets.GetValueOrDefault(canonical);
    }

    private async ValueTask<IReadOnlyDictionary<string, CanonicalName>> WholeValueSetsAsync(CancellationToken cancel)
    {
        var names = new List<CanonicalName>();
        foreach (var source in _library.Sources)
            names.AddRange(await source.ListAsync("CodeSystem", cancel));
        names.AddRange(_library.CodeSystemSources.SelectMany(static source => source.List())
            .Select(static header => new CanonicalName(header.Url, header.Version) { ValueSet = header.ValueSet }));
        return names.Where(static name => name.ValueSet is not null)
            .GroupBy(static name => name.ValueSet!, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.MaxBy(static name => name.Version, BusinessVersion.Order)!, StringComparer.Ordinal);
    }

    private async ValueTask<ValueSetContent> KeptAsync(string question, Func<TerminologyScope, ValueTask<ValueSetContent>> compose)
    {
        if (CacheKey is not { } state)
            return await compose(this);
        var key = $"{question}\n{state}";
        if (_library.Contents.TryGet(key, out var known))
            return known;
        var content = await compose(this);
        _library.Contents.Set(key, content, Weight(content));
        return content;
    }

    // Bytes, about; the tables themselves are kept elsewhere.
    private static long Weight(ValueSetContent content)
    {
        var weight = 1_000L + Weight(content.Resource);
        foreach (var used in content.ValueSets)
            weight += Weight(used.Resource);
        foreach (var part in content.Parts)
            weight += part is TablePart table ? table.Table.Count / 4 : 500L * (part.Count ?? 0);
        return weight;
    }

    // The tree of nodes is about as large as the text.
    private static long Weight(ElementNode valueSet) => valueSet.Exists ? valueSet.Tree.Json.Length * 2L : 0;
}
