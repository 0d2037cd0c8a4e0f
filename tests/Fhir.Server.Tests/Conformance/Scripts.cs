// TestScripts of the tests, and how they are sent.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Conformance;

/// <summary>Small scripts.</summary>
internal static class Scripts
{
    /// <summary>Creates a Patient and reads it again; the second test fails, unless the family name is Wang.</summary>
    public static string PatientScript(string name, string family = "Wang") => Script(
        name,
        $$"""
        {"name": "A patient is created and read", "action": [
          {"operation": {"type": {"code": "create"}, "resource": "Patient", "sourceId": "patient", "responseId": "created", "encodeRequestUrl": true} },
          {"assert": {"response": "created", "warningOnly": false} },
          {"operation": {"type": {"code": "read"}, "resource": "Patient", "targetId": "created", "encodeRequestUrl": true} },
          {"assert": {"response": "okay", "warningOnly": false} }]},
        {"name": "The name is kept", "action": [
          {"operation": {"type": {"code": "read"}, "resource": "Patient", "targetId": "created", "encodeRequestUrl": true} },
          {"assert": {"expression": "Patient.name.family", "operator": "equals", "value": "Wang", "warningOnly": false} }]}
        """,
        $$"""{"resourceType": "Patient", "id": "patient", "name": [{"family": "{{family}}"}]}""");

    /// <summary>One request that must be answered in a way.</summary>
    public static string RequestScript(string name, string method, string url, string responseCode, string? body = null) => Script(
        name,
        $$"""
        {"name": "One request", "action": [
          {"operation": {"method": "{{method}}", "url": "{{url}}", "contentType": "json"{{(body is null ? "" : ", \"sourceId\": \"body\"")}}, "encodeRequestUrl": true} },
          {"assert": {"responseCode": "{{responseCode}}", "warningOnly": false} }]}
        """,
        body);

    /// <summary>A script of these tests.</summary>
    public static string Script(string name, string tests, string? fixture = null)
    {
        var script = JsonNode.Parse($$"""
            {"resourceType": "TestScript", "url": "https://example.org/suite/TestScript/{{name}}", "name": "{{name}}", "title": "Title of {{name}}", "status": "active", "test": [{{tests}}]}
            """)!.AsObject();
        if (fixture is not null)
        {
            var contained = JsonNode.Parse(fixture)!;
            var id = (string?)contained["id"] ?? "body";
            contained["id"] = id;
            script["contained"] = new JsonArray(contained);
            script["fixture"] = new JsonArray(new JsonObject
            {
                ["id"] = id,
                ["autocreate"] = false,
                ["autodelete"] = false,
                ["resource"] = new JsonObject { ["reference"] = $"#{id}" },
            });
        }

        return script.ToJsonString();
    }

    /// <summary>Runs a script that is sent; the report.</summary>
    public static async Task<JsonNode> RunAsync(this HttpClient client, string script, string query = "")
    {
        using var answer = await client.SendAsync("POST", $"TestScript/$run{query}", script);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == 200, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The results of a report's steps.</summary>
    public static IReadOnlyList<string> Results(this JsonNode report) =>
        [.. report["test"]!.AsArray().SelectMany(static test => test!["action"]!.AsArray()).Select(static action => (string)(action!["operation"] ?? action["assert"])!["result"]!)];

    /// <summary>What the steps of a report say.</summary>
    public static string Messages(this JsonNode report) => string.Join('\n', report["test"]!.AsArray().SelectMany(static test => test!["action"]!.AsArray())
        .Select(static action => (string?)(action!["operation"] ?? action["assert"])!["message"]));
}
