// What this server knows of the watermark: reads share a look at it, and caches above the store learn from it that something was committed.

using System.Collections.Concurrent;

namespace FhirHub.Storage.Cosmos;

/// <summary>Reads the watermark.</summary>
internal sealed class Watermarks(CosmosDatabase database)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, long> _types = new(StringComparer.Ordinal);
    private long _position = -1;
    private volatile IndexState? _index;
    private Task<Watermark>? _next;
    private Task _underWay = Task.CompletedTask;

    /// <summary>The greatest position that was seen.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>What the index was seen to be good for at that position.</summary>
    public IndexState? Index => _index;

    /// <summary>The greatest position that was seen of commits that wrote the type.</summary>
    public long PositionOf(string type) => _types.GetValueOrDefault(type);

    /// <summary>The watermark as it is now, or was at some moment after this was called.</summary>
    public Task<Watermark> ReadAsync(CancellationToken cancel)
    {
        Task<Watermark> look;
        lock (_lock)
        {
            // A look that is under way may not see what was answered just before; all who come while it is share the next one.
            var underWay = _underWay;
            look = _next ??= Task.Run(() => LookAsync(underWay), CancellationToken.None);
        }

        return look.WaitAsync(cancel);
    }

    /// <summary>Is told of a watermark that was read or written.</summary>
    public void Saw(Watermark watermark)
    {
        lock (_lock)
        {
            if (watermark.Position <= _position)
                return;
            foreach (var (type, position) in watermark.Types)
                _types[type] = position;
            _index = watermark.Index;
            Volatile.Write(ref _position, watermark.Position);
        }
    }

    private async Task<Watermark> LookAsync(Task underWay)
    {
        await underWay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
            (_underWay, _next) = (_next!, null);
        var watermark = await Watermark.ReadAsync(database.Control, CancellationToken.None);
        Saw(watermark);
        return watermark;
    }
}
