// The interactions that are no single type's: capabilities, searches and histories of everything, Bundles, compartments, exports under way.

using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <content>Of the system and of compartments.</content>
internal sealed partial class InteractionPaths
{
    private (string Path, OpenApiOperation Operation)? OfSystem(RouteKind kind, string method) => (kind, method) switch
    {
        (RouteKind.Metadata, "GET") => ("/metadata", System(kind, method, "capabilities", "What the FHIR API does: its CapabilityStatement or TerminologyCapabilities", [Mode, IfNoneMatch, .. _search.ReadShape], null, Found("CapabilityStatement", 400))),
        (RouteKind.System, "GET") => ("", System(kind, method, "searchAll", "Search for resources of any type, or of those that _type names", [.. _search.OfAny(namesTypes: true), PreferHandling], null, Found("Bundle", 400, 410, 503))),
        (RouteKind.SystemSearch, "POST") => ("/_search", System(kind, method, "searchFormAll", "Search for resources of any type by a form", [PreferHandling], FormBody(null), Found("Bundle", 400, 410, 415, 503))),
        (RouteKind.System, "POST") => ("", System(kind, method, "transaction", "Run a batch or a transaction", [PreferReturn, Provenance], Bundle, Found("Bundle", 400, 404, 409, 412, 413, 415, 422))),
        (RouteKind.SystemHistory, "GET") => ("/_history", System(kind, method, "historyAll", "The versions of all resources", HistoryParameters, null, Found("Bundle", 400))),
        (RouteKind.Export, "GET") => ("/_export/{job}", System(kind, method, "exportStatus", "How far an export is, or what it wrote", [Job], null, JobStatus())),
        (RouteKind.Export, "DELETE") => ("/_export/{job}", System(kind, method, "exportCancel", "End an export and remove its files", [Job], null, JobEnded())),
        (RouteKind.Run, "GET") => ("/_run/{job}", System(kind, method, "runStatus", "How far a run of TestScripts is, or where its reports are", [Job], null, JobStatus())),
        (RouteKind.Run, "DELETE") => ("/_run/{job}", System(kind, method, "runCancel", "End a run of TestScripts", [Job], null, JobEnded())),
        (RouteKind.ExportFile, "GET") => ("/_export/{job}/{file}", System(kind, method, "exportFile", "A file of an export", [Job, draft.Path("file", "The name of the file, as the manifest has it.")], null, ExportFile())),
        _ => null,
    };

    private (string Path, OpenApiOperation Operation)? OfCompartment(RouteKind kind, string method, string compartment, IReadOnlyList<string> types) => (kind, method) switch
    {
        (RouteKind.Compartment, "GET") => ("/{id}/{type}", Compartment(kind, method, compartment, types, $"searchCompartment{compartment}", $"Search within the compartment of a {compartment}", [.. _search.OfAny(namesTypes: false), PreferHandling], null)),
        (RouteKind.CompartmentSearch, "POST") => ("/{id}/{type}/_search", Compartment(kind, method, compartment, types, $"searchFormCompartment{compartment}", $"Search within the compartment of a {compartment} by a form", [PreferHandling], FormBody(null))),
        (RouteKind.CompartmentExplain, "GET") => ("/{id}/{type}/$explain", Compartment(kind, method, compartment, types, $"explainCompartment{compartment}", $"How a search within the compartment of a {compartment} is run", _search.OfAny(namesTypes: false), null)),
        _ => null,
    };

    private OpenApiOperation System(RouteKind kind, string method, string id, string summary, IReadOnlyList<IOpenApiParameter> parameters, IOpenApiRequestBody? body, OpenApiResponses responses) =>
        Of(draft.Tag(SystemTag, "What is no single type's."), kind, method, "*.", id, summary, parameters, body, responses);

    private OpenApiOperation Compartment(
        RouteKind kind, string method, string compartment, IReadOnlyList<string> types, string id, string summary, IReadOnlyList<IOpenApiParameter> parameters, IOpenApiRequestBody? body)
    {
        var type = draft.Path(
            "type",
            "The type that is searched, or * for all.",
            new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. types.Append("*").Select(ApiDraft.Text)] },
            key: $"path.type.{compartment}");
        var tags = draft.Tag(CompartmentTag, "Searches among what belongs to a patient, an encounter, a person or a device (R4 compartmentdefinition.html).");
        return Of(tags, kind, method, "*.", id, summary, [Id, type, .. parameters], body, Found(kind == RouteKind.CompartmentExplain ? "OperationOutcome" : "Bundle", 400, 410, 503));
    }

    private OpenApiParameterReference Mode => draft.Parameter("mode", static () => ApiDraft.Query(
        "mode", "Which statement.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["full", "normative", "terminology"] }));

    private OpenApiParameterReference Job => draft.Path("job", "The job, as Content-Location of its beginning names it.");

    private OpenApiRequestBodyReference Bundle => Shared("bundle", () => new OpenApiRequestBody
    {
        Required = true,
        Description = "A Bundle of the type batch or transaction.",
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/fhir+json"] = new OpenApiMediaType
            {
                Schema = draft.Schemas.Of("Bundle"),
                Example = new JsonObject
                {
                    ["resourceType"] = "Bundle",
                    ["type"] = "batch",
                    ["entry"] = new JsonArray(new JsonObject { ["request"] = new JsonObject { ["method"] = "GET", ["url"] = "Patient?_count=1" } }),
                },
            },
            ["application/fhir+xml"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
        },
    });

    private OpenApiResponses JobStatus()
    {
        var responses = new OpenApiResponses
        {
            ["200"] = new OpenApiResponse
            {
                Description = "What it wrote (R4 async.html; HL7 Bulk Data Access 2.0.0, export.html#response---complete-status).",
                Headers = new Dictionary<string, IOpenApiHeader> { ["Expires"] = draft.Told("Expires", "When the files are gone.") },
                Content = new Dictionary<string, IOpenApiMediaType> { ["application/json"] = new OpenApiMediaType { Schema = Manifest() } },
            },
            ["202"] = new OpenApiResponse
            {
                Description = "It goes on.",
                Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["Retry-After"] = draft.Told("Retry-After", "In how many seconds to ask again."),
                    ["X-Progress"] = draft.Told("X-Progress", "How far it is."),
                },
            },
        };
        draft.AddFailures(responses, needsToken: false, 404);
        return responses;
    }

    private OpenApiResponses JobEnded()
    {
        var responses = new OpenApiResponses { ["202"] = new OpenApiResponse { Description = "It ends." } };
        draft.AddFailures(responses, needsToken: false, 404);
        return responses;
    }

    private OpenApiResponses ExportFile()
    {
        var responses = new OpenApiResponses
        {
            ["200"] = new OpenApiResponse
            {
                Description = "Resources, one a line.",
                Content = new Dictionary<string, IOpenApiMediaType> { ["application/fhir+ndjson"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } } },
            },
        };
        draft.AddFailures(responses, needsToken: false, 404);
        return responses;
    }

    private static OpenApiSchema Manifest()
    {
        static OpenApiSchema Files() => new()
        {
            Type = JsonSchemaType.Array,
            Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    ["url"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    ["count"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                },
            },
        };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["transactionTime"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
                ["request"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["requiresAccessToken"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
                ["output"] = Files(),
                ["deleted"] = Files(),
                ["error"] = Files(),
            },
        };
    }
}
