// Commits: what is prepared waits for its turn, and all that waits is committed with one record (docs/adr/0051-commit-log.md).

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>Commits the transactions of this server, in groups that have nothing to do with each other.</summary>
internal sealed partial class Committer(
    CosmosDatabase database, CosmosStoreOptions options, Watermarks watermarks, CommitLog log, LogTail tail, Applier applier, CosmosSearch search, IndexDefinitions definitions) : IAsyncDisposable
{
    // Bounds how long the first of a group waits for the last.
    private const int WritesPerGroup = 1_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<CommitRequest> _waiting = new();
    private Task _work = Task.CompletedTask;
    private bool _isWorking;
    private bool _isClosing;

    /// <summary>Commits all writes or none.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before it was committed, and is not.</exception>
    public async Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var request = new CommitRequest(scope, transaction, cancel);
        try
        {
            await PrepareAsync(request, cancel);
            Enqueue(request);
            return await request.Task;
        }
        catch (ResourceTooLargeException tooLarge)
        {
            return RefusalOf(tooLarge, request);
        }
        finally
        {
            await DropAsync(request);
        }
    }

    /// <summary>Ends when all that was asked for is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        Task work;
        lock (_lock)
        {
            _isClosing = true;
            work = _work;
        }

        await work;
    }

    private void Enqueue(CommitRequest request)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosing, this);
            _waiting.AddLast(request);
            if (_isWorking)
                return;
            _isWorking = true;
            _work = Task.Run(WorkAsync);
        }
    }

    private async Task WorkAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            try
            {
                await CommitAsync(group);
            }
            catch (Exception exception)
            {
                // Whatever it was, those who wait must hear of it, and the others must have their turn.
                foreach (var request in group)
                    request.Fail(exception);
            }
        }
    }

    // All that waits and has nothing to do with what came before it: one record then says the same as one for each, in that order.
    private List<CommitRequest> Take()
    {
        var group = new List<CommitRequest>();
        var written = new HashSet<ResourceKey>();
        lock (_lock)
        {
            for (var node = _waiting.First; node is not null;)
            {
                var (request, next) = (node.Value, node.Next);
                if (group.Count == 0 || (written.Count + request.Writes.Count <= WritesPerGroup && !request.IsTouchedBy(written)))
                {
                    _waiting.Remove(node);
                    group.Add(request);
                    written.UnionWith(request.Writes);
                }

                node = written.Count < WritesPerGroup ? next : null;
            }

            _isWorking = group.Count > 0;
        }

        return group;
    }
}
