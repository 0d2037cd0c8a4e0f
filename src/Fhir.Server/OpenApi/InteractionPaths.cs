// The FHIR interactions: one address for each that is registered, of every resource type, of the system and of the compartments.

using FhirHub.Model;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes the registered interactions (R4 http.html).</summary>
/// <param name="server">The server.</param>
/// <param name="draft">The document.</param>
internal sealed partial class InteractionPaths(FhirServer server, ApiDraft draft)
{
    private const string SystemTag = "System";
    private const string CompartmentTag = "Compartments";

    private readonly SearchDescriptions _search = new(server, draft);

    /// <summary>Adds them all.</summary>
    public void Add()
    {
        foreach (var (kind, method) in server.Interactions.All.Select(static interaction => (interaction.Kind, interaction.Method)).Distinct())
        {
            if (OfSystem(kind, method) is var (path, operation))
                draft.Add(method, FhirEndpoint.Base + path, operation);
        }

        foreach (var type in Schema.R4.ResourceTypes)
        {
            foreach (var interaction in server.Interactions.All)
            {
                if (OfType(interaction.Kind, interaction.Method, type.Name) is var (path, operation))
                    draft.Add(interaction.Method, $"{FhirEndpoint.Base}/{type.Name}{path}", operation);
            }
        }

        foreach (var compartment in R4Definitions.Compartments)
        {
            foreach (var interaction in server.Interactions.All)
            {
                if (OfCompartment(interaction.Kind, interaction.Method, compartment.Key, [.. compartment.Value.Keys]) is var (path, operation))
                    draft.Add(interaction.Method, $"{FhirEndpoint.Base}/{compartment.Key}{path}", operation);
            }
        }
    }

    private (string Path, OpenApiOperation Operation)? OfType(RouteKind kind, string method, string type) => (kind, method) switch
    {
        (RouteKind.Instance, "GET") => ("/{id}", Of(kind, method, type, $"read{type}", $"Read a {type}", [Id, IfNoneMatch, IfModifiedSince, .. _search.ReadShape], null, Found(type, 404, 410))),
        (RouteKind.Version, "GET") => ("/{id}/_history/{vid}", Of(kind, method, type, $"vread{type}", $"Read a version of a {type}", [Id, VersionId, .. _search.ReadShape], null, Found(type, 404, 410))),
        (RouteKind.Instance, "PUT") => ("/{id}", Of(kind, method, type, $"update{type}", $"Update a {type}, or create it by this id", [Id, IfMatch, IfNoneMatchAny, PreferReturn, Provenance], Body(type), Written(type, [200, 201], 400, 409, 412, 413, 415, 422))),
        (RouteKind.Type, "PUT") => ("", Of(kind, method, type, $"conditionalUpdate{type}", $"Update the {type} that the criteria find, or create it", [.. _search.Criteria(type), IfMatch, PreferReturn, Provenance], Body(type), Written(type, [200, 201], 400, 409, 412, 413, 415, 422))),
        (RouteKind.Instance, "PATCH") => ("/{id}", Of(kind, method, type, $"patch{type}", $"Change parts of a {type}", [Id, IfMatch, PreferReturn, Provenance], PatchBody, Written(type, [200], 400, 404, 409, 410, 412, 413, 415, 422))),
        (RouteKind.Type, "PATCH") => ("", Of(kind, method, type, $"conditionalPatch{type}", $"Change parts of the {type} that the criteria find", [.. _search.Criteria(type), IfMatch, PreferReturn, Provenance], PatchBody, Written(type, [200], 400, 404, 409, 412, 413, 415, 422))),
        (RouteKind.Instance, "DELETE") => ("/{id}", Of(kind, method, type, $"delete{type}", $"Delete a {type}", [Id, IfMatch, PreferReturn, Provenance], null, Gone(409, 412))),
        (RouteKind.Type, "DELETE") => ("", Of(kind, method, type, $"conditionalDelete{type}", server.Options.ConditionalDelete == ConditionalDeleteMode.Multiple ? $"Delete each {type} that the criteria find" : $"Delete the {type} that the criteria find", [.. _search.Criteria(type), IfMatch, PreferReturn, Provenance], null, Gone(400, 409, 412))),
        (RouteKind.InstanceHistory, "GET") => ("/{id}/_history", Of(kind, method, type, $"history{type}", $"The versions of a {type}", [Id, .. HistoryParameters], null, Found("Bundle", 400, 404))),
        (RouteKind.TypeHistory, "GET") => ("/_history", Of(kind, method, type, $"historyType{type}", $"The versions of every {type}", HistoryParameters, null, Found("Bundle", 400))),
        (RouteKind.Type, "POST") => ("", Of(kind, method, type, $"create{type}", $"Create a {type}", [IfNoneExist, PreferReturn, Provenance], Body(type), Written(type, [201, 200], 400, 409, 412, 413, 415, 422))),
        (RouteKind.Type, "GET") => ("", Of(kind, method, type, $"search{type}", $"Search for {type} resources", [.. _search.OfSearch(type), PreferHandling], null, Found("Bundle", 400, 410, 503))),
        (RouteKind.TypeSearch, "POST") => ("/_search", Of(kind, method, type, $"searchForm{type}", $"Search for {type} resources by a form, which keeps the criteria out of logs", [PreferHandling], FormBody(type), Found("Bundle", 400, 410, 415, 503))),
        _ => null,
    };

