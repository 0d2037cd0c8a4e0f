// $install and $uninstall on a server that runs: what a package brings is live when they answer, and stays so.

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests.Packages;

public class InstallTests : IAsyncLifetime
{
    // Each test has a server of its own, since packages are the whole server's.
    private readonly ServerFixture _server = new();

    private HttpClient Client => _server.Client;

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_a_package_defines_is_live_without_a_restart_and_after_one()
    {
        await Client.SendAsync("PUT", "Patient/old", """{"resourceType":"Patient","id":"old","extension":[{"url":"http://example.org/t.all/motto","valueString":"Festina lente"}]}""");
        var report = await InstallAsync(Whole("1.0.0"));
        Assert.Equal("t.all#1.0.0", Part(report, "id"));
        Assert.Equal("8", Part(report, "resources"));
        await ReindexedAsync();
        await CheckAsync();
        await _server.RestartAsync();
        await CheckAsync();
        Assert.Empty(await _server.VerifyAsync());

        async Task CheckAsync()
        {
            Assert.Equal(["old"], await IdsAsync("Patient?motto=festina"));
            Assert.Contains("\"code\":\"red\"", await Client.GetStringAsync("ValueSet/$expand?url=http://example.org/t.all/ValueSet/colours"), StringComparison.Ordinal);
            Assert.Contains("\"valueBoolean\":true", await Client.GetStringAsync("CodeSystem/$validate-code?url=http://example.org/t.all/CodeSystem/colours&code=red"), StringComparison.Ordinal);
            Assert.Contains("\"code\":\"rot\"", await Client.GetStringAsync("ConceptMap/$translate?url=http://example.org/t.all/ConceptMap/german&system=http://example.org/t.all/CodeSystem/colours&code=red"), StringComparison.Ordinal);
            Assert.Equal(["profile"], await IdsAsync("StructureDefinition?url=http://example.org/t.all/StructureDefinition/profile"));
            var outcome = await (await Client.SendAsync("POST", "Patient/$validate?profile=http://example.org/t.all/StructureDefinition/profile", """{"resourceType":"Patient","active":true}""")).Content.ReadAsStringAsync();
            Assert.Contains("http://example.org/t.all/StructureDefinition/profile", outcome, StringComparison.Ordinal);
            Assert.Contains("\"severity\":\"error\"", outcome, StringComparison.Ordinal);
            Assert.Equal(["op"], await IdsAsync("OperationDefinition?url=http://example.org/t.all/OperationDefinition/op"));
            Assert.Equal(["form"], await IdsAsync("Questionnaire?url=http://example.org/t.all/Questionnaire/form"));
            var statement = await (await Client.GetAsync("metadata")).JsonAsync();
            Assert.Equal(["http://example.org/t.all/ImplementationGuide/t.all|1.0.0"], statement["implementationGuide"]!.AsArray().Select(static guide => (string)guide!));
            var patient = statement["rest"]![0]!["resource"]!.AsArray().Single(static type => (string)type!["type"]! == "Patient")!;
            Assert.Contains(patient["searchParam"]!.AsArray(), static parameter => (string)parameter!["definition"]! == "http://example.org/t.all/SearchParameter/motto");

            // It says what runs, and the package's operation does not.
            Assert.DoesNotContain("example.org/t.all/OperationDefinition", statement.ToJsonString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_statement_is_written_anew_when_a_package_comes_and_goes()
    {
        var before = (await Client.GetAsync("metadata")).Headers.ETag;
        await InstallAsync(TestPackage.Simple("t.a", "1.0.0"));
        var during = (await Client.GetAsync("metadata")).Headers.ETag;
        Assert.NotEqual(before, during);
        Assert.Equal(during, (await Client.GetAsync("metadata")).Headers.ETag);
        Assert.Equal(200, (int)(await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.a%231.0.0")).StatusCode);
        Assert.Equal(before, (await Client.GetAsync("metadata")).Headers.ETag);
    }

    [Fact]
    public async Task A_package_in_xml_capabilities_stands_where_the_schema_has_it()
    {
        await InstallAsync(TestPackage.Simple("t.a", "1.0.0"));
        var xml = await Client.GetStringAsync("metadata?_format=xml");
        Assert.Contains("<implementationGuide value=\"http://example.org/t.a/ImplementationGuide/t.a|1.0.0\"/><rest>", xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_added_twice_is_there_once()
    {
        await InstallAsync(Whole("1.0.0"));
        var again = await InstallAsync(Whole("1.0.0"));
        Assert.Equal(("8", "0"), (Part(again, "resources"), Part(again, "changed")));
        Assert.Equal("1", (string)(await (await Client.GetAsync("StructureDefinition/profile")).JsonAsync())["meta"]!["versionId"]!);
        Assert.Single(await IdsAsync("Library"));
    }

    [Fact]
    public async Task What_a_new_build_of_the_same_version_holds_no_more_goes()
    {
        var package = TestPackage.Simple("t.a", "1.0.0");
        await InstallAsync(TestPackage.Simple("t.a", "1.0.0").With("""{"resourceType":"ValueSet","id":"more","url":"http://example.org/more","status":"active"}"""));
        Assert.Equal(2, (await IdsAsync("ValueSet")).Length);
        await InstallAsync(package);
        Assert.Equal(["t.a"], await IdsAsync("ValueSet"));
    }

    [Fact]
    public async Task Two_versions_stand_beside_each_other_and_the_later_one_answers()
    {
        await InstallAsync(Whole("2.0.0"));
        await InstallAsync(Whole("1.0.0"));
        Assert.Equal("2.0.0", (string)(await (await Client.GetAsync("CodeSystem/colours")).JsonAsync())["version"]!);
        Assert.Equal("1.0.0", (string)(await (await Client.GetAsync("CodeSystem/colours-1.0.0")).JsonAsync())["version"]!);
        Assert.Contains("Red of 2.0.0", await Client.GetStringAsync("CodeSystem/$lookup?system=http://example.org/t.all/CodeSystem/colours&code=red"), StringComparison.Ordinal);
        Assert.Contains("Red of 1.0.0", await Client.GetStringAsync("CodeSystem/$lookup?system=http://example.org/t.all/CodeSystem/colours&code=red&version=1.0.0"), StringComparison.Ordinal);
        await ReindexedAsync();
        await Client.SendAsync("PUT", "Patient/p", """{"resourceType":"Patient","id":"p","extension":[{"url":"http://example.org/t.all/motto","valueString":"Carpe diem"}]}""");
        Assert.Equal(["p"], await IdsAsync("Patient?motto=carpe"));

        // Removing one leaves the other whole.
        await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.all%232.0.0");
        Assert.Equal(410, (int)(await Client.GetAsync("CodeSystem/colours")).StatusCode);
        Assert.Contains("Red of 1.0.0", await Client.GetStringAsync("CodeSystem/$lookup?system=http://example.org/t.all/CodeSystem/colours&code=red"), StringComparison.Ordinal);
        Assert.Equal(["p"], await IdsAsync("Patient?motto=carpe"));
    }

    [Fact]
    public async Task What_two_packages_hold_stays_until_both_are_gone()
    {
        const string Shared = """{"resourceType":"ValueSet","id":"shared","url":"http://example.org/shared","version":"1","status":"active"}""";
        await InstallAsync(new TestPackage("t.a", "1.0.0").With(Shared));
        await InstallAsync(new TestPackage("t.b", "1.0.0").With(Shared));
        await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.a%231.0.0");
        Assert.Equal(["shared"], await IdsAsync("ValueSet?url=http://example.org/shared"));
        await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.b%231.0.0");
        Assert.Empty(await IdsAsync("ValueSet?url=http://example.org/shared"));
    }

    [Fact]
    public async Task A_package_that_another_needs_is_not_removed()
    {
        await InstallAsync(TestPackage.Simple("t.base", "1.0.0"));
        await InstallAsync(TestPackage.Simple("t.a", "1.0.0", "t.base#1.0.x"));
        var issue = await (await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.base%231.0.0")).FailsAsync(409, "conflict");
        Assert.Contains("t.a#1.0.0 needs t.base#1.0.0", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.base%231.0.0&package=t.a%231.0.0")).StatusCode);
        Assert.Empty(await IdsAsync("ValueSet"));
        await (await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.a%231.0.0")).FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task Without_its_dependencies_nothing_of_a_package_is_loaded()
    {
        var issue = await (await SendAsync(TestPackage.Simple("t.a", "1.0.0", "t.none#1.0.0"))).FailsAsync(422, "not-found");
        Assert.Contains("t.a#1.0.0 needs t.none#1.0.0, which is not loaded here", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.Empty(await IdsAsync("ValueSet"));
        Assert.Empty(await IdsAsync("Library"));
    }

    [Fact]
    public async Task Packages_that_need_each_other_are_sent_together()
    {
        var parameters = new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray(
                Content(TestPackage.Simple("t.a", "1.0.0", "t.b#1.0.0")),
                Content(TestPackage.Simple("t.b", "1.0.0", "t.a#1.0.0"))),
        };
        Assert.Equal(200, (int)(await Client.SendAsync("POST", "ImplementationGuide/$install", parameters.ToJsonString())).StatusCode);
        Assert.Equal(2, (await IdsAsync("ValueSet")).Length);
        await (await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.a%231.0.0")).FailsAsync(409, "conflict");
        Assert.Equal(200, (int)(await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=t.a%231.0.0&package=t.b%231.0.0")).StatusCode);

        static JsonNode Content(TestPackage package) => new JsonObject { ["name"] = "npmContent", ["valueBase64Binary"] = Convert.ToBase64String(package.Pack()) };
    }

    [Fact]
    public async Task A_binary_is_a_package_too()
    {
        var binary = new JsonObject { ["resourceType"] = "Binary", ["contentType"] = "application/gzip", ["data"] = Convert.ToBase64String(TestPackage.Simple("t.a", "1.0.0").Pack()) };
        Assert.Equal(200, (int)(await Client.SendAsync("POST", "ImplementationGuide/$install", binary.ToJsonString())).StatusCode);
        Assert.Equal(["t.a"], await IdsAsync("ValueSet"));
    }

    [Fact]
    public async Task Faulty_resources_are_named_and_the_others_loaded_unless_one_is_strict()
    {
        TestPackage Package() => TestPackage.Simple("t.a", "1.0.0").With("""{"resourceType":"ValueSet","id":"faulty","url":"http://example.org/faulty"}""");
        var issue = await (await SendAsync(Package(), "?strict=true")).FailsAsync(422, "required");
        Assert.Contains("ValueSet-faulty.json is not loaded", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.Empty(await IdsAsync("ValueSet"));

        var outcome = Outcome(await InstallAsync(Package()));
        var fault = Assert.Single(outcome, static one => (string)one!["severity"]! == "error")!;
        Assert.Contains("ValueSet-faulty.json", (string)fault["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal("ValueSet.status", (string)fault["expression"]![0]!);
        Assert.Equal(["t.a"], await IdsAsync("ValueSet"));
    }

    [Fact]
    public async Task Records_are_left_out_and_told_of()
    {
        var report = await InstallAsync(TestPackage.Simple("t.a", "1.0.0").With("""{"resourceType":"Patient","id":"example"}""").With("""{"resourceType":"ActorDefinition","id":"r5"}""")
            .WithFile("package/not-a-resource.json", "[1]"));
        Assert.Contains(Outcome(report), static one => ((string)one!["diagnostics"]!).Contains("ActorDefinition 1, Patient 1", StringComparison.Ordinal));
        Assert.Equal(404, (int)(await Client.GetAsync("Patient/example")).StatusCode);
    }

    [Fact]
    public async Task A_narrative_that_loads_images_is_left_out_and_an_id_that_is_none_is_chosen_anew()
    {
        var id = new string('x', 70);
        var report = await InstallAsync(new TestPackage("t.a", "1.0.0")
            .With("""{"resourceType":"ValueSet","id":"styled","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" style=\"background: url(http://example.org/x.png)\">x</div>"},"url":"http://example.org/styled","status":"active"}""")
            .With($$"""{"resourceType":"ValueSet","id":"{{id}}","url":"http://example.org/long","status":"active"}"""));
        Assert.Contains(Outcome(report), static one => ((string)one!["diagnostics"]!).Contains("without their narrative", StringComparison.Ordinal));
        Assert.Null((await (await Client.GetAsync("ValueSet/styled")).JsonAsync())["text"]);
        Assert.InRange(Assert.Single(await IdsAsync("ValueSet?url=http://example.org/long")).Length, 1, 64);
        Assert.Equal("0", Part(await InstallAsync(new TestPackage("t.a", "1.0.0")
            .With("""{"resourceType":"ValueSet","id":"styled","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" style=\"background: url(http://example.org/x.png)\">x</div>"},"url":"http://example.org/styled","status":"active"}""")
            .With($$"""{"resourceType":"ValueSet","id":"{{id}}","url":"http://example.org/long","status":"active"}""")), "changed"));
    }

    [Fact]
    public async Task Another_resource_with_the_id_keeps_it()
    {
        await Client.SendAsync("PUT", "ValueSet/t.a", """{"resourceType":"ValueSet","id":"t.a","url":"http://example.org/mine","status":"active"}""");
        await InstallAsync(TestPackage.Simple("t.a", "1.0.0"));
        Assert.Equal("http://example.org/mine", (string)(await (await Client.GetAsync("ValueSet/t.a")).JsonAsync())["url"]!);
        Assert.Equal(["t.a-1.0.0"], await IdsAsync("ValueSet?url=http://example.org/t.a/ValueSet/vs"));
    }

    [Theory]
    [InlineData("5.0.0")]
    [InlineData("3.0.2")]
    public async Task Packages_for_other_fhir_versions_are_refused(string version)
    {
        var package = TestPackage.Simple("t.a", "1.0.0");
        package.Manifest["fhirVersions"] = new JsonArray(version);
        var issue = await (await SendAsync(package)).FailsAsync(422, "not-supported");
        Assert.Contains($"is for FHIR {version}, and this server is R4 (4.0.1)", (string)issue["diagnostics"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_package_is_refused()
    {
        await (await SendAsync("no archive"u8.ToArray())).FailsAsync(422, "exception");
        await (await SendAsync([])).FailsAsync(422, "not-found");
        await (await SendAsync(new TestPackage("t.a", "1.0.0").Pack())).FailsAsync(422, "not-found");
        await (await Client.SendAsync("POST", "ImplementationGuide/$install", """{"resourceType":"Patient"}""")).FailsAsync(400, "required");
        await (await Client.SendAsync("POST", "ImplementationGuide/$install", "x", "text/plain")).FailsAsync(415, "not-supported");
        await (await Client.GetAsync("ImplementationGuide/$install")).FailsAsync(405, "not-supported");
        await (await Client.SendAsync("POST", "ImplementationGuide/$uninstall?package=nothing")).FailsAsync(422, "value");
    }

    [Fact]
    public async Task What_was_interrupted_is_a_draft_until_it_is_added_again()
    {
        var package = new TestPackage("t.large", "1.0.0");
        for (var i = 0; i < 4000; i++)
            package.With($$"""{"resourceType":"ValueSet","id":"vs-{{i}}","url":"http://example.org/vs-{{i}}","status":"active"}""");
        var server = _server.Services.GetRequiredService<FhirServer>();
        var file = PackageFile.Of(package.Pack(), new PackageLimits());
        using var stop = new CancellationTokenSource();
        var adding = server.PackageLoading.AddAsync([file], isStrict: false, stop.Token);
        while (!adding.IsCompleted && (await server.Packages.ListAsync(default)).Count == 0)
            await Task.Delay(1);
        await stop.CancelAsync();
        if (await Task.WhenAny(adding) is { IsCanceled: true })
        {
            Assert.False(Assert.Single(await server.Packages.ListAsync(default)).IsWhole);
            Assert.Null((await (await Client.GetAsync("metadata")).JsonAsync())["implementationGuide"]);
            await (await SendAsync(TestPackage.Simple("t.a", "1.0.0", "t.large#1.0.0"))).FailsAsync(422, "not-found");
        }

        var report = Assert.Single(await server.PackageLoading.AddAsync([file], isStrict: false, default));
        Assert.Equal(4000, report.Resources);
        Assert.True(Assert.Single(await server.Packages.ListAsync(default)).IsWhole);
        Assert.Equal(4000, await server.PackageLoading.RemoveAsync([file.Manifest.Id], default));
        Assert.Empty(await IdsAsync("ValueSet"));
    }

    [Fact]
    public async Task Of_two_definitions_of_one_code_the_users_own_goes_before_a_packages_and_the_earlier_package_before_the_later()
    {
        await InstallAsync(new TestPackage("t.a", "1.0.0").With(Parameter("a", "Patient.name.prefix")));
        var report = await InstallAsync(new TestPackage("t.b", "1.0.0").With(Parameter("b", "Patient.name.suffix")));
        Assert.Contains(Outcome(report), static one => ((string)one!["diagnostics"]!).StartsWith("SearchParameter/b is stored and not used", StringComparison.Ordinal));
        Assert.Equal("urn:sp:a", await UsedAsync());
        await _server.RestartAsync();
        Assert.Equal("urn:sp:a", await UsedAsync());
        await (await Client.SendAsync("PUT", "SearchParameter/b", Parameter("b", "Patient.name.suffix"))).FailsAsync(422, "invalid");

        Assert.Equal(201, (int)(await Client.SendAsync("PUT", "SearchParameter/own", Parameter("own", "Patient.name.text"))).StatusCode);
        Assert.Equal("urn:sp:own", await UsedAsync());
        await _server.RestartAsync();
        Assert.Equal("urn:sp:own", await UsedAsync());
        await Client.SendAsync("DELETE", "SearchParameter/own");
        Assert.Equal("urn:sp:a", await UsedAsync());

        static string Parameter(string id, string expression) =>
            $$"""{"resourceType":"SearchParameter","id":"{{id}}","url":"urn:sp:{{id}}","name":"x","status":"active","description":"d","code":"affix","base":["Patient"],"type":"string","expression":"{{expression}}"}""";

        async Task<string?> UsedAsync()
        {
            await Client.SendAsync("POST", "$reindex");
            var statement = await (await Client.GetAsync("metadata")).JsonAsync();
            var patient = statement["rest"]![0]!["resource"]!.AsArray().Single(static type => (string)type!["type"]! == "Patient")!;
            return (string?)patient["searchParam"]!.AsArray().SingleOrDefault(static parameter => (string)parameter!["name"]! == "affix")?["definition"];
        }
    }

    [Fact]
    public async Task Parameters_of_a_package_are_searchable_also_where_a_reindex_runs_already()
    {
        var patients = Enumerable.Range(0, 500).Select(static i => $$$"""{"resource":{"resourceType":"Patient","id":"p{{{i}}}","name":[{"prefix":["Dr{{{i}}}"]}]},"request":{"method":"PUT","url":"Patient/p{{{i}}}"}}""");
        await Client.SendAsync("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', patients)}}]}""");
        var running = Client.SendAsync("POST", "$reindex?full=true");
        await InstallAsync(new TestPackage("t.a", "1.0.0")
            .With("""{"resourceType":"SearchParameter","id":"prefix","url":"urn:sp:prefix","name":"x","status":"active","description":"d","code":"prefix","base":["Patient"],"type":"string","expression":"Patient.name.prefix"}"""));
        await running;
        await ReindexedAsync();

        Assert.Equal(["p77"], await IdsAsync("Patient?prefix=Dr77"));
    }

    [Fact]
    public async Task A_composite_of_a_package_finds_its_parts_under_the_packages_own_urls()
    {
        await InstallAsync(new TestPackage("t.a", "1.0.0")
            .With("""{"resourceType":"SearchParameter","id":"code","url":"urn:sp:code","name":"x","status":"active","description":"d","code":"code","base":["Observation"],"type":"token","expression":"Observation.code"}""")
            .With("""{"resourceType":"SearchParameter","id":"both","url":"urn:sp:both","name":"x","status":"active","description":"d","code":"code-status","base":["Observation"],"type":"composite","expression":"Observation","component":[{"definition":"urn:sp:code","expression":"code"},{"definition":"urn:sp:status","expression":"status"}]}""")
            .With("""{"resourceType":"SearchParameter","id":"status","url":"urn:sp:status","name":"x","status":"active","description":"d","code":"status","base":["Observation"],"type":"token","expression":"Observation.status"}"""));
        await ReindexedAsync();
        await Client.SendAsync("PUT", "Observation/o", """{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"urn:s","code":"c"}]}}""");
        Assert.Equal(["o"], await IdsAsync("Observation?code-status=urn:s|c$final"));
    }

    [Fact]
    public async Task R4_itself_is_built_in()
    {
        var report = await InstallAsync(TestPackage.Simple("hl7.fhir.r4.core", "4.0.1"));
        Assert.Contains(Outcome(report), static one => ((string)one!["diagnostics"]!).Contains("is built in", StringComparison.Ordinal));
        Assert.Empty(await IdsAsync("ValueSet"));
    }

    [Fact]
    public async Task The_operations_have_definitions()
    {
        foreach (var name in new[] { "install", "uninstall" })
        {
            var definition = await (await Client.GetAsync($"OperationDefinition/fhirhub-{name}")).JsonAsync();
            Assert.Equal((true, "ImplementationGuide"), ((bool)definition["affectsState"]!, (string)definition["resource"]![0]!));
        }
    }

    private static TestPackage Whole(string version) => new TestPackage("t.all", version)
        .With($$$"""{"resourceType":"ImplementationGuide","id":"t.all","url":"http://example.org/t.all/ImplementationGuide/t.all","version":"{{{version}}}","name":"All","status":"active","packageId":"t.all","fhirVersion":["4.0.1"],"definition":{"resource":[{"reference":{"reference":"Patient/example"}}]}}""")
        .With($$"""{"resourceType":"CodeSystem","id":"colours","url":"http://example.org/t.all/CodeSystem/colours","version":"{{version}}","status":"active","content":"complete","concept":[{"code":"red","display":"Red of {{version}}"}]}""")
        .With($$$"""{"resourceType":"ValueSet","id":"colours","url":"http://example.org/t.all/ValueSet/colours","version":"{{{version}}}","status":"active","compose":{"include":[{"system":"http://example.org/t.all/CodeSystem/colours"}]}}""")
        .With($$"""{"resourceType":"ConceptMap","id":"german","url":"http://example.org/t.all/ConceptMap/german","version":"{{version}}","status":"active","group":[{"source":"http://example.org/t.all/CodeSystem/colours","target":"http://example.org/german","element":[{"code":"red","target":[{"code":"rot","equivalence":"equal"}]}]}]}""")
        .With($$$"""{"resourceType":"StructureDefinition","id":"profile","url":"http://example.org/t.all/StructureDefinition/profile","version":"{{{version}}}","name":"Profile","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]}}""")
        .With($$"""{"resourceType":"OperationDefinition","id":"op","url":"http://example.org/t.all/OperationDefinition/op","version":"{{version}}","name":"Op","status":"active","kind":"operation","code":"op","system":true,"type":false,"instance":false}""")
        .With($$"""{"resourceType":"Questionnaire","id":"form","url":"http://example.org/t.all/Questionnaire/form","version":"{{version}}","status":"active"}""")
        .With($$"""{"resourceType":"SearchParameter","id":"motto","url":"http://example.org/t.all/SearchParameter/motto","version":"{{version}}","name":"motto","status":"active","description":"d","code":"motto","base":["Patient"],"type":"string","expression":"Patient.extension('http://example.org/t.all/motto').value"}""");

    [Fact]
    public async Task A_file_that_is_in_an_archive_twice_is_refused()
    {
        const string Path = "package/ValueSet-vs.json";
        static string ValueSet(string id) => $$"""{"resourceType":"ValueSet","id":"{{id}}","url":"http://example.org/ValueSet/{{id}}","status":"active"}""";
        var issue = await (await SendAsync(new TestPackage("t.a", "1.0.0").WithFile(Path, ValueSet("one")).WithFile(Path, ValueSet("two")))).FailsAsync(422, "duplicate");
        Assert.Contains(Path, (string)issue["diagnostics"]!, StringComparison.Ordinal);
        Assert.Empty(await IdsAsync("ValueSet?url:below=http://example.org/ValueSet"));
    }

    [Fact]
    public async Task A_version_with_a_blank_keeps_nothing_from_being_loaded()
    {
        var package = new TestPackage("t.a", "1.0.0").With("""{"resourceType":"ValueSet","id":"vs","url":"http://example.org/ValueSet/vs","version":"1 of 2","status":"active"}""");
        Assert.Equal("1", Part(await InstallAsync(package), "resources"));
        Assert.Equal(["vs"], await IdsAsync("ValueSet?url=http://example.org/ValueSet/vs"));
    }

    private async Task<JsonNode> InstallAsync(TestPackage package)
    {
        var response = await SendAsync(package);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!["parameter"]!.AsArray().Single(static parameter => (string)parameter!["name"]! == "package")!;
    }

    private Task<HttpResponseMessage> SendAsync(TestPackage package, string query = "") => SendAsync(package.Pack(), query);

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string query = "")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
        return await Client.PostAsync($"ImplementationGuide/$install{query}", content);
    }

    private static string? Part(JsonNode package, string name) => package["part"]!.AsArray()
        .Where(part => (string)part!["name"]! == name).Select(static part => part!.AsObject().Single(static member => member.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString()).FirstOrDefault();

    private static JsonArray Outcome(JsonNode package) =>
        package["part"]!.AsArray().Single(static part => (string)part!["name"]! == "outcome")!["resource"]!["issue"]!.AsArray();

    private async Task ReindexedAsync()
    {
        while ((await Client.GetStringAsync("$reindex")).Contains("\"valueCode\":\"running\"", StringComparison.Ordinal))
            await Task.Delay(20);
    }

    private async Task<string[]> IdsAsync(string search)
    {
        var bundle = await (await Client.GetAsync(search)).JsonAsync();
        Assert.Equal("Bundle", (string)bundle["resourceType"]!);
        return [.. (bundle["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!).Order(StringComparer.Ordinal)];
    }
}
