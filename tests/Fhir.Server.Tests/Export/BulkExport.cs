// An export as a client of the Bulk Data Access specification does it.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Export;

/// <summary>What an export gave.</summary>
public sealed record BulkExport(JsonNode Manifest, IReadOnlyList<JsonNode> Resources)
{
    public IEnumerable<string> Keys => Resources.Select(static resource => $"{resource["resourceType"]}/{resource["id"]}");

    /// <summary>Asks for an export, by POST if there is a body.</summary>
    public static Task<HttpResponseMessage> KickOffAsync(HttpClient client, string address, string? body = null) =>
        client.SendAsync(body is null ? "GET" : "POST", address, body, headers: [("Prefer", "respond-async"), ("Accept", "application/fhir+json")]);

    /// <summary>Polls until it is done; deletes it then if asked to.</summary>
    public static async Task<HttpResponseMessage> PollAsync(HttpClient client, Uri polling, bool delete = false)
    {
        for (var i = 0; i < 600; i++)
        {
            var answer = await client.GetAsync(polling);
            if ((int)answer.StatusCode != 202)
            {
                if (delete)
                    await client.DeleteAsync(polling);
                return answer;
            }

            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.NotEmpty(answer.Headers.GetValues("X-Progress").Single());
            await Task.Delay(100);
        }

        throw new TimeoutException("The export does not end.");
    }

    /// <summary>Does an export and fetches all its resources; it is deleted then.</summary>
    public static async Task<BulkExport> RunAsync(HttpClient client, string address, string? body = null)
    {
        var accepted = await KickOffAsync(client, address, body);
        Assert.True((int)accepted.StatusCode == 202, await accepted.Content.ReadAsStringAsync());
        var done = await PollAsync(client, accepted.Content.Headers.ContentLocation!);
        Assert.True((int)done.StatusCode == 200, await done.Content.ReadAsStringAsync());
        var manifest = await done.JsonAsync();
        var resources = new List<JsonNode>();
        foreach (var file in manifest["output"]!.AsArray())
        {
            var lines = (await client.GetStringAsync((string)file!["url"]!)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal((int)file["count"]!, lines.Length);
            resources.AddRange(lines.Select(static line => JsonNode.Parse(line)!));
        }

        if (manifest["deleted"]!.AsArray().Count == 0)
            await client.DeleteAsync(accepted.Content.Headers.ContentLocation!);
        return new BulkExport(manifest, resources);
    }
}
