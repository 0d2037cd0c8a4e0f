// Writes to a store with 16 writers until it is killed, and prints a line for each write that was acknowledged. The kill test
// starts it and later looks for what the lines claim. Arguments: the database file, or address, key and name of a Cosmos database; and the
// number of the round.

using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;

const int Writers = 16;

var round = args[^1];
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
IResourceStore store = args is [var address, var key, var database, _]
    ? await CosmosResourceStore.OpenAsync(new CosmosStoreOptions { Endpoint = new Uri(address), Key = key, Database = database, Extract = TestResource.Extract }, CancellationToken.None)
    : SqliteResourceStore.Open(new SqliteStoreOptions { Path = args[0], Extract = TestResource.Extract });
await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer))));

async Task WriteAsync(int writer)
{
    for (var i = 0; ; i++)
    {
        switch (i % 4)
        {
            case 0:
                await CommitAsync(Put("Patient", $"c-{round}-{writer}-{i}", $"{i}"));
                break;
            case 1:
                await CommitAsync(Put("Patient", $"u-{writer}", $"{round} {i}"));
                break;
            case 2 when store is IStateStore state:
                await RevokeAsync(state, $"{round}-{writer}-{i}");
                break;
            default:
                // The parts of a transaction name it and how many they are, so that half of one can be told.
                var name = $"{round}-{writer}-{i}";
                var parts = 2 + (i % 5);
                await CommitAsync([.. Enumerable.Range(0, parts).Select(part => Put("Observation", $"t-{name}-{part}-of-{parts}", name))]);
                break;
        }
    }
}

// A record is made, changed, and some are removed; only the end of it is told.
async Task RevokeAsync(IStateStore state, string id)
{
    var made = await state.PutAsync(new StateRecord("grant", id, "\"good\""u8.ToArray()), 0, CancellationToken.None);
    var ended = await state.PutAsync(made! with { Body = "\"ended\""u8.ToArray() }, made!.Version, CancellationToken.None);
    if (id[^1] % 4 == 0)
    {
        await state.RemoveAsync(ended!.Kind, id, ended.Version, CancellationToken.None);
        await output.WriteLineAsync($"grant {id} removed .");
        return;
    }

    await output.WriteLineAsync($"grant {id} \"ended\" .");
}

async Task CommitAsync(params ResourceWrite[] writes)
{
    var result = await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = writes }, CancellationToken.None);
    foreach (var write in result.Results)
        await output.WriteLineAsync($"{write.Version!.Key} {write.Version.Version} {Convert.ToHexString(write.Version.Body.Tail.Span)} .");
}

static PutResource Put(string type, string id, string text)
{
    var resource = new TestResource(text);
    if (type == "Patient")
    {
        resource.Token(Parameters.Identifier, "http://ids", id).String(Parameters.Name, $"Name {text}").Date(Parameters.BirthDate, "1990-01-01")
            .Reference(Parameters.Organization, "Organization", $"org-{id}");
    }
    else
    {
        resource.Token(Parameters.Code, "http://codes", text).Date(Parameters.Date, "2024-05-01T10:00:00").Reference(Parameters.Subject, "Patient", $"u-{text[^1]}");
    }

    return new PutResource(new ResourceKey(type, id), resource.Prepare(), WriteMethod.Put);
}
