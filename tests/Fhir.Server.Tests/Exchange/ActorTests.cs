// What the actors of the exchange are told to do is what the server can answer.

using System.Text.Json.Nodes;
using FhirHub.Server.Exchange;

namespace FhirHub.Server.Tests.Exchange;

public class ActorTests(ExchangeServer server) : IClassFixture<ExchangeServer>
{
    public static TheoryData<string> Actors =>
        [.. ExchangePackage.Current.Definitions.Where(static definition => definition.ResourceType == "CapabilityStatement").Select(static definition => definition.Id!)];

    [Theory]
    [MemberData(nameof(Actors))]
    public async Task An_actor_is_told_to_use_what_the_server_has(string id)
    {
        var has = Rest(await (await server.Client.GetAsync("metadata")).JsonAsync());
        var told = Rest(await (await server.Client.GetAsync($"CapabilityStatement/{id}")).JsonAsync());
        var types = has["resource"]!.AsArray().ToDictionary(static type => (string)type!["type"]!, static type => type!.AsObject());
        Assert.Equal([], Texts(told["interaction"], "code").Except(Texts(has["interaction"], "code")));
        foreach (var type in told["resource"]!.AsArray())
        {
            var name = (string)type!["type"]!;
            Assert.Equal([], Missing("supportedProfile"));
            Assert.Equal([], Missing("interaction", "code"));
            Assert.Equal([], Missing("searchParam", "name", "definition", "type"));
            Assert.Equal([], Missing("operation", "name", "definition"));
            Assert.Equal([], Missing("searchInclude"));

            IEnumerable<string> Missing(string list, params string[] parts) =>
                Texts(type[list], parts).Except(Texts(types[name][list], parts)).Select(missing => $"{name}.{list}: {missing}");
        }
    }

    private static JsonObject Rest(JsonNode statement) => Assert.Single(statement["rest"]!.AsArray())!.AsObject();

    private static IEnumerable<string> Texts(JsonNode? list, params string[] parts) => (list?.AsArray() ?? []).Select(item =>
        parts.Length == 0 ? (string)item! : string.Join(' ', parts.Select(part => (string?)item![part])));
}
