// The newest commits as this server saw them, so that it need not read again what nobody has changed.

namespace FhirHub.Storage.Cosmos;

/// <summary>Which resources a run of positions without a gap has written.</summary>
internal sealed class LogTail
{
    // Some megabytes; what is forgotten is read again.
    private const int KeysAtMost = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceKey, long> _written = [];
    private long _before;
    private long _last;

    /// <summary>Is told of a record that is in the log.</summary>
    public void Saw(LogRecord record)
    {
        lock (_lock)
        {
            if (record.Position <= _last)
                return;
            if (record.Position > _last + 1 || _written.Count > KeysAtMost)
            {
                _written.Clear();
                _before = record.Position - 1;
            }

            _last = record.Position;
            foreach (var write in record.Writes)
                _written[write.Key] = record.Position;
        }
    }

    /// <summary>True if it is certain that no commit after one position, up to another, has written the resource.</summary>
    public bool IsUnchanged(ResourceKey key, long since, long until)
    {
        lock (_lock)
            return since >= until || (since >= _before && until <= _last && (!_written.TryGetValue(key, out var written) || written <= since));
    }
}
