// The addresses that ASP.NET routes, read from the routes themselves: what is mapped is documented, and nothing else.

using FhirHub.Dicomweb;
using FhirHub.Smart;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes mapped routes.</summary>
/// <param name="routes">The routes.</param>
/// <param name="draft">The document.</param>
internal sealed class MappedPaths(EndpointDataSource routes, ApiDraft draft)
{
    private const string OAuthError = "oauth-error";

    /// <summary>Adds the addresses of some documents.</summary>
    /// <param name="belongs">Whether the document of that name is one of them.</param>
    public void Add(Func<string, bool> belongs)
    {
        foreach (var (method, route, pattern) in Routes(routes))
        {
            if (belongs(DocumentOf(route)))
                draft.Add(method, PathOf(pattern), Of(method, route, pattern));
        }
    }

    /// <summary>Every mapped method of an address, with the address as it was mapped; HEAD goes with GET.</summary>
    public static IEnumerable<(string Method, string Route, RoutePattern Pattern)> Routes(EndpointDataSource routes)
    {
        foreach (var endpoint in routes.Endpoints.OfType<RouteEndpoint>())
        {
            var route = "/" + endpoint.RoutePattern.RawText!.Trim('/');

            // What takes any method refuses.
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            {
                if (method != HttpMethods.Head)
                    yield return (method, route, endpoint.RoutePattern);
            }
        }
    }

    /// <summary>The description of an address; null if nobody wrote one.</summary>
    public static Address? Find(string method, string route) =>
        DocumentOf(route) == ApiDocuments.Dicomweb ? DicomwebAddresses.Of(method, route) : AuthAddresses.Of(method, route) ?? HostAddresses.Of(method, route);

    /// <summary>The path as documents write it.</summary>
    public static string PathOf(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(static segment => string.Concat(segment.Parts.Select(static part => part switch
        {
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            _ => "",
        }))));

    private static string DocumentOf(string route) => route switch
    {
        _ when route.StartsWith(DicomwebService.Root, StringComparison.Ordinal) || route == "/wado" => ApiDocuments.Dicomweb,
        _ when route.StartsWith($"{SmartService.Root}/admin", StringComparison.Ordinal) => ApiDocuments.Administration,
        _ when route.StartsWith(SmartService.Root, StringComparison.Ordinal) || route.Contains("/.well-known/", StringComparison.Ordinal) => ApiDocuments.Authorization,
        _ => ApiDocuments.Administration,
    };

    private OpenApiOperation Of(string method, string route, RoutePattern pattern)
    {
        var address = Find(method, route) ?? new Address("Further", route);
        var responses = new OpenApiResponses { [ApiDraft.Name(address.Status)] = Answer(address) };
        if (address.Failure == AddressFailure.Problem)
            draft.AddProblems(responses, [.. address.Failures, .. draft.IsGuarded ? [(401, "There is no token, or it is not good (any more)."), (403, "The token does not grant this.")] : ((int, string)[])[]]);
        else
            AddFailures(responses, address);
        return new OpenApiOperation
        {
            Tags = draft.Tag(address.Tag, null),
            OperationId = IdOf(method, route),
            Summary = address.Summary,
            Parameters =
            [
                .. pattern.Parameters.Select(static parameter => new OpenApiParameter { Name = parameter.Name, In = ParameterLocation.Path, Required = true, Description = MeaningOf(parameter.Name), Schema = Text(null) }),
                .. address.Query.Select(static field => ApiDraft.Query(field.Name, field.Text, null, field.IsRequired)),
                .. address.TakesOthers ? [Others] : (IOpenApiParameter[])[],
            ],
            RequestBody = BodyOf(address),
            Responses = responses,
            Security = draft.IsGuarded && !address.NeedsToken ? [] : null,
        };
    }

    private OpenApiParameterReference Others => draft.Further(
        "further.attributes", "Further attributes, by keyword, tag or path.");

    private static string IdOf(string method, string route) => string.Concat(
        $"{method.ToLowerInvariant()}{route}".Split('/', '{', '}', '.', '-', '*').Where(static word => word.Length > 0).Select(static (word, at) => at == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    private static string MeaningOf(string name) => name switch
    {
        "study" => "The Study Instance UID.",
        "series" => "The Series Instance UID.",
        "instance" => "The SOP Instance UID.",
        "frames" => "Numbers of frames from 1, separated by commas.",
        "id" => "The id.",
        "language" => "en or zh.",
        "document" => "The name of the document.",
        _ => "The rest of the path; slashes stay as they are.",
    };

    private static OpenApiResponse Answer(Address address) => new()
    {
        Description = address.Status is 302 ? "Elsewhere." : "It is done.",
        Content = address.Answers.Count == 0 ? null : address.Answers.ToDictionary(
            static type => type,
            IOpenApiMediaType (type) => new OpenApiMediaType
            {
                Schema = type.EndsWith("json", StringComparison.Ordinal)
                    ? Object(address.Answered)
                    : Text(type.StartsWith("text/", StringComparison.Ordinal) || type.EndsWith("xml", StringComparison.Ordinal) ? null : "binary"),
            }),
    };

    private static OpenApiRequestBody? BodyOf(Address address)
    {
        var content = new Dictionary<string, IOpenApiMediaType>();
        if (address.Form.Count > 0)
            content["application/x-www-form-urlencoded"] = new OpenApiMediaType { Schema = Object(address.Form, JsonSchemaType.String) };
        if (address.Members.Count > 0)
            content["application/json"] = new OpenApiMediaType { Schema = Object(address.Members) };
        foreach (var type in address.Bodies)
            content[type] = new OpenApiMediaType { Schema = type.Contains("form", StringComparison.Ordinal) ? new OpenApiSchema { Type = JsonSchemaType.Object } : Text("binary") };
        return content.Count == 0 ? null : new OpenApiRequestBody { Content = content, Required = true };
    }

    private void AddFailures(OpenApiResponses responses, Address address)
    {
        if (address.Failure == AddressFailure.OAuth)
            draft.Document.Components!.Schemas!.TryAdd(OAuthError, Object([new("error", "The kind of failure (RFC 6749, 5.2).", IsRequired: true), new("error_description", "What to do.")]));
        foreach (var (status, meaning) in address.Failures)
        {
            responses[ApiDraft.Name(status)] = new OpenApiResponse
            {
                Description = meaning,
                Content = address.Failure != AddressFailure.OAuth ? null : new Dictionary<string, IOpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(OAuthError, draft.Document) },
                },
            };
        }
    }

    // Members of JSON are of any type: the specifications say of which.
    private static OpenApiSchema Object(IReadOnlyList<AddressField> fields, JsonSchemaType? type = null) => fields.Count == 0 ? new OpenApiSchema() : new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Properties = fields.ToDictionary(static field => field.Name, IOpenApiSchema (field) => new OpenApiSchema { Type = type, Description = field.Text }),
        Required = fields.Any(static field => field.IsRequired) ? fields.Where(static field => field.IsRequired).Select(static field => field.Name).ToHashSet() : null,
    };

    private static OpenApiSchema Text(string? format) => new() { Type = JsonSchemaType.String, Format = format };
}
