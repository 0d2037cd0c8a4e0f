// Which supporting resources the pages of a walk have listed: practitioners and places stand behind many members of a record, and
// each is to be listed once over all pages.

using System.Globalization;
using System.Text.Json;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Remembers in a record of the state store for each walk, so that page links outlive a restart and are good at every server of the store. Each line holds
/// the page that first listed a resource: a page that is asked for again looks only at those before it, and is the same as the first time.
/// </summary>
internal sealed class ListedSupport(IStateStore state, TimeProvider clock)
{
    private const string Kind = "walk";
    private static readonly TimeSpan Life = TimeSpan.FromHours(2);

    /// <summary>Begins a walk; one that nobody has gone on with for long ends.</summary>
    public static string Begin() => Guid.NewGuid().ToString("N");

    /// <summary>What pages before this one listed.</summary>
    /// <exception cref="RefusedException">410: the walk has ended.</exception>
    public async Task<HashSet<ResourceKey>> BeforeAsync(string walk, int page, CancellationToken cancel)
    {
        if (page == 0)
            return [];
        var record = await state.FindAsync(Kind, walk, cancel) ?? throw new RefusedException(410, "not-found", "The page link has expired; start anew.");
        var listed = new HashSet<ResourceKey>();
        foreach (var line in LinesOf(record))
        {
            if (line.Split(' ') is [var number, var type, var id] && int.Parse(number, CultureInfo.InvariantCulture) < page)
                listed.Add(new ResourceKey(type, id));
        }

        return listed;
    }

    /// <summary>Remembers what a page listed. Nothing to remember still shows that the walk goes on.</summary>
    public async Task AddAsync(string walk, int page, IEnumerable<ResourceKey> keys, CancellationToken cancel)
    {
        string[] added = [.. keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{page} {key.Type} {key.Id}"))];
        StateRecord? written = null;

        // Pages of one walk that are asked for at the same time write it one after the other.
        while (written is null)
        {
            var found = await state.FindAsync(Kind, walk, cancel);
            string[] lines = [.. (found is null ? [] : LinesOf(found)).Union(added, StringComparer.Ordinal)];
            var record = new StateRecord(Kind, walk, JsonSerializer.SerializeToUtf8Bytes(lines)) { Expires = clock.GetUtcNow() + Life };
            written = await state.PutAsync(record, found?.Version ?? 0, cancel);
        }
    }

    private static string[] LinesOf(StateRecord record) => JsonSerializer.Deserialize<string[]>(record.Body.Span) ?? [];
}
