// The work of import: documents are read by one thread, prepared and committed by several, in groups large enough that the
// disk is not what they wait for.

using System.Threading.Channels;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>How import runs.</summary>
internal sealed record ImportSettings
{
    /// <summary>Documents that are prepared side by side; each waits for its own commit, so more than the cores pays.</summary>
    public int Jobs { get; init; } = Math.Max(4, Environment.ProcessorCount * 2);

    /// <summary>True to stop reading at the first failure.</summary>
    public bool StopOnError { get; init; }

    /// <summary>True to import what the journal has as done too.</summary>
    public bool Again { get; init; }
}

/// <summary>Imports documents into a store.</summary>
internal sealed partial class Importer(
    ResourceRepository repository,
    TransactionInteraction transactions,
    ImportJournal journal,
    ImportProgress progress,
    ImportSettings settings)
{
    // A group is what one commit takes of single resources, and about what a worker holds.
    private const int GroupSize = 500;
    private const int UnitBytes = 1024 * 1024;

    // Text read and not yet committed; its trees and index entries are a few times as large.
    private const long MaxBytesAhead = 48 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly ImportPace _pace = new(settings.Jobs, s_patience);
    private volatile bool _isStopped;
    private long _bytesAhead;

    /// <summary>Stops reading; what is at hand is finished.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>How often the store was too busy for a commit, which was then tried again.</summary>
    public long Busy => _pace.Busy;

    /// <summary>True if <see cref="Stop"/> or an error ended the reading.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>Imports all documents.</summary>
    public async Task RunAsync(IEnumerable<ImportDocument> documents)
    {
        var units = Channel.CreateBounded<ImportUnit>(settings.Jobs);
        var reading = Task.Run(() => ReadAsync(documents, units.Writer));
        var workers = Enumerable.Range(0, settings.Jobs).Select(_ => Task.Run(() => WorkAsync(units.Reader))).ToList();

        // If all workers are gone by a fault, nobody makes room for the reader any more.
        var working = Task.WhenAll(workers);
        if (await Task.WhenAny(working, reading) == working)
            units.Writer.TryComplete();
        await working;
        await reading;
    }

    private async Task ReadAsync(IEnumerable<ImportDocument> documents, ChannelWriter<ImportUnit> units)
    {
        try
        {
            var unit = new List<ImportDocument>();
            var before = Task.CompletedTask;
            long bytes = 0;
            foreach (var document in documents)
            {
                if (IsStopped)
                    break;
                if (document.Problem is null && !settings.Again && journal.IsDone(document))
                {
                    progress.AddSkipped();
                    continue;
                }

                unit.Add(document);
                bytes += document.Content.Length;
                if (unit.Count < GroupSize && bytes < UnitBytes)
                    continue;
                before = await SendAsync(units, new ImportUnit(unit, before), bytes);
                (unit, bytes) = ([], 0);
            }

            if (unit.Count > 0 && !IsStopped)
                await SendAsync(units, new ImportUnit(unit, before), bytes);
            units.Complete();
        }
        catch (Exception e) when (units.TryComplete(e))
        {
        }
    }

    // Gives the task that ends with the unit.
    private async Task<Task> SendAsync(ChannelWriter<ImportUnit> units, ImportUnit unit, long bytes)
    {
        while (Volatile.Read(ref _bytesAhead) > MaxBytesAhead && !IsStopped)
            await Task.Delay(2);
        Interlocked.Add(ref _bytesAhead, bytes);
        await units.WriteAsync(unit);
        return unit.Ended.Task;
    }

    private async Task WorkAsync(ChannelReader<ImportUnit> units)
    {
        try
        {
            await foreach (var unit in units.ReadAllAsync())
            {
                try
                {
                    await ImportAsync(unit);
                }
                finally
                {
                    unit.Ended.SetResult();
                }
            }
        }
        catch
        {
            Stop();
            throw;
        }
    }

    private async Task ImportAsync(ImportUnit unit)
    {
        long bytes = 0;
        var group = new ImportGroup(unit.Before);
        for (var i = 0; i < unit.Documents.Count; i++)
        {
            bytes += unit.Documents[i].Content.Length;
            await ImportAsync(unit.Documents[i], group);

            // The bytes are not needed any more; a unit of many large Bundles would hold them all.
            unit.Documents[i] = unit.Documents[i] with { Content = default };
        }

        await CommitAsync(group);
        await RestoreAsync(group);
        Interlocked.Add(ref _bytesAhead, -bytes);
    }

    private async Task ImportAsync(ImportDocument document, ImportGroup group)
    {
        if (document.Problem is { } problem)
        {
            Fail(document, [Issue.Error("exception", problem)]);
            return;
        }

        var parsed = document.IsXml ? ResourceParser.ParseXml(document.Content) : ResourceParser.ParseJson(document.Content);
        if (parsed.Tree?.Root is { Type.Name: "Bundle" } history && history.ChildValue("type") == "history")
        {
            await CommitAsync(group);
            await AddVersionsAsync(document with { Content = default }, history, group);
            return;
        }

        await RestoreAsync(group);
        if (!RequestBody.IsWritable(parsed, repository.Options.ValidationOnWrite))
        {
            Fail(document, parsed.Issues);
            return;
        }

        var resource = parsed.Tree!.Root;
        var origin = document with { Content = default };
        if (resource.Type.Name == "Bundle")
        {
            await CommitAsync(group);
            if (await ImportBundleAsync(origin, resource, group.Before))
                return;
        }

        if (await AddAsync(origin, resource, group) && group.Writes.Count >= GroupSize)
            await CommitAsync(group);
    }

    private async Task<bool> AddAsync(ImportDocument document, ElementNode resource, ImportGroup group)
    {
        var type = resource.Type.Name;
        var given = resource.ChildValue("id");
        if (given is not null && !ResourceId.IsValid(given))
        {
            Fail(document, [Issue.Error("value", $"'{given}' is not an id that R4 allows.", $"{type}.id")]);
            return false;
        }

        var prepared = await repository.Preparer.PrepareAsync(resource, type, new WriteSource(AccessScope.Full), CancellationToken.None);
        if (prepared.Refusal is { } refusal)
        {
            Fail(document, refusal.Issues);
            return false;
        }

        var key = new ResourceKey(type, given ?? ResourceRepository.NewId());
        if (group.Keys.Contains(key))
            await CommitAsync(group);
        group.Add(document, new PutResource(key, prepared.Resource!, given is null ? WriteMethod.Post : WriteMethod.Put), isNew: given is null);
        return true;
    }

    private async Task CommitAsync(ImportGroup group)
    {
        if (group.Writes.Count == 0)
            return;

        // A later line about the same resource is the newer one, so commits of given ids keep the order of the source.
        if (group.IsNew.Contains(false))
            await group.Before;
        if (group.Created is { } created)
            journal.Begin(group.Documents, created);
        var commit = await _pace.RunAsync(() => repository.CommitAsync(AccessScope.Full, repository.ToTransaction(group.Writes, []), CancellationToken.None));
        if (commit.Failure == CommitFailure.None)
        {
            journal.Done(group.Documents);
            progress.AddDone(group.Documents.Count, group.Writes.Count);
        }
        else if (group.Writes.Count == 1)
        {
            Fail(group.Documents[0], ResourceRepository.Refuse(commit).Issues);
        }
        else
        {
            // One of them does not fit (a missing reference, under FhirHub:Integrity=Enforce): the others need not suffer.
            for (var i = 0; i < group.Writes.Count; i++)
            {
                var single = new ImportGroup(group.Before);
                single.Add(group.Documents[i], group.Writes[i], isNew: group.IsNew[i]);
                await CommitAsync(single);
            }
        }

        group.Clear();
    }

    private void Fail(ImportDocument document, IEnumerable<Issue> issues)
    {
        progress.AddFailure(document, issues);
        if (settings.StopOnError)
            Stop();
    }
}

