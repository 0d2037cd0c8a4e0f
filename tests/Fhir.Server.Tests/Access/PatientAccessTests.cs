// What an app sees that was launched for one patient, over HTTP: that patient's data, and nothing that tells of another's.

using FhirHub.Tests;

namespace FhirHub.Server.Tests.Access;

public class PatientAccessTests(ExchangeSmartFixture server) : IClassFixture<ExchangeSmartFixture>
{
    private async Task<HttpClient> SeedAsync(string scope = "patient/*.cruds")
    {
        var all = await server.ClientAsync("system/*.cruds", role: null);
        if ((int)(await all.GetAsync("Patient/a")).StatusCode == 200)
            return await server.ClientAsync(scope, patient: "a");
        foreach (var (type, id, rest) in new[]
        {
            ("Patient", "a", ""),
            ("Patient", "b", """, "link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]"""),
            ("Observation", "own", """, "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}"""),
            ("Observation", "others", """, "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"}"""),
            ("Observation", "performed", """, "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"},"performer":[{"reference":"Patient/a"}]"""),
            ("AllergyIntolerance", "asserted", """, "patient":{"reference":"Patient/b"},"asserter":{"reference":"Patient/a"},"recorder":{"reference":"Patient/a"}"""),
            ("Coverage", "paid", """, "status":"active","beneficiary":{"reference":"Patient/b"},"policyHolder":{"reference":"Patient/a"},"payor":[{"reference":"Patient/a"}]"""),
            ("QuestionnaireResponse", "answered", """, "status":"completed","subject":{"reference":"Patient/b"},"author":{"reference":"Patient/a"}"""),
            ("CareTeam", "cared", """, "subject":{"reference":"Patient/b"},"participant":[{"member":{"reference":"Patient/a"}}]"""),
            ("Communication", "sent", """, "status":"completed","subject":{"reference":"Patient/b"},"sender":{"reference":"Patient/a"},"recipient":[{"reference":"Patient/a"}]"""),
            ("DocumentReference", "written", """, "status":"current","subject":{"reference":"Patient/b"},"author":[{"reference":"Patient/a"}],"content":[{"attachment":{"title":"x"}}]"""),
            ("Group", "listed", """, "type":"person","actual":true,"member":[{"entity":{"reference":"Patient/a"}},{"entity":{"reference":"Patient/b"}}]"""),
            ("Person", "linked", """, "link":[{"target":{"reference":"Patient/a"}},{"target":{"reference":"Patient/b"}}]"""),
            ("AuditEvent", "audited", """, "type":{"code":"rest"},"recorded":"2026-01-01T00:00:00Z","agent":[{"requestor":true,"who":{"reference":"Patient/a"}}],"source":{"observer":{"display":"x"}},"entity":[{"what":{"reference":"Patient/b"}}]"""),
            ("Organization", "org", """, "name":"x" """),
            ("Practitioner", "doctor", ""),
            ("Task", "task-own", """, "status":"draft","intent":"order","for":{"reference":"Patient/a"}"""),
            ("Task", "task-others", """, "status":"draft","intent":"order","for":{"reference":"Patient/b"},"requester":{"reference":"Patient/a"},"owner":{"reference":"Patient/a"}"""),
            ("Device", "device-own", """, "patient":{"reference":"Patient/a"}"""),
            ("Device", "device-others", """, "patient":{"reference":"Patient/b"}"""),
            ("Device", "device-nobodys", ""),
            ("Binary", "binary-own", """, "contentType":"text/plain","securityContext":{"reference":"Patient/a"},"data":"eA==" """),
            ("Binary", "binary-observed", """, "contentType":"text/plain","securityContext":{"reference":"Observation/own"},"data":"eA==" """),
            ("Binary", "binary-others", """, "contentType":"text/plain","securityContext":{"reference":"Observation/others"},"data":"eA==" """),
            ("Binary", "binary-nobodys", """, "contentType":"text/plain","data":"eA==" """),
            ("Provenance", "provenance-own", """, "target":[{"reference":"Observation/own"},{"reference":"Patient/a"},{"reference":"Organization/org"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/doctor"}}]"""),
            ("Provenance", "provenance-both", """, "target":[{"reference":"Observation/own"},{"reference":"Observation/others"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/doctor"}}]"""),
            ("Schedule", "schedule-doctor", """, "actor":[{"reference":"Practitioner/doctor"}]"""),
            ("Schedule", "schedule-others", """, "actor":[{"reference":"Patient/b"}]"""),
            ("Appointment", "appointment-own", """, "status":"proposed","participant":[{"status":"accepted","actor":{"reference":"Patient/a"}}]"""),
            ("Appointment", "appointment-others", """, "status":"proposed","participant":[{"status":"accepted","actor":{"reference":"Patient/b"}}]"""),
        })
        {
            var written = await all.SendAsync("PUT", $"{type}/{id}", $$$"""{"resourceType":"{{{type}}}","id":"{{{id}}}"{{{rest}}}}""");
            Assert.True((int)written.StatusCode == 201, $"{type}/{id}: {await written.Content.ReadAsStringAsync()}");
        }

        return await server.ClientAsync(scope, patient: "a");
    }

