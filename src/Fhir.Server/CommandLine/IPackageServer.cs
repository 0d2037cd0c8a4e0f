// Where the verb package works: a data folder that it opened, or a server that runs.

namespace FhirHub.Server;

/// <summary>What loads packages.</summary>
internal interface IPackageServer
{
    /// <summary>The packages that are loaded.</summary>
    /// <exception cref="PackageException">They can't be told.</exception>
    Task<IReadOnlyList<PackageRecord>> ListAsync(CancellationToken cancel);

    /// <summary>Loads packages that need each other, or one.</summary>
    /// <exception cref="PackageException">They can't be loaded.</exception>
    Task<IReadOnlyList<PackageReport>> AddAsync(IReadOnlyList<PackageFile> packages, bool isStrict, bool reindex, CancellationToken cancel);

    /// <summary>Sees to it that new search parameters can be searched by, or says how; the value is the exit code.</summary>
    Task<int> ReindexAsync(IReadOnlyList<string> waiting, bool reindex, CancellationToken cancel);

    /// <summary>Removes packages; the value is the number of resources removed.</summary>
    /// <exception cref="PackageException">They can't be removed.</exception>
    Task<int> RemoveAsync(IReadOnlyList<PackageId> packages, CancellationToken cancel);
}

/// <summary>A data folder that no server uses.</summary>
internal sealed class OpenedFolder(FhirServer server) : IPackageServer
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<PackageRecord>> ListAsync(CancellationToken cancel) => await server.Packages.ListAsync(cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PackageReport>> AddAsync(IReadOnlyList<PackageFile> packages, bool isStrict, bool reindex, CancellationToken cancel) =>
        server.PackageLoading.AddAsync(packages, isStrict, cancel);

    /// <inheritdoc/>
    public async Task<int> ReindexAsync(IReadOnlyList<string> waiting, bool reindex, CancellationToken cancel)
    {
        if (reindex && Reindex.Due(server) is { } due)
        {
            Console.WriteLine($"New search parameters ({waiting.Count:N0}): indexing what is stored.");
            return await ReindexCommand.ReindexAsync(server, due);
        }

        Console.WriteLine($"New search parameters ({waiting.Count:N0}) wait for the verb reindex, or for POST /fhir/$reindex.");
        return 0;
    }

    /// <inheritdoc/>
    public Task<int> RemoveAsync(IReadOnlyList<PackageId> packages, CancellationToken cancel) => server.PackageLoading.RemoveAsync(packages, cancel);
}