    private OpenApiOperation Of(RouteKind kind, string method, string type, string id, string summary, IReadOnlyList<IOpenApiParameter> parameters, IOpenApiRequestBody? body, OpenApiResponses responses) =>
        Of(draft.Tag(type, ElementTexts.Of(type), $"http://hl7.org/fhir/R4/{type.ToLowerInvariant()}.html"), kind, method, $"{type}.", id, summary, parameters, body, responses);

    private OpenApiOperation Of(
        HashSet<OpenApiTagReference> tags, RouteKind kind, string method, string scope, string id, string summary, IReadOnlyList<IOpenApiParameter> parameters, IOpenApiRequestBody? body, OpenApiResponses responses)
    {
        var rule = InteractionAccess.Rules.GetValueOrDefault((kind, method));
        var isOpen = rule?.Target == AccessTarget.Everybody;
        draft.AddFailures(responses, needsToken: !isOpen, 406);
        return new OpenApiOperation
        {
            Tags = tags,
            OperationId = id,
            Summary = summary,
            Description = draft.IsGuarded && rule is { Target: AccessTarget.Type or AccessTarget.Searched } ? $"Needs a scope with {scope}{rule.Name}." : null,
            Parameters = parameters.Count > 0 ? [.. parameters] : null,
            RequestBody = body,
            Responses = responses,
            Security = isOpen && draft.IsGuarded ? [] : null,
        };
    }

    private OpenApiParameterReference Id => draft.Path("id", "The logical id.", ResourceSchemas.Primitive(PrimitiveKind.Id));

    private OpenApiParameterReference VersionId => draft.Path("vid", "The version, as meta.versionId and ETag have it.");

    private OpenApiParameterReference IfNoneMatch => draft.Header("If-None-Match", "The ETag of the version that the client has: if it is the current one, the answer is 304.");

    private OpenApiParameterReference IfNoneMatchAny => draft.Parameter("If-None-Match.any", static () => new OpenApiParameter
    {
        Name = "If-None-Match",
        In = ParameterLocation.Header,
        Description = "* to create only: if there is such a resource, the answer is 412.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [ApiDraft.Text("*")] },
    });

    private OpenApiParameterReference IfModifiedSince => draft.Header("If-Modified-Since", "The time of what the client has: if nothing changed since, the answer is 304.");

    private OpenApiParameterReference IfMatch => draft.Header("If-Match", "The ETag of the version that the change is meant for, such as W/\"1\": if another is current, the answer is 412.");

    private OpenApiParameterReference IfNoneExist => draft.Header("If-None-Exist", "Criteria of a search: if they find a resource, none is created (R4 http.html#ccreate).");

    private OpenApiParameterReference Provenance => draft.Header("X-Provenance", "A Provenance as JSON, which is stored with what is written; its target is filled in.");

    private OpenApiParameterReference PreferReturn => Prefer("return", "What is answered.", "return=minimal", "return=representation", "return=OperationOutcome");

    private OpenApiParameterReference PreferHandling => Prefer("handling", "What becomes of parameters that are unknown: refused, or left out.", "handling=strict", "handling=lenient");

