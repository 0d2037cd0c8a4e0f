// The profiles that the server has, as the store has them at the moment.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Finds the active profiles of resource types, which are what resources can be held to (R4 capabilitystatement.html,
/// <c>supportedProfile</c>); as long as no StructureDefinition is written, they are read once.
/// </summary>
public sealed class StoredProfiles(IResourceStore store)
{
    private const string TypeName = "StructureDefinition";
    private const int PageSize = 100;

    private State? _state;

    /// <summary>The canonical URLs of profiles by the type that they constrain. The same object as long as nothing changed.</summary>
    public async ValueTask<ILookup<string, string>> ListAsync(CancellationToken cancel)
    {
        // The number is taken before the profiles are read, so that what is written meanwhile has them read again.
        var commits = store.CommitsOf(TypeName);
        if (_state is not { } known || known.Commits != commits)
            _state = known = new State(commits, await ReadAsync(cancel));
        return known.Profiles;
    }

    private async Task<ILookup<string, string>> ReadAsync(CancellationToken cancel)
    {
        var query = new SearchQuery
        {
            ResourceTypes = [TypeName],
            Expression = new SearchExpression.And([Is("derivation", "constraint"), Is("kind", "resource"), Is("status", "active")]),
            Count = PageSize,
        };
        var found = new List<(string Type, string Url)>();
        await foreach (var match in store.MatchesAsync(AccessScope.Full, query, cancel))
        {
            if (ResourceParser.ParseJson(match.Body.ToArray(match)).Tree?.Root is { } definition
                && definition.ChildValue("type") is { } type && definition.ChildValue("url") is { } url)
            {
                found.Add((type, url));
            }
        }

        // Versions of a profile have one URL.
        return found.Distinct().OrderBy(static profile => profile.Url, StringComparer.Ordinal).ToLookup(static profile => profile.Type, static profile => profile.Url, StringComparer.Ordinal);
    }

    private static SearchExpression.Parameter Is(string parameter, string code) =>
        new(SearchParameterRegistry.R4.Find(TypeName, parameter)!, new TokenPredicate(null, code));

    private sealed record State(long Commits, ILookup<string, string> Profiles);
}
