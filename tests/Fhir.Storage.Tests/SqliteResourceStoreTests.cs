// The contract on SQLite, and what is SQLite's own.

using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests;

public sealed class SqliteResourceStoreTests : ResourceStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-store-").FullName;

    protected override Task<IResourceStore> OpenAsync(TimeProvider clock) => Task.FromResult<IResourceStore>(Open(clock));

    protected override Task RemoveAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    protected override async Task VerifyAsync() =>
        Assert.Empty(await ((SqliteResourceStore)Store).VerifyAsync(CancellationToken.None));

    [Fact]
    public async Task A_closed_store_leaves_no_log_beside_the_database()
    {
        await PutAsync("Patient", "p1", new TestResource());
        await ReadAsync("Patient", "p1");

        await Store.DisposeAsync();

        Assert.Equal(["fhirhub.db"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    private SqliteResourceStore Open(TimeProvider clock) => SqliteResourceStore.Open(new SqliteStoreOptions
    {
        Path = Path.Combine(_folder, "fhirhub.db"),
        Extract = TestResource.Extract,
        ExtractContained = TestResource.ExtractContained,
        Clock = clock,
        IncludeLimit = 50,
        CompartmentParameters = static (compartment, type) => (compartment, type) switch
        {
            ("Patient", "Observation") => [Parameters.Subject],
            _ => [],
        },
    });
}
