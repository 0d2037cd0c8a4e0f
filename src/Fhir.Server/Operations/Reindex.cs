// $reindex: begins, shows and gives up the indexing of older resources for search parameters that were added or changed.

using System.Buffers;
using System.Text.Json;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// <c>POST /fhir/$reindex</c> begins it, for the parameters that wait, those that <c>url</c> names, or all (<c>full=true</c>);
/// <c>cancel=true</c> gives it up. <c>GET /fhir/$reindex</c> shows how far it is. On a SearchParameter it is about that one.
/// </summary>
public static class Reindex
{
    // A small store is done before a client could ask how far it is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } = new(
        "reindex",
        OperationLevels.System | OperationLevels.Type | OperationLevels.Instance,
        ["SearchParameter"],
        OperationDefinitions.AddressOf("reindex"),
        AffectsState: false,
        AnswerAsync)
    {
        Description = "Indexes older resources for search parameters that were added or changed; GET shows how far that is.",
        Parameters =
        [
            new("url", "uri", "A search parameter to index for; without one, those that wait are.") { Repeats = true },
            new("full", "boolean", "True to index for all search parameters anew."),
            new("cancel", "boolean", "True to give up the one that is running."),
            new("state", "code", "none, running, completed, cancelled or failed.") { IsOutput = true, IsRequired = true },
            new("parameter", "uri", "What it indexes for; none if it is all.") { IsOutput = true, Repeats = true },
            new("done", "decimal", "Resources done.") { IsOutput = true },
            new("total", "decimal", "Resources there were at its start.") { IsOutput = true },
            new("perSecond", "decimal", "Resources in a second.") { IsOutput = true },
            new("remainingSeconds", "decimal", "Time that it will take still.") { IsOutput = true },
            new("started", "instant", "When it began, or went on after a restart.") { IsOutput = true },
            new("finished", "instant", "When it ended.") { IsOutput = true },
            new("waiting", "uri", "A search parameter that can't be searched by before a reindex.") { IsOutput = true, Repeats = true },
            new("due", "boolean", "True if a reindex is due.") { IsOutput = true, IsRequired = true },
        ],
    };

    /// <summary>What is to be indexed if nobody says: all after a change of the program, else what waits; null if that is nothing.</summary>
    public static ReindexRequest? Due(FhirServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.Store.NeedsReindex)
            return ReindexRequest.All;
        var waiting = server.SearchParameters.Waiting;
        return waiting.Count == 0 ? null : new ReindexRequest([.. waiting.Select(p => p.IndexKey).Distinct()]);
    }

    /// <summary>The request for the parameters of a URL; null if there is none.</summary>
    public static ReindexRequest? Of(FhirServer server, IReadOnlyCollection<string> urls)
    {
        ArgumentNullException.ThrowIfNull(server);
        var keys = server.SearchParameterSet.Current.All.All.Where(p => urls.Contains(p.Url)).Select(p => p.IndexKey).Distinct().ToList();
        return keys.Count == 0 ? null : new ReindexRequest(keys);
    }

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        if (!call.Scope.IsAdministrators)
            throw new RefusedException(403, "forbidden", "A reindex is about all resources; the access granted to this client is not.");
        var input = OperationInput.Read(call, Operation.Parameters);
        var reindexing = call.Server.Reindexing;
        if (!call.IsPost)
            return new FhirAnswer(200) { Json = Write(call.Server) };
        if (input.Boolean("cancel"))
        {
            await reindexing.CancelAsync();
            return new FhirAnswer(200) { Json = Write(call.Server) };
        }

        if (await RequestAsync(call, input, cancel) is not { } request)
            return new FhirAnswer(200) { Json = Write(call.Server) };
        if (!reindexing.TryStart(request, out var running))
        {
            throw new RefusedException(
                409, "conflict", "A reindex is running; GET $reindex shows how far it is. Wait for it, or give it up with POST $reindex?cancel=true.");
        }

        await Task.WhenAny(running, Task.Delay(Patience, cancel));
        return new FhirAnswer(running.IsCompleted ? 200 : 202) { Json = Write(call.Server) };
    }

    private static async ValueTask<ReindexRequest?> RequestAsync(FhirCall call, OperationInput input, CancellationToken cancel)
    {
        var urls = input.Values("url").Select(value => value.Text!).ToList();
        if (call.Route.Kind == RouteKind.InstanceOperation)
        {
            var version = await call.Server.Store.ReadAsync(call.Scope, call.Key, cancel);
            if (version is not { IsDeleted: false })
                throw new RefusedException(404, "not-found", $"There is no {call.Key}.");
            urls = [call.Server.Repository.Preparer.Read(version).Root.ChildValue("url") ?? ""];
        }

        if (input.Boolean("full"))
            return ReindexRequest.All;
        return urls.Count == 0
            ? Due(call.Server)
            : Of(call.Server, urls) ?? throw new RefusedException(
                404, "not-found", $"No search parameter in use has the url {string.Join(", ", urls)}; it must be a parameter of R4 or an active SearchParameter.");
    }

    private static ReadOnlyMemory<byte> Write(FhirServer server)
    {
        var status = server.Reindexing.Status;
        var output = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("resourceType", "Parameters");
        json.WriteStartArray("parameter");
        Add("state", "valueCode", status.State.ToString().ToLowerInvariant());
        if (status.State != ReindexState.None)
        {
            if (status.IndexKeys is { } keys)
            {
                foreach (var url in server.SearchParameterSet.Current.All.All.Where(p => keys.Contains(p.IndexKey)).Select(p => p.Url).Distinct())
                    Add("parameter", "valueUri", url);
            }

            AddNumber("done", status.Progress.Done);
            AddNumber("total", status.Progress.Total);
            AddNumber("perSecond", (decimal)Math.Round(status.PerSecond, 1));
            if (status.Remaining is { } remaining)
                AddNumber("remainingSeconds", (decimal)Math.Round(remaining.TotalSeconds));
            Add("started", "valueInstant", ResourceBody.FormatInstant(status.Started));
            if (status.Finished is { } finished)
                Add("finished", "valueInstant", ResourceBody.FormatInstant(finished));
        }

        foreach (var url in server.SearchParameters.Waiting.Select(p => p.Url).Distinct())
            Add("waiting", "valueUri", url);
        AddFlag("due", Due(server) is not null);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;

        void Add(string name, string type, string value)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString(type, value);
            json.WriteEndObject();
        }

        void AddNumber(string name, decimal value)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("valueDecimal", value);
            json.WriteEndObject();
        }

        void AddFlag(string name, bool value)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteBoolean("valueBoolean", value);
            json.WriteEndObject();
        }
    }
}
