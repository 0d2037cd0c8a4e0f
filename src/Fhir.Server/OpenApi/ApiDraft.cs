// An OpenAPI document in the making: what operations share (schemas, failures, headers, examples) is a component once.

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>A document to which families of addresses add themselves.</summary>
internal sealed class ApiDraft
{
    private const string FhirJson = "application/fhir+json";
    private const string FhirXml = "application/fhir+xml";
    private const string Problem = "problem";

    private static readonly (int Status, string Meaning, string Code, string Text)[] s_failures =
    [
        (400, "The request can't be understood, or the resource is not well-formed.", "invalid", "The parameter birthdate is a date such as 1970-05-04."),
        (401, "There is no token, or it is not good (any more).", "login", "Send a bearer token; /fhir/.well-known/smart-configuration says where to get one."),
        (403, "The token does not grant this.", "forbidden", "This needs a scope that grants Patient.r; ask the user for it."),
        (404, "There is no such resource, or none that the token shows.", "not-found", "There is no Patient/1 here."),
        (405, "The address has other methods; Allow names them.", "not-supported", "This address has GET, HEAD, OPTIONS."),
        (406, "The client accepts no media type that there is.", "not-supported", "Accept application/fhir+json or application/fhir+xml."),
        (409, "Another write came first, or others refer to the resource.", "conflict", "The resource was changed meanwhile; read it and try again."),
        (410, "The resource was deleted, or the page has expired.", "deleted", "Patient/1 was deleted."),
        (412, "The condition of the request is not met: another version is current, or criteria found several.", "conflict", "The current version is another; read the resource and try again."),
        (413, "The body is longer than the server takes.", "too-long", "Send the body in parts."),
        (415, "The body is of a media type that is not taken here.", "not-supported", "Send application/fhir+json."),
        (422, "The resource breaks a rule of the server.", "business-rule", "The referral can't go from draft to completed."),
        (503, "The search took too long.", "timeout", "Narrow the search."),
    ];

    /// <summary>An empty document.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="description">What it is about.</param>
    /// <param name="version">The version of the server.</param>
    /// <param name="depth">How far its schemas go.</param>
    /// <param name="isGuarded">Whether requests need a token.</param>
    public ApiDraft(string title, string description, string version, SchemaDepth depth, bool isGuarded)
    {
        IsGuarded = isGuarded;
        Document = new OpenApiDocument
        {
            Info = new OpenApiInfo { Title = title, Version = version, Description = description, License = new OpenApiLicense { Name = "Apache-2.0", Url = new Uri("https://www.apache.org/licenses/LICENSE-2.0") } },
            Servers = [new OpenApiServer { Url = WrittenDocument.BaseMark }],
            Paths = [],
            Tags = new HashSet<OpenApiTag>(),
            Components = new OpenApiComponents
            {
                Schemas = new Dictionary<string, IOpenApiSchema>(),
                Responses = new Dictionary<string, IOpenApiResponse>(),
                Parameters = new Dictionary<string, IOpenApiParameter>(),
                RequestBodies = new Dictionary<string, IOpenApiRequestBody>(),
                Headers = new Dictionary<string, IOpenApiHeader>(),
                Examples = new Dictionary<string, IOpenApiExample>(),
            },
        };
        Schemas = new ResourceSchemas(depth, Document);
        if (isGuarded)
            SecuritySchemes.AddTo(Document);
    }

    /// <summary>The document.</summary>
    public OpenApiDocument Document { get; }

    /// <summary>The schemas of resource types.</summary>
    public ResourceSchemas Schemas { get; }

    /// <summary>Whether requests need a token.</summary>
    public bool IsGuarded { get; }

    /// <summary>Adds an operation.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path below the server's address.</param>
    /// <param name="operation">The operation.</param>
    public void Add(string method, string path, OpenApiOperation operation)
    {
        if (!Document.Paths.TryGetValue(path, out var item))
            Document.Paths[path] = item = new OpenApiPathItem();
        ((OpenApiPathItem)item).AddOperation(HttpMethod.Parse(method), operation);
    }

    /// <summary>A tag: a heading of the page.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What is below it.</param>
    /// <param name="address">Where more is told; null for nowhere.</param>
    public HashSet<OpenApiTagReference> Tag(string name, string? description, string? address = null)
    {
        if (!Document.Tags!.Any(tag => tag.Name == name))
            Document.Tags!.Add(new OpenApiTag { Name = name, Description = description, ExternalDocs = address is null ? null : new OpenApiExternalDocs { Url = new Uri(address) } });
        return [new OpenApiTagReference(name, Document)];
    }