/// <summary>What a worker takes at once.</summary>
/// <param name="Documents">In the order of the source.</param>
/// <param name="Before">Ends with the unit before this one.</param>
internal sealed record ImportUnit(List<ImportDocument> Documents, Task Before)
{
    /// <summary>Set when all documents are committed or have failed.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Single resources on their way to one commit.</summary>
internal sealed class ImportGroup(Task before)
{
    /// <summary>Ends when all that stands before this in the source is committed.</summary>
    public Task Before { get; } = before;

    /// <summary>The documents, one for each write.</summary>
    public List<ImportDocument> Documents { get; } = [];

    /// <summary>The writes.</summary>
    public List<PutResource> Writes { get; } = [];

    /// <summary>For each write whether the server gave it its id.</summary>
    public List<bool> IsNew { get; } = [];

    /// <summary>The resources written; none appears twice in a commit.</summary>
    public HashSet<ResourceKey> Keys { get; } = [];

    /// <summary>Versions of another store, each with the document that it came with; while there are some, there are no writes.</summary>
    public List<(ImportDocument Document, RestoredVersion Version)> Versions { get; } = [];

    /// <summary>The last of these versions of each resource; in a call they rise.</summary>
    public Dictionary<ResourceKey, long> LastVersions { get; } = [];

    /// <summary>A resource whose id is new, or null if none is: the sign by which an interrupted commit is settled.</summary>
    public ResourceKey? Created { get; private set; }

    /// <summary>Adds a write.</summary>
    public void Add(ImportDocument document, PutResource write, bool isNew)
    {
        Documents.Add(document);
        Writes.Add(write);
        IsNew.Add(isNew);
        Keys.Add(write.Key);
        if (isNew)
            Created ??= write.Key;
    }

    /// <summary>Adds versions.</summary>
    public void Add(ImportDocument document, IReadOnlyList<RestoredVersion> versions)
    {
        foreach (var version in versions)
        {
            Versions.Add((document, version));
            LastVersions[version.Version.Key] = version.Version.Version;
        }
    }

    /// <summary>Makes room for the next commit.</summary>
    public void Clear()
    {
        Documents.Clear();
        Writes.Clear();
        IsNew.Clear();
        Keys.Clear();
        Created = null;
    }
}
