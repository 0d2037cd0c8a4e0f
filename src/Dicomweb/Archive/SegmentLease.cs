// A segment that one upload has to itself while it comes.

namespace FhirHub.Dicomweb;

/// <summary>Lends a segment to one upload, which writes behind its tail and keeps in the end what it has written, or nothing.</summary>
internal sealed class SegmentLease(Segments segments, Segment segment) : IDisposable
{
    private bool _isReturned;

    /// <summary>The segment.</summary>
    public Segment Segment => segment;

    /// <summary>Where the upload begins.</summary>
    public long Start { get; } = segment.Tail;

    /// <summary>Keeps what was written, and returns the segment.</summary>
    public BlobPlace Keep(long length)
    {
        var place = segment.Reserve(length);
        Dispose();
        return place;
    }

    /// <summary>Returns the segment; what was not kept is written over.</summary>
    public void Dispose()
    {
        if (_isReturned)
            return;
        _isReturned = true;
        segments.Return(segment);
    }
}
