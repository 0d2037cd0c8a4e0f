// Keeps small values of a stream together, so that none of them holds a whole read buffer in memory.

namespace FhirHub.Dicom;

/// <summary>Memory that values are copied to.</summary>
internal sealed class ValueArena
{
    private const int ChunkSize = 16 * 1024;
    private byte[] _chunk = [];
    private int _used;

    /// <summary>Bytes that it holds.</summary>
    public long Held { get; private set; }

    /// <summary>A copy that stays.</summary>
    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return default;
        Held += value.Length;
        if (value.Length > ChunkSize / 4)
            return value.ToArray();
        if (_chunk.Length - _used < value.Length)
            (_chunk, _used) = (new byte[ChunkSize], 0);
        var kept = _chunk.AsMemory(_used, value.Length);
        value.CopyTo(kept.Span);
        _used += value.Length;
        return kept;
    }
}
