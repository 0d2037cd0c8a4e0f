// An instance on its way into the archive: in pooled memory while it is small, in a segment once it is not.

using System.Buffers;
using System.Security.Cryptography;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Bytes on their way into the archive; used by one request at a time.</summary>
public sealed class InstanceUpload : IAsyncDisposable
{
    // What is not longer than this is written in one call when it is stored; of what is longer, no more than this is ever in memory.
    internal const int BufferedBytes = 1024 * 1024;
    private const int PieceBytes = 64 * 1024;

    // Without this the last sync of a long upload would write gigabytes while others wait for the disk.
    private const long BytesBetweenSyncs = 64 * 1024 * 1024;

    private readonly Segments _segments;
    private readonly long _longest;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte[]> _pieces = [];
    private SegmentLease? _lease;
    private long _written;
    private long _synced;
    private int _buffered;
    private bool _isSettled;

    internal InstanceUpload(Segments segments, long longest)
    {
        _segments = segments;
        _longest = longest;
        Source = new UploadSource(this);
    }

    /// <summary>How many bytes have come.</summary>
    public long Length => _written + _buffered;

    /// <summary>The bytes that have come; readable until the upload is disposed.</summary>
    public ByteSource Source { get; }

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="DicomwebException">It is more than <see cref="DicomwebOptions.InstanceBytes"/>.</exception>
    /// <exception cref="ArchiveException">The disk can't take them.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (_isSettled)
            throw new InvalidOperationException("The upload was stored already.");
        if (Length + bytes.Length > _longest)
            throw new DicomwebException(StatusCodes.Status413PayloadTooLarge, $"The instance is longer than the {_longest:N0} bytes that this server takes (FhirHub:Dicomweb:InstanceBytes).");
        _hash.AppendData(bytes.Span);
        while (!bytes.IsEmpty)
        {
            if (_buffered == BufferedBytes)
                await SpillAsync(cancel);
            var at = _buffered % PieceBytes;
            if (_buffered / PieceBytes == _pieces.Count)
                _pieces.Add(ArrayPool<byte>.Shared.Rent(PieceBytes));
            var count = Math.Min(PieceBytes - at, bytes.Length);
            bytes.Span[..count].CopyTo(_pieces[_buffered / PieceBytes].AsSpan(at));
            _buffered += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Forgets what has come, so that the upload can begin anew.</summary>
    public void Reset()
    {
        if (_isSettled)
            throw new InvalidOperationException("The upload was stored already.");
        (_written, _synced, _buffered) = (0, 0, 0);
        _ = _hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isSettled = true;
        _lease?.Dispose();
        _hash.Dispose();
        foreach (var piece in _pieces)
            ArrayPool<byte>.Shared.Return(piece);
        _pieces.Clear();
        _buffered = 0;
        return ValueTask.CompletedTask;
    }

    /// <summary>The SHA-256 of what has come.</summary>
    internal byte[] Sha256() => _hash.GetCurrentHash();

    /// <summary>Writes what is not written yet, and leaves the stretch to the caller. A small one is not on disk before its segment is synced.</summary>
    internal async ValueTask<UploadedStretch> SettleAsync(CancellationToken cancel)
    {
        if (_isSettled)
            throw new InvalidOperationException("The upload was stored already.");
        _isSettled = true;
        if (_lease is not null)
        {
            await SpillAsync(cancel);
            await SyncAsync(_lease.Segment);
            return new(_lease.Segment, _lease.Keep(_written), IsSynced: true);
        }

        var (segment, place) = Guarded(() => _segments.Reserve(_buffered));
        try
        {
            // Less than a megabyte into the page cache: handing that to another thread would cost more than doing it.
            Guarded(() =>
            {
                RandomAccess.Write(segment.File, Buffered(), place.Offset);
                return true;
            });
        }
        catch
        {
            segment.Free(place);
            throw;
        }

        return new(segment, place, IsSynced: false);
    }

    private async ValueTask SpillAsync(CancellationToken cancel)
    {
        _lease ??= Guarded(_segments.Lease);
        try
        {
            await RandomAccess.WriteAsync(_lease.Segment.File, Buffered(), _lease.Start + _written, cancel);
        }
        catch (IOException failure)
        {
            throw NoRoom(failure);
        }

        _written += _buffered;
        _buffered = 0;
        if (_written - _synced < BytesBetweenSyncs)
            return;
        await SyncAsync(_lease.Segment);
    }

    private async Task SyncAsync(Segment segment)
    {
        try
        {
            await Task.Run(segment.Sync, CancellationToken.None);
        }
        catch (IOException failure)
        {
            throw NoRoom(failure);
        }

        _synced = _written;
    }

    private static T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException failure)
        {
            throw NoRoom(failure);
        }
    }

    /// <summary>What is told of a disk that does not take an instance.</summary>
    internal static ArchiveException NoRoom(IOException failure) =>
        new("The archive can't write the instance to its disk; see that the disk has room and is well, then send it again.", failure);

    private List<ReadOnlyMemory<byte>> Buffered()
    {
        var pieces = new List<ReadOnlyMemory<byte>>(_pieces.Count);
        for (var at = 0; at < _buffered; at += PieceBytes)
            pieces.Add(_pieces[at / PieceBytes].AsMemory(0, Math.Min(PieceBytes, _buffered - at)));
        return pieces;
    }

    private sealed class UploadSource(InstanceUpload upload) : ByteSource
    {
        public override long Length => upload.Length;

        public override int Read(long offset, Span<byte> buffer)
        {
            if (offset < 0 || offset >= upload.Length)
                return 0;
            if (offset < upload._written)
                return RandomAccess.Read(upload._lease!.Segment.File, buffer[..(int)Math.Min(buffer.Length, upload._written - offset)], upload._lease.Start + offset);
            var at = (int)(offset - upload._written);
            var count = Math.Min(Math.Min(PieceBytes - (at % PieceBytes), upload._buffered - at), buffer.Length);
            upload._pieces[at / PieceBytes].AsSpan(at % PieceBytes, count).CopyTo(buffer);
            return count;
        }

        public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => new(Read(offset, buffer.Span));
    }
}

/// <summary>A stretch that was written and is not in the index yet.</summary>
/// <param name="Segment">Where.</param>
/// <param name="Place">The stretch.</param>
/// <param name="IsSynced">Whether it is on disk.</param>
internal readonly record struct UploadedStretch(Segment Segment, BlobPlace Place, bool IsSynced);
