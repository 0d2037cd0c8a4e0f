// $everything: what is in a record, and that each resource of it comes once, however it is paged.

using System.Text.Json.Nodes;
using FhirHub.Storage;
using FhirHub.Tests;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests.Operations;

public class EverythingTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_record_has_the_compartment_and_what_stands_behind_it_and_nothing_of_others()
    {
        await PutAsync("Organization/e1-top", "{}");
        await PutAsync("Organization/e1-ward", """{"partOf":{"reference":"Organization/e1-top"}}""");
        await PutAsync("Practitioner/e1-gp", "{}");
        await PutAsync("Binary/e1-scan", """{"contentType":"text/plain","data":"aGk="}""");
        await PutAsync("Patient/e1", """{"generalPractitioner":[{"reference":"Practitioner/e1-gp"}]}""");
        await PutAsync("Patient/e1-other", "{}");
        await PutAsync("Encounter/e1", """{"status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/e1"},"serviceProvider":{"reference":"Organization/e1-ward"}}""");
        await PutAsync("Observation/e1-mothers", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e1-other"}}""");
        await PutAsync("Observation/e1", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e1"},"derivedFrom":[{"reference":"Observation/e1-mothers"}]}""");
        await PutAsync("DocumentReference/e1", """{"status":"current","subject":{"reference":"Patient/e1"},"content":[{"attachment":{"url":"Binary/e1-scan"}}]}""");
        await PutAsync("Practitioner/e1-nobodys", "{}");

        var answer = await server.Client.GetAsync("Patient/e1/$everything");
        var bundle = await answer.JsonAsync();
        Assert.Equal("searchset", (string?)bundle["type"]);
        Assert.Equal(
            ["Binary/e1-scan", "DocumentReference/e1", "Encounter/e1", "Observation/e1", "Organization/e1-top", "Organization/e1-ward", "Patient/e1", "Practitioner/e1-gp"],
            Keys(bundle).Order());
        Assert.Equal("match", Mode(bundle, "Encounter/e1"));
        Assert.Equal("include", Mode(bundle, "Organization/e1-top"));
        var xml = await server.Client.SendAsync("GET", "Patient/e1/$everything", headers: ("Accept", "application/fhir+xml"));
        Assert.Contains("<Bundle xmlns", await xml.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_and_end_look_at_dates_of_care_and_keep_what_has_none()
    {
        await PutAsync("Patient/e2", """{"birthDate":"1950-01-01"}""");
        await PutAsync("Observation/e2-old", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e2"},"effectiveDateTime":"2001-05-05"}""");
        await PutAsync("Observation/e2-in", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e2"},"effectiveDateTime":"2010-05-05T10:00:00Z"}""");
        await PutAsync("Observation/e2-undated", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e2"}}""");
        await PutAsync("Encounter/e2-across", """{"status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/e2"},"period":{"start":"2009-12-20","end":"2010-01-05"}}""");
        await PutAsync("Condition/e2-ongoing", """{"subject":{"reference":"Patient/e2"},"onsetDateTime":"2003"}""");
        await PutAsync("Condition/e2-over", """{"subject":{"reference":"Patient/e2"},"onsetDateTime":"2003","abatementDateTime":"2004"}""");
        await PutAsync("Condition/e2-later", """{"subject":{"reference":"Patient/e2"},"onsetDateTime":"2015"}""");
        await PutAsync("BodyStructure/e2", """{"patient":{"reference":"Patient/e2"}}""");

        Assert.Equal(
            ["BodyStructure/e2", "Condition/e2-ongoing", "Encounter/e2-across", "Observation/e2-in", "Observation/e2-undated", "Patient/e2"],
            (await AllAsync("Patient/e2/$everything?start=2010-01-01&end=2010-12-31")).Order());
        Assert.DoesNotContain("Observation/e2-old", await AllAsync("Patient/e2/$everything?start=2001-05-06"));
        Assert.Contains("Observation/e2-old", await AllAsync("Patient/e2/$everything?end=2001-05-05"));
        Assert.DoesNotContain("Condition/e2-later", await AllAsync("Patient/e2/$everything?end=2014"));
        Assert.Contains("Condition/e2-over", await AllAsync("Patient/e2/$everything?end=2014"));
    }

    [Fact]
    public async Task Since_shows_what_changed_also_behind_what_did_not()
    {
        await PutAsync("Practitioner/e3", "{}");
        await PutAsync("Patient/e3", "{}");
        await PutAsync("Observation/e3", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e3"},"performer":[{"reference":"Practitioner/e3"}]}""");
        var changed = await PutAsync("Practitioner/e3", """{"active":true}""");
        var since = (string)(await changed.JsonAsync())["meta"]!["lastUpdated"]!;
        var found = await AllAsync($"Patient/e3/$everything?_since={since}");
        Assert.Contains("Practitioner/e3", found);
        Assert.DoesNotContain("Patient/e3", (await AllAsync($"Patient/e3/$everything?_since={DateTimeOffset.Parse(since, System.Globalization.CultureInfo.InvariantCulture).AddSeconds(1):yyyy-MM-ddTHH:mm:ss.fffZ}")));
    }

    [Fact]
    public async Task Type_limits_members_and_what_stands_behind_them()
    {
        await PutAsync("Practitioner/e4", "{}");
        await PutAsync("Patient/e4", """{"generalPractitioner":[{"reference":"Practitioner/e4"}]}""");
        await PutAsync("Flag/e4", """{"status":"active","code":{"text":"c"},"subject":{"reference":"Patient/e4"}}""");
        Assert.Equal(["Practitioner/e4"], await AllAsync("Patient/e4/$everything?_type=Practitioner"));
        Assert.Equal(["Flag/e4", "Practitioner/e4"], (await AllAsync("Patient/e4/$everything?_type=Flag,Practitioner")).Order());
        Assert.Equal(["Flag/e4", "Patient/e4"], (await AllAsync("Patient/e4/$everything?_type=Flag&_type=Patient")).Order());
    }

    [Fact]
    public async Task Pages_hold_each_resource_once_and_outlive_a_restart_and_a_repetition()
    {
        await PutAsync("Practitioner/e5", "{}");
        await PutAsync("Patient/e5", """{"generalPractitioner":[{"reference":"Practitioner/e5"}]}""");
        for (var i = 0; i < 7; i++)
            await PutAsync($"Observation/e5-{i}", """{"status":"final","code":{"text":"c"},"subject":{"reference":"Patient/e5"},"performer":[{"reference":"Practitioner/e5"}]}""");
        var all = await AllAsync("Patient/e5/$everything?_count=3");
        Assert.Equal(9, all.Count);
        Assert.Equal(9, all.Distinct().Count());

        var first = await (await server.Client.GetAsync("Patient/e5/$everything?_count=3")).JsonAsync();
        var link = Next(first)!;
        var second = await (await server.Client.GetAsync(link)).JsonAsync();
        var third = await (await server.Client.GetAsync(Next(second)!)).JsonAsync();
        Assert.Null(Next(third));
        var again = await (await server.Client.GetAsync(link)).JsonAsync();
        Assert.Equal(Keys(second), Keys(again));
        Assert.DoesNotContain("Practitioner/e5", Keys(again));
    }

    [Fact]
    public async Task A_link_whose_walk_has_ended_says_so()
    {
        await PutAsync("Patient/e11", "{}");
        await PutAsync("Flag/e11", """{"status":"active","code":{"text":"c"},"subject":{"reference":"Patient/e11"}}""");
        var first = await (await server.Client.GetAsync("Patient/e11/$everything?_count=1")).JsonAsync();
        var state = (IStateStore)server.Services.GetRequiredService<FhirServer>().Store;
        foreach (var walk in await state.ListAsync(new StateQuery("walk"), CancellationToken.None))
            await state.RemoveAsync(walk.Kind, walk.Id, null, CancellationToken.None);
        await (await server.Client.GetAsync(Next(first)!)).FailsAsync(410, "not-found");
        await (await server.Client.GetAsync($"{Next(first)}x")).FailsAsync(400, "invalid");
    }

    [Fact]
    public async Task A_group_has_the_records_of_its_active_members_and_of_groups_in_it()
    {
        await PutAsync("Organization/e6", "{}");
        foreach (var id in new[] { "e6-a", "e6-b", "e6-c", "e6-gone" })
        {
            await PutAsync($"Patient/{id}", """{"managingOrganization":{"reference":"Organization/e6"}}""");
            await PutAsync($"Flag/{id}", $$$"""{"status":"active","code":{"text":"c"},"subject":{"reference":"Patient/{{{id}}}"}}""");
        }

        await PutAsync("Appointment/e6", """{"status":"booked","participant":[{"actor":{"reference":"Patient/e6-b"},"status":"accepted"},{"actor":{"reference":"Patient/e6-a"},"status":"accepted"}]}""");
        await PutAsync("Group/e6-inner", """{"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/e6-c"}}]}""");
        await PutAsync("Group/e6", """
            {"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/e6-b"}},{"entity":{"reference":"Patient/e6-a"}},
            {"entity":{"reference":"Patient/e6-gone"},"inactive":true},{"entity":{"reference":"Group/e6-inner"}}]}
            """);
        foreach (var count in new[] { "", "?_count=1", "?_count=2" })
        {
            Assert.Equal(
                ["Appointment/e6", "Flag/e6-a", "Flag/e6-b", "Flag/e6-c", "Group/e6", "Group/e6-inner", "Organization/e6", "Patient/e6-a", "Patient/e6-b", "Patient/e6-c"],
                (await AllAsync($"Group/e6/$everything{count}")).Order());
        }
    }

    [Fact]
    public async Task An_encounter_has_its_compartment_and_what_that_refers_to()
    {
        await PutAsync("Patient/e7", "{}");
        await PutAsync("Location/e7", "{}");
        await PutAsync("Condition/e7-diagnosed", """{"subject":{"reference":"Patient/e7"}}""");
        await PutAsync("Condition/e7-elsewhere", """{"subject":{"reference":"Patient/e7"}}""");
        await PutAsync("Encounter/e7", """
            {"status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/e7"},
            "diagnosis":[{"condition":{"reference":"Condition/e7-diagnosed"}}],"location":[{"location":{"reference":"Location/e7"}}]}
            """);
        await PutAsync("Procedure/e7", """{"status":"completed","subject":{"reference":"Patient/e7"},"encounter":{"reference":"Encounter/e7"}}""");
        foreach (var count in new[] { "", "?_count=1" })
        {
            Assert.Equal(
                ["Condition/e7-diagnosed", "Encounter/e7", "Location/e7", "Patient/e7", "Procedure/e7"],
                (await AllAsync($"Encounter/e7/$everything{count}")).Order());
        }

        Assert.Equal(400, (int)(await server.Client.GetAsync("Encounter/e7/$everything?start=2020")).StatusCode);
    }

    [Fact]
    public async Task Provenance_of_members_is_part_of_the_record()
    {
        await PutAsync("Practitioner/e10", "{}");
        await PutAsync("Patient/e10", "{}");
        await PutAsync("Flag/e10", """{"status":"active","code":{"text":"c"},"subject":{"reference":"Patient/e10"}}""");
        const string provenance = """{"target":[{"reference":"@"}],"recorded":"2020-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/e10"}}]}""";
        await PutAsync("Provenance/e10-flag", provenance.Replace("@", "Flag/e10", StringComparison.Ordinal));
        await PutAsync("Provenance/e10-patient", provenance.Replace("@", "Patient/e10", StringComparison.Ordinal));
        await PutAsync("Provenance/e10-other", provenance.Replace("@", "Flag/e10-other", StringComparison.Ordinal));
        foreach (var count in new[] { "", "?_count=1" })
        {
            Assert.Equal(
                ["Flag/e10", "Patient/e10", "Practitioner/e10", "Provenance/e10-flag", "Provenance/e10-patient"],
                (await AllAsync($"Patient/e10/$everything{count}")).Order());
        }
    }

    [Fact]
    public async Task What_does_not_exist_has_no_record()
    {
        await (await server.Client.GetAsync("Patient/nobody/$everything")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync("Practitioner/x/$everything")).FailsAsync(404, "not-supported");
        await PutAsync("Patient/e8", "{}");
        await server.Client.DeleteAsync("Patient/e8");
        await (await server.Client.GetAsync("Patient/e8/$everything")).FailsAsync(410, "deleted");
    }

    [Fact]
    public async Task A_batch_calls_operations_as_HTTP_does()
    {
        await PutAsync("Patient/e9", "{}");
        var answer = await server.Client.SendAsync("POST", "", """
            {"resourceType":"Bundle","type":"batch","entry":[
            {"request":{"method":"GET","url":"Patient/e9/$everything"}},
            {"request":{"method":"POST","url":"Patient/e9/$everything"},"resource":{"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Flag"}]}}]}
            """);
        var entries = (await answer.JsonAsync())["entry"]!.AsArray();
        Assert.Equal(["Patient/e9"], Keys(entries[0]!["resource"]!));
        Assert.Empty(Keys(entries[1]!["resource"]!));
    }

    [Fact]
    public async Task Each_resource_of_a_Synthea_patient_comes_exactly_once_over_pages_of_50()
    {
        if (SharedMaterial.Folder("synthea-smart") is not { } folder)
        {
            output.WriteLine("No Synthea bundles beside the project; nothing was compared.");
            return;
        }

        var files = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories)
            .Where(f => new FileInfo(f).Length is > 200_000 and < 1_500_000)
            .Order(StringComparer.Ordinal).Take(4).ToList();
        var all = new List<string>();
        foreach (var file in files)
        {
            var sent = await server.Client.SendAsync("POST", "", await File.ReadAllTextAsync(file));
            Assert.True(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync());
            var written = (await sent.JsonAsync())["entry"]!.AsArray()
                .Select(e => string.Join('/', ((string)e!["response"]!["location"]!).Split('/', StringSplitOptions.RemoveEmptyEntries)[^4..^2]))
                .ToHashSet();
            var patient = written.Single(k => k.StartsWith("Patient/", StringComparison.Ordinal));
            var paged = await AllAsync($"{patient}/$everything?_count=50");
            Assert.Equal(paged.Count, paged.Distinct().Count());
            Assert.Empty(written.Except(paged));
            Assert.Empty(paged.Except(written));
            Assert.Equal(paged.Order(), (await AllAsync($"{patient}/$everything")).Order());
            all.AddRange(paged);
            output.WriteLine($"{Path.GetFileName(file)}: {paged.Count} resources.");
        }

        var everybody = await AllAsync("Patient/$everything?_count=200");
        Assert.Equal(everybody.Count, everybody.Distinct().Count());
        Assert.Empty(all.Except(everybody));
    }

    private async Task<HttpResponseMessage> PutAsync(string key, string content)
    {
        var (type, id) = (key.Split('/')[0], key.Split('/')[1]);
        var json = JsonNode.Parse(content)!.AsObject();
        json["resourceType"] = type;
        json["id"] = id;
        var answer = await server.Client.SendAsync("PUT", key, json.ToJsonString());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return answer;
    }

    private async Task<List<string>> AllAsync(string url)
    {
        var keys = new List<string>();
        for (var next = url; next is not null;)
        {
            var answer = await server.Client.GetAsync(next);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            var bundle = await answer.JsonAsync();
            keys.AddRange(Keys(bundle));
            next = Next(bundle);
        }

        return keys;
    }

    private static List<string> Keys(JsonNode bundle) =>
        [.. (bundle["entry"]?.AsArray() ?? []).Select(e => $"{e!["resource"]!["resourceType"]}/{e["resource"]!["id"]}")];

    private static string? Mode(JsonNode bundle, string key) =>
        (string?)bundle["entry"]!.AsArray().Single(e => ((string)e!["fullUrl"]!).EndsWith(key, StringComparison.Ordinal))!["search"]!["mode"];

    private static string? Next(JsonNode bundle) =>
        (string?)bundle["link"]!.AsArray().SingleOrDefault(l => (string?)l!["relation"] == "next")?["url"];
}
