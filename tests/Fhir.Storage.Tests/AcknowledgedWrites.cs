// What a writer that was killed had said is done is held against the store that it left.

using FhirHub.Search;

namespace FhirHub.Storage.Tests;

/// <summary>Checks the lines of tests/Fhir.Storage.Tests.Writer.</summary>
internal static class AcknowledgedWrites
{
    /// <summary>The version that a line "Type/id version body ." names is there as the line has it.</summary>
    public static async Task CheckAsync(IResourceStore store, string line)
    {
        var parts = line.Split(' ');
        var key = parts[0].Split('/');
        var version = await store.ReadVersionAsync(AccessScope.Full, new ResourceKey(key[0], key[1]), long.Parse(parts[1]), CancellationToken.None);
        Assert.True(version is not null, $"{parts[0]} version {parts[1]} was acknowledged and is lost.");
        Assert.Equal(parts[2], Convert.ToHexString(version.Body.Tail.Span));
    }

    /// <summary>Of each transaction there are all parts or none, acknowledged or not.</summary>
    public static async Task CheckTransactionsAsync(IResourceStore store)
    {
        var query = new SearchQuery { ResourceTypes = ["Observation"], Expression = new SearchExpression.All(), Count = 1_000 };
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var match in store.MatchesAsync(AccessScope.Full, query, CancellationToken.None))
        {
            // t-ROUND-WRITER-NUMBER-PART-of-PARTS
            var id = match.Key.Id.Split('-');
            var transaction = $"{id[1]}-{id[2]}-{id[3]} of {id[6]}";
            found[transaction] = found.GetValueOrDefault(transaction) + 1;
        }

        Assert.All(found, static transaction => Assert.EndsWith($" of {transaction.Value}", transaction.Key, StringComparison.Ordinal));
    }
}
