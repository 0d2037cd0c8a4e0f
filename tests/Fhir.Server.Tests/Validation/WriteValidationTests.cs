// FhirHub:Validation:OnWrite=Profiles: what is not valid is not stored, whichever way it comes.

namespace FhirHub.Server.Tests;

public class ValidatingServer : ServerFixture
{
    public const string NamedPatient = "http://example.org/StructureDefinition/named-patient";
    public const string LaterProfile = "http://example.org/StructureDefinition/later";
    public const string WithCategory = "http://example.org/StructureDefinition/with-category";
    public const string WithIssued = "http://example.org/StructureDefinition/with-issued";

    protected override IReadOnlyList<string> Settings =>
    [
        "--FhirHub:Validation:OnWrite=Profiles",
        $"--FhirHub:Validation:Profiles:Patient={NamedPatient}",
        $"--FhirHub:Validation:Profiles:Device={LaterProfile}",
        $"--FhirHub:Validation:Profiles:Observation={WithCategory} {WithIssued}",
    ];

    public async Task DefineAsync(string url, string type, string element, string more = "")
    {
        var id = url[(url.LastIndexOf('/') + 1)..];
        using var response = await Client.SendAsync("PUT", $"StructureDefinition/{id}", $$"""
            {"resourceType": "StructureDefinition", "id": "{{id}}", "url": "{{url}}", "name": "Test", "status": "active", "kind": "resource", "abstract": false,
             "type": "{{type}}", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/{{type}}", "derivation": "constraint",
             "differential": {"element": [{"id": "{{element}}", "path": "{{element}}", "min": 1{{more}}} ]} }
            """);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}

public class WriteValidationTests(ValidatingServer server) : IClassFixture<ValidatingServer>, IAsyncLifetime
{
    private const string Wang = """{"resourceType": "Patient", "name": [{"family": "Wang"}], "gender": "male"}""";
    private const string Nameless = """{"resourceType": "Patient", "gender": "male"}""";
    private const string WrongGender = """{"resourceType": "Patient", "name": [{"family": "Wang"}], "gender": "m"}""";

    public async Task InitializeAsync()
    {
        await server.DefineAsync(ValidatingServer.NamedPatient, "Patient", "Patient.name");
        await server.DefineAsync(ValidatingServer.WithCategory, "Observation", "Observation.category");
        await server.DefineAsync(ValidatingServer.WithIssued, "Observation", "Observation.issued");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("POST", "Patient", "")]
    [InlineData("PUT", "Patient/refused", "")]
    [InlineData("PUT", "Patient?identifier=urn:example|refused", "")]
    [InlineData("POST", "Patient", "identifier=urn:example|refused")]
    public async Task An_invalid_resource_is_refused(string method, string address, string ifNoneExist)
    {
        var body = method == "PUT" && !address.Contains('?', StringComparison.Ordinal) ? WrongGender.Replace("\"Patient\",", "\"Patient\", \"id\": \"refused\",", StringComparison.Ordinal) : WrongGender;
        (string, string)[] headers = ifNoneExist.Length > 0 ? [("If-None-Exist", ifNoneExist)] : [];
        using var response = await server.Client.SendAsync(method, address, body, headers: headers);
        var issue = await response.FailsAsync(422, "code-invalid");
        Assert.Equal("Patient.gender", (string?)issue["expression"]![0]);
        Assert.NotNull(issue["extension"]);
    }

