using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Matching;

public class MatchOperationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_person_is_found_by_any_of_the_data_and_the_score_is_explained()
    {
        var id = await StoreAsync("name=符+海棠;born=1980-03-04;sex=f;id=460100198003040022;phone=13976543210");
        foreach (var asked in new[]
        {
            "name=符海棠;id=460100198003040022", "name=符+海棠;born=1980-03-04", "name=符海棠;phone=+8613976543210;born=1980-03-04", "id=460100800304002;name=符+海棠",
        })
        {
            var entry = Assert.Single(Matches(await MatchAsync(asked)));
            Assert.Equal(id, (string?)entry["resource"]!["id"]);
            Assert.Equal("match", (string?)entry["search"]!["mode"]);
            Assert.InRange((double)entry["search"]!["score"]!, 0.5, 1);
        }

        var certain = Assert.Single(Matches(await MatchAsync("name=符+海棠;id=460100198003040022")));
        Assert.Equal("certain", Grade(certain));
        var fields = certain["search"]!["extension"]!.AsArray()
            .Where(e => (string?)e!["url"] == "urn:fhirhub:StructureDefinition:match-field")
            .Select(e => string.Join(' ', e!["extension"]!.AsArray().Select(p => (p!["valueString"] ?? p["valueDecimal"])!.ToString()))).ToList();
        Assert.Contains("resident id same 24", fields);
        Assert.Contains(fields, f => f.StartsWith("name same ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Matches_are_ordered_by_score_and_cut_by_count()
    {
        await StoreAsync("name=冼+夫人;born=1975-05-06;sex=f");
        await StoreAsync("name=冼+夫人;born=1975-06-05;sex=f");
        await StoreAsync("name=冼+夫人;sex=f");
        var bundle = await MatchAsync("name=冼+夫人;born=1975-05-06;sex=f");
        var scores = Matches(bundle).Select(m => (double)m["search"]!["score"]!).ToList();
        Assert.Equal(3, scores.Count);
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(3, (int)bundle["total"]!);
        Assert.Single(Matches(await MatchAsync("name=冼+夫人;born=1975-05-06;sex=f", ("count", 1))));
    }

    [Fact]
    public async Task Only_certain_matches_gives_one_or_none()
    {
        await StoreAsync("name=邢+宏图;born=1960-07-08;sex=m;mrn=M1");
        var none = await MatchAsync("name=邢+宏图;born=1960-07-08;sex=m", ("onlyCertainMatches", true));
        Assert.Empty(Matches(none));
        Assert.Equal("outcome", (string?)none["entry"]![0]!["search"]!["mode"]);
        Assert.Single(Matches(await MatchAsync("name=邢+宏图;born=1960-07-08;mrn=M1", ("onlyCertainMatches", true))));
        await StoreAsync("name=邢+宏图;born=1960-07-08;sex=m;mrn=M1");
        Assert.Empty(Matches(await MatchAsync("name=邢+宏图;born=1960-07-08;mrn=M1", ("onlyCertainMatches", true))));
        Assert.Equal(2, Matches(await MatchAsync("name=邢+宏图;born=1960-07-08;mrn=M1")).Count);
    }

    [Fact]
    public async Task A_replaced_record_leads_to_the_one_in_its_place()
    {
        var current = await StoreAsync("name=羊+建民;born=1955-02-03;sex=m");
        await StoreAsync($"name=羊+建民;born=1955-02-03;sex=m;mrn=OLD;active=false;replaced=Patient/{current}");
        var entry = Assert.Single(Matches(await MatchAsync("name=羊+建民;born=1955-02-03;mrn=OLD")));
        Assert.Equal(current, (string?)entry["resource"]!["id"]);
        Assert.Contains("takes the place of", entry["search"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_recorded_in_latin_letters_is_found_by_characters()
    {
        var id = await StoreAsync("name=Xian+Yuntao;born=1971-02-03;sex=m");
        var entry = Assert.Single(Matches(await MatchAsync("name=冼+云涛;sex=m;born=1971-02")));
        Assert.Equal(id, (string?)entry["resource"]!["id"]);
        Assert.Contains("same by pinyin", entry["search"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_namesakes_than_are_compared_are_told()
    {
        for (var i = 0; i < 101; i++)
            await StoreAsync("name=王+伟;sex=m");
        var bundle = await MatchAsync("name=王+伟");
        Assert.Contains("incomplete", bundle["entry"]!.AsArray()[^1]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("incomplete", (await MatchAsync("name=王+伟;born=1999-09-09")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_an_empty_searchset()
    {
        var bundle = await MatchAsync("name=慕容+无名;born=1911-01-01");
        Assert.Equal("searchset", (string?)bundle["type"]);
        Assert.Equal(0, (int)bundle["total"]!);
    }

    [Fact]
    public async Task The_answer_may_be_xml_and_the_patient_may_come_alone()
    {
        await StoreAsync("name=云+昌龙;born=1966-02-03;sex=m");
        var response = await server.Client.SendAsync("POST", "Patient/$match?_format=xml", People.Patient("name=云+昌龙;born=1966-02-03").ToJsonString());
        var xml = await response.Content.ReadAsStringAsync();
        Assert.Contains("http://hl7.org/fhir/StructureDefinition/match-grade", xml, StringComparison.Ordinal);
        Assert.Contains("<score value=", xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_with_the_signs_of_searches_are_values()
    {
        var id = await StoreAsync("name=Weird, A|B$C\\D;born=1966-02-03;mrn=1|2,3$4");
        Assert.Equal(id, (string?)Assert.Single(Matches(await MatchAsync("mrn=1|2,3$4;name=Weird, A|B$C\\D")))["resource"]!["id"]);
    }

    [Theory]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","gender":"male"}}]}""", "required")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Group","type":"person","actual":true}}]}""", "required")]
    [InlineData("""{"resourceType":"Parameters"}""", "required")]
    [InlineData("""{"resourceType":"Group","type":"person","actual":true}""", "invalid")]
    public async Task What_can_not_be_matched_is_refused(string body, string code) =>
        await (await server.Client.SendAsync("POST", "Patient/$match", body)).FailsAsync(400, code);

    private async Task<string> StoreAsync(string words) => (await server.Client.CreateAsync("Patient", People.Patient(words).ToJsonString())).Id;

    private async Task<JsonNode> MatchAsync(string words, params (string Name, JsonNode Value)[] others)
    {
        var parameters = new JsonArray { (JsonNode)new JsonObject { ["name"] = "resource", ["resource"] = People.Patient(words) } };
        foreach (var (name, value) in others)
            parameters.Add((JsonNode)new JsonObject { ["name"] = name, [name == "count" ? "valueInteger" : "valueBoolean"] = value.DeepClone() });
        var body = new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = parameters };
        var response = await server.Client.SendAsync("POST", "Patient/$match", body.ToJsonString());
        var answer = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
        return answer;
    }

    private static List<JsonNode> Matches(JsonNode bundle) =>
        [.. (bundle["entry"]?.AsArray() ?? new JsonArray()).OfType<JsonNode>().Where(e => (string?)e["search"]!["mode"] == "match")];

    private static string? Grade(JsonNode entry) => (string?)entry["search"]!["extension"]!.AsArray()
        .Single(e => (string?)e!["url"] == "http://hl7.org/fhir/StructureDefinition/match-grade")!["valueCode"];
}
