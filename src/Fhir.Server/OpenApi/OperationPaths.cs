// The operations ($name): an address for each level at which each is registered, with its parameters as query, form or Parameters.

using System.Text.Json.Nodes;
using FhirHub.Model;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes the registered operations (R4 operations.html).</summary>
/// <param name="server">The server.</param>
/// <param name="draft">The document.</param>
internal sealed class OperationPaths(FhirServer server, ApiDraft draft)
{
    private static readonly (OperationLevels Level, RouteKind Kind)[] s_levels =
    [
        (OperationLevels.System, RouteKind.SystemOperation),
        (OperationLevels.Type, RouteKind.TypeOperation),
        (OperationLevels.Instance, RouteKind.InstanceOperation),
        (OperationLevels.Version, RouteKind.VersionOperation),
    ];

    private readonly SearchDescriptions _search = new(server, draft);

    /// <summary>Adds those that administrators alone may call, or the others.</summary>
    public void Add(bool ofAdministrators)
    {
        foreach (var operation in server.Operations.All)
        {
            foreach (var (level, kind) in s_levels.Where(level => operation.Levels.HasFlag(level.Level)))
            {
                var rule = OperationAccess.Of(operation, new FhirRoute(kind));
                if (rule.Target == AccessTarget.Administrator != ofAdministrators)
                    continue;
                foreach (var type in level == OperationLevels.System ? [""] : operation.Types.Count == 0 ? ["{type}"] : operation.Types)
                    Add(operation, level, kind, type, rule);
            }
        }
    }

    private void Add(Operation operation, OperationLevels level, RouteKind kind, string type, AccessRule rule)
    {
        var (below, name) = level switch
        {
            OperationLevels.System => ("", "System"),
            OperationLevels.Type => ($"/{type}", "Type"),
            OperationLevels.Instance => ($"/{type}/{{id}}", "Instance"),
            _ => ($"/{type}/{{id}}/_history/{{vid}}", "Version"),
        };
        var path = $"{FhirEndpoint.Base}{below}/${operation.Name}";
        var id = $"{string.Concat(operation.Name.Split('-').Select(static (word, at) => at == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]))}{(type is "" or "{type}" ? name : type + name)}";
        var methods = server.Interactions.All.Where(interaction => interaction.Kind == kind).Select(static interaction => interaction.Method);
        foreach (var method in methods.Where(method => method == "POST" || !operation.AffectsState))
            draft.Add(method, path, Of(operation, method, level, type, id, rule));
    }

    private OpenApiOperation Of(Operation operation, string method, OperationLevels level, string type, string id, AccessRule rule)
    {
        var input = operation.Parameters.Where(static parameter => !parameter.IsOutput).ToArray();
        var isPost = method == "POST";
        var needed = rule.Target switch
        {
            AccessTarget.Administrator => "Needs an administrator, or a backend service that is granted everything.",
            AccessTarget.Type => $"Needs a scope with {rule.OfType ?? (type is "" or "{type}" ? "*" : type)}.{(rule.Any ? string.Join(" or ", rule.Name.AsEnumerable()) : rule.Name)}.",
            _ => null,
        };
        var responses = Responses(operation);
        return new OpenApiOperation
        {
            Tags = draft.Tag($"${operation.Name}", DescriptionOf(operation), operation.IsOwn ? null : operation.Definition),
            OperationId = $"{id}{(isPost || operation.AffectsState ? "" : "Get")}",
            Summary = $"${operation.Name} on {(level == OperationLevels.System ? "the system" : $"{(type == "{type}" ? "any type" : type)}{(level == OperationLevels.Type ? "" : level == OperationLevels.Instance ? ", one resource" : ", one version")}")}",
            Description = string.Join("\n\n", new[] { DescriptionOf(operation), draft.IsGuarded ? needed : null }.OfType<string>()),
            Parameters =
            [
                .. PathParameters(level, type),
                .. isPost ? [] : input.Where(IsPrimitive).Select(QueryParameter),
                .. operation.TakesSearch && !isPost ? _search.OfAny(namesTypes: false).SkipLast(_search.Shape.Count) : [],
                .. operation.Timing != OperationTiming.AtOnce ? [draft.Header("Prefer", "respond-async: the answer is where Content-Location points to.", "respond-async")] : (IOpenApiParameter[])[],
                .. operation.AnswerTypes.Count == 0 ? _search.Shape : [],
            ],
            RequestBody = isPost ? Body(operation, input, type) : null,
            Responses = responses,
        };
    }

    private static string? DescriptionOf(Operation operation) =>
        operation.Description.Length > 0 ? operation.Description : ElementTexts.OfOperation(operation.Definition);

