// Institutions and identifier systems that images name in words or numbers of their own.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>Finds the Organization that a text stands for, and the systems of its numbers.</summary>
internal sealed class InstitutionLookup(RecordSearch records, ImagingOptions options)
{
    /// <summary>The system of an institution's unified social credit code, and what its own numbers' systems begin with (profiles/namingsystems).</summary>
    public const string CreditCode = "https://fhirhub.dev/fhir/sid/unified-social-credit-code";

    private const string LocalRecord = "https://fhirhub.dev/fhir/sid/local-record/";

    /// <summary>The one Organization that has the text as its name, alias or identifier; null for none and for several.</summary>
    public async Task<StoredVersion?> FindAsync(string? text, CancellationToken cancel)
    {
        if (text is null)
            return null;
        foreach (var name in new[] { "name:exact", "identifier" })
        {
            var value = name == "identifier" && text.StartsWith("urn:oid:", StringComparison.Ordinal)
                ? $"{RecordSearch.Escape(text)},{RecordSearch.Escape(text["urn:oid:".Length..])}"
                : RecordSearch.Escape(text);
            var found = await records.FindAsync("Organization", 3, cancel, (name, value));
            var live = found.Where(version => records.Root(version).Child("active").GetBoolean() != false).ToList();
            if (live.Count > 0)
                return live.Count == 1 ? live[0] : null;
        }

        return null;
    }

    /// <summary>
    /// The identifier systems that a Patient ID may be of; null if it names no issuer and the configuration knows none for such, so that it could
    /// be of any system. Empty if the issuer is unknown.
    /// </summary>
    public async Task<IReadOnlyList<string>?> SystemsAsync(PatientIdFact id, CancellationToken cancel)
    {
        var systems = new List<string>();
        foreach (var issuer in new[] { id.UniversalId, id.Issuer }.OfType<string>())
        {
            if (options.PatientIssuers.TryGetValue(issuer, out var configured))
                systems.Add(configured);
            else if (Uri.IsWellFormedUriString(issuer, UriKind.Absolute))
                systems.AddRange(await NamesAsync(issuer, cancel));
            else if (IsOid(issuer))
                systems.AddRange(await NamesAsync("urn:oid:" + issuer, cancel));
            else if (await FindAsync(issuer, cancel) is { } organization && CreditCodeOf(records.Root(organization)) is { } code)
                systems.Add(LocalRecord + code);
        }

        if (id.Issuer is not null || id.UniversalId is not null)
            return [.. systems.Distinct(StringComparer.Ordinal)];
        return options.PatientSystem is { } system ? [system] : null;
    }

    // A system has several names where a NamingSystem says so; records use any of them.
    private async Task<IEnumerable<string>> NamesAsync(string uri, CancellationToken cancel)
    {
        var names = new List<string> { uri };
        var bare = uri.StartsWith("urn:oid:", StringComparison.Ordinal) ? uri["urn:oid:".Length..] : uri;
        foreach (var naming in await records.FindAsync("NamingSystem", 5, cancel, ("value", RecordSearch.Escape(bare))))
        {
            foreach (var unique in records.Root(naming).ChildrenOf("uniqueId"))
            {
                if (unique.ChildValue("value") is { } value)
                    names.Add(unique.ChildValue("type") == "oid" ? "urn:oid:" + value : value);
            }
        }

        return names;
    }

    private static string? CreditCodeOf(ElementNode organization)
    {
        foreach (var identifier in organization.ChildrenOf("identifier"))
        {
            if (identifier.ChildValue("system") == CreditCode && identifier.ChildValue("value") is { } code)
                return code;
        }

        return null;
    }

    private static bool IsOid(string text) => text.Contains('.', StringComparison.Ordinal) && text.All(static c => char.IsAsciiDigit(c) || c == '.');
}
