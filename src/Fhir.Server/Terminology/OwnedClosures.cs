// The closure tables of one client for one user: what others call theirs is another table, and its name tells nobody that it is there.

using FhirHub.Search;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>A store of closure tables that shows those of one owner.</summary>
/// <param name="store">The store of all.</param>
/// <param name="owner">Who asks; null where nobody says who they are.</param>
public sealed class OwnedClosures(IClosureStore store, AccessSubject? owner) : IClosureStore
{
    // No name of a table has control characters in it, so no two owners' tables meet.
    private const char Separator = '\u001f';

    private readonly string _prefix = owner is null ? "" : $"{owner.ClientId}{Separator}{owner.AccountId}{Separator}";

    /// <inheritdoc/>
    public ValueTask<int> InitialiseAsync(string name, int most, CancellationToken cancel) => store.InitialiseAsync(_prefix + name, most, cancel);

    /// <inheritdoc/>
    public async ValueTask<ClosureState?> FindAsync(string name, CancellationToken cancel) =>
        await store.FindAsync(_prefix + name, cancel) is { } found ? found with { Name = name } : null;

    /// <inheritdoc/>
    public ValueTask<bool> AppendAsync(ClosureState known, IReadOnlyList<ClosureConcept> concepts, IReadOnlyList<ClosureEntry> entries, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(known);
        return store.AppendAsync(known with { Name = _prefix + known.Name }, concepts, entries, cancel);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ClosureEntry>> EntriesSinceAsync(string name, int version, CancellationToken cancel) => store.EntriesSinceAsync(_prefix + name, version, cancel);
}
