// The status of an export, its files, and its end at the client's wish (HL7 Bulk Data Access 2.0.0, export.html#bulk-data-status-request).

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using FhirHub.Storage;

namespace FhirHub.Server.Export;

/// <summary><c>/_export/[job]</c> and <c>/_export/[job]/[file]</c>.</summary>
public static class ExportEndpoint
{
    /// <summary>The first part of the addresses below the base.</summary>
    public const string Segment = "_export";

    private const string NoSuchExport = "There is no such export: it may be over, cancelled, or another client's.";

    private const string FileElsewhere =
        "The file is kept by another server of this system. Ask again by the same connection or session as for the export, or have the operator set FhirHub:Export:Path to a folder that all servers share.";

    /// <summary>The polling address of an export.</summary>
    public static string AddressOf(string baseUrl, string id) => $"{baseUrl}/{Segment}/{id}";

    /// <summary>GET of the polling address: 202 until it is done, then the manifest.</summary>
    public static async Task AnswerStatusAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var (id, job, expires) = await FindAsync(exchange);
        var response = exchange.Http.Response;
        switch (job.Status)
        {
            case ExportStatus.Running:
                response.StatusCode = StatusCodes.Status202Accepted;
                response.Headers.RetryAfter = exchange.Server.Exports.RetryAfter(job).ToString(CultureInfo.InvariantCulture);
                response.Headers["X-Progress"] = job.Progress;
                break;
            case ExportStatus.Completed:
                response.ContentType = "application/json";
                if (expires is { } end)
                    response.Headers.Expires = end.ToString("R", CultureInfo.InvariantCulture);
                await response.BodyWriter.WriteAsync(Manifest(exchange, id, job), exchange.Cancel);
                break;
            default:
                throw new RefusedException(500, "exception", job.Failure ?? "The export failed; ask for it again.");
        }
    }

    /// <summary>DELETE of the polling address: the export ends, and its files are gone.</summary>
    public static async Task CancelAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var (id, _, _) = await FindAsync(exchange);
        await exchange.Server.Exports.CancelAsync(id, exchange.Cancel);
        exchange.Http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>GET of a file.</summary>
    public static async Task AnswerFileAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var (id, job, _) = await FindAsync(exchange);

        // Only a name that the server gave leads to a file.
        var path = job.Status == ExportStatus.Completed && job.Files.FirstOrDefault(file => file.Name == exchange.Route.Version) is { } found
            ? exchange.Server.Exports.PathOf(id, found)
            : null;
        if (path is null)
            throw new RefusedException(404, "not-found", NoSuchExport);
        if (!File.Exists(path))
            throw new RefusedException(503, "transient", FileElsewhere);
        var response = exchange.Http.Response;
        response.ContentType = "application/fhir+ndjson";
        await response.SendFileAsync(path, exchange.Cancel);
    }

    // An export of another client, or one whose grant was revoked, is answered like none.
    private static async Task<(string Id, ExportJob Job, DateTimeOffset? Expires)> FindAsync(HttpExchange exchange)
    {
        var id = exchange.Route.Name!;
        var kept = await exchange.Server.Exports.FindAsync(id, exchange.Http, exchange.Cancel) ?? throw new RefusedException(404, "not-found", NoSuchExport);
        return (id, kept.Value, kept.Expires);
    }

    private static ReadOnlyMemory<byte> Manifest(HttpExchange exchange, string id, ExportJob job)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("transactionTime", ResourceBody.FormatInstant(job.TransactionTime));
        json.WriteString("request", job.Request);
        json.WriteBoolean("requiresAccessToken", exchange.Server.Smart is not null);
        Write("output", job.Output);
        Write("deleted", job.Deleted);
        Write("error", []);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;

        void Write(string name, IReadOnlyList<ExportFile> files)
        {
            json.WriteStartArray(name);
            foreach (var file in files)
            {
                json.WriteStartObject();
                json.WriteString("type", file.Type);
                json.WriteString("url", $"{AddressOf(exchange.BaseUrl, id)}/{file.Name}");
                json.WriteNumber("count", file.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }
}
