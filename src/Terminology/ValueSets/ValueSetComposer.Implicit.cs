// Value sets that no resource defines: those that SNOMED CT and LOINC define by their URLs, and the value sets of all codes of a system.

using FhirHub.Model;

namespace FhirHub.Terminology;

internal sealed partial class ValueSetComposer
{
    private const string Loinc = "http://loinc.org";
    private const string LoincValueSets = "http://loinc.org/vs";
    private const string AllCodes = "?fhir_vs";
    private const string Ucum = "http://unitsofmeasure.org";

    // Null if the canonical is none of an implicit value set.
    private async ValueTask<ValueSetContent?> ImplicitAsync(string canonical)
    {
        var (url, version) = SplitImplicit(canonical);
        if (url.StartsWith(Snomed.System, StringComparison.Ordinal) && url.IndexOf(AllCodes, StringComparison.Ordinal) is > 0 and var query)
            return Implicit(canonical, await SnomedAsync(url[..query], Uri.UnescapeDataString(url[(query + AllCodes.Length)..]), canonical));
        if (url == LoincValueSets)
            return Implicit(canonical, Whole(await ResolveAsync(Loinc, version)));
        if (url.StartsWith(LoincValueSets + "/", StringComparison.Ordinal))
            return await LoincAsync(canonical, url[(LoincValueSets.Length + 1)..], version) is { } parts ? Implicit(canonical, parts) : null;
        if (url == Ucum + "/vs")
            return Implicit(canonical, Whole(await ResolveAsync(Ucum, version)));
        if (url.EndsWith(AllCodes, StringComparison.Ordinal))
            return Implicit(canonical, Whole(await ResolveAsync(url[..^AllCodes.Length], version)));
        return await _scope.CodeSystemOfValueSetAsync(canonical, _cancel) is { } system
            ? Implicit(canonical, Whole(await ResolveAsync(system.Url, system.Version)))
            : null;
    }

    // In an expression constraint bars stand around terms.
    private static (string Url, string? Version) SplitImplicit(string canonical) =>
        canonical.StartsWith(Snomed.System, StringComparison.Ordinal) && canonical.Contains($"{AllCodes}=ecl/", StringComparison.Ordinal)
            ? (canonical, null)
            : TerminologyLibrary.Split(canonical);

    private static ValueSetContent Implicit(string canonical, IReadOnlyList<ContentPart> parts)
    {
        var (url, version) = SplitImplicit(canonical);
        return new ValueSetContent(url, version, default, parts, []);
    }

    private static IReadOnlyList<ContentPart> Whole(CodeSystemResolution resolution)
    {
        var origin = Origin(resolution);
        return resolution.System switch
        {
            null => [new WholePart(origin, WholeKind.Unknown)],
            { Table: null } => [new WholePart(origin, WholeKind.Grammar)],
            { Table: { } table, IsComplete: true } => [new TablePart(origin, table.All)],
            { Table: { } table } => [new TablePart(origin, table.All), new WholePart(origin, WholeKind.Rest)],
        };
    }

    private static PartOrigin Origin(CodeSystemResolution resolution) => new(
        resolution.Url, resolution.System?.Version ?? resolution.AskedVersion, resolution.System, resolution.AskedVersion is not null);

    // R4 snomedct.html#implicit: the edition in front of the question mark, the codes behind it.
    private async ValueTask<IReadOnlyList<ContentPart>> SnomedAsync(string edition, string codes, string canonical)
    {
        var resolution = await ResolveAsync(Snomed.System, edition == Snomed.System ? null : edition);
        if (codes.Length == 0)
            return Whole(resolution);
        if (resolution.System is not { Table: { } table } system)
            throw new TerminologyException("not-supported", $"The value set {canonical} selects codes of {edition}, which are not known here; import that edition of SNOMED CT.");
        var concepts = codes switch
        {
            _ when codes.StartsWith("=isa/", StringComparison.Ordinal) => table.Descendants(Known(codes[5..]), includesSelf: true),
            _ when codes.StartsWith("=refset/", StringComparison.Ordinal) => table.Set(codes[8..]) ?? throw new TerminologyException(
                "not-found", $"The value set {canonical} has the members of the reference set {codes[8..]}, which is not in the SNOMED CT release that is known here; check the identifier."),
            _ when codes.StartsWith("=ecl/", StringComparison.Ordinal) => ExpressionConstraint.Evaluate(codes[5..], table, _cancel),
            "=refset" => ConceptSet.Of(table, table.Sets.Select(name => table.Find(name)).Where(static ordinal => ordinal >= 0)),
            _ => throw new TerminologyException(
                "not-found", $"The value set {canonical} is none that SNOMED CT defines; write ?fhir_vs, ?fhir_vs=isa/[id], ?fhir_vs=refset, ?fhir_vs=refset/[id] or ?fhir_vs=ecl/[expression]."),
        };
        return concepts.Count == 0 ? [] : [new TablePart(Origin(resolution), concepts)];

        int Known(string code) => table.Find(code) is >= 0 and var ordinal ? ordinal : throw new TerminologyException(
            "not-found", $"The value set {canonical} names the concept {code}, which SNOMED CT {system.Version} does not have; check the identifier.");
    }

    // R4 loinc.html#implicit: an answer list, or what is below a part in the hierarchy.
    private async ValueTask<IReadOnlyList<ContentPart>?> LoincAsync(string canonical, string name, string? version)
    {
        var resolution = await ResolveAsync(Loinc, version);
        if (resolution.System is not { Table: { } table })
            throw new TerminologyException("not-supported", $"The value set {canonical} selects codes of {Loinc}, which are not known here; import a LOINC release.");
        if (table.Set(name) is { } members)
            return [new TablePart(Origin(resolution), members)];
        return table.Find(name) is >= 0 and var part ? [new TablePart(Origin(resolution), table.Descendants(part, includesSelf: false))] : null;
    }
}
