// What a study is linked to: its Patient, the orders with its accession number, the institution and the place.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>A resource that is referred to, with what a reader is shown.</summary>
/// <param name="Key">The resource; null where only a text is known.</param>
/// <param name="Display">The text.</param>
internal sealed record LinkTarget(ResourceKey? Key, string? Display);

/// <summary>The links of a study.</summary>
/// <param name="Match">Whose images these are.</param>
internal sealed record StudyLinks(PatientMatch Match)
{
    /// <summary>The name of the Patient.</summary>
    public string? PatientDisplay { get; init; }

    /// <summary>The ServiceRequests with the accession number.</summary>
    public IReadOnlyList<ResourceKey> Requests { get; init; } = [];

    /// <summary>Who gave the accession number.</summary>
    public LinkTarget? Assigner { get; init; }

    /// <summary>The institution that made the images.</summary>
    public LinkTarget? Institution { get; init; }

    /// <summary>Where they were made.</summary>
    public LinkTarget? Location { get; init; }
}

/// <summary>Finds what a study is linked to, beside its Patient.</summary>
internal sealed class StudyLinking(RecordSearch records, InstitutionLookup institutions)
{
    /// <summary>The system of accession numbers (profiles/namingsystems/accession-number.json).</summary>
    public const string AccessionNumber = "https://fhirhub.dev/fhir/sid/accession-number";

    private const int MostRequests = 10;

    /// <summary>Finds the links.</summary>
    public async Task<StudyLinks> FindAsync(StudyFacts facts, PatientMatch match, CancellationToken cancel)
    {
        var institution = await institutions.FindAsync(facts.Institution, cancel);
        var (requests, subjects) = await RequestsAsync(facts, match, cancel);
        return new StudyLinks(match with { Candidates = match.Patient is null ? [.. match.Candidates.Concat(subjects).Distinct()] : [] })
        {
            PatientDisplay = match.Patient is { } patient ? PatientLinking.DisplayOf(records.Root(patient)) : null,
            Requests = requests,
            Assigner = facts.Accession is null ? null : await AssignerAsync(facts, institution, cancel),
            Institution = LinkOf(institution) ?? (facts.Institution is null ? null : new LinkTarget(null, facts.Institution)),
            Location = institution is null || facts.Department is null ? null : await LocationAsync(institution.Key, facts.Department, cancel),
        };
    }

    /// <summary>True if an Identifier is an accession number: by its system, or by its type.</summary>
    public static bool IsAccession(ElementNode identifier)
    {
        if (identifier.ChildValue("system") == AccessionNumber)
            return true;
        foreach (var coding in identifier.Child("type").ChildrenOf("coding"))
        {
            if (coding.ChildValue("code") == "ACSN")
                return true;
        }

        return false;
    }

    // An order for another person does not become the order of these images because of a number.
    private async Task<(List<ResourceKey> Requests, List<ResourceKey> Subjects)> RequestsAsync(StudyFacts facts, PatientMatch match, CancellationToken cancel)
    {
        var (requests, subjects) = (new List<ResourceKey>(), new List<ResourceKey>());
        if (facts.Accession is null)
            return (requests, subjects);
        foreach (var version in await records.FindAsync("ServiceRequest", MostRequests, cancel, ("identifier", RecordSearch.Escape(facts.Accession))))
        {
            var request = records.Root(version);
            if (request.ChildValue("status") == "entered-in-error"
                || !request.ChildrenOf("identifier").ToList().Exists(identifier => identifier.ChildValue("value") == facts.Accession && IsAccession(identifier)))
            {
                continue;
            }

            var subject = records.TargetOf(request.Child("subject").ChildValue("reference"));
            if (subject is { Type: "Patient" } patient)
                subjects.Add(patient);
            if (match.Patient is null ? match.Reason is not (ReconciliationReason.Contradicting or ReconciliationReason.Inconsistent or ReconciliationReason.Unlinked) : await IsOfAsync(subject, match.Patient.Key, cancel))
                requests.Add(version.Key);
        }

        return (requests, subjects);
    }

    private async Task<bool> IsOfAsync(ResourceKey? subject, ResourceKey patient, CancellationToken cancel) =>
        subject is null || subject == patient
        || (subject is { Type: "Patient" } other && await records.ReadAsync("Patient", other.Id, cancel) is { } version
            && await new PatientLinking(records, institutions).LiveAsync(version, cancel) is { } live && live.Key == patient);

    private async Task<LinkTarget?> AssignerAsync(StudyFacts facts, StoredVersion? institution, CancellationToken cancel)
    {
        foreach (var issuer in facts.AccessionIssuers)
        {
            if (LinkOf(await institutions.FindAsync(issuer, cancel)) is { } link)
                return link;
        }

        return facts.AccessionIssuers is [var text, ..] ? new LinkTarget(null, text) : LinkOf(institution);
    }

    private async Task<LinkTarget?> LocationAsync(ResourceKey organization, string department, CancellationToken cancel) =>
        await records.FindAsync("Location", 2, cancel, ("name:exact", RecordSearch.Escape(department)), ("organization", organization.ToString())) is [var one] ? LinkOf(one) : null;

    private LinkTarget? LinkOf(StoredVersion? version) => version is null ? null : new LinkTarget(version.Key, records.Root(version).ChildValue("name"));
}
