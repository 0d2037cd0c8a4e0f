// The store contract where each call goes to another of three servers of one database. Left out is what takes minutes for its many searches: random
// searches and the longest walks ask much of the search and nothing of several servers that the others don't. And NeedsReindex is what a
// server knew when it last looked, so another server's reindex shows in it a moment later.

using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Cosmos;

[NeedsCosmos(LeftOut = [
    nameof(Random_walks_show_the_moment_of_their_first_page),
    nameof(Random_searches_find_what_the_evaluator_finds),
    nameof(Random_searches_of_generated_resources_find_what_the_evaluator_finds),
    nameof(Random_words_and_phrases_are_found_where_they_stand),
    nameof(A_long_walk_in_the_order_of_creation_goes_on_while_resources_change),
    nameof(Pages_of_many_matches_with_a_rare_and_a_common_condition),
    nameof(A_large_total_follows_every_write_that_changes_it),
    nameof(A_large_total_of_a_chain_follows_what_the_chain_leads_to),
    nameof(A_change_of_extraction_is_noticed_and_a_reindex_of_all_goes_by_it),
])]
public sealed class RoundRobinStoreTests(ITestOutputHelper output) : ResourceStoreContract
{
    private const int Servers = 3;

    private readonly string _database = CosmosEmulator.FreshDatabase();

    private protected override ITestOutputHelper Output => output;

    protected override async Task<IResourceStore> OpenAsync(TimeProvider clock)
    {
        var endpoint = await CosmosEmulator.EndpointAsync();

        // All at once: on an empty database they make it together.
        return new RoundRobin(await Task.WhenAll(Enumerable.Range(0, Servers).Select(_ => CosmosResourceStore.OpenAsync(
            new CosmosStoreOptions
            {
                Endpoint = endpoint,
                Key = CosmosEmulator.Key,
                Database = _database,
                FollowInterval = TimeSpan.FromMilliseconds(50),
                Extract = Definitions.Extract,
                Generation = () => Definitions.Generation,
                IndexFingerprint = Definitions.Fingerprint,
                ExtractContained = Definitions.ExtractContained,
                Text = TestResource.Texts,
                Clock = clock,
                IncludeLimit = 50,
                SearchTimeout = TimeSpan.FromMinutes(10),
                CompartmentParameters = static (compartment, type) => (compartment, type) switch
                {
                    ("Patient", "Observation") => [Parameters.Subject],
                    _ => [],
                },
            },
            CancellationToken.None))));
    }

    protected override Task RemoveAsync() => CosmosEmulator.DeleteAsync(_database);

    protected override async Task VerifyAsync() => Assert.Empty(await ((RoundRobin)Store).Next.VerifyAsync(CancellationToken.None));

    private sealed class RoundRobin(IReadOnlyList<CosmosResourceStore> stores) : IResourceStore
    {
        private int _turn;

        // What is kept by these is kept by each server for itself; that they follow the others is CosmosStateStoreTests'.
        public long Commits => stores.Sum(static store => store.Commits);

        public bool NeedsReindex => Next.NeedsReindex;

        public CosmosResourceStore Next => stores[(int)((uint)Interlocked.Increment(ref _turn) % stores.Count)];

        public long CommitsOf(string type) => stores.Sum(store => store.CommitsOf(type));

        public ValueTask<StoredVersion?> ReadAsync(AccessScope scope, ResourceKey key, CancellationToken cancel) => Next.ReadAsync(scope, key, cancel);

        public ValueTask<StoredVersion?> ReadVersionAsync(AccessScope scope, ResourceKey key, long version, CancellationToken cancel) => Next.ReadVersionAsync(scope, key, version, cancel);

        public Task<HistoryPage> HistoryAsync(AccessScope scope, HistoryQuery query, CancellationToken cancel) => Next.HistoryAsync(scope, query, cancel);

        public Task<SearchPage> SearchAsync(AccessScope scope, SearchQuery query, CancellationToken cancel) => Next.SearchAsync(scope, query, cancel);

        public Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel) => Next.CommitAsync(scope, transaction, cancel);

        public IAsyncEnumerable<DanglingReference> DanglingReferencesAsync(AccessScope scope, CancellationToken cancel) => Next.DanglingReferencesAsync(scope, cancel);

        public Task<IReadOnlyList<IndexedValue>> ValuesAsync(AccessScope scope, SearchParameter parameter, int limit, CancellationToken cancel) => Next.ValuesAsync(scope, parameter, limit, cancel);

        public Task<IReadOnlyDictionary<string, long>> CountAsync(AccessScope scope, CancellationToken cancel) => Next.CountAsync(scope, cancel);

        public Task<ChangePage> ChangesAsync(ChangeQuery query, CancellationToken cancel) => Next.ChangesAsync(query, cancel);

        public Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel) => Next.RestoreAsync(versions, cancel);

        // Each server has the parameters in its memory.
        public async Task<IReadOnlySet<string>> DeclareAsync(IReadOnlyCollection<SearchParameter> parameters, CancellationToken cancel)
        {
            IReadOnlySet<string> complete = new HashSet<string>();
            foreach (var store in stores)
                complete = await store.DeclareAsync(parameters, cancel);
            return complete;
        }

        public Task ReindexAsync(ReindexRequest request, IProgress<ReindexProgress>? progress, CancellationToken cancel) => Next.ReindexAsync(request, progress, cancel);

        public Task<ReindexRequest?> FindReindexAsync(CancellationToken cancel) => Next.FindReindexAsync(cancel);

        public Task AbandonReindexAsync(CancellationToken cancel) => Next.AbandonReindexAsync(cancel);

        public async ValueTask DisposeAsync()
        {
            foreach (var store in stores)
                await store.DisposeAsync();
        }
    }
}
