// ImagingStudy/[id]/$reconcile and $unlink: a person says whose images these are, or that they are not those of the one they are linked to.

using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>The operations on the link between images and Patient. R4 defines none.</summary>
public static class ReconcileOperations
{
    private static readonly OperationParameter s_study = new("return", "ImagingStudy", "The study as it is linked now.") { IsOutput = true, IsRequired = true };

    /// <summary>The operation that links a study.</summary>
    public static Operation Reconcile { get; } = new(
        "reconcile", OperationLevels.Instance, ["ImagingStudy"], OperationDefinitions.AddressOf("reconcile"), AffectsState: true, ReconcileAsync)
    {
        Description = "Links the images of a study to a Patient, whatever their identifiers say. The link stays until $reconcile names another Patient or $unlink takes it away; "
            + "if the Patient is merged into another, it follows.",
        Parameters = [new("patient", "Reference", "The Patient.") { IsRequired = true }, s_study],
    };

    /// <summary>The operation that takes a link away.</summary>
    public static Operation Unlink { get; } = new(
        "unlink", OperationLevels.Instance, ["ImagingStudy"], OperationDefinitions.AddressOf("unlink"), AffectsState: true, UnlinkAsync)
    {
        Description = "Takes the link between the images of a study and a Patient away. The study is linked to nobody until $reconcile names a Patient.",
        Parameters = [s_study],
    };

    private static async ValueTask<FhirAnswer> ReconcileAsync(FhirCall call, CancellationToken cancel)
    {
        var value = OperationInput.Read(call, Reconcile.Parameters).Values("patient")[0];
        var records = new RecordSearch(call.Server);
        if (records.TargetOf(value.Text ?? value.Node.ChildValue("reference")) is not { Type: "Patient" } key)
            throw new RefusedException(400, "value", "The parameter patient of $reconcile is a reference to a Patient of this server, such as Patient/123.");
        RequireFullScope(call);
        if (await records.ReadAsync(key.Type, key.Id, cancel) is not { } patient)
            throw new RefusedException(422, "not-found", $"There is no {key}; create it first, or name another Patient.");
        if (await new PatientLinking(records, new InstitutionLookup(records, call.Server.Options.Imaging)).LiveAsync(patient, cancel) is not { } live)
            throw new RefusedException(422, "business-rule", $"{key} is not in use (active is false); name the Patient that is.");
        return await DecideAsync(call, live, cancel);
    }

    private static ValueTask<FhirAnswer> UnlinkAsync(FhirCall call, CancellationToken cancel)
    {
        _ = OperationInput.Read(call, Unlink.Parameters);
        RequireFullScope(call);
        return DecideAsync(call, null, cancel);
    }

    private static async ValueTask<FhirAnswer> DecideAsync(FhirCall call, StoredVersion? patient, CancellationToken cancel)
    {
        if (call.Server.Images is not { } images)
            throw new RefusedException(501, "not-supported", "This server keeps no images (FhirHub:Dicomweb:Enabled is false).");
        try
        {
            return await images.Follower.DecideAsync(call.Route.Id!, patient, cancel) is { } study
                ? FhirAnswer.OfRead(new InteractionResult(200, study), ResourceShape.Whole)
                : throw new RefusedException(404, "not-found", $"The image service has no study {call.Route.Id}; the id of an ImagingStudy that it writes is the Study Instance UID.");
        }
        catch (StudyException)
        {
            throw new RefusedException(409, "conflict", "The images of the study can't be read now; its Task says why. Try again when that is mended.");
        }
    }

    private static void RequireFullScope(FhirCall call)
    {
        if (!call.Scope.IsAdministrators)
            throw new RefusedException(403, "forbidden", "Whose images these are decides who may see them; the access granted to this client is less.");
    }
}
