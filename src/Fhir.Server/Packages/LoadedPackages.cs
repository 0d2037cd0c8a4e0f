// The packages that are loaded, as the store has them at the moment.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Reads the records of loaded packages; as long as no Library is written, they are read once.</summary>
public sealed class LoadedPackages(IResourceStore store)
{
    private const int PageSize = 100;

    private State? _state;

    /// <summary>The packages, those loaded first first. The list is the same object as long as nothing changed.</summary>
    public async ValueTask<IReadOnlyList<PackageRecord>> ListAsync(CancellationToken cancel)
    {
        // The number is taken before the records are read, so that what is written meanwhile has them read again.
        var commits = store.CommitsOf(PackageRecord.TypeName);
        if (_state is not { } known || known.Commits != commits)
            _state = known = new State(commits, await ReadAsync(store, cancel));
        return known.Packages;
    }

    /// <summary>Reads the records.</summary>
    internal static async Task<IReadOnlyList<PackageRecord>> ReadAsync(IResourceStore store, CancellationToken cancel)
    {
        var found = new List<PackageRecord>();
        var identifier = SearchParameterRegistry.R4.Find(PackageRecord.TypeName, "identifier")!;
        var query = new SearchQuery
        {
            ResourceTypes = [PackageRecord.TypeName],
            Expression = new SearchExpression.Parameter(identifier, new TokenPredicate(PackageRecord.IdentifierSystem, null)),
            Count = PageSize,
        };
        await foreach (var match in store.MatchesAsync(AccessScope.Full, query, cancel))
        {
            if (ResourceParser.ParseJson(match.Body.ToArray(match)).Tree is { } tree && PackageRecord.Read(tree.Root) is { } record)
                found.Add(record);
        }

        return [.. found.OrderBy(static package => package.Added).ThenBy(static package => package.Id.ToString(), StringComparer.Ordinal)];
    }

    private sealed record State(long Commits, IReadOnlyList<PackageRecord> Packages);
}
