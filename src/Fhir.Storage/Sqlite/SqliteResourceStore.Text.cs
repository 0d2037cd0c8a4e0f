// Full text: the index that belongs to the store, the wait of a search for it, and its verification.

using System.Text;
using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Full-text search.</content>
public sealed partial class SqliteResourceStore
{
    private readonly TextIndex? _text;

    // The wait comes before a reader is taken, so that those who wait keep no one from reading. A search sees the writes that were
    // answered before it began.
    private async Task<SearchPage> SearchTextAsync(AccessScope scope, SearchQuery query, CancellationToken cancel)
    {
        if (_text is not { } text)
            throw new ArgumentException("The store was opened without a full-text index.", nameof(query));
        await text.ReachAsync(LastVersion(cancel), _options.SearchTimeout, cancel);
        try
        {
            return _readers.ReadSnapshot(
                reader => Search(reader, scope, query),
                cancel,
                text);
        }
        catch (StoreException e) when (TextLayout.IsDamage(e))
        {
            text.Report();
            throw;
        }
    }

    private long LastVersion(CancellationToken cancel) =>
        _readers.Read(static reader => reader.Connection.Scalar(Sql.Raw("SELECT max(seq) FROM version")) ?? 0, cancel);

    // Every token of the index against every token of the resources: the sums of their hashes agree if they do.
    private void VerifyText(Reader reader, List<string> problems, CancellationToken cancel)
    {
        var connection = reader.Connection;
        var changed = connection.Text!.ChangedSinceStart();
        var (expected, expectedCount) = (0UL, 0L);
        var tokens = new StringBuilder();
        using (var resources = connection.Prepare(
            "SELECT key FROM resource r WHERE seq > 0 AND deleted = 0 AND NOT EXISTS(SELECT 1 FROM contained c WHERE c.key = r.key)").Query())
        {
            while (resources.Step())
            {
                cancel.ThrowIfCancellationRequested();
                var key = resources.Int64(0);
                if (changed.Contains(key))
                    continue;
                var version = reader.Versions.GetCurrent(key);
                var text = _options.Text!(version.Body.ToArray(version));
                Add(key, "narrative", text.Narrative);
                Add(key, "content", text.Content);
            }
        }

        var (found, foundCount) = (0UL, 0L);
        connection.Execute($"CREATE VIRTUAL TABLE IF NOT EXISTS temp.passage_token USING fts5vocab('{TextLayout.Schema}', 'passage', 'instance')");
        using (var instances = connection.Prepare("SELECT doc, col, offset, term FROM temp.passage_token").Query())
        {
            while (instances.Step())
            {
                if (changed.Contains(instances.Int64(0)))
                    continue;
                found += Hash(instances.Int64(0), instances.Text(1), instances.Int64(2), instances.Text(3));
                foundCount++;
            }
        }

        if (found != expected || foundCount != expectedCount)
            problems.Add($"The full-text index has {foundCount} tokens, the resources account for {expectedCount}, and they are not the same; stop the server and delete text.db, which is then made anew.");

        void Add(long key, string column, IReadOnlyList<string> passages)
        {
            TextBatch.Segment(passages, tokens);
            var offset = 0L;
            foreach (var token in tokens.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                expected += Hash(key, column, offset++, token);
                expectedCount++;
            }
        }

        static ulong Hash(long key, string column, long offset, string token) =>
            unchecked((ulong)HashCode.Combine(key, column, offset, token) * 0x9E3779B97F4A7C15);
    }
}
