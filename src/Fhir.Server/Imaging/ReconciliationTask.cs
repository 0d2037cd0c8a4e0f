// An entry of the reconciliation queue: a Task about a study that is linked to nobody, and what became of it.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>The Task of a study (R4 task.html): it has no code of exchange-service, so the workflow of referrals and consultations leaves it alone.</summary>
internal static class ReconciliationTask
{
    /// <summary>The code of the Task, in <see cref="ReconciliationReason.System"/>.</summary>
    public const string Code = "reconcile";

    /// <summary>The status of a study that could not be read.</summary>
    public const string Failed = "failed";

    /// <summary>The key of a study's Task.</summary>
    public static ResourceKey KeyOf(string uid) => new("Task", uid);

    /// <summary>The Patient whom somebody said a study is of; null if nobody did.</summary>
    public static string? ByHand(ElementNode task) =>
        Elements(task) == ReconciliationReason.ByHand && task.ChildrenOf("output").ToList() is [var output, ..] ? output.Child("value").ChildValue("reference") : null;

    /// <summary>True if somebody said that the study is to be linked to nobody until somebody says to whom.</summary>
    public static bool IsUnlinked(ElementNode task) => Elements(task) == ReconciliationReason.Unlinked;

    /// <summary>The content of a Task.</summary>
    /// <param name="current">What is stored now, or null.</param>
    /// <param name="uid">Study Instance UID.</param>
    /// <param name="match">Whose images these are.</param>
    /// <param name="subject">The subject of the ImagingStudy; null where it could not be read.</param>
    /// <param name="now">The time.</param>
    /// <param name="detail">What there is to say beside the reason.</param>
    public static JsonObject Compose(JsonObject? current, string uid, PatientMatch match, JsonNode? subject, DateTimeOffset now, string? detail = null)
    {
        var task = current ?? new JsonObject { ["resourceType"] = "Task", ["id"] = uid };
        task["status"] = match switch
        {
            { Patient: not null } => "completed",
            { Reason: ReconciliationReason.Failed } => Failed,
            { Reason: ReconciliationReason.Unlinked } => "on-hold",
            _ => "requested",
        };
        task["statusReason"] = new JsonObject
        {
            ["coding"] = new JsonArray(Coding(match.Reason)),
            ["text"] = detail ?? Texts[match.Reason],
        };
        task["intent"] = "order";
        task["code"] = new JsonObject { ["coding"] = new JsonArray(Coding(Code)) };
        task["focus"] = ImagingStudyContent.Reference(ImagingStudyContent.KeyOf(uid), null);
        if (subject is not null)
            task["for"] = subject.DeepClone();
        task["authoredOn"] ??= now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        Set(task, "input", "candidate", match.Patient is null ? match.Candidates : []);
        Set(task, "output", "patient", match.Patient is { } patient ? [patient.Key] : []);
        return task;
    }

    /// <summary>The same Task of a study that can't be read; what somebody said of it stays.</summary>
    public static JsonObject Fail(JsonObject task)
    {
        task["status"] = Failed;
        return task;
    }

    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        [ReconciliationReason.NoPatientId] = "The images have no Patient ID.",
        [ReconciliationReason.UnknownIssuer] = "Nobody here knows the issuer of the Patient ID; name its system by FhirHub:Dicomweb:PatientIssuers, or link the study by $reconcile.",
        [ReconciliationReason.Unmatched] = "No Patient in use has this identifier.",
        [ReconciliationReason.Ambiguous] = "Several Patients have this identifier; merge them, or link the study by $reconcile.",
        [ReconciliationReason.Contradicting] = "The Patient with this identifier has another date of birth, sex or name than the images.",
        [ReconciliationReason.Inconsistent] = "The images of the study have different dates of birth or sexes.",
        [ReconciliationReason.Unconfirmed] = "The Patient ID has no issuer, and neither date of birth nor name confirms the Patient who has that number.",
        [ReconciliationReason.Unlinked] = "The link was taken away by $unlink; the study waits for $reconcile.",
        [ReconciliationReason.Failed] = "The study could not be read.",
        [ReconciliationReason.Matched] = "The study was linked by identifier.",
        [ReconciliationReason.ByHand] = "The study was linked by $reconcile.",
    };

    private static void Set(JsonObject task, string name, string kind, IReadOnlyList<ResourceKey> keys)
    {
        task.Remove(name);
        if (keys.Count == 0)
            return;
        task[name] = new JsonArray([.. keys.Select(key => (JsonNode)new JsonObject
        {
            ["type"] = new JsonObject { ["coding"] = new JsonArray(Coding(kind)) },
            ["valueReference"] = ImagingStudyContent.Reference(key, null),
        })]);
    }

    private static JsonObject Coding(string code) => new() { ["system"] = ReconciliationReason.System, ["code"] = code };

    private static string? Elements(ElementNode task) => task.Exists ? Workflow.Elements.CodeOf(task.Child("statusReason"), ReconciliationReason.System) : null;
}
