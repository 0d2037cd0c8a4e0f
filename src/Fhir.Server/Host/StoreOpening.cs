// Opens the store that FhirHub:Storage:Provider names; all else knows the contracts alone.

using FhirHub.Storage;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Server;

/// <summary>Opens stores.</summary>
internal static class StoreOpening
{
    /// <summary>The store of the configuration.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="embedded">What the embedded store is told; what is common to all goes to the others too.</param>
    /// <exception cref="StoreException">It can't be opened.</exception>
    public static IResourceStore Open(FhirHubOptions options, SqliteStoreOptions embedded) =>
        options.Cosmos is { } cosmos ? Wait(cancel => CosmosResourceStore.OpenAsync(cosmos.ToStoreOptions(embedded), cancel)) : SqliteResourceStore.Open(embedded);

    /// <summary>What seals page links: the key in the data folder, or where there are several servers the one in their store.</summary>
    public static PageLinks OpenPageLinks(FhirHubOptions options, IResourceStore store) =>
        options.Cosmos is null ? PageLinks.Open(options.DataPath) : Wait(cancel => PageLinks.OpenSharedAsync((IStateStore)store, cancel));

    // Before the first request there is nobody to wait for.
    private static T Wait<T>(Func<CancellationToken, Task<T>> open) => Task.Run(() => open(CancellationToken.None)).GetAwaiter().GetResult();
}
