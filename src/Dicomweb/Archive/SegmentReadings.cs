// The segments that are read: one open file each, shared by all who read it.

using System.Runtime.InteropServices;
using FhirHub.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace FhirHub.Dicomweb;

/// <summary>Opens stretches of segments for reading. What is open is not freed.</summary>
internal sealed class SegmentReadings(string folder) : IDisposable
{
    // A file each is open as long as there are not more, since opening costs more than reading a small instance.
    private const int OpenFiles = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, OpenSegment> _files = [];
    private readonly Dictionary<(long Segment, long Offset), int> _stretches = [];
    private long _uses;

    /// <summary>Opens a stretch.</summary>
    /// <exception cref="DicomwebException">Its bytes are not kept any more.</exception>
    public BlobReading Open(BlobPlace place)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(place.Segment, out var open))
            {
                CloseUnused();
                try
                {
                    open = new OpenSegment(DiskFile.Open(Segments.PathOf(folder, place.Segment), FileMode.Open, FileAccess.Read));
                }
                catch (FileNotFoundException)
                {
                    throw DicomwebException.NotFound();
                }

                _files.Add(place.Segment, open);
            }

            open.Readings++;
            open.LastUse = ++_uses;
            CollectionsMarshal.GetValueRefOrAddDefault(_stretches, (place.Segment, place.Offset), out _)++;
            return new BlobReading(this, open.File, place);
        }
    }

    /// <summary>Ends the reading of a stretch.</summary>
    public void Close(BlobPlace place)
    {
        lock (_lock)
        {
            _files[place.Segment].Readings--;
            ref var readings = ref CollectionsMarshal.GetValueRefOrNullRef(_stretches, (place.Segment, place.Offset));
            if (--readings == 0)
                _stretches.Remove((place.Segment, place.Offset));
        }
    }

    /// <summary>Whether somebody reads a stretch.</summary>
    public bool IsRead(BlobPlace place)
    {
        lock (_lock)
            return _stretches.ContainsKey((place.Segment, place.Offset));
    }

    /// <summary>Closes the file of a segment that is to be removed; false while somebody reads it.</summary>
    public bool TryClose(long number)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(number, out var open))
                return true;
            if (open.Readings > 0)
                return false;
            open.File.Dispose();
            _files.Remove(number);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var open in _files.Values)
                open.File.Dispose();
            _files.Clear();
        }
    }

    private void CloseUnused()
    {
        if (_files.Count < OpenFiles)
            return;
        foreach (var (number, open) in _files.Where(static file => file.Value.Readings == 0).OrderBy(static file => file.Value.LastUse).Take(OpenFiles / 4).ToList())
        {
            open.File.Dispose();
            _files.Remove(number);
        }
    }

    private sealed class OpenSegment(SafeFileHandle file)
    {
        public SafeFileHandle File { get; } = file;

        public int Readings { get; set; }

        public long LastUse { get; set; }
    }
}