    public static TheoryData<string, bool> Resources => new()
    {
        { "Patient/a", true },
        { "Patient/b", false },
        { "Observation/own", true },
        { "Observation/others", false },
        { "Observation/performed", false },
        { "AllergyIntolerance/asserted", false },
        { "Coverage/paid", false },
        { "QuestionnaireResponse/answered", false },
        { "CareTeam/cared", false },
        { "Communication/sent", false },
        { "DocumentReference/written", false },
        { "Organization/org", true },
        { "Practitioner/doctor", true },
        { "Task/task-own", true },
        { "Task/task-others", false },
        { "Device/device-own", true },
        { "Device/device-others", false },
        { "Device/device-nobodys", false },
        { "Binary/binary-own", true },
        { "Binary/binary-observed", true },
        { "Binary/binary-others", false },
        { "Binary/binary-nobodys", false },
        { "Provenance/provenance-own", true },
        { "Provenance/provenance-both", false },
        { "Schedule/schedule-doctor", true },
        { "Schedule/schedule-others", false },
        { "Appointment/appointment-own", true },
        { "Appointment/appointment-others", false },
    };

    [Theory]
    [Covers(CoversAttribute.Smart, 136, 138, 139, 164, 170)]
    [MemberData(nameof(Resources))]
    public async Task A_patient_scope_shows_what_is_about_the_patient(string url, bool isShown)
    {
        var client = await SeedAsync();
        var (type, id) = (url[..url.IndexOf('/', StringComparison.Ordinal)], url[(url.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(isShown ? 200 : 404, (int)(await client.GetAsync(url)).StatusCode);
        Assert.Equal(isShown ? 200 : 404, (int)(await client.GetAsync($"{url}/_history")).StatusCode);
        Assert.Equal(isShown ? 200 : 404, (int)(await client.GetAsync($"{url}/_history/1")).StatusCode);
        Assert.Equal(isShown ? 1 : 0, (int)(await (await client.GetAsync($"{type}?_id={id}&_total=accurate")).JsonAsync())["total"]!);
        Assert.Equal(isShown, (await (await client.GetAsync($"{type}/_history?_count=100")).Content.ReadAsStringAsync()).Contains($"\"{id}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Group/listed")]
    [InlineData("Person/linked")]
    [InlineData("AuditEvent/audited")]
    public async Task What_may_name_several_people_is_in_no_patients_compartment(string url)
    {
        var client = await SeedAsync();
        await (await client.GetAsync(url)).FailsAsync(403, "forbidden");
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task What_is_not_shown_is_not_found_byte_for_byte_like_what_never_was(string url, bool isShown)
    {
        if (isShown)
            return;
        var client = await SeedAsync();
        var unknown = $"{url[..url.IndexOf('/', StringComparison.Ordinal)]}/{new string('x', url.Length - url.IndexOf('/', StringComparison.Ordinal) - 1)}";
        var body = $$"""{"resourceType":"{{url[..url.IndexOf('/', StringComparison.Ordinal)]}}","id":"ID"}""";
        foreach (var (method, suffix, content, headers) in new (string, string, string?, (string, string)[])[]
        {
            ("GET", "", null, []),
            ("HEAD", "", null, []),
            ("GET", "", null, [("If-None-Match", "W/\"1\"")]),
            ("GET", "", null, [("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")]),
            ("GET", "/_history", null, []),
            ("GET", "/_history/1", null, []),
            ("GET", "/_history/2", null, []),
            ("GET", "/$meta", null, []),
            ("DELETE", "", null, []),
            ("DELETE", "", null, [("If-Match", "W/\"1\"")]),
            ("PATCH", "", "[]", []),
            ("PUT", "", body, [("If-Match", "W/\"1\"")]),
            ("PUT", "", body, [("If-None-Match", "*")]),
        })
        {
            var type = method == "PATCH" ? "application/json-patch+json" : "application/fhir+json";
            var hidden = await ReadAsync(url);
            var missing = await ReadAsync(unknown);
            Assert.Equal(missing, hidden);

            async Task<string> ReadAsync(string address)
            {
                var id = address[(address.IndexOf('/', StringComparison.Ordinal) + 1)..];
                var answer = await client.SendAsync(method, address + suffix, content?.Replace("ID", id, StringComparison.Ordinal), type, [.. headers, ("X-Request-Id", "same")]);
                var text = $"{(int)answer.StatusCode} {string.Join(' ', answer.Headers.Where(static h => h.Key is not "Date").Select(static h => $"{h.Key}={string.Join(',', h.Value)}"))} {await answer.Content.ReadAsStringAsync()}";
                return text.Replace(address, "ID", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Writes_stay_within_the_patient()
    {
        var client = await SeedAsync();
        static string Observation(string patient, string? id = null) =>
            $$$"""{"resourceType":"Observation"{{{(id is null ? "" : $",\"id\":\"{id}\"")}}},"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{{patient}}}"}}""";
        var (own, _) = await client.CreateAsync("Observation", Observation("a"));
        await (await client.SendAsync("POST", "Observation", Observation("b"))).FailsAsync(403, "forbidden");
        await (await client.SendAsync("PUT", $"Observation/{own}", Observation("b", own))).FailsAsync(403, "forbidden");
        await (await client.SendAsync("PATCH", $"Observation/{own}", """[{"op":"replace","path":"/subject/reference","value":"Patient/b"}]""", "application/json-patch+json")).FailsAsync(403, "forbidden");
        await (await client.SendAsync("PUT", "Observation/others", Observation("a", "others"))).FailsAsync(404, "not-found");
        await (await client.SendAsync("PUT", "Observation/by-own-id", Observation("a", "by-own-id"))).FailsAsync(404, "not-found");
        Assert.Equal(204, (int)(await client.DeleteAsync("Observation/others")).StatusCode);
        Assert.Equal(200, (int)(await client.SendAsync("PUT", $"Observation/{own}", Observation("a", own).Replace("final", "amended", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(201, (int)(await client.SendAsync("PUT", "Observation?identifier=none|1", Observation("a"))).StatusCode);
        Assert.Equal(204, (int)(await client.DeleteAsync($"Observation/{own}")).StatusCode);
        Assert.Equal(404, (int)(await client.GetAsync($"Observation/{own}")).StatusCode);
        var all = await server.ClientAsync("system/*.cruds", role: null);
        Assert.Equal(200, (int)(await all.GetAsync("Observation/others")).StatusCode);
        Assert.Equal(410, (int)(await all.GetAsync($"Observation/{own}")).StatusCode);
    }

    [Fact]
    public async Task Parameters_do_not_ask_about_the_patients_of_others()
    {
        var client = await SeedAsync();
        async Task<int> CountAsync(string query) => (int)(await (await client.GetAsync(query)).JsonAsync())["total"]!;
        Assert.Equal(0, await CountAsync("Patient?link=Patient/b&_total=accurate"));
        Assert.Equal(0, await CountAsync("Patient?_has:Observation:performer:subject=Patient/b&_total=accurate"));
        Assert.Equal(0, await CountAsync("Observation?subject:Patient._id=b&_total=accurate"));
        Assert.Equal(0, await CountAsync("Patient/b/Observation?_total=accurate"));
        var included = await (await client.GetAsync("Patient?_revinclude=*&_include=*&_count=100")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("Patient/b", included, StringComparison.Ordinal);
        Assert.DoesNotContain("performed", included, StringComparison.Ordinal);
        var everything = await (await client.GetAsync("Patient/a/$everything?_count=100")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("Patient/b", everything, StringComparison.Ordinal);
        Assert.Contains("Observation/own", everything, StringComparison.Ordinal);
        var explained = await (await client.GetAsync("Observation?_explain=true")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("SELECT", explained, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_constraint_shows_the_part_of_the_type_that_it_names()
    {
        var all = await server.ClientAsync("system/*.cruds", role: null);
        await SeedAsync();
        static string Observation(string id, string category) => $$$"""
            {"resourceType":"Observation","id":"{{{id}}}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{{category}}}"}]}]}
            """;
        await all.SendAsync("PUT", "Observation/laboratory", Observation("laboratory", "laboratory"));
        await all.SendAsync("PUT", "Observation/vital", Observation("vital", "vital-signs"));
        var client = await server.ClientAsync("patient/Observation.rus?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory", patient: "a");
        Assert.Equal(200, (int)(await client.GetAsync("Observation/laboratory")).StatusCode);
        await (await client.GetAsync("Observation/vital")).FailsAsync(404, "not-found");
        Assert.Equal(1, (int)(await (await client.GetAsync("Observation?_total=accurate")).JsonAsync())["total"]!);
        await (await client.SendAsync("PUT", "Observation/laboratory", Observation("laboratory", "vital-signs"))).FailsAsync(403, "forbidden");
        await (await client.SendAsync("PUT", "Observation/vital", Observation("vital", "laboratory"))).FailsAsync(404, "not-found");
    }
}

/// <summary>With the exchange's package, which has the parameter that finds a Binary by its security context.</summary>
public sealed class ExchangeSmartFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Exchange:Package=true"];
}
