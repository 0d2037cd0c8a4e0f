// $closure over HTTP, and what is left of it after a restart.

using System.Text.Json.Nodes;
using FhirHub.Terminology;

namespace FhirHub.Server.Tests.Terminology;

public sealed class ClosureTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    [Fact]
    public async Task A_client_initialises_adds_and_asks_again()
    {
        Assert.Equal("1:", await CloseAsync("demo"));
        Assert.Equal("2:", await CloseAsync("demo", ["glu"]));
        Assert.Equal("3: glu subsumes chem", await CloseAsync("demo", ["chem", "hb"]));
        Assert.Equal("3: glu subsumes chem", await CloseAsync("demo", [], "2"));
        Assert.Equal("3:", await CloseAsync("demo", [], "3"));
        Assert.Equal("4:", await CloseAsync("demo"));
    }

    [Fact]
    public async Task What_can_not_be_answered_is_refused()
    {
        var unknown = await server.Client.SendAsync("POST", "$closure", Body("nobody", ["glu"], null));
        Assert.Equal(404, (int)unknown.StatusCode);
        Assert.Contains("initialise it", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(405, (int)(await server.Client.SendAsync("GET", "$closure?name=x")).StatusCode);
    }

    [Fact]
    public async Task A_table_outlives_the_process_and_those_unused_for_longest_make_room()
    {
        var folder = Directory.CreateTempSubdirectory("closure").FullName;
        try
        {
            var path = Path.Combine(folder, "closures.db");
            var clock = new StepClock();
            await using (var store = SqliteClosureStore.Open(path, clock))
            {
                Assert.Equal(1, await store.InitialiseAsync("a", 2, default));
                var state = (await store.FindAsync("a", default))!;
                Assert.True(await store.AppendAsync(state, [new(0, "urn:s", null, "x", "X"), new(1, "urn:s", null, "y", null)], [new(0, 1)], default));
                Assert.False(await store.AppendAsync(state, [new(0, "urn:s", null, "z", null)], [], default));
            }

            await using (var store = SqliteClosureStore.Open(path, clock))
            {
                var state = (await store.FindAsync("a", default))!;
                Assert.Equal((1, 2, 1), (state.FirstVersion, state.Version, state.Entries));
                Assert.Equal([new ClosureConcept(0, "urn:s", null, "x", "X"), new ClosureConcept(1, "urn:s", null, "y", null)], state.Concepts);
                Assert.Equal([new ClosureEntry(0, 1)], await store.EntriesSinceAsync("a", 1, default));
                Assert.Empty(await store.EntriesSinceAsync("a", 2, default));

                await store.InitialiseAsync("b", 2, default);
                await store.FindAsync("a", default);
                await store.InitialiseAsync("c", 2, default);
                Assert.Null(await store.FindAsync("b", default));
                Assert.NotNull(await store.FindAsync("a", default));
                Assert.Equal(3, await store.InitialiseAsync("a", 2, default));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Body(string name, string[] codes, string? version)
    {
        var parameters = new JsonArray(new JsonObject { ["name"] = "name", ["valueString"] = name });
        foreach (var code in codes)
            parameters.Add(new JsonObject { ["name"] = "concept", ["valueCoding"] = new JsonObject { ["system"] = TerminologyFixture.Lab, ["code"] = code } });
        if (version is not null)
            parameters.Add(new JsonObject { ["name"] = "version", ["valueString"] = version });
        return new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = parameters }.ToJsonString();
    }

    private async Task<string> CloseAsync(string name, string[]? codes = null, string? version = null)
    {
        var response = await server.Client.SendAsync("POST", "$closure", Body(name, codes ?? [], version));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var map = JsonNode.Parse(text)!;
        Assert.Equal("ConceptMap", (string?)map["resourceType"]);
        var entries = map["group"]?.AsArray().SelectMany(group => group!["element"]!.AsArray())
            .SelectMany(element => element!["target"]!.AsArray().Select(target => $" {element["code"]} {target!["equivalence"]} {target["code"]}")) ?? [];
        return $"{map["version"]}:{string.Concat(entries)}";
    }

    // Each look at the clock is a second later.
    private sealed class StepClock : TimeProvider
    {
        private long _seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(++_seconds);
    }
}
