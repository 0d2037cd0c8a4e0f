// The segments of an archive: a folder of files in which instances lie one behind the other.

using System.Globalization;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>
/// Lends segments to writers. Small instances share one, in which they lie in the order in which they came; a large one that is still coming has
/// a segment to itself until it is there. Files are read by <see cref="SegmentReadings"/>.
/// </summary>
internal sealed class Segments : IDisposable
{
    /// <summary>A segment that has become as long as this gets nothing more.</summary>
    public const long FullBytes = 1L << 30;

    private readonly Lock _lock = new();
    private readonly List<Segment> _idle = [];
    private readonly HashSet<Segment> _open = [];
    private readonly string _folder;
    private Segment? _shared;
    private long _next;

    /// <summary>The segments of a folder, which is there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="next">The number of the next new segment.</param>
    public Segments(string folder, long next)
    {
        _folder = folder;
        _next = next;
    }

    /// <summary>The file of a segment.</summary>
    public static string PathOf(string folder, long number) => Path.Combine(folder, number.ToString("D8", CultureInfo.InvariantCulture) + ".seg");

    /// <summary>The numbers of the segments in a folder, rising.</summary>
    public static IReadOnlyList<long> NumbersIn(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.seg")
            .Select(static path => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(static number => number > 0)
            .Order(),
    ];

    /// <summary>Adds a segment that has room left from an earlier run.</summary>
    public void Add(long number, long tail)
    {
        var segment = new Segment(number, DiskFile.Open(PathOf(_folder, number), FileMode.Open, FileAccess.ReadWrite), tail);
        _open.Add(segment);
        _idle.Add(segment);
    }

    /// <summary>Reserves a stretch for an instance that is there as a whole.</summary>
    public (Segment Segment, BlobPlace Place) Reserve(long length)
    {
        lock (_lock)
        {
            if (_shared is { IsSpent: true } spent)
            {
                _idle.Add(spent);
                _shared = null;
            }

            _shared ??= Take();
            return (_shared, _shared.Reserve(length));
        }
    }

    /// <summary>Lends a segment for an instance whose length is not known yet.</summary>
    public SegmentLease Lease()
    {
        lock (_lock)
            return new SegmentLease(this, Take());
    }

    /// <summary>Takes a segment back.</summary>
    public void Return(Segment segment)
    {
        lock (_lock)
            _idle.Add(segment);
    }

    /// <summary>Closes those that get nothing more, and tells their numbers.</summary>
    public IReadOnlyList<long> CloseSpent()
    {
        lock (_lock)
        {
            if (_shared is { IsSpent: true } spent)
            {
                _idle.Add(spent);
                _shared = null;
            }

            // Of a broken one nobody knows what is there before the archive is opened anew.
            var closed = _idle.Where(static segment => segment is { IsSpent: true, IsBroken: false, IsUndecided: false }).ToList();
            foreach (var segment in closed)
            {
                _idle.Remove(segment);
                _open.Remove(segment);
                segment.Dispose();
            }

            return [.. closed.Select(static segment => segment.Number)];
        }
    }

    /// <summary>Whether a segment may still be written to, so that its file has to stay.</summary>
    public bool IsOpen(long number)
    {
        lock (_lock)
            return _open.Any(segment => segment.Number == number);
    }

    public void Dispose()
    {
        foreach (var segment in _open)
            segment.Dispose();
    }

    private Segment Take()
    {
        if (_idle.FindIndex(static segment => !segment.IsSpent) is >= 0 and var idle)
        {
            var segment = _idle[idle];
            _idle.RemoveAt(idle);
            return segment;
        }

        // A number is never used twice, also if the disk has no room for its file.
        var number = _next++;
        var made = new Segment(number, DiskFile.Open(PathOf(_folder, number), FileMode.CreateNew, FileAccess.ReadWrite), 0);
        try
        {
            DiskFile.SyncFolder(_folder);
        }
        catch
        {
            made.Dispose();
            throw;
        }

        _open.Add(made);
        return made;
    }
}
