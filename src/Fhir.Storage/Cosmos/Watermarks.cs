// What this server knows of the watermark: reads share a look at it, and caches above the store learn from it that something was committed.

using System.Collections.Concurrent;

namespace FhirHub.Storage.Cosmos;

/// <summary>Reads the watermark.</summary>
internal sealed class Watermarks(CosmosDatabase database)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, long> _types = new(StringComparer.Ordinal);
    private long _position;

    /// <summary>The greatest position that was seen.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The greatest position that was seen of commits that wrote the type.</summary>
    public long PositionOf(string type) => _types.GetValueOrDefault(type);

    /// <summary>The watermark as it is now.</summary>
    public async Task<Watermark> ReadAsync(CancellationToken cancel)
    {
        var watermark = await Watermark.ReadAsync(database.Control, cancel);
        Saw(watermark);
        return watermark;
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
            Volatile.Write(ref _position, watermark.Position);
        }
    }
}
