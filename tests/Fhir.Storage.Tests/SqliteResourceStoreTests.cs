// The contract on SQLite, and what is SQLite's own.

using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests;

public sealed class SqliteResourceStoreTests(ITestOutputHelper output) : ResourceStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-store-").FullName;

    private protected override ITestOutputHelper Output => output;

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

        Assert.Equal(["fhirhub.db", "text.db"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_text_index_that_is_lost_or_damaged_is_made_anew(bool isLost)
    {
        await PutAsync("Patient", "p1", new TestResource("高血压"));
        await PutAsync("Patient", "p2", new TestResource("hypertension"));
        Assert.Equal("p1", await TextIdsAsync("血压"));
        await Store.DisposeAsync();
        var path = Path.Combine(_folder, "text.db");
        if (isLost)
            File.Delete(path);
        else
            await File.WriteAllBytesAsync(path, new byte[8192]);

        await InitializeAsync();

        Assert.Equal("p1", await TextIdsAsync("血压"));
        Assert.Equal("p2", await TextIdsAsync("hypertension"));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_full_text_index_of_another_store_is_made_anew()
    {
        await PutAsync("Patient", "p1", new TestResource("asthma"));
        Assert.Equal("p1", await TextIdsAsync("asthma"));
        await Store.DisposeAsync();
        File.Delete(Path.Combine(_folder, "fhirhub.db"));

        await InitializeAsync();
        await PutAsync("Patient", "p2", new TestResource("eczema"));

        Assert.Equal("", await TextIdsAsync("asthma"));
        Assert.Equal("p2", await TextIdsAsync("eczema"));
        await VerifyAsync();
    }

    [Fact]
    public async Task A_damaged_full_text_index_is_made_anew_while_the_store_is_open()
    {
        for (var i = 0; i < 200; i++)
            await PutAsync("Patient", $"p{i}", new TestResource($"diabetes {i} w{i * 7919}"));
        Assert.Equal("p42", await TextIdsAsync("w332598"));
        await Store.DisposeAsync();
        await using (var file = File.Open(Path.Combine(_folder, "text.db"), FileMode.Open, FileAccess.ReadWrite))
        {
            // Past the first pages, which tell the layout and how far the index is.
            file.Position = 4096 * 2;
            file.Write(Enumerable.Repeat((byte)0x5A, (int)file.Length - (4096 * 2)).ToArray());
        }

        await InitializeAsync();

        // A search that meets the damage says so; the index is made anew, and later searches find everything.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Assert.Equal("p42", await TextIdsAsync("w332598"));
                break;
            }
            catch (Exception e) when (attempt < 200 && e is StoreException or SearchNotReadyException)
            {
                await Task.Delay(50);
            }
        }

        await VerifyAsync();
    }

    private SqliteResourceStore Open(TimeProvider clock) => TestStores.OpenSqlite(_folder, Definitions, clock);
}
