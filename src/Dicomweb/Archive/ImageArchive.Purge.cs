// Giving back what is kept of deleted and replaced instances, once its days are over.

using FhirHub.Sqlite;
using Microsoft.Extensions.Logging;

namespace FhirHub.Dicomweb;

/// <summary>What was given back.</summary>
/// <param name="Instances">How many deleted or replaced instances are not kept any more.</param>
/// <param name="Bytes">How many bytes the file system has back.</param>
/// <param name="KeptBytes">How many it could not take back, since it can't free parts of files; they go with the last instance of their segment.</param>
public readonly record struct PurgeResult(int Instances, long Bytes, long KeptBytes);

public sealed partial class ImageArchive
{
    private const int PurgedTogether = 500;

    private static readonly TimeSpan PurgeEvery = TimeSpan.FromHours(1);

    // Whoever found an instance right before it was deleted may still open it.
    private static readonly TimeSpan LeastKept = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _maintenance = new(1);

    /// <summary>
    /// Gives back the bytes of what was deleted or replaced more than <see cref="DicomwebOptions.DeletedDays"/> ago; the archive does it every hour.
    /// What somebody reads is left for the next time.
    /// </summary>
    /// <exception cref="ArchiveException">The index can't be written.</exception>
    public async Task<PurgeResult> PurgeAsync(CancellationToken cancel)
    {
        await _maintenance.WaitAsync(cancel);
        try
        {
            var kept = TimeSpan.FromDays(_options.DeletedDays);
            var until = (_clock.GetUtcNow() - (kept > LeastKept ? kept : LeastKept)).ToUnixTimeMilliseconds();
            var result = new PurgeResult();
            var folder = ArchiveOpening.SegmentsOf(_options.Path);
            var from = 0L;
            while (true)
            {
                // From here on nobody finds them, so those that are open now are all that ever will be.
                var after = from;
                var (taken, last) = await _writer.DoAsync(session => session.TakeForPurge(until, after, PurgedTogether, place => !_readings.IsRead(place)), cancel);
                if (last == 0)
                    break;
                from = last;
                foreach (var former in taken)
                    result = Free(folder, former.Place, result);
                await _writer.DoAsync(session => session.EndPurge(taken), CancellationToken.None);
            }

            await RemoveDeadSegmentsAsync(folder, cancel);
            return result;
        }
        finally
        {
            _maintenance.Release();
        }
    }

    private static PurgeResult Free(string folder, BlobPlace place, PurgeResult result)
    {
        using var file = DiskFile.Open(Segments.PathOf(folder, place.Segment), FileMode.Open, FileAccess.ReadWrite);
        return DiskFile.TryFree(file, place.Offset, place.Length)
            ? new(result.Instances + 1, result.Bytes + place.Length, result.KeptBytes)
            : new(result.Instances + 1, result.Bytes, result.KeptBytes + place.Length);
    }

    private async Task RemoveDeadSegmentsAsync(string folder, CancellationToken cancel)
    {
        var spent = _segments.CloseSpent();
        if (spent.Count > 0)
            await _writer.DoAsync(session => session.Seal(spent), cancel);

        // First the index forgets a segment: a file that it does not know is removed at the next opening, if not now.
        foreach (var number in await _writer.DoAsync(session => session.ForgetDeadSegments(number => !_segments.IsOpen(number) && _readings.TryClose(number)), cancel))
            File.Delete(Segments.PathOf(folder, number));
    }

    private async void PurgeInBackground()
    {
        try
        {
            var result = await PurgeAsync(CancellationToken.None);
            if (result.KeptBytes > 0)
                _log.LogWarning("{Bytes} bytes of deleted images stay on disk until their whole segments are deleted: this file system can't free parts of files.", result.KeptBytes);
            if (result.Instances > 0)
                _log.LogInformation("{Instances} deleted or replaced images were purged, {Bytes} bytes.", result.Instances, result.Bytes);
        }
        catch (ObjectDisposedException)
        {
            // The archive was closed meanwhile.
        }
        catch (Exception failure)
        {
            // Nobody waits for it; the next run meets the same or finds it mended.
            _log.LogError(failure, "Deleted images could not be purged.");
        }
    }
}
