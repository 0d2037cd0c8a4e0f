// The change feed: every change of the archive in order, as Azure's DICOM service has it, so that its clients need not be changed.

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>Answers <c>GET /changefeed</c> and <c>GET /changefeed/latest</c>.</summary>
internal static class ChangeFeedEndpoints
{
    private const int DefaultLimit = 100;
    private const int GreatestLimit = 1_000;
    private const int GreatestWait = 60;

    private static readonly string[] Parameters = ["offset", "after", "limit", "includemetadata", "wait", "accept"];
    private static readonly MediaRange Json = MediaRange.Of("application/json");

    /// <summary>Maps the addresses.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        group.MapGet("/changefeed", service.Answer(ChangesAsync));
        group.MapGet("/changefeed/latest", service.Answer(LatestAsync));
    }

    private static async Task ChangesAsync(DicomwebService service, HttpContext http)
    {
        Check(http);
        var offset = Number(http, "offset", 0, long.MaxValue);
        var after = Number(http, "after", 0, long.MaxValue);
        if (offset is not null && after is not null && offset != after)
            throw new DicomwebException(StatusCodes.Status400BadRequest, "'offset' and 'after' are the same; give one of them.");
        var from = offset ?? after ?? 0;
        var limit = (int)(Number(http, "limit", 1, GreatestLimit) ?? DefaultLimit);
        var withMetadata = IncludesMetadata(http);
        var entries = await service.Archive.ChangeFeedAsync(service.ScopeOf(http), from, limit, withMetadata, http.RequestAborted);
        if (entries.Count == 0 && Number(http, "wait", 0, GreatestWait) is { } seconds and > 0)
            entries = await WaitAsync(service, http, from, limit, withMetadata, TimeSpan.FromSeconds(seconds));
        await AnswerAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (var entry in entries)
                Write(writer, entry, http);
            writer.WriteEndArray();
        });
    }

    private static async Task LatestAsync(DicomwebService service, HttpContext http)
    {
        Check(http);
        if (await service.Archive.LatestChangeAsync(service.ScopeOf(http), IncludesMetadata(http), http.RequestAborted) is not { } entry)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await AnswerAsync(http, writer => Write(writer, entry, http));
    }

    // Whoever waits is answered when something was changed that it may see, or with nothing when the time is over.
    private static async Task<IReadOnlyList<ChangeFeedEntry>> WaitAsync(DicomwebService service, HttpContext http, long from, int limit, bool withMetadata, TimeSpan time)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        over.CancelAfter(time);
        while (true)
        {
            var seen = service.Archive.LastChange;
            var entries = await service.Archive.ChangeFeedAsync(service.ScopeOf(http), from, limit, withMetadata, http.RequestAborted);
            if (entries.Count > 0)
                return entries;
            try
            {
                await service.Archive.WaitForChangeAsync(Math.Max(seen, from), over.Token);
            }
            catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
            {
                return [];
            }

            from = Math.Max(seen, from);
        }
    }

    private static void Check(HttpContext http)
    {
        foreach (var name in http.Request.Query.Keys)
        {
            if (!Parameters.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new DicomwebException(StatusCodes.Status400BadRequest, $"The change feed has no such parameter; it has {string.Join(", ", Parameters)}.");
        }

        _ = AcceptedMedia.Parse(http.Request).Choose(Json);
    }

    private static long? Number(HttpContext http, string name, long least, long greatest)
    {
        if (!http.Request.Query.TryGetValue(name, out var values))
            return null;
        return values is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= greatest
            ? number
            : throw new DicomwebException(StatusCodes.Status400BadRequest, $"'{name}' has to be one whole number from {least} to {greatest}.");
    }

    private static bool IncludesMetadata(HttpContext http)
    {
        if (!http.Request.Query.TryGetValue("includemetadata", out var values))
            return true;
        return values is [{ } text] && bool.TryParse(text, out var includes)
            ? includes
            : throw new DicomwebException(StatusCodes.Status400BadRequest, "'includemetadata' has to be true or false.");
    }

    private static async Task AnswerAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }

    private static void Write(Utf8JsonWriter writer, ChangeFeedEntry entry, HttpContext http)
    {
        var change = entry.Change;
        writer.WriteStartObject();
        writer.WriteNumber("sequence", change.Sequence);
        writer.WriteString("studyInstanceUid", change.Path.Study);
        writer.WriteString("seriesInstanceUid", change.Path.Series);
        writer.WriteString("sopInstanceUid", change.Path.Instance);
        writer.WriteString("action", change.Action switch
        {
            ImageChangeAction.Create => "create",
            ImageChangeAction.Update => "update",
            _ => "delete",
        });
        writer.WriteString("timestamp", change.Time.UtcDateTime);
        writer.WriteString("state", entry.State);
        writer.WriteNumber("version", change.Version);
        if (entry.Metadata is { } metadata)
        {
            writer.WritePropertyName("metadata");
            writer.WriteRawValue(InstanceMetadata.ToJson(metadata, RequestBase.Of(http)), skipInputValidation: true);
        }

        writer.WriteEndObject();
    }
}
