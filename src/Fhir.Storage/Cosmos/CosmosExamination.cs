// Looks whether account, database, containers, commits and blobs are as the store needs them, and changes nothing.

using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Azure;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>One thing that was looked at.</summary>
/// <param name="What">What it is.</param>
/// <param name="Words">How it is, and what to do if it is not well.</param>
/// <param name="IsWell">False if somebody should do something.</param>
public sealed record StoreFinding(string What, string Words, bool IsWell = true);

/// <summary>Examines a Cosmos store from outside, beside the servers that use it.</summary>
public static partial class CosmosExamination
{
    private const string Account = "cosmos account";
    private const string Data = "cosmos database";

    // Servers apply at once what they commit, and look every few seconds for what others left.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(60);

    /// <summary>All findings. What can't be looked at after a fault is left out.</summary>
    /// <param name="options">The settings of a server. The blobs among them are disposed in the end.</param>
    /// <param name="isThorough">True to read every blob that a version names.</param>
    /// <param name="cancel">Ends it.</param>
    public static async IAsyncEnumerable<StoreFinding> ExamineAsync(CosmosStoreOptions options, bool isThorough, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var database = CosmosDatabase.Attach(options);
        var account = await TryAsync(Account, () => AccountAsync(database.Client, options, cancel));
        yield return account;
        if (account.IsWell)
        {
            var isThere = false;
            yield return await TryAsync(Data, async () =>
            {
                (var found, isThere) = await DatabaseAsync(database.Client, options, cancel);
                return found;
            });
            if (isThere)
            {
                foreach (var container in Layout.Containers)
                    yield return await TryAsync($"container {container.Id}", () => ContainerAsync(database.Client.GetContainer(options.Database, container.Id), container, cancel));
                yield return await TryAsync("commits", () => CommitsAsync(database, options, cancel));
                yield return await TryAsync("index", () => IndexAsync(database, options, cancel));
                yield return await TryAsync("leftovers", () => LeftoversAsync(database, options, cancel));
            }
        }

        if (options.Blobs is { } blobs)
        {
            yield return await TryAsync("blobs", () => BlobsAsync(blobs, options, cancel));
            if (account.IsWell && isThorough)
                yield return await TryAsync("blobs", () => NamedBlobsAsync(database, blobs, cancel));
        }
    }

    private static async Task<StoreFinding> AccountAsync(CosmosClient client, CosmosStoreOptions options, CancellationToken cancel)
    {
        var account = await client.ReadAccountAsync().WaitAsync(s_answerTime, cancel);
        var level = account.Consistency.DefaultConsistencyLevel;
        string[] readable = [.. account.ReadableRegions.Select(static region => region.Name)];
        var unknown = options.Regions.Where(region => !readable.Contains(region, StringComparer.OrdinalIgnoreCase)).ToList();
        var state = $"{options.Endpoint.Host}, consistency {level}, written in {string.Join(", ", account.WritableRegions.Select(static region => region.Name))}, read in {string.Join(", ", readable)}";
        return level is not (Microsoft.Azure.Cosmos.ConsistencyLevel.Strong or Microsoft.Azure.Cosmos.ConsistencyLevel.BoundedStaleness) ? new StoreFinding(Account, $"{state}: the consistency level must be Strong or BoundedStaleness", false)
            : account.WritableRegions.Count() > 1 ? new StoreFinding(Account, $"{state}: commits need one region that is written in; turn multi-region writes off", false)
            : unknown.Count > 0 ? new StoreFinding(Account, $"{state}: it has no region {string.Join(", ", unknown)}, which FhirHub:Storage:Cosmos:Regions names", false)
            : new StoreFinding(Account, state);
    }

    private static async Task<(StoreFinding Finding, bool IsThere)> DatabaseAsync(CosmosClient client, CosmosStoreOptions options, CancellationToken cancel)
    {
        var database = client.GetDatabase(options.Database);
        using var answer = await database.ReadStreamAsync(cancellationToken: cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return (new StoreFinding(Data, $"'{options.Database}' does not exist; the first start makes it"), false);
        answer.EnsureSuccessStatusCode();
        return (new StoreFinding(Data, $"'{options.Database}', {await ThroughputAsync(database, cancel)}"), true);
    }

    private static async Task<string> ThroughputAsync(Database database, CancellationToken cancel)
    {
        try
        {
            var throughput = (await database.ReadThroughputAsync(new RequestOptions(), cancel)).Resource;
            return throughput.AutoscaleMaxThroughput is { } most ? Invariant($"up to {most} RU/s") : Invariant($"{throughput.Throughput} RU/s");
        }
        catch (CosmosException)
        {
            // A serverless account has none, and a role on data alone may not ask.
            return "no throughput of its own that can be read";
        }
    }

    private static async Task<StoreFinding> ContainerAsync(Container container, ContainerProperties wanted, CancellationToken cancel)
    {
        ContainerProperties found;
        try
        {
            found = await container.ReadContainerAsync(cancellationToken: cancel);
        }
        catch (CosmosException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return new StoreFinding($"container {wanted.Id}", "is missing; the next start makes it, and it was not there for a reason if there are others", false);
        }

        List<string> differences = [];
        if (!found.PartitionKeyPaths.SequenceEqual(wanted.PartitionKeyPaths))
            differences.Add($"its partition key is {string.Join(' ', found.PartitionKeyPaths)} and must be {string.Join(' ', wanted.PartitionKeyPaths)}");
        if (found.DefaultTimeToLive != wanted.DefaultTimeToLive)
            differences.Add(Invariant($"its default time to live is {Text(found.DefaultTimeToLive)} and must be {Text(wanted.DefaultTimeToLive)}"));
        if (wanted.IndexingPolicy.IndexingMode != found.IndexingPolicy.IndexingMode || !Paths(wanted).SetEquals(Paths(found)))
            differences.Add($"its index has {string.Join(' ', Paths(found).Order(StringComparer.Ordinal))} and must have {string.Join(' ', Paths(wanted).Order(StringComparer.Ordinal))}");
        return differences.Count == 0
            ? new StoreFinding($"container {wanted.Id}", "as the store makes it")
            : new StoreFinding($"container {wanted.Id}", string.Join("; ", differences), false);

        static string Text(int? seconds) => seconds is { } value ? Invariant($"{value}") : "off";
    }

    private static HashSet<string> Paths(ContainerProperties container) =>
    [
        .. container.IndexingPolicy.IncludedPaths.Select(static path => path.Path),
        .. container.IndexingPolicy.CompositeIndexes.Select(static paths => string.Join('+', paths.Select(static path => path.Path))),
    ];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task<StoreFinding> TryAsync(string what, Func<Task<StoreFinding>> look)
    {
        try
        {
            return await look();
        }
        catch (CosmosException exception)
        {
            return new StoreFinding(what, exception.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"the account refused ({(int)exception.StatusCode}): look at the key, or at the roles of the identity",
                _ => $"the account answered {(int)exception.StatusCode}",
            }, false);
        }
        catch (Exception exception) when (exception is StoreException or StoreBusyException)
        {
            return new StoreFinding(what, exception.Message, false);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException)
        {
            return new StoreFinding(what, "can't be reached: look at the address and at the firewall of the account", false);
        }
        catch (Exception exception) when (exception.GetType().Namespace == "Azure.Identity" || exception is RequestFailedException)
        {
            return new StoreFinding(what, $"there is no token for the identity: {exception.Message.Split('\n')[0].Trim()}", false);
        }
    }
}
