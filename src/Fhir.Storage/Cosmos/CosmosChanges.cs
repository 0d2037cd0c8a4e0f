// What was committed, oldest first: the log says what and in which order, and the other containers hold the versions.

using System.Buffers.Text;

namespace FhirHub.Storage.Cosmos;

/// <summary>Answers questions for changes.</summary>
internal sealed class CosmosChanges(CosmosDatabase database, CommitLog log, CosmosStoreOptions options)
{
    // A page is held in memory as a whole, whatever its bodies.
    private const long BytesPerPage = 16 * 1024 * 1024;

    // A page that finds little ends all the same, so that whoever asks hears how far it is.
    private const int RecordsPerPage = 4_096;

    /// <summary>A page.</summary>
    /// <param name="query">The question.</param>
    /// <param name="watermark">What is applied; nothing after it is told.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="InvalidCursorException">The cursor is not of this database.</exception>
    public async Task<ChangePage> PageAsync(ChangeQuery query, Watermark watermark, CancellationToken cancel)
    {
        var end = watermark.Position;
        var place = query.Cursor is { } cursor ? await ReadAsync(cursor, end, cancel) : await StartAsync(query.Since, end, cancel);
        var (found, bytes) = (new List<StoredVersion>(), 0L);
        var last = place.Position + RecordsPerPage;
        while (place.Position < Math.Min(last, end) && found.Count < query.Count && bytes < BytesPerPage)
        {
            // Records that were read and not needed are read again by the next page, so no more are than may be.
            var ahead = (int)Math.Min(Math.Min(options.Parallelism, query.Count - found.Count), Math.Min(last, end) - place.Position);
            var records = await RecordsAsync(place.Position + 1, ahead, cancel);
            for (var i = 0; i < records.Length && found.Count < query.Count && bytes < BytesPerPage; i++)
                (place, bytes) = await AddAsync(query, watermark, records[i], place.Index, found, bytes, cancel);
        }

        return new ChangePage(found, place.Write(), place.Position, end);
    }

    // The writes of one record from an index on, as many as there is room for.
    private async Task<(Place Place, long Bytes)> AddAsync(
        ChangeQuery query, Watermark watermark, LogRecord record, int from, List<StoredVersion> found, long bytes, CancellationToken cancel)
    {
        var index = from;
        while (index < record.Writes.Count && found.Count < query.Count && bytes < BytesPerPage)
        {
            var next = Math.Min(record.Writes.Count, index + Math.Min(options.Parallelism, query.Count - found.Count));
            var versions = new StoredVersion?[next - index];
            var first = index;
            await Parallel.ForAsync(
                0,
                versions.Length,
                new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel },
                async (i, token) => versions[i] = await VersionAsync(query, watermark, record.Writes[first + i], token));
            foreach (var version in versions.OfType<StoredVersion>())
            {
                found.Add(version);
                bytes += version.Body.Tail.Length;
            }

            index = next;
        }

        return (index == record.Writes.Count ? new Place(record.Position, 0, record.Id) : new Place(record.Position - 1, index, record.Id), bytes);
    }

    // Null for what was not asked for.
    private async ValueTask<StoredVersion?> VersionAsync(ChangeQuery query, Watermark watermark, LoggedWrite write, CancellationToken cancel)
    {
        if (query.Types?.Contains(write.Key.Type) == false)
            return null;
        if (await database.Resources.ReadAsync(write.Document, Layout.PartitionKeyOf(write.Partition, write.Key), cancel) is { } document)
        {
            var current = new ResourceDocument(document.Root);
            if (query.CurrentOnly && current.Until <= watermark.Position)
                return null;
            return IsSince(query, await current.ToVersionAsync(database.Bodies, cancel));
        }

        if (query.CurrentOnly)
            return null;
        var former = await database.History.ReadAsync(Layout.IdOf(write.Key, write.Version), new Microsoft.Azure.Cosmos.PartitionKey(Layout.IdOf(write.Key)), cancel)
            ?? throw new StoreException($"Version {write.Version} of {write.Key} has vanished from the Cosmos database.");
        return IsSince(query, await HistoryDocument.ReadAsync(former.Root, database.Bodies, cancel));
    }

    private static StoredVersion? IsSince(ChangeQuery query, StoredVersion version) => version.LastUpdated >= (query.Since ?? DateTimeOffset.MinValue) ? version : null;

    private async Task<LogRecord[]> RecordsAsync(long first, int count, CancellationToken cancel)
    {
        var records = new LogRecord[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel },
            async (i, token) => records[i] = await RecordAsync(first + i, token));
        return records;
    }

    private async Task<LogRecord> RecordAsync(long position, CancellationToken cancel) =>
        await log.ReadAsync(position, cancel) ?? throw new StoreException("A commit has vanished from the Cosmos database.");

    // The place before the first record that is not older; times of records never fall.
    private async Task<Place> StartAsync(DateTimeOffset? since, long end, CancellationToken cancel)
    {
        if (since is not { } instant)
            return Place.Start;
        var (low, high) = (1L, end + 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (DateTimeOffset.FromUnixTimeMilliseconds((await RecordAsync(middle, cancel)).Time) >= instant)
                high = middle;
            else
                low = middle + 1;
        }

        return low == 1 ? Place.Start : new Place(low - 1, 0, (await RecordAsync(low - 1, cancel)).Id);
    }

    private async Task<Place> ReadAsync(string cursor, long end, CancellationToken cancel)
    {
        // The record that a place was made at is the one after it while it is not told to its end.
        if (Place.Read(cursor) is { } place)
        {
            if (place == Place.Start)
                return place;
            if (place.RecordPosition is > 0 and var position && position <= end && await RecordAsync(position, cancel) is var record && record.Id == place.Record && place.Index < Math.Max(1, record.Writes.Count))
                return place;
        }

        throw new InvalidCursorException("The place to go on from is not one of this database. Begin anew.");
    }

    /// <summary>A place in the log.</summary>
    /// <param name="Position">The last record before it.</param>
    /// <param name="Index">The write of the next record with which it goes on.</param>
    /// <param name="Record">The id of the record at which it was made: a database has its own.</param>
    private sealed record Place(long Position, int Index, string Record)
    {
        private const int Size = 28;

        public static Place Start { get; } = new(0, 0, Guid.Empty.ToString("N"));

        public long RecordPosition => Index > 0 ? Position + 1 : Position;

        public string Write()
        {
            Span<byte> bytes = stackalloc byte[Size];
            BitConverter.TryWriteBytes(bytes, Position);
            BitConverter.TryWriteBytes(bytes[8..], Index);
            Guid.ParseExact(Record, "N").TryWriteBytes(bytes[12..]);
            return Base64Url.EncodeToString(bytes);
        }

        public static Place? Read(string text)
        {
            Span<byte> bytes = stackalloc byte[Size];
            if (!Base64Url.IsValid(text, out var length) || length != Size)
                return null;
            Base64Url.DecodeFromChars(text, bytes);
            var place = new Place(BitConverter.ToInt64(bytes), BitConverter.ToInt32(bytes[8..]), new Guid(bytes[12..]).ToString("N"));
            return place is { Position: >= 0 and < Layout.Open, Index: >= 0 } ? place : null;
        }
    }
}
