// The archive: instances in segments on disk, what is known of them in an index, and every change in order (ADR 0030).

using FhirHub.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Dicomweb;

/// <summary>An image archive in a folder. Every method takes a scope: studies that it does not grant do not exist.</summary>
public sealed partial class ImageArchive : IAsyncDisposable
{
    private readonly DicomwebOptions _options;
    private readonly TimeProvider _clock;
    private readonly FileStream _hold;
    private readonly Segments _segments;
    private readonly SegmentReadings _readings;
    private readonly ArchiveReaders _readers;
    private readonly ArchiveWriter _writer;
    private readonly SegmentSyncs _syncs;
    private readonly ILogger _log;
    private readonly ITimer _purging;
    private int _isDisposed;

    private ImageArchive(DicomwebOptions options, TimeProvider clock, ILogger log, FileStream hold, Segments segments)
    {
        _options = options;
        _clock = clock;
        _log = log;
        _hold = hold;
        _segments = segments;
        Catalog = new AttributeCatalog(options.IndexedAttributes, options.Pinyin);
        var index = ArchiveOpening.IndexOf(options.Path);
        _writer = new ArchiveWriter(index, Catalog, clock, Committed);
        _syncs = new SegmentSyncs(request => _ = _writer.DoAsync(request));
        _readers = new ArchiveReaders(index);
        _readings = new SegmentReadings(ArchiveOpening.SegmentsOf(options.Path));
        _lastChange = _readers.Read(static connection => connection.Scalar(Sql.Raw("SELECT max(seq) FROM change")) ?? 0, CancellationToken.None);
        _purging = clock.CreateTimer(_ => PurgeInBackground(), null, PurgeEvery, PurgeEvery);
    }

    /// <summary>What is indexed of each instance.</summary>
    public AttributeCatalog Catalog { get; }

    /// <summary>Opens the archive in <see cref="DicomwebOptions.Path"/>, which is made if it is not there.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="clock">The time of changes, and of the end of what is deleted.</param>
    /// <param name="log">Is told what was freed.</param>
    /// <exception cref="ArchiveException">Another process has it open, or something of it is missing or damaged.</exception>
    public static ImageArchive Open(DicomwebOptions options, TimeProvider clock, ILogger? log = null)
    {
        var hold = ArchiveOpening.Lock(options.Path);
        Segments? segments = null;
        try
        {
            segments = ArchiveOpening.Recover(options.Path);
            return new ImageArchive(options, clock, log ?? NullLogger.Instance, hold, segments);
        }
        catch (Exception failure)
        {
            segments?.Dispose();
            hold.Dispose();
            throw failure is DatabaseException broken ? ArchiveOpening.Unusable(options.Path, broken) : failure;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;

        await _purging.DisposeAsync();
        await _maintenance.WaitAsync();

        // The last connection to close empties the log into the database, which a reading one can't.
        _readers.Dispose();
        await _syncs.DisposeAsync();
        await _writer.DisposeAsync();
        _readings.Dispose();
        _segments.Dispose();
        await _hold.DisposeAsync();
        _maintenance.Dispose();
    }
}
