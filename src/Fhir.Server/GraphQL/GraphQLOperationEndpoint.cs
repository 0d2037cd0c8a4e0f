// $graphql on the system and on a resource (R4 graphql.html, operation-resource-graphql.html).

using System.Buffers;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server.GraphQL;

/// <summary>The operation <c>$graphql</c>. Its answers are GraphQL's JSON, also where it fails.</summary>
internal static class GraphQLOperationEndpoint
{
    private const string Json = "application/json";
    private const string GraphQLJson = "application/graphql-response+json";

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } = new(
        "graphql",
        OperationLevels.System | OperationLevels.Instance,
        [],
        "http://hl7.org/fhir/OperationDefinition/Resource-graphql",
        AffectsState: false,
        AnswerAsync)
    {
        HandleAsync = HandleAsync,
        TakesParameters = false,
        BodyTypes = [Json, GraphQLRequest.MediaType],
        AnswerTypes = [Json, GraphQLJson],
    };

    private static async Task HandleAsync(HttpExchange exchange)
    {
        var call = exchange.ToCall();
        var body = call.IsPost ? await RequestBody.ReadAsync(exchange) : default;
        var (status, json) = await RunAsync(
            call,
            () => body.IsEmpty ? GraphQLRequest.FromAddress(call) : GraphQLRequest.FromBody(body, exchange.Http.Request.ContentType),
            exchange.Http.TraceIdentifier,
            exchange.Cancel);
        var response = exchange.Http.Response;
        response.StatusCode = status;
        var accepts = exchange.Header("Accept")?.Contains(GraphQLJson, StringComparison.OrdinalIgnoreCase) == true;
        response.ContentType = $"{(accepts ? GraphQLJson : Json)}; charset=utf-8";
        response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
            await response.Body.WriteAsync(json, exchange.Cancel);
    }

    // Within a batch the answer must be a resource; the operation's definition makes it a Binary.
    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var (_, json) = await RunAsync(
            call, () => call.Body is { } body ? GraphQLRequest.FromBody(body.Json, Json) : GraphQLRequest.FromAddress(call), null, cancel);
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Binary"u8);
            writer.WriteString("contentType"u8, Json);
            writer.WriteBase64String("data"u8, json.Span);
            writer.WriteEndObject();
        }

        return new FhirAnswer(200) { Json = output.WrittenMemory };
    }

    private static async ValueTask<(int Status, ReadOnlyMemory<byte> Json)> RunAsync(
        FhirCall call, Func<GraphQLRequest> read, string? requestId, CancellationToken cancel)
    {
        var query = "";
        GraphQLResult result;
        try
        {
            var request = read();
            query = request.Query;
            var answers = GraphQLSchemaAnswers.Of(call.Server.SearchParameters);
            var key = call.Route.Type is null ? GraphQLSchemaAnswers.KeyOf(request) : null;
            if (key is not null && answers.Find(key) is { } known)
                return (200, known);
            result = await RunAsync(call, request, cancel);
            if (key is not null && result.IsOfSchema)
            {
                var json = result.ToJson(query, requestId);
                answers.Keep(key, json);
                return (200, json);
            }
        }
        catch (GraphQLException e)
        {
            result = GraphQLResult.Refused(400, [ErrorOf(e)]);
        }
        catch (RefusedException e)
        {
            result = GraphQLResult.Refused(e.Status, e.Issues.Select(i => new GraphQLError(i, -1, [])));
        }

        return (result.Status, result.ToJson(query, requestId));
    }

    private static async ValueTask<GraphQLResult> RunAsync(FhirCall call, GraphQLRequest request, CancellationToken cancel)
    {
        var document = GraphQLParser.Parse(request.Query);
        var operation = OperationOf(document, request.OperationName);
        if (operation.Kind != "query")
        {
            throw new GraphQLException(
                "not-supported", $"A {operation.Kind} is not run here; change resources with create, update, patch and delete.", operation.Position);
        }

        var source = new GraphQLSource(call, cancel);
        var type = call.Route.Type is { } name ? new GraphQLType.Object(Schema.R4.FindResourceType(name)!) : (GraphQLType)new GraphQLType.Query();
        var errors = GraphQLValidator.Check(document, operation, type);
        if (errors.Count > 0)
            return GraphQLResult.Refused(400, errors.Select(ErrorOf));
        var variables = new GraphQLVariables(operation, request.Variables);
        var root = new GraphQLItem(type);
        if (call.Route.Type is not null)
        {
            var resource = await source.ReadAsync(call.Key);
            if (!resource.Exists)
                throw new RefusedException(404, "not-found", "There is no such resource to query here.");
            root = GraphQLItem.Of(resource);
        }

        var result = await new GraphQLExecution(call, document, variables, source, cancel).RunAsync(operation, root);
        return result with { IsOfSchema = result.Errors.Count == 0 && !source.HasRead };
    }

    private static GraphQLOperation OperationOf(GraphQLDocument document, string? name)
    {
        if (name is null)
        {
            return document.Operations is [var only]
                ? only
                : throw new GraphQLException("required", "The query holds several operations; say in operationName which one to run.");
        }

        return document.Operations.FirstOrDefault(o => o.Name == name)
            ?? throw new GraphQLException("not-found", "The query holds no operation of that operationName.");
    }

    private static GraphQLError ErrorOf(GraphQLException e) => new(Issue.Error(e.Code, e.Message), e.Position, []);
}
