// The status of a run that was asked for with Prefer: respond-async, and its end at the client's wish (R4 async.html).

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary><c>/_run/[job]</c>.</summary>
internal static class RunEndpoint
{
    /// <summary>The first part of the addresses below the base.</summary>
    public const string Segment = "_run";

    /// <summary>The polling address of a run.</summary>
    public static string AddressOf(string baseUrl, string id) => $"{baseUrl}/{Segment}/{id}";

    /// <summary>GET of the polling address: 202 until it is done, then where its reports are.</summary>
    public static async Task AnswerStatusAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var kept = await FindAsync(exchange);
        var response = exchange.Http.Response;
        switch (kept.Value.Status)
        {
            case ScriptRunStatus.Running:
                response.StatusCode = StatusCodes.Status202Accepted;
                response.Headers.RetryAfter = "2";
                response.Headers["X-Progress"] = kept.Value.Progress;
                break;
            case ScriptRunStatus.Completed:
                response.ContentType = "application/json";
                if (kept.Expires is { } end)
                    response.Headers.Expires = end.ToString("R", CultureInfo.InvariantCulture);
                await response.BodyWriter.WriteAsync(Manifest(exchange, kept.Value), exchange.Cancel);
                break;
            default:
                throw new RefusedException(500, "exception", kept.Value.Failure ?? "The run failed; ask for it again.");
        }
    }

    /// <summary>DELETE of the polling address: the run ends; reports that are stored stay.</summary>
    public static async Task CancelAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        await exchange.Server.Runs.Jobs.CancelAsync((await FindAsync(exchange)).Id, exchange.Cancel);
        exchange.Http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task<Smart.Kept<ScriptRunJob>> FindAsync(HttpExchange exchange) =>
        await exchange.Server.Runs.Jobs.FindAsync(exchange.Route.Name!, exchange.Http, exchange.Cancel) ?? throw new RefusedException(404, "not-found", ConformanceMessages.NoSuchRun);

    private static ReadOnlyMemory<byte> Manifest(HttpExchange exchange, ScriptRunJob job)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("transactionTime", ResourceBody.FormatInstant(job.Started));
        json.WriteString("request", job.Request);
        json.WriteBoolean("requiresAccessToken", exchange.Server.Smart is not null);
        json.WriteStartArray("output");
        foreach (var result in job.Results)
        {
            json.WriteStartObject();
            json.WriteString("type", "TestReport");
            json.WriteString("url", $"{exchange.BaseUrl}/TestReport/{result.Report}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("error");
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }
}
