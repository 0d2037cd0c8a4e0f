// Puts the bytes of small instances on disk before the writer makes them known.

namespace FhirHub.Dicomweb;

/// <summary>
/// A few threads that wait for the disk, so that no thread of requests does. While one waits, another writes what came meanwhile, and the writer
/// commits what is there: with one after the other, the disk would have nothing to do while the index is written.
/// </summary>
internal sealed class SegmentSyncs : IAsyncDisposable
{
    private const int Threads = 4;

    private readonly Queue<StoreRequest> _waiting = new();
    private readonly Action<StoreRequest> _synced;
    private readonly TaskCompletionSource[] _ended = new TaskCompletionSource[Threads];
    private bool _closing;

    /// <summary>Threads that hand over what is on disk.</summary>
    public SegmentSyncs(Action<StoreRequest> synced)
    {
        _synced = synced;
        for (var i = 0; i < Threads; i++)
        {
            var ended = _ended[i] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() => Run(ended)) { IsBackground = true, Name = "FhirHub segment sync" }.Start();
        }
    }

    /// <summary>Queues an instance whose bytes were written.</summary>
    public void Enqueue(StoreRequest request)
    {
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _waiting.Enqueue(request);
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>Ends when all that waited was handed over.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_waiting)
        {
            _closing = true;
            Monitor.PulseAll(_waiting);
        }

        await Task.WhenAll(_ended.Select(static ended => ended.Task));
    }

    private void Run(TaskCompletionSource ended)
    {
        var group = new List<StoreRequest>();
        while (Take(group))
        {
            foreach (var segment in group.Select(static request => request.Segment).Distinct().ToList())
                Sync(segment, group);
            foreach (var request in group)
                _synced(request);
            group.Clear();
        }

        ended.SetResult();
    }

    private bool Take(List<StoreRequest> group)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_closing)
                    return false;
                Monitor.Wait(_waiting);
            }

            while (_waiting.TryDequeue(out var next))
                group.Add(next);
            return true;
        }
    }

    private static void Sync(Segment segment, List<StoreRequest> group)
    {
        try
        {
            segment.Sync();
        }
        catch (IOException failure)
        {
            var told = InstanceUpload.NoRoom(failure);
            group.RemoveAll(request =>
            {
                if (request.Segment != segment)
                    return false;
                request.Fail(told);
                return true;
            });
        }
    }
}
