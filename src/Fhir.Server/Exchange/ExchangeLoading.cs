// The exchange's package in the store, so that it is searched and validated against like any other.

using FhirHub.Storage;

namespace FhirHub.Server.Exchange;

/// <summary>Loads <see cref="ExchangePackage.Current"/> at the start, unless the store has it as it is.</summary>
internal static class ExchangeLoading
{
    /// <summary>True if something was loaded.</summary>
    /// <exception cref="StoreException">The store can't take it.</exception>
    public static async Task<bool> EnsureAsync(FhirServer server, CancellationToken cancel)
    {
        var file = PackageFile.Of(ExchangePackage.ReadArchive(), new PackageLimits());
        var loaded = await server.Packages.ListAsync(cancel);
        if (loaded.Any(record => record.IsWhole && record.Id.Is(file.Manifest.Id) && record.Digest == file.Digest))
            return false;
        await server.PackageLoading.AddAsync([file], isStrict: true, cancel);
        return true;
    }
}
