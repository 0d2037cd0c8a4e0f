// Brings the ImagingStudy of one study, and its Task where it has one, to what images and records say. Doing it twice writes nothing twice.

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Dicom;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>The study can't be read, or not be written as FHIR; the inner exception says why.</summary>
internal sealed class StudyException(Exception reason) : Exception("The study can't be followed.", reason);

/// <summary>What somebody said of a study.</summary>
/// <param name="Patient">Whose it is; null for nobody.</param>
internal sealed record LinkDecision(StoredVersion? Patient);

/// <summary>What came of it.</summary>
/// <param name="Study">The ImagingStudy; null if there is none.</param>
/// <param name="Patient">The id of the Patient that it is linked to.</param>
internal readonly record struct SyncedStudy(StoredVersion? Study, string? Patient);

/// <summary>Writes ImagingStudies.</summary>
internal sealed class StudySync(FhirServer server, StudyReader reader, RecordSearch records, ImagingOptions options)
{
    // Each failed try means that another writer got on.
    private const int MostTries = 20;

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly InstitutionLookup _institutions = new(records, options);

    /// <summary>Brings a study into step.</summary>
    /// <param name="uid">Study Instance UID.</param>
    /// <param name="decision">What somebody said just now, or null.</param>
    /// <param name="mayDelete">True if the ImagingStudy goes where there are no images.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StudyException">It can't be done, now or ever.</exception>
    public async Task<SyncedStudy> SyncAsync(string uid, LinkDecision? decision, bool mayDelete, CancellationToken cancel)
    {
        var facts = await ReadAsync(uid, cancel);
        for (var tries = 0; ; tries++)
        {
            var study = await server.Store.ReadAsync(AccessScope.Full, ImagingStudyContent.KeyOf(uid), cancel);
            var task = await server.Store.ReadAsync(AccessScope.Full, ReconciliationTask.KeyOf(uid), cancel);
            if (facts is null)
            {
                if (!mayDelete || await DeleteAsync(study, task, isReferenced: false, cancel))
                    return default;
            }
            else
            {
                var (writes, patient) = await GuardAsync(() => PlanAsync(facts, study, task, decision, cancel));
                var commit = await server.Repository.CommitAsync(AccessScope.Full, server.Repository.ToTransaction(writes, []), cancel);
                if (commit.Failure == CommitFailure.None)
                    return new SyncedStudy(commit.Results[0].Version, patient);
                if (commit.Failure is not (CommitFailure.MissingReference or CommitFailure.VersionConflict or CommitFailure.PreconditionChanged))
                    throw new StudyException(new InvalidDataException($"The store refuses the ImagingStudy: {commit.Failure}."));
            }

            if (tries == MostTries)
                throw new StudyException(new InvalidDataException("The records that the study is linked to keep changing."));
        }
    }

    /// <summary>Notes that a study could not be read, where those who look after the queue see it.</summary>
    /// <exception cref="InvalidDataException">What is there as its Task can't be changed.</exception>
    public async Task WriteFailureAsync(string uid, Exception reason, CancellationToken cancel)
    {
        var match = new PatientMatch(null, ReconciliationReason.Failed, null);

        // The message of a DicomException holds no values; those of others might.
        var detail = reason is DicomException dicom ? $"The study could not be read: {dicom.Message}" : $"The study could not be read ({reason.GetType().Name}); the server's log tells more.";
        var task = await records.ReadAsync("Task", uid, cancel);
        var isDecided = task is not null && (ReconciliationTask.IsUnlinked(records.Root(task)) || ReconciliationTask.ByHand(records.Root(task)) is not null);
        await PutAsync(
            ReconciliationTask.KeyOf(uid),
            current => current is not null && isDecided ? ReconciliationTask.Fail(current) : ReconciliationTask.Compose(current, uid, match, null, server.Clock.GetUtcNow(), detail),
            cancel);
    }

    /// <summary>Writes the Endpoint of the image service, unless it is as it should be.</summary>
    public Task WriteEndpointAsync(string address, bool isComplete, CancellationToken cancel) =>
        PutAsync(ImageEndpoint.Key, _ => ImageEndpoint.Compose(address, isComplete), cancel);

    private async Task<StudyFacts?> ReadAsync(string uid, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadAsync(uid, cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new StudyException(failure);
        }
    }

