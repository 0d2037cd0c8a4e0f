// A segment that is written: a file to whose end instances are appended.

using FhirHub.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace FhirHub.Dicomweb;

/// <summary>A segment that is not full. Stretches are reserved by one lock and written beside each other.</summary>
internal sealed class Segment : IDisposable
{
    private readonly Lock _lock = new();
    private long _tail;
    private int _undecided;

    public Segment(long number, SafeFileHandle file, long tail)
    {
        Number = number;
        File = file;
        _tail = tail;
    }

    /// <summary>The number of the segment, which no other ever has.</summary>
    public long Number { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle File { get; }

    /// <summary>True once a write to disk failed: nobody knows what of it is there, so nothing is added any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where the next stretch begins.</summary>
    public long Tail
    {
        get
        {
            lock (_lock)
                return _tail;
        }
    }

    /// <summary>Whether the segment gets nothing more.</summary>
    public bool IsSpent => IsBroken || Tail >= Segments.FullBytes;

    /// <summary>Whether a stretch is reserved of which the index does not know yet.</summary>
    public bool IsUndecided
    {
        get
        {
            lock (_lock)
                return _undecided > 0;
        }
    }

    /// <summary>Reserves a stretch; <see cref="Keep"/> or <see cref="Free"/> tells what became of it.</summary>
    public BlobPlace Reserve(long length)
    {
        lock (_lock)
        {
            var place = new BlobPlace(Number, _tail, length);
            _tail += length;
            _undecided++;
            return place;
        }
    }

    /// <summary>The index refers to a reserved stretch now.</summary>
    public void Keep()
    {
        lock (_lock)
            _undecided--;
    }

    /// <summary>Gives a stretch back that the index does not refer to: to the next writer if it is the last one, else to the file system.</summary>
    public void Free(BlobPlace place)
    {
        lock (_lock)
        {
            _undecided--;
            if (place.Offset + place.Length == _tail)
            {
                _tail = place.Offset;
                return;
            }
        }

        // Where it can't be freed it stays, and is found when the archive is opened the next time.
        _ = DiskFile.TryFree(File, place.Offset, place.Length);
    }

    /// <summary>Ends when what was written is on disk.</summary>
    public void Sync()
    {
        try
        {
            DiskFile.Sync(File);

            // A failed write is told to one of those who wait at the time; it is no less failed for the others.
            if (IsBroken)
                throw new IOException("An earlier write to the segment failed.");
        }
        catch (IOException)
        {
            IsBroken = true;
            throw;
        }
    }

    public void Dispose() => File.Dispose();
}