    private IEnumerable<IOpenApiParameter> PathParameters(OperationLevels level, string type)
    {
        if (type == "{type}")
        {
            yield return draft.Path("type", "The resource type.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Schema.R4.ResourceTypes.Select(static one => ApiDraft.Text(one.Name))] });
        }

        if (level is OperationLevels.Instance or OperationLevels.Version)
            yield return draft.Path("id", "The logical id.", ResourceSchemas.Primitive(PrimitiveKind.Id));
        if (level == OperationLevels.Version)
            yield return draft.Path("vid", "The version, as meta.versionId and ETag have it.");
    }

    private static bool IsPrimitive(OperationParameter parameter) => parameter.Type is { } type && Schema.R4.FindType(type) is { IsPrimitive: true };

    private static OpenApiParameter QueryParameter(OperationParameter parameter)
    {
        var one = ResourceSchemas.Primitive(Schema.R4.FindType(parameter.Type!)!.Primitive);
        return ApiDraft.Query(
            parameter.Name, parameter.Documentation, parameter.Repeats ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = one } : one, parameter.IsRequired);
    }

    private OpenApiRequestBody Body(Operation operation, OperationParameter[] input, string type)
    {
        var content = new Dictionary<string, IOpenApiMediaType>();
        if (operation.TakesParameters)
        {
            content["application/fhir+json"] = new OpenApiMediaType
            {
                Schema = operation.JudgesBody ? draft.Schemas.Of("Resource") : draft.Schemas.Of("Parameters"),
                Example = new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = new JsonArray([.. Shown(input).Select(one => Example(one, type))]) },
            };
            content["application/fhir+xml"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            if (Array.Exists(input, IsPrimitive) && operation.HandleAsync is null)
            {
                content["application/x-www-form-urlencoded"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = input.Where(IsPrimitive).DistinctBy(static one => one.Name).ToDictionary(static one => one.Name, static IOpenApiSchema (one) => new OpenApiSchema { Type = JsonSchemaType.String, Description = one.Documentation }),
                    },
                };
            }
        }

        foreach (var media in operation.BodyTypes)
            content[media] = new OpenApiMediaType { Schema = media.EndsWith("json", StringComparison.Ordinal) ? new OpenApiSchema { Type = JsonSchemaType.Object } : new OpenApiSchema { Type = JsonSchemaType.String, Format = media.Contains("zip", StringComparison.Ordinal) ? "binary" : null } };
        return new OpenApiRequestBody { Content = content };
    }

    // What must be given; where nothing must, one shows the form.
    private static IEnumerable<OperationParameter> Shown(IReadOnlyList<OperationParameter> parameters) =>
        parameters.Any(static one => one.IsRequired) ? parameters.Where(static one => one.IsRequired) : parameters.Take(1);

    private static JsonObject Example(OperationParameter parameter, string type)
    {
        var json = new JsonObject { ["name"] = parameter.Name };
        if (parameter.Type is null)
            json["part"] = new JsonArray([.. Shown(parameter.Parts).Select(part => Example(part, type))]);
        else if (Schema.R4.FindType(parameter.Type) is { IsPrimitive: true } primitive)
            json[$"value{char.ToUpperInvariant(parameter.Type[0])}{parameter.Type[1..]}"] = ResourceExamples.Value(primitive.Primitive);
        else if (Schema.R4.FindResourceType(parameter.Type) is { } resource)
            json["resource"] = ResourceExamples.Of(resource.Name);
        else if (parameter.Type is "Resource" or "Any")
            json["resource"] = ResourceExamples.Of(type is "" or "{type}" ? "Patient" : type);
        else
            json[$"value{parameter.Type}"] = ResourceExamples.ValueOf(parameter.Type);
        return json;
    }

    private OpenApiResponses Responses(Operation operation)
    {
        var output = operation.Parameters.Where(static parameter => parameter.IsOutput).ToArray();
        var responses = new OpenApiResponses();
        if (operation.Timing != OperationTiming.AtOnce)
        {
            responses["202"] = new OpenApiResponse
            {
                Description = "It has begun.",
                Headers = new Dictionary<string, IOpenApiHeader> { ["Content-Location"] = draft.Told("Content-Location", "Where to ask how far it is.") },
            };
        }

        if (operation.AnswerTypes.Count > 0)
        {
            responses["200"] = new OpenApiResponse
            {
                Description = "The answer.",
                Content = operation.AnswerTypes.ToDictionary(static type => type, static IOpenApiMediaType (_) => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } }),
            };
        }
        else if (operation.Timing != OperationTiming.Later)
        {
            // A single resource by the name of return is the answer itself (R4 operations.html#response).
            var type = output is [{ Name: "return", Type: { } named }] && (Schema.R4.FindResourceType(named) is not null || named is "Resource" or "Any") ? named.Replace("Any", "Resource", StringComparison.Ordinal) : "Parameters";
            responses["200"] = draft.Response($"{type}.answer", () => new OpenApiResponse { Description = $"The answer, as {type}.", Content = draft.Resource(type, hasExample: false) });
        }

        draft.AddFailures(responses, needsToken: true, operation.AffectsState ? [400, 404, 409, 413, 415, 422] : [400, 404, 406, 413, 415, 422]);
        return responses;
    }
}
