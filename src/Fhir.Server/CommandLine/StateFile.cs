// The server's own records in a file: whoever has it can try passwords against it, so nobody but its owner may read it.

using System.Text.Json;
using System.Text.Json.Serialization;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Accounts, clients, grants and keys as lines of JSON. Secrets are there as in the database: as hashes, or protected by the key file,
/// which is not among them and is taken along by hand.
/// </summary>
internal static class StateFile
{
    private const int PageSize = 1_000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>Writes the records that are worth keeping, over a file that is there.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> WriteAsync(IStateStore store, string path, CancellationToken cancel)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var count = 0;
        try
        {
            await using (var file = new FileStream(draft, how))
            {
                foreach (var kind in SmartState.LastingKinds)
                {
                    var query = new StateQuery(kind) { Count = PageSize };
                    while (await store.ListAsync(query, cancel) is { Count: > 0 } records)
                    {
                        foreach (var record in records)
                        {
                            await JsonSerializer.SerializeAsync(file, Line.Of(record), s_json, cancel);
                            file.WriteByte((byte)'\n');
                        }

                        count += records.Count;
                        query = query with { After = records[^1].Id };
                    }
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }

        return count;
    }

    /// <summary>Puts the records of a file into a store that has none of them, or the same.</summary>
    /// <returns>How many were written.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is no such file, or the store has another record in the place of one of them; those before it are written then, and the
    /// records that belong to a key file come first.
    /// </exception>
    public static async Task<int> RestoreAsync(IStateStore store, string path, CancellationToken cancel)
    {
        var (count, number) = (0, 0);
        await foreach (var text in File.ReadLinesAsync(path, cancel))
        {
            number++;
            if (Line.Read(text) is not { } record)
                throw new InvalidDataException($"Line {number} of '{path}' is not a record that export writes.");
            if (await store.PutAsync(record, 0, cancel) is not null)
                count++;
            else if (await store.FindAsync(record.Kind, record.Id, cancel) is not { } known || !AreSame(known, record))
                throw new InvalidDataException($"The store has another {record.Kind} in the place of line {number} of '{path}'; only a store without accounts and keys of its own can take them.");
        }

        return count;
    }

    private static bool AreSame(StateRecord known, StateRecord record) => known.Owner == record.Owner
        && JsonElement.DeepEquals(JsonSerializer.Deserialize<JsonElement>(known.Body.Span), JsonSerializer.Deserialize<JsonElement>(record.Body.Span));

    private sealed record Line(string Kind, string Id, JsonElement Body)
    {
        public string Owner { get; init; } = "";

        public DateTimeOffset? Expires { get; init; }

        public static Line Of(StateRecord record) => new(record.Kind, record.Id, JsonSerializer.Deserialize<JsonElement>(record.Body.Span)) { Owner = record.Owner, Expires = record.Expires };

        public static StateRecord? Read(string text)
        {
            try
            {
                return JsonSerializer.Deserialize<Line>(text, s_json) is { Kind: not null, Id: not null, Owner: not null, Body.ValueKind: JsonValueKind.Object } line && SmartState.LastingKinds.Contains(line.Kind)
                    ? new StateRecord(line.Kind, line.Id, JsonSerializer.SerializeToUtf8Bytes(line.Body)) { Owner = line.Owner, Expires = line.Expires }
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
