// $export: the kick-off of an export of the server, of all patients, or of a group's (HL7 Bulk Data Access 2.0.0, export.html).

using FhirHub.Smart;

namespace FhirHub.Server.Export;

/// <summary><c>GET</c> and <c>POST</c> of <c>/$export</c>, <c>/Patient/$export</c> and <c>/Group/[id]/$export</c>.</summary>
public static class ExportOperation
{
    /// <summary>The CapabilityStatement of the specification, which this server instantiates.</summary>
    public const string Instantiates = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data";

    private const string DefinitionBase = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/";
    private const string RespondAsync = "respond-async";

    private static readonly IReadOnlyList<OperationParameter> s_parameters =
    [
        new("_outputFormat", "string", "application/fhir+ndjson, application/ndjson or ndjson."),
        new("_since", "instant", "Only resources that changed after this instant."),
        new("_type", "string", "Types to export, separated by commas.") { Repeats = true },
        new("_elements", "string", "Elements to write, separated by commas; mandatory ones are always there.") { Repeats = true },
        new("_typeFilter", "string", "A search that narrows a type, such as Observation?category=laboratory.") { Repeats = true },
    ];

    private static readonly IReadOnlyList<OperationParameter> s_patientParameters =
        [.. s_parameters, new("patient", "Reference", "A patient to export; in the body of a POST.") { Repeats = true }];

    /// <summary>The operations.</summary>
    public static IReadOnlyList<Operation> Operations { get; } =
    [
        Of("export", OperationLevels.System, [], s_parameters),
        Of("patient-export", OperationLevels.Type, ["Patient"], s_patientParameters),
        Of("group-export", OperationLevels.Instance, ["Group"], s_patientParameters),
    ];

    private static Operation Of(string id, OperationLevels levels, IReadOnlyList<string> types, IReadOnlyList<OperationParameter> parameters) => new(
        "export", levels, types, DefinitionBase + id, AffectsState: false, static (_, _) => throw new RefusedException(400, "not-supported", "An export is asked for by a request of its own, not in a batch."))
    {
        Parameters = parameters,
        Timing = OperationTiming.Later,
        HandleAsync = exchange => KickOffAsync(exchange, parameters),
    };

    private static async Task KickOffAsync(HttpExchange exchange, IReadOnlyList<OperationParameter> parameters)
    {
        // RFC 7240, 4.1; the answer is never at once, so whoever does not ask for that would take it for an error.
        if (!exchange.Http.Request.Headers["Prefer"].SelectMany(static value => (value ?? "").Split(',')).Any(static value => value.Trim().Equals(RespondAsync, StringComparison.OrdinalIgnoreCase)))
            throw new RefusedException(400, "required", $"An export is answered later; send the header Prefer: {RespondAsync}.");
        var call = exchange.ToCall();
        if (call.IsPost && exchange.Http.Request.Headers is { ContentLength: > 0 } or { TransferEncoding.Count: > 0 })
            call = call with { Body = await RequestBody.ReadResourceAsync(exchange) };
        var input = OperationInput.Read(call, parameters, takesOthers: call.Preferences.IsLenient);
        var request = await ExportRequest.ReadAsync(exchange, call, input, exchange.Cancel);
        var address = $"{exchange.BaseUrl}{exchange.Http.Request.Path.Value![FhirEndpoint.Base.Length..]}{exchange.Http.Request.QueryString.Value}";
        var id = await exchange.Server.Exports.StartAsync(request, address, exchange.Scope, exchange.Http.Features.Get<Access>(), exchange.Cancel);
        var response = exchange.Http.Response;
        response.StatusCode = StatusCodes.Status202Accepted;
        response.Headers.ContentLocation = ExportEndpoint.AddressOf(exchange.BaseUrl, id);
    }
}
