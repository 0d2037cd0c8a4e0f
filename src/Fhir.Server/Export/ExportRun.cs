// Writes the files of an export: what the searches find, as of one moment, line by line.

using System.Buffers;
using System.Globalization;
using System.Text;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Export;

/// <summary>The work of one export.</summary>
/// <param name="store">The store.</param>
/// <param name="scope">What the client may see: each search and read goes by it.</param>
/// <param name="request">What to export.</param>
/// <param name="moment">The moment whose state is written; all that was committed until then is visible by now.</param>
/// <param name="folder">Where the files go.</param>
/// <param name="progress">Is told how far it is.</param>
internal sealed class ExportRun(IResourceStore store, AccessScope scope, ExportRequest request, DateTimeOffset moment, string folder, Func<string, CancellationToken, Task> progress)
{
    private const int PageSize = 500;
    private const int LinesPerFile = 100_000;
    private const int EntriesPerBundle = 500;

    private readonly ArrayBufferWriter<byte> _lines = new(256 * 1024);
    private long _written;

    /// <summary>Writes the files.</summary>
    public async Task<(IReadOnlyList<ExportFile> Output, IReadOnlyList<ExportFile> Deleted)> RunAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var output = new List<ExportFile>();
        foreach (var searches in request.Searches.GroupBy(static search => search.Type))
            await WriteTypeAsync(searches.Key, [.. searches], output, cancel);
        return (output, request.TellsDeleted ? await WriteDeletedAsync(cancel) : []);
    }

    private async Task WriteTypeAsync(string type, IReadOnlyList<ExportSearch> searches, List<ExportFile> output, CancellationToken cancel)
    {
        await using var file = new Output(this, folder, type, type);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var search in searches)
        {
            var query = new SearchQuery { ResourceTypes = [type], Expression = search.Expression, Count = PageSize };
            do
            {
                var page = await store.SearchAsync(scope, query, cancel);
                foreach (var match in page.Matches)
                {
                    if ((!search.MayRepeat || seen.Add(match.Key.Id)) && await AsOfThenAsync(match, cancel) is { } version)
                        await file.AddAsync(version, request.Shape, cancel);
                }

                await progress($"{type}: {_written.ToString(CultureInfo.InvariantCulture)} resources so far", cancel);
                query = query with { Cursor = page.Next };
            }
            while (query.Cursor is not null);
        }

        output.AddRange(await file.EndAsync(cancel));
    }

    // What changed meanwhile is shown as it was; what is new since then is left to the next export.
    private async ValueTask<StoredVersion?> AsOfThenAsync(StoredVersion match, CancellationToken cancel)
    {
        StoredVersion? version = match;
        while (version is not null && version.LastUpdated > moment)
            version = version.Version > 1 ? await store.ReadVersionAsync(scope, version.Key, version.Version - 1, cancel) : null;
        return version is { IsDeleted: false } && (request.Since is not { } since || version.LastUpdated > since) ? version : null;
    }

    // Bulk Data Access 2.0.0, export.html#response---complete-status: Bundles whose entries tell the deletes.
    private async Task<IReadOnlyList<ExportFile>> WriteDeletedAsync(CancellationToken cancel)
    {
        await using var file = new Output(this, folder, "deleted", "Bundle");
        var entries = new List<string>();
        foreach (var type in request.Searches.Select(static search => search.Type).Distinct())
        {
            var newest = new HashSet<string>(StringComparer.Ordinal);
            var query = new HistoryQuery { Type = type, Since = request.Since, Count = PageSize };
            do
            {
                var page = await store.HistoryAsync(scope, query, cancel);
                foreach (var version in page.Versions)
                {
                    if (version.LastUpdated <= moment && version.LastUpdated > request.Since && newest.Add(version.Key.Id) && version.IsDeleted)
                        entries.Add($$$"""{"request":{"method":"DELETE","url":"{{{version.Key}}}"}}""");
                    if (entries.Count == EntriesPerBundle)
                        await AddBundleAsync(file, entries, cancel);
                }

                query = query with { Cursor = page.Next };
            }
            while (query.Cursor is not null);
        }

        if (entries.Count > 0)
            await AddBundleAsync(file, entries, cancel);
        return await file.EndAsync(cancel);
    }

    private static async Task AddBundleAsync(Output file, List<string> entries, CancellationToken cancel)
    {
        await file.AddAsync($$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""", cancel);
        entries.Clear();
    }

    // The files of one type; a new one is begun when one is long enough.
    private sealed class Output(ExportRun run, string folder, string name, string type) : IAsyncDisposable
    {
        private const int BytesPerWrite = 128 * 1024;

        private readonly List<ExportFile> _files = [];
        private FileStream? _stream;
        private long _count;

        public async ValueTask AddAsync(StoredVersion version, ResourceShape shape, CancellationToken cancel)
        {
            if (shape.IsSubset)
                run._lines.Write(shape.Apply(version.Body.ToArray(version)).Span);
            else
                version.Body.WriteTo(run._lines, version);
            await EndLineAsync(cancel);
        }

        public async ValueTask AddAsync(string line, CancellationToken cancel)
        {
            Encoding.UTF8.GetBytes(line.AsSpan(), run._lines);
            await EndLineAsync(cancel);
        }

        public async Task<IReadOnlyList<ExportFile>> EndAsync(CancellationToken cancel)
        {
            await EndFileAsync(cancel);
            return _files;
        }

        public async ValueTask DisposeAsync()
        {
            run._lines.ResetWrittenCount();
            if (_stream is not null)
                await _stream.DisposeAsync();
        }

        private async ValueTask EndLineAsync(CancellationToken cancel)
        {
            run._lines.Write("\n"u8);
            run._written++;
            _count++;
            if (_count == LinesPerFile)
                await EndFileAsync(cancel);
            else if (run._lines.WrittenCount >= BytesPerWrite)
                await FlushAsync(cancel);
        }

        private async ValueTask FlushAsync(CancellationToken cancel)
        {
            if (run._lines.WrittenCount == 0)
                return;
            _stream ??= new FileStream(Path.Combine(folder, NextName), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
            await _stream.WriteAsync(run._lines.WrittenMemory, cancel);
            run._lines.ResetWrittenCount();
        }

        private async ValueTask EndFileAsync(CancellationToken cancel)
        {
            if (_count == 0)
                return;
            await FlushAsync(cancel);
            await _stream!.DisposeAsync();
            _stream = null;
            _files.Add(new ExportFile(NextName, type, _count));
            _count = 0;
        }

        private string NextName => $"{name}.{(_files.Count + 1).ToString(CultureInfo.InvariantCulture)}.ndjson";
    }
}