    [Fact]
    public async Task A_resource_must_meet_the_profile_of_its_type()
    {
        using var refused = await server.Client.SendAsync("POST", "Patient", Nameless);
        var issue = await refused.FailsAsync(422, "required");
        Assert.Contains(ValidatingServer.NamedPatient, (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.Client.CreateAsync("Patient", Wang);
    }

    [Fact]
    public async Task A_patch_must_leave_a_valid_resource()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", Wang);
        using var refused = await server.Client.SendAsync("PATCH", $"Patient/{id}", """[{"op": "remove", "path": "/name"}]""", "application/json-patch+json");
        await refused.FailsAsync(422, "required");
        using var done = await server.Client.SendAsync("PATCH", $"Patient/{id}", """[{"op": "replace", "path": "/gender", "value": "female"}]""", "application/json-patch+json");
        Assert.Equal(200, (int)done.StatusCode);
    }

    [Fact]
    public async Task A_transaction_with_an_invalid_resource_is_refused_as_a_whole()
    {
        var bundle = $$"""
            {"resourceType": "Bundle", "type": "transaction", "entry": [
              {"fullUrl": "urn:uuid:8c4e3b2a-1d5f-4f6a-9b7c-0d1e2f3a4b5c", "request": {"method": "POST", "url": "Patient"}, "resource": {{Wang}} },
              {"request": {"method": "POST", "url": "Encounter"}, "resource": {"resourceType": "Encounter", "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": {"reference": "urn:uuid:8c4e3b2a-1d5f-4f6a-9b7c-0d1e2f3a4b5c"},
                "period": {"start": "2026-02-01", "end": "2026-01-01"} } }]}
            """;
        using var refused = await server.Client.SendAsync("POST", "", bundle);
        var issue = await refused.FailsAsync(422, "invariant");
        Assert.Equal("Bundle.entry[1].resource.period", (string?)issue["expression"]![0]);
        Assert.Equal(6, (int)issue["extension"]![0]!["valueInteger"]!);
        using var done = await server.Client.SendAsync("POST", "", bundle.Replace("2026-02-01", "2025-12-01", StringComparison.Ordinal));
        Assert.Equal(200, (int)done.StatusCode);
    }

    [Fact]
    public async Task An_entry_of_a_batch_is_refused_by_itself()
    {
        var bundle = $$"""
            {"resourceType": "Bundle", "type": "batch", "entry": [
              {"request": {"method": "POST", "url": "Patient"}, "resource": {{Wang}} },
              {"request": {"method": "POST", "url": "Patient"}, "resource": {{Nameless}} }]}
            """;
        using var response = await server.Client.SendAsync("POST", "", bundle);
        var entries = (await response.JsonAsync())["entry"]!.AsArray();
        Assert.StartsWith("201", (string?)entries[0]!["response"]!["status"], StringComparison.Ordinal);
        Assert.StartsWith("422", (string?)entries[1]!["response"]!["status"], StringComparison.Ordinal);
        Assert.Contains(ValidatingServer.NamedPatient, (string?)entries[1]!["response"]!["outcome"]!["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Within_a_transaction_the_target_of_a_reference_is_looked_at()
    {
        const string Profile = "http://example.org/StructureDefinition/of-a-named-organization";
        const string Organization = "http://example.org/StructureDefinition/with-alias";
        await server.DefineAsync(Organization, "Organization", "Organization.alias");
        await server.DefineAsync(
            Profile, "Practitioner", "Practitioner.qualification.issuer",
            $$""", "max": "1", "type": [{"code": "Reference", "targetProfile": ["{{Organization}}"]}]""");
        static string Bundle(string organization) => $$"""
            {"resourceType": "Bundle", "type": "transaction", "entry": [
              {"request": {"method": "POST", "url": "Practitioner"}, "resource": {"resourceType": "Practitioner", "meta": {"profile": ["{{Profile}}"]},
                "qualification": [{"code": {"text": "MD"}, "issuer": {"reference": "urn:uuid:1c4e3b2a-1d5f-4f6a-9b7c-0d1e2f3a4b5c"} }]} },
              {"fullUrl": "urn:uuid:1c4e3b2a-1d5f-4f6a-9b7c-0d1e2f3a4b5c", "request": {"method": "POST", "url": "Organization"},
                "resource": {"resourceType": "Organization", "name": "A"{{organization}} } }]}
            """;
        using var unfit = await server.Client.SendAsync("POST", "", Bundle(""), headers: ("Prefer", "return=OperationOutcome"));
        Assert.Equal(200, (int)unfit.StatusCode);
        var issue = (await unfit.JsonAsync())["entry"]![0]!["response"]!["outcome"]!["issue"]![0]!;
        Assert.Equal("warning", (string?)issue["severity"]);
        Assert.Contains(Organization, (string?)issue["diagnostics"], StringComparison.Ordinal);
        using var fit = await server.Client.SendAsync("POST", "", Bundle(", \"alias\": [\"B\"]"), headers: ("Prefer", "return=OperationOutcome"));
        Assert.DoesNotContain("warning", await fit.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_is_not_known_yet_refuses_what_must_meet_it_until_it_comes()
    {
        const string Device = """{"resourceType": "Device", "lotNumber": "7"}""";
        using var before = await server.Client.SendAsync("POST", "Device", Device);
        var issue = await before.FailsAsync(422, "not-found");
        Assert.Contains(ValidatingServer.LaterProfile, (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.DefineAsync(ValidatingServer.LaterProfile, "Device", "Device.lotNumber");
        await server.Client.CreateAsync("Device", Device);
        using var without = await server.Client.SendAsync("POST", "Device", """{"resourceType": "Device", "serialNumber": "7"}""");
        await without.FailsAsync(422, "required");
    }

    [Fact]
    public async Task One_of_several_profiles_is_enough()
    {
        static string Observation(string more) => """{"resourceType": "Observation", "status": "final", "code": {"text": "Mood"}, "valueString": "good" """ + more + "}";
        using var refused = await server.Client.SendAsync("POST", "Observation", Observation(""));
        var issue = await refused.FailsAsync(422, "invariant");
        Assert.Contains(ValidatingServer.WithCategory, (string?)issue["diagnostics"], StringComparison.Ordinal);
        Assert.Contains(ValidatingServer.WithIssued, (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.Client.CreateAsync("Observation", Observation(""", "issued": "2026-01-01T10:00:00Z" """));
        await server.Client.CreateAsync("Observation", Observation(""", "category": [{"text": "Survey"}] """));
    }

    [Fact]
    public async Task Warnings_refuse_nothing_and_are_told_to_who_asks()
    {
        const string Unknown = """{"resourceType": "Patient", "meta": {"profile": ["http://example.org/StructureDefinition/nowhere"]}, "name": [{"family": "Wang"}]}""";
        using var response = await server.Client.SendAsync("POST", "Patient", Unknown, headers: ("Prefer", "return=OperationOutcome"));
        Assert.Equal(201, (int)response.StatusCode);
        var issues = (await response.JsonAsync())["issue"]!.AsArray();
        Assert.Contains(issues, static i => (string?)i!["severity"] == "warning" && ((string?)i["diagnostics"])!.Contains("nowhere", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_mode_create_says_what_a_create_would_refuse()
    {
        using var response = await server.Client.SendAsync("POST", "Patient/$validate?mode=create", Nameless);
        var issues = await ValidateTests.OutcomeAsync(response);
        Assert.Contains(issues, static i => (string?)i["severity"] == "error" && ((string?)i["diagnostics"])!.Contains(ValidatingServer.NamedPatient, StringComparison.Ordinal));
        using var plain = await server.Client.SendAsync("POST", "Patient/$validate", Nameless);
        Assert.DoesNotContain(await ValidateTests.OutcomeAsync(plain), static i => (string?)i["severity"] == "error");
    }
}

public class AllProfilesServer : ValidatingServer
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Validation:ProfileRule=All"];
}

public class AllProfilesTests(AllProfilesServer server) : IClassFixture<AllProfilesServer>
{
    [Fact]
    public async Task Each_of_several_profiles_is_to_be_met()
    {
        await server.DefineAsync(ValidatingServer.WithCategory, "Observation", "Observation.category");
        await server.DefineAsync(ValidatingServer.WithIssued, "Observation", "Observation.issued");
        const string One = """{"resourceType": "Observation", "status": "final", "code": {"text": "Mood"}, "valueString": "good", "issued": "2026-01-01T10:00:00Z"}""";
        using var refused = await server.Client.SendAsync("POST", "Observation", One);
        var issue = await refused.FailsAsync(422, "required");
        Assert.Equal("Observation.category", (string?)issue["expression"]![0]);
        await server.Client.CreateAsync("Observation", One.Replace("\"status\"", "\"category\": [{\"text\": \"Survey\"}], \"status\"", StringComparison.Ordinal));
    }
}
