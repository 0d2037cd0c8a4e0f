// What one include or exclude selects of its code system.

using FhirHub.Model;

namespace FhirHub.Terminology;

internal sealed partial class ValueSetComposer
{
    // A regular expression takes about so many times what a look at a concept takes.
    private const long RegexCost = 10;

    // To read one takes as long as to look at so many concepts.
    private const long RegexReading = 100_000;

    private async ValueTask<IReadOnlyList<ContentPart>> OfSystemAsync(ElementNode include, string system, List<UnresolvedPart> unresolved)
    {
        var version = include.ChildValue("version");
        if (version != "*")
            return Select(include, await ResolveAsync(system, version), unresolved);

        // All versions side by side (R4 ValueSet.compose.include.version).
        var parts = new List<ContentPart>();
        foreach (var known in (await ResolveAsync(system, null)).Versions)
            parts.AddRange(Select(include, await ResolveAsync(system, known), unresolved));
        return parts;
    }

    private async ValueTask<CodeSystemResolution> ResolveAsync(string system, string? version)
    {
        if (_resolved.TryGetValue((system, version, _scope), out var known))
            return known;
        if (_resolved.Count >= Limits.CodeSystems)
            throw new TerminologyException("too-costly", $"The value set {_path.FirstOrDefault()} draws on more than {Limits.CodeSystems:N0} code systems; split it.");
        var resolution = await _scope.ResolveCodeSystemAsync(system, version, _cancel);
        if (resolution.ViolatedCheck is { } check)
        {
            throw new TerminologyException(
                "business-rule",
                $"The value set {_path.FirstOrDefault()} uses the code system {system} in version {resolution.System!.Version ?? "(none)"}, and version {check} was to be checked for; ask without that check, or for another version of the value set.");
        }

        _resolved.Add((system, version, _scope), resolution);
        var used = new UsedCodeSystem(resolution.Url, resolution.System?.Version ?? resolution.AskedVersion, resolution.System);
        if (!_codeSystems.Contains(used))
            _codeSystems.Add(used);
        return resolution;
    }

    private ContentPart[] Select(ElementNode include, CodeSystemResolution resolution, List<UnresolvedPart> unresolved)
    {
        var codeSystem = resolution.System;
        var origin = new PartOrigin(resolution.Url, codeSystem?.Version ?? resolution.AskedVersion, codeSystem, resolution.AskedVersion is not null);
        if (include.Child("concept").Exists)
            return Enumerated(include, origin);
        var hasFilters = include.Child("filter").Exists;
        if (codeSystem is null)
        {
            if (!hasFilters)
                return [new WholePart(origin, WholeKind.Unknown)];
            unresolved.Add(new UnresolvedPart(origin.System, origin.Version, Unfilterable(resolution)));
            return [];
        }

        if (codeSystem.Table is not { } table)
        {
            foreach (var filter in include.ChildrenOf("filter"))
                Spend(filter.ChildValue("op") == "regex" ? RegexReading : 1);
            return [new WholePart(origin, WholeKind.Grammar, GrammarFilter.Read(include, codeSystem, Limits))];
        }

        if (!hasFilters)
            return codeSystem.IsComplete ? [new TablePart(origin, table.All)] : [new TablePart(origin, table.All), new WholePart(origin, WholeKind.Rest)];
        var concepts = table.All;
        foreach (var filter in include.ChildrenOf("filter"))
        {
            Spend(filter.ChildValue("op") == "regex" ? RegexReading + (table.Count * RegexCost) : table.Count);
            concepts = concepts.And(ConceptFilter.Select(filter, codeSystem, table, Limits, _matching, _cancel));
        }

        return concepts.Count == 0 ? [] : [new TablePart(origin, concepts)];
    }

    private static TerminologyException Unfilterable(CodeSystemResolution resolution)
    {
        var version = resolution.AskedVersion is { } text ? $" in version {text}" : "";
        return new TerminologyException(
            "not-supported", $"The value set filters the codes of {resolution.Url}{version}, which are not known here; create that CodeSystem with its concepts, or use a value set that enumerates its codes.");
    }

    private ContentPart[] Enumerated(ElementNode include, PartOrigin origin)
    {
        var entries = new List<ListedConcept>();
        var strays = new List<ListedConcept>();
        foreach (var node in include.ChildrenOf("concept"))
        {
            if (node.ChildValue("code") is not { Length: > 0 } code)
                continue;
            var listed = Listed(code, node, origin.CodeSystem, node.ChildValue("display"));

            // A code that its code system lacks may be one of a later version, or a mistake: nobody can show it to a user.
            (listed.Concept is null && origin.CodeSystem is { IsComplete: true } ? strays : entries).Add(listed);
        }

        Spend(entries.Count + strays.Count);
        return entries.Count + strays.Count == 0 ? [] : [new ListPart(origin, entries, strays)];
    }

    private static ListedConcept Listed(string code, ElementNode node, CodeSystem? codeSystem, string? display)
    {
        var concept = codeSystem?.Find(code);
        var designations = new List<Designation>();
        foreach (var designation in node.ChildrenOf("designation"))
        {
            if (designation.ChildValue("value") is not { } value)
                continue;
            var use = designation.Child("use") is { Exists: true } coding && coding.ChildValue("code") is { } useCode
                ? new CodingValue(coding.ChildValue("system"), coding.ChildValue("version"), useCode, coding.ChildValue("display"))
                : null;
            designations.Add(new Designation(value, designation.ChildValue("language"), use));
        }

        return new ListedConcept(concept?.Code ?? code, concept, display, designations)
        {
            IsAbstract = concept?.IsAbstract == true,
            IsInactive = concept?.IsInactive == true,
        };
    }

    // A value set that says only what it came to elsewhere.
    private async ValueTask<IReadOnlyList<ContentPart>> ExpandedAsync(ElementNode valueSet)
    {
        var draft = new ContentDraft();
        if (valueSet.Child("expansion") is { Exists: true } expansion)
            await AddContainsAsync(expansion, draft);
        return draft.Finish();
    }

    // Entries that are there for the order of a list alone have no code, or are abstract.
    private async ValueTask AddContainsAsync(ElementNode holder, ContentDraft draft)
    {
        foreach (var entry in holder.ChildrenOf("contains").ToList())
        {
            if (entry.ChildValue("system") is { } system && entry.ChildValue("code") is { } code)
            {
                Spend(1);
                var resolution = await ResolveAsync(system, entry.ChildValue("version"));
                var origin = new PartOrigin(resolution.Url, entry.ChildValue("version") ?? resolution.System?.Version, resolution.System, resolution.AskedVersion is not null);
                var listed = Listed(code, entry, resolution.System, entry.ChildValue("display"));
                var isAbstract = entry.Child("abstract") is { Exists: true } flag && flag.GetBoolean() == true;
                var isInactive = entry.Child("inactive") is { Exists: true } mark && mark.GetBoolean() == true;
                ListPart[] one = [new ListPart(origin, [listed with { IsAbstract = isAbstract, IsInactive = listed.IsInactive || isInactive }], [])];
                Spend(draft.CostOf(one));
                draft.Add(one);
            }

            await AddContainsAsync(entry, draft);
        }
    }
}
