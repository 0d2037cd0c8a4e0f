// Operations of scripts that R4 has no codes for: storing, finding and getting images (PS3.18 10).

namespace FhirHub.Conformance;

/// <summary>Makes requests of the operations of our own code system (docs/testscript.md, ADR 0045).</summary>
internal static class DicomOperations
{
    /// <summary>The code system of <c>stow</c>, <c>qido</c> and <c>wado</c>.</summary>
    public const string System = "https://fhirhub.dev/fhir/CodeSystem/testscript-operation";

    /// <summary>The extension that names further sources of <c>stow</c>, beside <c>sourceId</c>.</summary>
    public const string SourceExtension = "https://fhirhub.dev/fhir/StructureDefinition/testscript-source";

    private const string DicomJson = "application/dicom+json";
    private const string DicomFile = "application/dicom";

    /// <summary>The request of an operation whose type is of <see cref="System"/>.</summary>
    /// <exception cref="StepException">The operation lacks something, or the destination has no DICOMweb service.</exception>
    public static async Task<OperationRequest> PlanAsync(OperationAction operation, RunState state, CancellationToken cancel)
    {
        var number = operation.Destination ?? 1;
        var root = state.Destination(number).DicomwebBase?.AbsoluteUri.TrimEnd('/')
            ?? throw new StepException($"Destination {number} has no DICOMweb service; give its address (--dicomweb, or 'dicomweb' of the configuration).");
        var rest = operation.Params is { } text ? state.Resolve(text).Trim() : "";
        var (method, body) = operation.Code switch
        {
            "stow" => ("POST", await BodyAsync(operation, state, cancel)),
            "qido" or "wado" when rest.Length > 0 => ("GET", Payload.None),
            "qido" or "wado" => throw new StepException($"The operation {operation.Code} needs params: path and query below the DICOMweb root, such as /studies."),
            _ => throw new StepException($"There is no operation '{operation.Code}' in {System}; use stow, qido or wado."),
        };
        var headers = new List<KeyValuePair<string, string>>();
        if (AcceptOf(operation, rest, state) is { } accept)
            headers.Add(new("Accept", accept));
        if (body.ContentType is { } contentType)
            headers.Add(new("Content-Type", contentType));
        var given = operation.RequestHeaders.Select(header => new KeyValuePair<string, string>(state.Resolve(header.Field).Trim(), state.Resolve(header.Value))).ToList();
        headers.RemoveAll(own => given.Exists(header => header.Key.Equals(own.Key, StringComparison.OrdinalIgnoreCase)));
        headers.AddRange(given);
        var path = rest.Length == 0 ? "/studies" : rest[0] is '/' or '?' ? rest : $"/{rest}";
        return new OperationRequest(number, operation.Method?.ToUpperInvariant() ?? method, root + path, headers, body) { EncodesUrl = operation.EncodesUrl };
    }

    // PS3.18 8.7.4: what the resources have by default, where the script does not ask for anything.
    private static string? AcceptOf(OperationAction operation, string rest, RunState state)
    {
        if (operation.Accept is { } asked)
            return state.Resolve(asked) is var accept and not "none" ? accept : null;
        return operation.Code != "wado" || rest.Split('?')[0].EndsWith("/metadata", StringComparison.Ordinal) ? DicomJson : "*/*";
    }

    private static async Task<Payload> BodyAsync(OperationAction operation, RunState state, CancellationToken cancel)
    {
        var sources = SourcesOf(operation).Select(state.Resolve).ToList();
        if (sources.Count == 0)
            throw new StepException("The operation stow needs a sourceId: a fixture with a DICOM file, or with data sets in DICOM JSON.");
        var bodies = sources.ConvertAll(id => (Id: id, Body: state.FindData(id) ?? state.FindBody(id) ?? throw new StepException($"There is no fixture '{id}' that could be stored.")));

        // A script that names another type than that of files sends what it has as it stands, with a boundary of its own perhaps.
        var asked = operation.ContentType is { } type ? state.Resolve(type) : null;
        if (asked is not null and not DicomFile)
            return bodies.Count == 1 ? new Payload(bodies[0].Body.Bytes, asked) : throw new StepException($"Only one source can be sent as {asked}.");
        var parts = new List<Payload>();
        foreach (var (id, body) in bodies)
            parts.AddRange(await DicomSource.PartsAsync(id, body, cancel));
        if (asked is null)
            return await Multipart.WriteAsync(parts, DicomFile, cancel);
        return parts.Count == 1 ? parts[0] : throw new StepException($"{DicomFile} is one file, and there are {parts.Count}; leave contentType out to send them as parts.");
    }

    private static IEnumerable<string> SourcesOf(OperationAction operation)
    {
        if (operation.SourceId is { } first)
            yield return first;
        foreach (var extension in operation.Node.ChildrenOf("extension").ToList())
        {
            if (extension.ChildValue("url") == SourceExtension && extension.ChildValue("value") is { } further)
                yield return further;
        }
    }
}
