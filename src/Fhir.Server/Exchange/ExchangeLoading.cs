// The exchange's package in the store, so that it is searched and validated against like any other.

using FhirHub.Storage;

namespace FhirHub.Server.Exchange;

/// <summary>Loads <see cref="ExchangePackage.Current"/> at the start, unless the store has it as it is.</summary>
internal static class ExchangeLoading
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(20);

    /// <summary>True if something was loaded.</summary>
    /// <exception cref="StoreException">The store can't take it.</exception>
    public static async Task<bool> EnsureAsync(FhirServer server, CancellationToken cancel)
    {
        // Of several servers that start at once one loads it, and the others find it there.
        await using var lease = await Lease.TakeAsync((IStateStore)server.Store, "exchange-package", s_lease, TimeProvider.System, cancel);
        var file = PackageFile.Of(ExchangePackage.ReadArchive(), new PackageLimits());
        var loaded = await server.Packages.ListAsync(cancel);
        if (loaded.Any(record => record.IsWhole && record.Id.Is(file.Manifest.Id) && record.Digest == file.Digest))
            return false;
        await server.PackageLoading.AddAsync([file], isStrict: true, cancel);
        return true;
    }
}
