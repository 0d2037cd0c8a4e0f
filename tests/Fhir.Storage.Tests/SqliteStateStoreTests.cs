// The contract of the state store on SQLite, and what is SQLite's own.

using FhirHub.Search;
using FhirHub.Sqlite;
using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests;

public sealed class SqliteStateStoreTests : StateStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-state-").FullName;

    private string Database => Path.Combine(_folder, "fhirhub.db");

    [Fact]
    public async Task A_database_of_before_there_were_records_opens_with_all_that_it_holds()
    {
        var resources = (SqliteResourceStore)Store;
        var patient = new PutResource(new ResourceKey("Patient", "p1"), new TestResource("Zhang").Prepare(), WriteMethod.Put);
        await resources.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [patient] }, default);
        await CloseAsync();
        using (var old = new Connection(Database, readOnly: false, cacheMegabytes: 1))
            old.Execute("DROP TABLE state; PRAGMA user_version = 2");

        await InitializeAsync();
        resources = (SqliteResourceStore)Store;
        Assert.NotNull(await resources.ReadAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), default));
        Assert.NotNull(await Store.PutAsync(new StateRecord("grant", "a", "1"u8.ToArray()), 0, default));
        Assert.NotNull(await Store.FindAsync("grant", "a", default));
        Assert.Empty(await resources.VerifyAsync(default));
    }

    [Fact]
    public async Task Records_are_no_resources()
    {
        var resources = (SqliteResourceStore)Store;
        await Store.PutAsync(new StateRecord("Patient", "a", "1"u8.ToArray()), 0, default);
        Assert.Null(await resources.ReadAsync(AccessScope.Full, new ResourceKey("Patient", "a"), default));
        Assert.Empty(await resources.CountAsync(AccessScope.Full, default));
        Assert.Empty(await resources.VerifyAsync(default));
    }

    protected override Task<IStateStore> OpenAsync(TimeProvider clock) => Task.FromResult<IStateStore>(
        SqliteResourceStore.Open(new SqliteStoreOptions { Path = Database, Extract = TestResource.Extract, Clock = clock }));

    protected override async Task CloseAsync() => await ((SqliteResourceStore)Store).DisposeAsync();

    protected override Task RemoveAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
