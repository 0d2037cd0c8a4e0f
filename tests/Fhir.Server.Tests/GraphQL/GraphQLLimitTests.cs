// What bounds a GraphQL query: depth, size, and that no list is cut silently.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.GraphQL;

/// <summary>A server with small limits.</summary>
public sealed class SmallGraphQLServer : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Limits:MaxPageSize=3", "--FhirHub:Limits:GraphQLBytes=1000000"];
}

public class GraphQLLimitTests(SmallGraphQLServer server) : IClassFixture<SmallGraphQLServer>
{
    [Fact]
    public async Task References_in_a_circle_are_not_followed_deeper_than_a_query_may_nest()
    {
        await PutAsync("circle-a", "\"link\":[{\"type\":\"seealso\",\"other\":{\"reference\":\"Patient/circle-b\"}}]");
        await PutAsync("circle-b", "\"link\":[{\"type\":\"seealso\",\"other\":{\"reference\":\"Patient/circle-a\"}}]");

        // Each fragment is checked before the one that spreads it, so that none of them looks deep by itself.
        const int Fragments = 60;
        const string Round = "link { other { resource { ... on Patient { ";
        var query = "{ Patient(id: \"circle-a\") { " + string.Concat(Enumerable.Range(0, Fragments).Reverse().Select(i => $"...f{i} ")) + "} } "
            + string.Concat(Enumerable.Range(0, Fragments).Select(i =>
                $"fragment f{i} on Patient {{ {Repeat(Round)} {(i + 1 < Fragments ? $"...f{i + 1}" : "id")} {Repeat("} } } } ")} }} "));
        var response = await server.Client.SendAsync("POST", "$graphql", query, "application/graphql");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("nested", Message(await response.JsonAsync()), StringComparison.Ordinal);

        static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, 10));
    }

    [Fact]
    public async Task A_large_value_is_not_answered_any_number_of_times()
    {
        await PutAsync("large", $"\"photo\":[{{\"data\":\"{new string('A', 40_000)}\"}}]");
        var once = await QueryAsync("{ Patient(id: \"large\") { photo { data } } }");
        Assert.Null(once["errors"]);
        var often = string.Concat(Enumerable.Range(0, 50).Select(i => $"a{i}: data "));
        Assert.Contains("GraphQLBytes", Message(await QueryAsync($"{{ Patient(id: \"large\") {{ photo {{ {often} }} }} }}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_is_longer_than_a_page_may_be_is_refused_and_not_cut()
    {
        for (var i = 0; i < 5; i++)
            await PutAsync($"listed-{i}", "\"birthDate\":\"1931-01-01\"");
        Assert.Equal(2, (await QueryAsync("{ PatientList(birthdate: \"1931-01-01\", _count: 2) { id } }"))["data"]!["PatientList"]!.AsArray().Count);
        foreach (var count in (string[])["", ", _count: 4", ", _count: 5000"])
        {
            var answer = await QueryAsync($"{{ PatientList(birthdate: \"1931-01-01\"{count}) {{ id }} }}");
            Assert.Contains("more than 3 matches", Message(answer), StringComparison.Ordinal);
        }
    }

    private async Task PutAsync(string id, string content) => Assert.Equal(
        201, (int)(await server.Client.SendAsync("PUT", $"Patient/{id}", $"{{\"resourceType\":\"Patient\",\"id\":\"{id}\",{content}}}")).StatusCode);

    private async Task<JsonNode> QueryAsync(string query) =>
        await (await server.Client.SendAsync("POST", "$graphql", query, "application/graphql")).JsonAsync();

    private static string Message(JsonNode answer) => (string)answer["errors"]![0]!["message"]!;
}