    // A store that fails fails for all studies, and is waited for.
    private static async Task<T> GuardAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or StoreException or IOException))
        {
            throw new StudyException(failure);
        }
    }

    private async Task<(IReadOnlyList<ResourceWrite> Writes, string? Patient)> PlanAsync(
        StudyFacts facts, StoredVersion? study, StoredVersion? task, LinkDecision? decision, CancellationToken cancel)
    {
        var content = Content(study);
        var note = task is { IsDeleted: false } ? records.Root(task) : default;
        var linked = records.TargetOf((string?)content?["subject"]?["reference"]);
        var match = await MatchAsync(facts, note, linked, decision, cancel);
        var links = await new StudyLinking(records, _institutions).FindAsync(facts, match, cancel);
        var composed = ImagingStudyContent.Compose(content, facts, links);
        var writes = new List<ResourceWrite> { Put(ImagingStudyContent.KeyOf(facts.Uid), composed, study) };

        // A study that finds its Patient at once is nothing to bother anybody with.
        if (match.Patient is null || note.Exists || match.Reason == ReconciliationReason.ByHand)
        {
            var entry = ReconciliationTask.Compose(Content(task), facts.Uid, links.Match, composed["subject"], server.Clock.GetUtcNow());
            writes.Add(Put(ReconciliationTask.KeyOf(facts.Uid), entry, task));
        }

        return (writes, match.Patient?.Key.Id);
    }

    private async Task<PatientMatch> MatchAsync(StudyFacts facts, ElementNode note, ResourceKey? linked, LinkDecision? decision, CancellationToken cancel)
    {
        var linking = new PatientLinking(records, _institutions);
        var match = await linking.FindAsync(facts.Person, linked, cancel);
        if (decision is not null)
            return match with { Patient = decision.Patient, Reason = decision.Patient is null ? ReconciliationReason.Unlinked : ReconciliationReason.ByHand };
        if (ReconciliationTask.IsUnlinked(note))
            return match with { Patient = null, Reason = ReconciliationReason.Unlinked };
        return records.TargetOf(ReconciliationTask.ByHand(note)) is { } said && await records.ReadAsync("Patient", said.Id, cancel) is { } known
            && await linking.LiveAsync(known, cancel) is { } live
            ? match with { Patient = live, Reason = ReconciliationReason.ByHand }
            : match;
    }

    private async Task<bool> DeleteAsync(StoredVersion? study, StoredVersion? task, bool isReferenced, CancellationToken cancel)
    {
        var writes = new List<ResourceWrite>();
        if (Content(study) is { } content && ImagingStudyContent.IsOwn(content))
        {
            writes.Add(isReferenced
                ? Put(study!.Key, ImagingStudyContent.Cancel(content), study)
                : new DeleteResource(study!.Key) { ExpectedVersion = study.Version });
        }

        if (task is { IsDeleted: false } && !isReferenced)
            writes.Add(new DeleteResource(task.Key) { ExpectedVersion = task.Version });
        if (writes.Count == 0)
            return true;
        var commit = await server.Repository.CommitAsync(AccessScope.Full, server.Repository.ToTransaction(writes, []), cancel);
        return commit.Failure switch
        {
            CommitFailure.None => true,
            CommitFailure.StillReferenced when !isReferenced => await DeleteAsync(study, task, isReferenced: true, cancel),
            _ => false,
        };
    }

    private async Task PutAsync(ResourceKey key, Func<JsonObject?, JsonObject> compose, CancellationToken cancel)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var current = await server.Store.ReadAsync(AccessScope.Full, key, cancel);
            var commit = await server.Repository.CommitAsync(AccessScope.Full, server.Repository.ToTransaction([Put(key, compose(Content(current)), current)], []), cancel);
            if (commit.Failure == CommitFailure.None)
                return;
        }

        throw new StoreException($"{key.Type} could not be written.");
    }

    private PutResource Put(ResourceKey key, JsonObject content, StoredVersion? current)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(content.ToJsonString(s_plain)));
        if (!parsed.IsValid)
            throw new InvalidDataException($"The {key.Type} would not be one: {(parsed.Issues.Count > 0 ? parsed.Issues[0].Code : "-")}.");
        var prepared = server.Repository.Preparer.Prepare(parsed.Tree!, key.Type);
        return prepared.Resource is { } resource
            ? new PutResource(key, resource, WriteMethod.Put) { ExpectedVersion = current?.Version ?? 0, Base = current is { IsDeleted: false } ? current : null }
            : throw new InvalidDataException($"The {key.Type} can't be stored.");
    }

    // What the store adds to each version is not content.
    private static JsonObject? Content(StoredVersion? version)
    {
        if (version is not { IsDeleted: false })
            return null;
        var content = JsonNode.Parse(version.Body.ToArray(version))!.AsObject();
        if (content["meta"] is JsonObject meta)
        {
            meta.Remove("versionId");
            meta.Remove("lastUpdated");
            if (meta.Count == 0)
                content.Remove("meta");
        }

        return content;
    }
}
