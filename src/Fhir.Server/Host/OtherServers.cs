// Follows what other servers of the same store do to what this one holds in memory, and goes on with what one of them left.

using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Search parameters and reindexes of all servers of a store.</summary>
internal sealed class OtherServers : IAsyncDisposable
{
    // What is left of a server that died is looked for so many looks apart.
    private const int LooksUntilLeft = 10;

    private static readonly string[] s_types = ["SearchParameter", PackageRecord.TypeName];

    private readonly FhirServer _server;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;
    private string _known;

    /// <summary>Begins to follow.</summary>
    public OtherServers(FhirServer server, TimeSpan interval)
    {
        (_server, _interval) = (server, interval);

        // What is committed from here on is looked at; the parameters were loaded before, and are loaded once more to be sure of what came in between.
        _known = "";
        _work = Task.Run(FollowAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work;
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            for (var look = 1; await timer.WaitForNextTickAsync(_ending.Token); look++)
                await LookAsync(look % LooksUntilLeft == 0, _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    private async Task LookAsync(bool isTimeForWhatIsLeft, CancellationToken cancel)
    {
        try
        {
            // Asked before the parameters are read, so that a commit in between is seen at the next look.
            var commits = string.Join(' ', s_types.Select(_server.Store.CommitsOf));
            if (commits != _known)
            {
                await _server.SearchParameterSet.ReloadAsync(_server.Store, cancel);
                _known = commits;
            }
            else if (isTimeForWhatIsLeft && _server.SearchParameters.Waiting.Count > 0)
            {
                // A reindex of another server may have come to its end.
                await _server.SearchParameterSet.RefreshAsync(_server.Store, cancel);
            }

            if (isTimeForWhatIsLeft)
                await _server.Reindexing.ResumeAsync(cancel);
        }
        catch (Exception failure) when (failure is StoreException or StoreBusyException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // The next look tries again. A write that would miss a parameter is refused by the store until then.
        }
    }
}
