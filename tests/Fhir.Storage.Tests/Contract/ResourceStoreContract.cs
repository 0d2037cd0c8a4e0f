// The store contract. Every store has a test class that inherits these tests and opens the store; families are in partial files.

using FhirHub.Search;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>What every store does.</summary>
public abstract partial class ResourceStoreContract : IAsyncLifetime
{
    private protected static readonly SearchExpression Everything = new SearchExpression.All();

    private protected IResourceStore Store { get; private set; } = null!;

    /// <summary>Opens the store of this test; a second time after <see cref="ReopenAsync"/>.</summary>
    protected abstract Task<IResourceStore> OpenAsync(TimeProvider clock);

    /// <summary>Removes what the test left.</summary>
    protected abstract Task RemoveAsync();

    private protected abstract ITestOutputHelper Output { get; }

    private protected SettableClock Clock { get; } = new();

    private protected TestDefinitions Definitions { get; } = new();

    public async Task InitializeAsync() => Store = await OpenAsync(Clock);

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await RemoveAsync();
    }

    private protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync(Clock);
    }

    private protected Task<CommitResult> CommitAsync(params ResourceWrite[] writes) =>
        Store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, CancellationToken.None);

    private protected async Task<StoredVersion> PutAsync(string type, string id, TestResource resource)
    {
        var result = await CommitAsync(Put(type, id, resource));
        Assert.Equal(CommitFailure.None, result.Failure);
        return result.Results[0].Version!;
    }

    private protected static PutResource Put(string type, string id, TestResource resource) =>
        new(new ResourceKey(type, id), resource.Prepare(), WriteMethod.Put);

    private protected static DeleteResource Delete(string type, string id) => new(new ResourceKey(type, id));

    private protected ValueTask<StoredVersion?> ReadAsync(string type, string id) =>
        Store.ReadAsync(AccessScope.Full, new ResourceKey(type, id), CancellationToken.None);

    private protected Task<SearchPage> SearchAsync(SearchQuery query) => Store.SearchAsync(AccessScope.Full, query, CancellationToken.None);

    private protected static SearchQuery Query(string type, SearchExpression expression) =>
        new() { ResourceTypes = [type], Expression = expression };

    /// <summary>The ids that a search finds, by creation.</summary>
    private protected async Task<string> IdsAsync(string type, SearchExpression expression) => Ids(await SearchAsync(Query(type, expression)));

    private protected async Task<string> IdsAsync(SearchParameter parameter, SearchPredicate predicate) =>
        await IdsAsync(parameter.ResourceType, new SearchExpression.Parameter(parameter, predicate));

    private protected static string Ids(SearchPage page) => string.Join(' ', page.Matches.Select(static match => match.Key.Id));
}

/// <summary>A clock that a test sets.</summary>
internal sealed class SettableClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2024, 5, 1, 8, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