    /// <summary>What of a request is said once for all.</summary>
    public OpenApiParameterReference Parameter(string key, Func<OpenApiParameter> parameter)
    {
        if (!Document.Components!.Parameters!.ContainsKey(key))
            Document.Components.Parameters[key] = parameter();
        return new OpenApiParameterReference(key, Document);
    }

    /// <summary>The parameter <c>further</c>: any names with their values, which go into the query as they are.</summary>
    /// <param name="key">The name among the components.</param>
    /// <param name="description">What names there can be.</param>
    public OpenApiParameterReference Further(string key, string description) => Parameter(key, () => new OpenApiParameter
    {
        Name = "further",
        In = ParameterLocation.Query,
        Style = ParameterStyle.Form,
        Explode = true,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String } },

        // Without an example Swagger UI makes names up and sends them, and as the member Example it would be left out when it is written, since it is empty.
        Extensions = new Dictionary<string, IOpenApiExtension> { ["example"] = new JsonNodeExtension(new JsonObject()) },
    });

    /// <summary>A parameter of the query.</summary>
    public static OpenApiParameter Query(string name, string description, OpenApiSchema? schema = null, bool isRequired = false) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Required = isRequired,
        Description = description,
        Schema = schema ?? new OpenApiSchema { Type = JsonSchemaType.String },
    };

    /// <summary>A header of a request.</summary>
    public OpenApiParameterReference Header(string name, string description, params string[] values) => Parameter(
        name,
        () => new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = values.Length == 0 ? null : [.. values] },
        });

    /// <summary>A part of the path.</summary>
    public OpenApiParameterReference Path(string name, string description, OpenApiSchema? schema = null, string? key = null) => Parameter(
        key ?? $"path.{name}",
        () => new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Description = description, Schema = schema ?? new OpenApiSchema { Type = JsonSchemaType.String } });

    /// <summary>The content of a body that is a resource, in both formats.</summary>
    /// <param name="type">The resource type.</param>
    /// <param name="hasExample">Whether an example goes with it.</param>
    public Dictionary<string, IOpenApiMediaType> Resource(string type, bool hasExample = true) => new()
    {
        [FhirJson] = new OpenApiMediaType { Schema = Schemas.Of(type), Examples = hasExample ? Examples(type) : null },
        [FhirXml] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = $"The same {type} in XML (R4 xml.html)." } },
    };

    /// <summary>The example of a resource type.</summary>
    public Dictionary<string, IOpenApiExample> Examples(string type)
    {
        // An example of any resource is one of some type.
        var shown = type == "Resource" ? "Patient" : type;
        var examples = Document.Components!.Examples!;
        if (!examples.ContainsKey(shown))
            examples[shown] = new OpenApiExample { Summary = $"{shown}", Value = ResourceExamples.Of(shown) };
        return new() { ["example"] = new OpenApiExampleReference(shown, Document) };
    }

    /// <summary>A header of an answer.</summary>
    public OpenApiHeaderReference Told(string name, string description)
    {
        Document.Components!.Headers!.TryAdd(name, new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        return new OpenApiHeaderReference(name, Document);
    }

    /// <summary>An answer that several operations give.</summary>
    public OpenApiResponseReference Response(string key, Func<OpenApiResponse> response)
    {
        if (!Document.Components!.Responses!.ContainsKey(key))
            Document.Components.Responses[key] = response();
        return new OpenApiResponseReference(key, Document);
    }

    /// <summary>Failures as OperationOutcomes; those of missing access are there where there is such.</summary>
    public void AddFailures(OpenApiResponses responses, bool needsToken, params int[] statuses)
    {
        foreach (var (status, meaning, code, text) in s_failures)
        {
            if (!statuses.Contains(status) && !(IsGuarded && needsToken && status is 401 or 403 && IsGuarded && needsToken))
                continue;
            responses[Name(status)] = Response($"Failure{status}", () => new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [FhirJson] = new OpenApiMediaType { Schema = Schemas.Of("OperationOutcome"), Example = ResourceExamples.Outcome(code, text) },
                    [FhirXml] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                },
            });
        }
    }

    /// <summary>Failures as problem details (RFC 9457).</summary>
    public void AddProblems(OpenApiResponses responses, params (int Status, string Meaning)[] problems)
    {
        Document.Components!.Schemas!.TryAdd(Problem, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "Problem details (RFC 9457).",
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What to do." },
                ["requestId"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What the log has it by." },
            },
        });
        foreach (var (status, meaning) in problems)
        {
            responses[Name(status)] = Response($"Problem{status}", () => new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, IOpenApiMediaType> { ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Problem, Document) } },
            });
        }
    }

    /// <summary>A status as documents write it.</summary>
    public static string Name(int status) => status.ToString(CultureInfo.InvariantCulture);

    /// <summary>An example that is text.</summary>
    public static JsonNode Text(string text) => JsonValue.Create(text);
}
