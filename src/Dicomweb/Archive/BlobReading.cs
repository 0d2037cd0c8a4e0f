// The bytes of a stored instance while they are read.

using FhirHub.Dicom;
using Microsoft.Win32.SafeHandles;

namespace FhirHub.Dicomweb;

/// <summary>The bytes of a stored instance, open.</summary>
public sealed class BlobReading : IDisposable
{
    private readonly SegmentReadings _readings;
    private readonly BlobPlace _place;
    private int _isClosed;

    internal BlobReading(SegmentReadings readings, SafeFileHandle file, BlobPlace place)
    {
        _readings = readings;
        _place = place;
        File = file;
    }

    /// <summary>The open file of the segment, for reading; the instance begins at <see cref="Offset"/> of it. Many read it at a time.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Where the instance begins.</summary>
    public long Offset => _place.Offset;

    /// <summary>How many bytes it has.</summary>
    public long Length => _place.Length;

    /// <summary>Its bytes, from 0.</summary>
    public ByteSource Source => field ??= new StretchSource(File, Offset, Length);

    /// <summary>Reads the instance; large values refer to <see cref="Source"/>.</summary>
    public async Task<DicomFile> ReadAsync(DicomReadOptions options, CancellationToken cancel)
    {
        using var stream = new SourceStream(Source);
        return await DicomFile.ReadAsync(stream, options, Source, cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            _readings.Close(_place);
    }
}
