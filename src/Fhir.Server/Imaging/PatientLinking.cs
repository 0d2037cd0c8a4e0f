// Finds the Patient of a study by identifier. Images in the record of another person are the worst that can happen here, so whatever
// contradicts the images is not linked.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Server.Matching;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>Finds Patients.</summary>
internal sealed class PatientLinking(RecordSearch records, InstitutionLookup institutions)
{
    private const int MostCandidates = 10;
    private const int MostSteps = 5;

    /// <summary>Finds the Patient of a study.</summary>
    /// <param name="person">Whom the images show.</param>
    /// <param name="linked">The Patient that the study is linked to now: a link that still holds is not taken away because of a second record.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<PatientMatch> FindAsync(PersonFacts person, ResourceKey? linked, CancellationToken cancel)
    {
        if (person.Ids.Count == 0)
            return new PatientMatch(null, ReconciliationReason.NoPatientId, null);
        var found = new Dictionary<string, (StoredVersion Version, bool IsSure)>(StringComparer.Ordinal);
        var (system, isKnown) = ((string?)null, false);
        foreach (var id in person.Ids)
        {
            var systems = await institutions.SystemsAsync(id, cancel);
            isKnown |= systems is null or { Count: > 0 };
            if (id == person.Ids[0])
                system = systems is { Count: > 0 } ? systems[0] : null;
            if (systems is { Count: 0 })
                continue;
            foreach (var version in await HoldersAsync(systems, id.Value, cancel))
            {
                var isSure = systems is not null || (found.TryGetValue(version.Key.Id, out var before) && before.IsSure);
                found[version.Key.Id] = (version, isSure);
            }
        }

        if (!isKnown || found.Count == 0)
        {
            return new PatientMatch(null, isKnown ? ReconciliationReason.Unmatched : ReconciliationReason.UnknownIssuer, system)
            {
                Candidates = [.. (await HoldersAsync(null, person.Ids[0].Value, cancel)).Select(static version => version.Key)],
            };
        }

        var match = person.IsInconsistent ? new PatientMatch(null, ReconciliationReason.Inconsistent, system) : Choose(person, found.Values, linked, system);
        return match with { Candidates = [.. found.Values.Select(static candidate => candidate.Version.Key).Take(MostCandidates)] };
    }

    /// <summary>The live Patient that a Patient has become: itself, or the one that took its place; null if there is none.</summary>
    public async Task<StoredVersion?> LiveAsync(StoredVersion version, CancellationToken cancel)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            var person = PersonRecord.Of(records.Root(version));
            if (person.ReplacedBy.Count == 0)
                return person.IsActive ? version : null;
            if (records.TargetOf(person.ReplacedBy[0]) is not { Type: "Patient" } target || await records.ReadAsync("Patient", target.Id, cancel) is not { } next)
                return null;
            version = next;
        }

        return null;
    }

    /// <summary>The name of a Patient as it is shown; null if there is none.</summary>
    public static string? DisplayOf(ElementNode patient)
    {
        foreach (var name in patient.ChildrenOf("name").ToList().OrderBy(static name => name.ChildValue("use") switch { "official" => 0, "old" => 2, _ => 1 }))
        {
            if (name.ChildValue("text") is { } text)
                return text;
            var (family, given) = (name.ChildValue("family") ?? "", string.Join(' ', name.ChildrenOf("given").ToList().Select(static part => part.GetString())));
            if (family.Length + given.Length > 0)
                return ChineseCharacters.IsIn(family + given) ? family + given.Replace(" ", "", StringComparison.Ordinal) : $"{given} {family}".Trim();
        }

        return null;
    }

    private PatientMatch Choose(PersonFacts facts, IEnumerable<(StoredVersion Version, bool IsSure)> found, ResourceKey? linked, string? system)
    {
        var person = PersonOf(facts);
        var fitting = new List<StoredVersion>();
        var isUnconfirmed = false;
        foreach (var (version, isSure) in found)
        {
            var agreement = Compare(person, PersonRecord.Of(records.Root(version)));
            isUnconfirmed |= agreement == Agreement.Unknown && !isSure;
            if (agreement == Agreement.Agrees || (agreement == Agreement.Unknown && isSure))
                fitting.Add(version);
        }

        return fitting switch
        {
            [] => new PatientMatch(null, isUnconfirmed ? ReconciliationReason.Unconfirmed : ReconciliationReason.Contradicting, system),
            [var one] => new PatientMatch(one, ReconciliationReason.Matched, system),
            _ => fitting.Find(version => version.Key == linked) is { } kept
                ? new PatientMatch(kept, ReconciliationReason.Matched, system)
                : new PatientMatch(null, ReconciliationReason.Ambiguous, system),
        };
    }

    private async Task<IReadOnlyList<StoredVersion>> HoldersAsync(IReadOnlyList<string>? systems, string value, CancellationToken cancel)
    {
        var escaped = RecordSearch.Escape(value);
        var token = systems is null ? escaped : string.Join(',', systems.Select(system => $"{RecordSearch.Escape(system)}|{escaped}"));
        var live = new Dictionary<string, StoredVersion>(StringComparer.Ordinal);
        foreach (var holder in await records.FindAsync("Patient", MostCandidates, cancel, ("identifier", token)))
        {
            if (await LiveAsync(holder, cancel) is { } patient)
                live[patient.Key.Id] = patient;
        }

        return [.. live.Values];
    }

    private enum Agreement
    {
        Unknown,
        Agrees,
        Contradicts,
    }

    // A name may be spelled, given and changed in many ways, so another one counts only where the day of birth does not agree.
    private static Agreement Compare(PersonRecord images, PersonRecord patient)
    {
        if (images.Gender is { } gender && patient.Gender is { } other && gender != other)
            return Agreement.Contradicts;
        var isBorn = false;
        if (images.BirthDate is { } born && patient.BirthDate is { } known)
        {
            if (born.Year != known.Year || (known.Month > 0 && born.Month != known.Month) || (known.Day > 0 && born.Day != known.Day))
                return Agreement.Contradicts;
            isBorn = known.IsFull;
        }

        return NameComparison.Compare(images.Names, patient.Names).Agreement switch
        {
            NameAgreement.Agrees => Agreement.Agrees,
            NameAgreement.Differs or NameAgreement.Alike when !isBorn => Agreement.Contradicts,
            _ => isBorn ? Agreement.Agrees : Agreement.Unknown,
        };
    }

    private static PersonRecord PersonOf(PersonFacts facts)
    {
        var names = new JsonArray();
        foreach (var (family, given) in facts.Names)
        {
            var name = new JsonObject();
            if (family.Length > 0)
                name["family"] = family;
            if (given.Length > 0)
                name["given"] = new JsonArray(given);
            if (name.Count > 0)
                names.Add(name);
        }

        var patient = new JsonObject { ["resourceType"] = "Patient" };
        if (names.Count > 0)
            patient["name"] = names;
        if (facts.Gender is { } gender)
            patient["gender"] = gender;
        if (facts.BirthDate is { } born)
            patient["birthDate"] = born;
        return PersonRecord.Of(ResourceParser.ParseJson(System.Text.Encoding.UTF8.GetBytes(patient.ToJsonString())).Tree!.Root);
    }
}