    private OpenApiParameterReference Prefer(string name, string description, params string[] values) => draft.Parameter($"Prefer.{name}", () => new OpenApiParameter
    {
        Name = "Prefer",
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. values.Select(ApiDraft.Text)] },
    });

    private IReadOnlyList<IOpenApiParameter> HistoryParameters =>
    [
        draft.Parameter("_since", static () => ApiDraft.Query("_since", "Only versions after this instant.")),
        draft.Parameter("_at", static () => ApiDraft.Query("_at", "Only versions that were current at this time.")),
        draft.Parameter("history._count", static () => ApiDraft.Query("_count", "How many versions a page has.", new OpenApiSchema { Type = JsonSchemaType.Integer })),
        .. _search.ReadShape,
    ];

    private OpenApiRequestBodyReference Body(string type) => Shared(type, () => new OpenApiRequestBody { Required = true, Content = draft.Resource(type) });

    private OpenApiRequestBodyReference PatchBody => Shared("patch", () => new OpenApiRequestBody
    {
        Required = true,
        Description = "A JSON patch (RFC 6902), an XML patch (RFC 5261), or the Parameters of a FHIRPath patch.",
        Content = Patch.MediaTypeNames.ToDictionary(static name => name, IOpenApiMediaType (name) => name switch
        {
            "application/json-patch+json" => new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = JsonPatchStep() },
                Example = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["op"] = "add", ["path"] = "/language", ["value"] = "zh-CN" }),
            },
            "application/fhir+json" => new OpenApiMediaType { Schema = draft.Schemas.Of("Parameters") },
            _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
        }),
    });

    private static OpenApiSchema JsonPatchStep() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["op"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["add", "remove", "replace", "move", "copy", "test"] },
            ["path"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["from"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["value"] = new OpenApiSchema { Description = "Any value." },
        },
        Required = new HashSet<string> { "op", "path" },
    };

    private OpenApiRequestBodyReference FormBody(string? type) => Shared($"search.{type ?? "all"}", () => new OpenApiRequestBody
    {
        Description = "The parameters of the search.",
        Content = new Dictionary<string, IOpenApiMediaType> { ["application/x-www-form-urlencoded"] = new OpenApiMediaType { Schema = _search.FormOf(type) } },
    });

    private OpenApiRequestBodyReference Shared(string key, Func<OpenApiRequestBody> body)
    {
        var bodies = draft.Document.Components!.RequestBodies!;
        if (!bodies.ContainsKey(key))
            bodies[key] = body();
        return new OpenApiRequestBodyReference(key, draft.Document);
    }

    private OpenApiResponses Found(string type, params int[] failures)
    {
        var responses = new OpenApiResponses { ["200"] = Answer(type) };
        if (type != "Bundle")
            responses["304"] = draft.Response("NotModified", static () => new OpenApiResponse { Description = "The client has this version." });
        draft.AddFailures(responses, needsToken: false, failures);
        return responses;
    }

    private OpenApiResponses Written(string type, int[] statuses, params int[] failures)
    {
        var responses = new OpenApiResponses();
        foreach (var status in statuses)
            responses[ApiDraft.Name(status)] = status == 201 ? Created(type) : Answer(type);
        draft.AddFailures(responses, needsToken: false, failures);
        return responses;
    }

    private OpenApiResponses Gone(params int[] failures)
    {
        var responses = new OpenApiResponses
        {
            ["204"] = draft.Response("Deleted", static () => new OpenApiResponse { Description = "It is not there (any more)." }),
            ["200"] = draft.Response("DeletedOutcome", () => new OpenApiResponse { Description = "The same, with what there is to say of it.", Content = draft.Resource("OperationOutcome", hasExample: false) }),
        };
        draft.AddFailures(responses, needsToken: false, failures);
        return responses;
    }

    private OpenApiResponseReference Answer(string type) => draft.Response(type, () => new OpenApiResponse
    {
        Description = type == "Bundle" ? "A page of resources, with links to others." : $"The {type}.",
        Headers = type == "Bundle" ? null : VersionHeaders(),
        Content = draft.Resource(type),
    });

    private OpenApiResponseReference Created(string type) => draft.Response($"{type}.created", () => new OpenApiResponse
    {
        Description = $"The {type} was created.",
        Headers = VersionHeaders().Append(new("Location", draft.Told("Location", "The address of the version."))).ToDictionary(),
        Content = draft.Resource(type),
    });

    private Dictionary<string, IOpenApiHeader> VersionHeaders() => new()
    {
        ["ETag"] = draft.Told("ETag", "The version, for If-Match and If-None-Match."),
        ["Last-Modified"] = draft.Told("Last-Modified", "When the version was written."),
    };
}
