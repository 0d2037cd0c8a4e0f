// What import has done, so that an interrupted run goes on where it stopped and never writes a record twice.

using System.Globalization;
using System.Text;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// A text file in the data folder. <c>begin</c> stands before a commit and names a resource that it creates; <c>done</c> stands
/// after it. A begin without a done is settled by looking whether the resource is there: a commit is all or nothing.
/// </summary>
internal sealed class ImportJournal : IDisposable
{
    private readonly Dictionary<string, List<ulong>> _done = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly FileStream _file;

    private ImportJournal(FileStream file) => _file = file;

    /// <summary>Opens the journal of a data folder.</summary>
    /// <param name="dataPath">The folder.</param>
    /// <param name="exists">True if the store has the resource.</param>
    /// <param name="cancel">Stops.</param>
    public static async Task<ImportJournal> OpenAsync(string dataPath, Func<ResourceKey, ValueTask<bool>> exists, CancellationToken cancel)
    {
        var path = Path.Combine(dataPath, "import.journal");
        var begun = new List<(string Source, int First, int Last, ResourceKey Key)>();
        var done = new List<(string Source, int First, int Last)>();
        var isWhole = true;
        if (File.Exists(path))
        {
            await foreach (var line in File.ReadLinesAsync(path, cancel))
            {
                // A line that was cut off by a crash is as if it had not been written.
                isWhole = line.EndsWith(" .", StringComparison.Ordinal);
                if (!isWhole || line.Split(' ') is not [var what, var source, var from, var to, ..] fields
                    || !int.TryParse(from, CultureInfo.InvariantCulture, out var first) || !int.TryParse(to, CultureInfo.InvariantCulture, out var last))
                    continue;
                if (what == "begin" && fields.Length == 7)
                    begun.Add((source, first, last, new ResourceKey(fields[4], fields[5])));
                else if (what == "done")
                    done.Add((source, first, last));
            }
        }

        var journal = new ImportJournal(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
        if (!isWhole)
            journal._file.Write("\n"u8);
        foreach (var (source, first, last) in done)
            journal.Remember(source, first, last);
        foreach (var (source, first, last, key) in begun)
        {
            if (!journal.IsDone(source, first) && await exists(key))
                journal.Remember(source, first, last);
        }

        return journal;
    }

    /// <summary>True if an earlier run did the document.</summary>
    public bool IsDone(ImportDocument document) => IsDone(document.Source.Key, document.Line);

    /// <summary>Says that documents are about to be committed in one go, and one resource that this creates under a new id.</summary>
    public void Begin(IReadOnlyList<ImportDocument> documents, ResourceKey created) =>
        Append(documents, "begin", $"{created.Type} {created.Id} ", toDisk: true);

    /// <summary>Says that documents were committed.</summary>
    public void Done(IReadOnlyList<ImportDocument> documents) => Append(documents, "done", "", toDisk: false);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Neighbouring lines of one file share a line of the journal.
    private void Append(IReadOnlyList<ImportDocument> documents, string what, string more, bool toDisk)
    {
        var text = new StringBuilder();
        for (var i = 0; i < documents.Count;)
        {
            var (key, first) = (documents[i].Source.Key, documents[i].Line);
            var last = first;
            for (i++; i < documents.Count && documents[i].Source.Key == key && documents[i].Line == last + 1; i++)
                last++;
            text.Append(CultureInfo.InvariantCulture, $"{what} {key} {first} {last} {more}.\n");
        }

        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        lock (_lock)
        {
            _file.Write(bytes);
            _file.Flush(toDisk);
        }
    }

    private bool IsDone(string source, int line) =>
        _done.TryGetValue(source, out var bits) && line / 64 < bits.Count && (bits[line / 64] & (1UL << (line % 64))) != 0;

    private void Remember(string source, int first, int last)
    {
        if (!_done.TryGetValue(source, out var bits))
            _done[source] = bits = [];
        for (var line = first; line <= last; line++)
        {
            while (line / 64 >= bits.Count)
                bits.Add(0);
            bits[line / 64] |= 1UL << (line % 64);
        }
    }
}
