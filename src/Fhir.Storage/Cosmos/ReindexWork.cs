// The piece of a reindex that changes with each step: who does it, and how far it is. One server has it at a time.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>The control document of the reindex under way.</summary>
/// <param name="Owner">The server that does it; empty for none.</param>
/// <param name="Until">When another server may take it over, in milliseconds since 1970.</param>
/// <param name="Begun">The reindex that <paramref name="After"/> and <paramref name="Done"/> are of (<see cref="ReindexState.Begun"/>).</param>
/// <param name="After">The last resource that is done, by its place in the order of creation.</param>
/// <param name="Done">Resources done.</param>
/// <param name="ETag">The document's; empty before it is written.</param>
internal sealed record ReindexWork(string Owner, long Until, long Begun, string After, long Done, string ETag)
{
    private const string Id = "reindex";

    // Ten times what a step takes at most.
    private const int Milliseconds = 60_000;

    // Between two looks whether the other server is ready.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly PartitionKey s_partition = new(Id);

    /// <summary>Takes it, when no other server has it.</summary>
    public static async Task<ReindexWork> TakeAsync(CosmosDocuments control, string owner, TimeProvider clock, CancellationToken cancel)
    {
        while (true)
        {
            if (await TryTakeAsync(control, owner, clock, cancel) is { } work)
                return work;
            await Task.Delay(s_pause, cancel);
        }
    }

    /// <summary>Takes it, if no other server has it.</summary>
    public static async Task<ReindexWork?> TryTakeAsync(CosmosDocuments control, string owner, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var work = await FindAsync(control, cancel) ?? new ReindexWork("", 0, 0, "", 0, "");
        return (work.Owner.Length == 0 || work.Owner == owner || work.Until <= now)
            && await (work with { Owner = owner, Until = now + Milliseconds }).WriteAsync(control, cancel)
            && await FindAsync(control, cancel) is { } taken && taken.Owner == owner
            ? taken
            : null;
    }

    /// <summary>Notes how far it is, and keeps it for as long again.</summary>
    /// <exception cref="StoreException">Another server has taken it over.</exception>
    public async Task<ReindexWork> NoteAsync(CosmosDocuments control, TimeProvider clock, CancellationToken cancel)
    {
        if (await (this with { Until = clock.GetUtcNow().ToUnixTimeMilliseconds() + Milliseconds }).WriteAsync(control, cancel)
            && await FindAsync(control, cancel) is { } noted && noted.Owner == Owner)
        {
            return noted;
        }

        throw new StoreException("Another server has taken over the reindex, because this one did not get on with it for too long.");
    }

    /// <summary>Leaves it to whoever wants it.</summary>
    public static async Task LeaveAsync(CosmosDocuments control, string owner, CancellationToken cancel)
    {
        if (await FindAsync(control, cancel) is { } work && work.Owner == owner)
            await (work with { Owner = "", Until = 0 }).WriteAsync(control, cancel);
    }

    private static async Task<ReindexWork?> FindAsync(CosmosDocuments control, CancellationToken cancel) => await control.ReadAsync(Id, s_partition, cancel) is { } document
        ? new ReindexWork(
            document.Root.Required("owner"), document.Root.Whole("until"), document.Root.Whole("begun"), document.Root.Required("after"), document.Root.Whole("done"), document.ETag)
        : null;

    private Task<bool> WriteAsync(CosmosDocuments control, CancellationToken cancel)
    {
        var json = DocumentJson.Write(json =>
        {
            json.WriteString("id", Id);
            json.WriteString("owner", Owner);
            json.WriteNumber("until", Until);
            json.WriteNumber("begun", Begun);
            json.WriteString("after", After);
            json.WriteNumber("done", Done);
        });
        return ETag.Length == 0 ? control.CreateAsync(json, s_partition, cancel) : control.ReplaceAsync(Id, json, s_partition, ETag, cancel);
    }
}
