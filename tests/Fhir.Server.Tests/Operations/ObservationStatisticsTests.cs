// Observation/$stats.

using System.Globalization;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Operations;

public class ObservationStatisticsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Every =
        "average,maximum,minimum,count,total-count,median,std-dev,sum,variance,20-percent,80-percent,4-lower,4-upper,4-dev,5-1,5-2,5-3,5-4,skew,kurtosis";

    [Fact]
    public async Task All_statistics_of_known_values()
    {
        for (var i = 0; i < 8; i++)
            await ObserveAsync("s1", "glucose", new[] { "2", "4", "4", "4", "5", "5", "7", "9" }[i], "mmol/L", $"2020-01-01T0{i}:00:00Z");
        await ObserveAsync("s1", "glucose", "100", "mmol/L", "2020-01-01T09:00:00Z", "entered-in-error");
        var statistics = await StatisticsAsync($"subject=Patient/s1&code=glucose&system=urn:s&statistic={Every}");
        Assert.Equal("final", (string?)statistics["status"]);
        Assert.Equal("Patient/s1", (string?)statistics["subject"]!["reference"]);
        Assert.Equal("glucose", (string?)statistics["code"]!["coding"]![0]!["code"]);
        const string expected = """
            average 5, maximum 9, minimum 2, count 8, total-count 8, median 4.5, sum 40, variance 4.571428571, std-dev 2.138089935,
            20-percent 4, 80-percent 6.2, 4-lower 4, 4-upper 5.5, 4-dev 0.75, 5-1 4, 5-2 4, 5-3 5, 5-4 6.2, skew 0.818487553, kurtosis 0.940625
            """;
        foreach (var pair in expected.ReplaceLineEndings("").Split(',', StringSplitOptions.TrimEntries).Select(p => p.Split(' ')))
            Assert.Equal(double.Parse(pair[1], CultureInfo.InvariantCulture), Value(statistics, pair[0]), 6);
        Assert.Equal("mmol/L", (string?)Component(statistics, "average")["valueQuantity"]!["code"]);
        Assert.Equal("1", (string?)Component(statistics, "count")["valueQuantity"]!["code"]);
        Assert.Equal("2020-01-01T00:00:00.000Z", (string?)statistics["effectivePeriod"]!["start"]);
    }

    [Fact]
    public async Task Mixed_units_come_together_and_what_has_no_usable_value_is_only_counted()
    {
        await ObserveAsync("s2", "weight", "70", "kg", "2020-01-01");
        await ObserveAsync("s2", "weight", "72", "kg", "2020-01-02");
        await ObserveAsync("s2", "weight", "74000", "g", "2020-01-03");
        await ObserveAsync("s2", "weight", "1.80", "m", "2020-01-04");
        await PutAsync("s2", """{"code":{"coding":[{"system":"urn:s","code":"weight"}]},"valueString":"heavy"}""");
        await PutAsync("s2", """{"code":{"coding":[{"system":"urn:s","code":"weight"}]},"valueQuantity":{"value":300,"comparator":">","system":"http://unitsofmeasure.org","code":"kg"}}""");
        var statistics = await StatisticsAsync("subject=Patient/s2&code=weight&system=urn:s&statistic=average&statistic=max&statistic=min&statistic=count&statistic=total-count");
        Assert.Equal(72, Value(statistics, "average"), 9);
        Assert.Equal(74, Value(statistics, "maximum"), 9);
        Assert.Equal("kg", (string?)Component(statistics, "maximum")["valueQuantity"]!["code"]);
        Assert.Equal(3, Value(statistics, "count"));
        Assert.Equal(6, Value(statistics, "total-count"));
        Assert.Contains("1 of the values", (string)statistics["note"]![0]!["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Degrees_are_converted_though_they_start_elsewhere()
    {
        await ObserveAsync("s3", "temperature", "37", "Cel", "2020-01-01");
        await ObserveAsync("s3", "temperature", "38", "Cel", "2020-01-02");
        await ObserveAsync("s3", "temperature", "102.2", "[degF]", "2020-01-03");
        var statistics = await StatisticsAsync("subject=Patient/s3&coding=urn:s|temperature&statistic=maximum,average,variance");
        Assert.Equal(39, Value(statistics, "maximum"), 6);
        Assert.Equal(38, Value(statistics, "average"), 6);
    }

    [Fact]
    public async Task A_panel_gives_an_Observation_for_each_of_its_parts()
    {
        await PutAsync("s4", """
            {"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"component":[
            {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}]},"valueQuantity":{"value":120,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
            {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}
            """);
        var member = await PutAsync("s4", """{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":140,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}""");
        await PutAsync("s4", $$"""{"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"hasMember":[{"reference":"{{member}}"}]}""");

        var parts = await AllAsync("subject=Patient/s4&code=85354-9&system=http://loinc.org&statistic=average,count");
        Assert.Equal(["8480-6", "8462-4"], parts.Select(p => (string)p["code"]!["coding"]![0]!["code"]!));
        Assert.Equal(130, Value(parts[0], "average"));
        Assert.Equal("Systolic", (string?)parts[0]["code"]!["coding"]![0]!["display"]);
        Assert.Equal(1, Value(parts[1], "count"));

        // A part by its own code is found in panels too, each value once.
        var systolic = await StatisticsAsync("subject=Patient/s4&code=8480-6&system=http://loinc.org&statistic=average,count");
        Assert.Equal(130, Value(systolic, "average"));
        Assert.Equal(2, Value(systolic, "count"));
    }

    [Fact]
    public async Task A_period_and_a_duration_choose_and_a_regression_has_two_results()
    {
        foreach (var (hour, value) in new[] { ("00", "10"), ("01", "12"), ("02", "14"), ("05", "20") })
            await ObserveAsync("s5", "lactate", value, "mmol/L", $"2020-01-01T{hour}:00:00Z");
        var answer = await server.Client.SendAsync("POST", "Observation/$stats", """
            {"resourceType":"Parameters","parameter":[{"name":"subject","valueUri":"Patient/s5"},{"name":"coding","valueCoding":{"system":"urn:s","code":"lactate"}},
            {"name":"period","valuePeriod":{"start":"2020-01-01T00:00:00Z","end":"2020-01-01T03:00:00Z"}},
            {"name":"statistic","valueCode":"regression"},{"name":"statistic","valueCode":"count"},{"name":"include","valueBoolean":true},{"name":"limit","valuePositiveInt":2}]}
            """);
        var parameters = (await answer.JsonAsync())["parameter"]!.AsArray();
        var statistics = parameters[0]!["resource"]!;
        Assert.Equal(3, Value(statistics, "count"));
        var regression = statistics["component"]!.AsArray().Where(c => (string?)c!["code"]!["coding"]![0]!["code"] == "regression").ToList();
        Assert.Equal(["gradient", "intercept"], regression.Select(r => (string)r!["code"]!["text"]!));
        Assert.Equal([2, 10], regression.Select(r => (double)r!["valueQuantity"]!["value"]!));
        Assert.Equal("(mmol/L)/h", (string?)regression[0]!["valueQuantity"]!["code"]);
        Assert.Equal(["2020-01-01T02:00:00Z", "2020-01-01T01:00:00Z"], parameters.Skip(1).Select(p => (string)p!["resource"]!["effectiveDateTime"]!));

        await ObserveAsync("s5", "lactate", "1", "mmol/L", DateTime.UtcNow.AddMinutes(-30).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Assert.Equal(1, Value(await StatisticsAsync("subject=Patient/s5&coding=urn:s|lactate&duration=1&statistic=count"), "count"));
    }

    [Fact]
    public async Task Without_values_there_is_a_count_and_a_reason()
    {
        var statistics = await StatisticsAsync("subject=Patient/none&code=x&system=urn:s&statistic=count,average,std-dev");
        Assert.Equal(0, Value(statistics, "count"));
        Assert.Equal("not-applicable", (string?)Component(statistics, "average")["dataAbsentReason"]!["coding"]![0]!["code"]);
    }

    [Theory]
    [InlineData("code=x&statistic=count", "required")]
    [InlineData("subject=Patient/1&code=x", "required")]
    [InlineData("subject=Patient/1&statistic=count", "required")]
    [InlineData("subject=Patient/1&code=x&statistic=mode", "value")]
    [InlineData("subject=Patient/1&code=x&statistic=count&duration=-1", "value")]
    [InlineData("subject=Patient/1&code=x&statistic=count&period=2020", "value")]
    public async Task Bad_input_is_told(string query, string code) =>
        await (await server.Client.GetAsync($"Observation/$stats?{query}")).FailsAsync(400, code);

    private Task<string> ObserveAsync(string patient, string code, string value, string unit, string time, string status = "final") => PutAsync(
        patient,
        $$$"""{"code":{"coding":[{"system":"urn:s","code":"{{{code}}}"}]},"effectiveDateTime":"{{{time}}}","valueQuantity":{"value":{{{value}}},"system":"http://unitsofmeasure.org","code":"{{{unit}}}"}}""",
        status);

    private async Task<string> PutAsync(string patient, string content, string status = "final")
    {
        var json = JsonNode.Parse(content)!.AsObject();
        json["resourceType"] = "Observation";
        json["status"] = status;
        json["subject"] = new JsonObject { ["reference"] = $"Patient/{patient}" };
        return $"Observation/{(await server.Client.CreateAsync("Observation", json.ToJsonString())).Id}";
    }

    private async Task<List<JsonNode>> AllAsync(string query)
    {
        var answer = await server.Client.GetAsync($"Observation/$stats?{query}");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, System.Text.Encoding.UTF8.GetString(bytes));
        var parsed = FhirHub.Model.ResourceParser.ParseJson(bytes);
        Assert.True(parsed.IsValid, string.Join("; ", parsed.Issues.Select(i => i.Diagnostics)));
        return [.. JsonNode.Parse(bytes)!["parameter"]!.AsArray().Select(p => p!["resource"]!)];
    }

    private async Task<JsonNode> StatisticsAsync(string query) => Assert.Single(await AllAsync(query));

    private static JsonNode Component(JsonNode statistics, string code) =>
        statistics["component"]!.AsArray().Single(c => (string?)c!["code"]!["coding"]![0]!["code"] == code)!;

    private static double Value(JsonNode statistics, string code) => (double)Component(statistics, code)["valueQuantity"]!["value"]!;
}
