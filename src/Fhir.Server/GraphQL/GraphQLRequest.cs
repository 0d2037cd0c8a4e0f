// A GraphQL request as it is sent: in the address, as the query itself, or as JSON (GraphQL over HTTP; R4 graphql.html).

using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server.GraphQL;

/// <summary>A request.</summary>
/// <param name="Query">The text of the document.</param>
/// <param name="OperationName">Which of its operations to run; null if it has one.</param>
/// <param name="Variables">The variables, a JSON object or nothing.</param>
internal sealed record GraphQLRequest(string Query, string? OperationName, JsonElement? Variables)
{
    /// <summary>The media type of a query by itself.</summary>
    public const string MediaType = "application/graphql";

    /// <summary>The request in an address.</summary>
    /// <exception cref="GraphQLException">There is none.</exception>
    public static GraphQLRequest FromAddress(FhirCall call)
    {
        string? query = null, operation = null, variables = null;
        foreach (var (name, value) in call.Parameters)
        {
            switch (name)
            {
                case "query":
                    query = value;
                    break;
                case "operationName":
                    operation = value;
                    break;
                case "variables":
                    variables = value;
                    break;
            }
        }

        return new GraphQLRequest(
            query ?? throw Missing(), string.IsNullOrEmpty(operation) ? null : operation, string.IsNullOrEmpty(variables) ? null : ParseJson(variables));
    }

    /// <summary>The request in a body.</summary>
    /// <exception cref="GraphQLException">The body is no GraphQL request.</exception>
    /// <exception cref="RefusedException">415: the media type is none of GraphQL's.</exception>
    public static GraphQLRequest FromBody(ReadOnlyMemory<byte> body, string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !MediaTypes.IsUtf8(type))
            throw NotGraphQL();
        if (type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase))
            return new GraphQLRequest(Encoding.UTF8.GetString(body.Span), null, null);
        var json = type.MediaType.Value!.ToLowerInvariant() switch
        {
            "application/json" or "application/fhir+json" => ParseJson(Encoding.UTF8.GetString(body.Span)),
            _ => throw NotGraphQL(),
        };
        if (json.ValueKind != JsonValueKind.Object)
            throw new GraphQLException("structure", "A GraphQL request in JSON is an object with query, operationName and variables; lists of requests are not run.");

        // $graphql is a FHIR operation too, so a Parameters resource may carry the query.
        if (Member(json, "resourceType") is not null)
            return new GraphQLRequest(OfParameters(json) ?? throw Missing(), null, null);
        return new GraphQLRequest(
            Text(json, "query") ?? throw Missing(), Text(json, "operationName"), Member(json, "variables"));
    }

    /// <summary>A member of a JSON object of a request; null if it has none of that name.</summary>
    /// <exception cref="GraphQLException">A name that was compared is no text.</exception>
    public static JsonElement? Member(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw new GraphQLException("value", "The name of a member holds half of a surrogate pair.");
        }
    }

    private static string? OfParameters(JsonElement parameters)
    {
        if (Member(parameters, "parameter") is not { ValueKind: JsonValueKind.Array } list)
            return null;
        foreach (var parameter in list.EnumerateArray())
        {
            if (parameter.ValueKind == JsonValueKind.Object && Text(parameter, "name") == "query")
                return Text(parameter, "valueString");
        }

        return null;
    }

    private static string? Text(JsonElement json, string name)
    {
        if (Member(json, name) is not { ValueKind: not JsonValueKind.Null } value)
            return null;
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new GraphQLException("value", $"{name} is a string.");
        }
        catch (InvalidOperationException)
        {
            throw new GraphQLException("value", $"{name} holds half of a surrogate pair.");
        }
    }

    private static JsonElement ParseJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new GraphQLException("structure", "The request is not JSON; send an object with query, operationName and variables.");
        }
    }

    private static GraphQLException Missing() =>
        new("required", "There is no query; send one as ?query=…, as a body of application/graphql, or as the member query of a JSON object.");

    private static RefusedException NotGraphQL() =>
        new(415, "not-supported", "A GraphQL request is sent as application/json or application/graphql in UTF-8; set Content-Type to the one that the body is.");
}
