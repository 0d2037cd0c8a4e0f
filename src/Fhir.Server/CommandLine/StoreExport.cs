// The work of export: what was committed, page by page, into files, with a note of how far they go.

using System.Buffers;
using System.Diagnostics;
using System.Text;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Exports a store.</summary>
/// <param name="store">The store.</param>
/// <param name="path">A folder, or a file (<see cref="ExportTarget.IsFile"/>).</param>
/// <param name="baseUrl">The server's FHIR base, for <c>Bundle.entry.fullUrl</c>.</param>
internal sealed class StoreExport(IResourceStore store, string path, string baseUrl)
{
    private static readonly TimeSpan s_noteEvery = TimeSpan.FromSeconds(5);

    private readonly ArrayBufferWriter<byte> _line = new(64 * 1024);
    private long _start = -1;
    private long _reached;
    private long _end;
    private long _versions;

    /// <summary>Versions asked for at once.</summary>
    public int PageSize { get; init; } = 1_000;

    /// <summary>Bytes, before they are compressed, after which a new part begins.</summary>
    public long PartBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Versions written in this run.</summary>
    public long Versions => Volatile.Read(ref _versions);

    /// <summary>The part of what this run has to do that is done.</summary>
    public double Share => Volatile.Read(ref _start) is var start && start < 0 || _end <= start ? 0 : (double)(Volatile.Read(ref _reached) - start) / (_end - start);

    /// <summary>Writes what is not written yet.</summary>
    /// <param name="settings">What to export; the same for every run into the same files.</param>
    /// <param name="cancel">Ends the run after the page at hand; the next one goes on.</param>
    /// <returns>True if it came to the end; false if it was interrupted.</returns>
    /// <exception cref="InvalidDataException">The files are of another export, or not as it left them.</exception>
    /// <exception cref="InvalidCursorException">They are of another store, or this one went back to an older backup.</exception>
    public async Task<bool> RunAsync(ExportSettings settings, CancellationToken cancel)
    {
        var journalPath = ExportTarget.JournalOf(path);
        var known = ExportJournal.Read(journalPath);
        var journal = known ?? new ExportJournal(settings, null, null, IsWhole: false, 0, []);
        if (!journal.Settings.IsSameAs(settings))
            throw new InvalidDataException($"'{path}' holds an export of other versions, types or times, or compressed otherwise; name another place, or ask for the same.");

        // Asked first, so that a store that can't go on from there leaves the files as they are.
        var page = await ReadAsync(settings, journal.Cursor);
        using var target = ExportTarget.Open(path, journal, isNew: known is null, PartBytes);
        if (journal.IsWhole && page.Versions.Count == 0 && page.IsEnd)
            return true;

        // From here on what is found beside the journal's files is of a run that was cut off.
        journal = journal with { IsWhole = false, FirstEnd = journal.FirstEnd ?? page.End };
        if (known is null)
            journal.Write(journalPath);
        var noted = Stopwatch.StartNew();
        while (true)
        {
            Note(page);
            var isOver = page.IsEnd || cancel.IsCancellationRequested;
            var next = isOver ? Task.FromResult(page) : ReadAsync(settings, page.Cursor);
            foreach (var version in page.Versions)
                Write(target, settings, journal, page, version);
            journal = journal with { Cursor = page.Cursor, IsWhole = page.IsEnd, Versions = journal.Versions + page.Versions.Count };
            Interlocked.Add(ref _versions, page.Versions.Count);
            if (isOver || noted.Elapsed > s_noteEvery)
            {
                journal = journal with { Parts = target.Flush() };
                journal.Write(journalPath);
                noted.Restart();
            }

            page = await next;
            if (isOver)
                return journal.IsWhole;
        }
    }

    // On another thread, so that one page is read while the one before it is written.
    private Task<ChangePage> ReadAsync(ExportSettings settings, string? cursor) => Task.Run(() => store.ChangesAsync(
        new ChangeQuery { Types = settings.Types, Since = settings.Since, CurrentOnly = !settings.AllVersions, Cursor = cursor, Count = PageSize },
        CancellationToken.None));

    private void Note(ChangePage page)
    {
        Volatile.Write(ref _end, page.End);
        Volatile.Write(ref _reached, page.Reached);
        if (_start < 0)
            Volatile.Write(ref _start, Math.Max(0, page.Reached - page.Versions.Count));
    }

    private void Write(ExportTarget target, ExportSettings settings, ExportJournal journal, ChangePage page, StoredVersion version)
    {
        _line.ResetWrittenCount();
        if (settings.AllVersions)
        {
            HistoryLine.Write(_line, version, baseUrl);
            target.Add("versions", _line.WrittenSpan);
        }
        else if (!version.IsDeleted)
        {
            version.Body.WriteTo(_line, version);
            target.Add(version.Key.Type, _line.WrittenSpan);
        }
        else if (settings.Since is not null || page.Reached > journal.FirstEnd)
        {
            // What was deleted before the first run began was never exported. Where it stands among the others of its type, so that one
            // that was made again after its deletion is there in the end.
            _line.Write(Encoding.ASCII.GetBytes($$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"{{{version.Key}}}"}}]}"""));
            target.Add(version.Key.Type, _line.WrittenSpan);
        }
    }
}
