// The part of a stream that is in memory while it is parsed.

using System.Buffers;

namespace FhirHub.Dicom;

/// <summary>A window that moves forward over bytes; over memory it shows all of them from the start.</summary>
internal sealed class ByteWindow : IDisposable
{
    private const int FirstRead = 16 * 1024;
    private const int ReadBehindValue = 512;
    private const int GreatestRead = 64 * 1024;

    private readonly Stream? _stream;
    private readonly long _streamStart;
    private byte[] _buffer = [];
    private int _length;
    private int _readSize = FirstRead;

    /// <summary>A window on memory.</summary>
    public ByteWindow(ReadOnlyMemory<byte> memory)
    {
        Memory = memory;
        AtEnd = true;
        Total = memory.Length;
    }

    /// <summary>A window on a stream from where it is now.</summary>
    public ByteWindow(Stream stream)
    {
        _stream = stream;
        _streamStart = stream.CanSeek ? stream.Position : 0;
        Total = stream.CanSeek ? stream.Length - _streamStart : -1;
    }

    /// <summary>The bytes that are there.</summary>
    public ReadOnlyMemory<byte> Memory { get; private set; }

    /// <summary>Where they are, from where the window began.</summary>
    public long Start { get; private set; }

    /// <summary>Whether nothing comes behind them.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>All bytes there are; -1 if nobody knows.</summary>
    public long Total { get; }

    /// <summary>Whether it shows all bytes for good.</summary>
    public bool IsMemory => _stream is null;

    /// <summary>The bytes from a position on.</summary>
    public ReadOnlyMemory<byte> From(long position) =>
        position - Start is >= 0 and var offset && offset <= Memory.Length ? Memory[(int)offset..] : default;

    /// <summary>Moves on to a position and reads until the wanted bytes are there, or there are no more.</summary>
    public async ValueTask FillAsync(long position, int wanted, CancellationToken cancellationToken)
    {
        if (_stream is null || AtEnd)
            return;
        var kept = From(position).Length;
        var bufferEnd = Start + _length;
        if (_buffer.Length < wanted + GreatestRead)
        {
            var larger = ArrayPool<byte>.Shared.Rent(wanted + GreatestRead);
            Memory.Span[(_length - kept)..].CopyTo(larger);
            Dispose();
            _buffer = larger;
        }
        else if (kept > 0)
        {
            _buffer.AsSpan(_length - kept, kept).CopyTo(_buffer);
        }

        if (position > bufferEnd)
        {
            var skipped = await SkipAsync(position - bufferEnd, cancellationToken);
            if (skipped < position - bufferEnd)
            {
                (Start, _length, Memory, AtEnd) = (bufferEnd + skipped, 0, default, true);
                return;
            }

            // Between fragments only eight bytes are wanted; reading more than a little would read the pixels.
            _readSize = ReadBehindValue;
        }

        Start = position;
        _length = kept;
        while (_length < wanted && !AtEnd)
        {
            var size = Math.Min(_buffer.Length - _length, Math.Max(wanted - _length, _readSize));
            var count = await _stream.ReadAsync(_buffer.AsMemory(_length, size), cancellationToken);
            AtEnd = count == 0;
            _length += count;
            _readSize = Math.Min(GreatestRead, _readSize * 2);
        }

        Memory = _buffer.AsMemory(0, _length);
    }

    /// <summary>Gives the buffer back; nothing that was read refers to it.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask<long> SkipAsync(long count, CancellationToken cancellationToken)
    {
        if (_stream!.CanSeek)
        {
            _stream.Seek(count, SeekOrigin.Current);
            return count;
        }

        var skipped = 0L;
        while (skipped < count)
        {
            var read = await _stream.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(count - skipped, GreatestRead)), cancellationToken);
            if (read == 0)
                break;
            skipped += read;
        }

        return skipped;
    }
}
