// Attacks by writing: what others have is neither changed nor told of. That nothing of theirs has changed the fixture sees to at its end.

using FhirHub.Tests;

namespace FhirHub.Server.Tests.Access;

public class ProbeWriteTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    private const string JsonPatch = "application/json-patch+json";
    private const string Fhir = "application/fhir+json";
    private const string Mine = "\"status\":\"final\",\"code\":{\"text\":\"c\"},\"subject\":{\"reference\":\"Patient/mine\"}";

    private static readonly (string Name, LeakRequest Request)[] s_writes =
    [
        ("a delete", new("DELETE", "fhir/Observation/obs-theirs-1")),
        ("a delete of a patient", new("DELETE", "fhir/Patient/theirs")),
        ("a delete of what was deleted", new("DELETE", "fhir/Flag/gone-theirs")),
        ("a delete with a guessed version", new LeakRequest("DELETE", "fhir/Observation/obs-theirs-1").With("If-Match", "W/\"1\"")),
        ("a delete with a wrong version", new LeakRequest("DELETE", "fhir/Observation/obs-theirs-1").With("If-Match", "W/\"7\"")),
        ("an update", Put("Observation/obs-theirs-1")),
        ("an update that takes another's over", Put("Observation/obs-theirs-2")),
        ("an update with a guessed version", Put("Observation/obs-theirs-1").With("If-Match", "W/\"1\"")),
        ("an update with a wrong version", Put("Observation/obs-theirs-1").With("If-Match", "W/\"7\"")),
        ("an update if there is none", Put("Observation/obs-theirs-1").With("If-None-Match", "*")),
        ("an update that brings back", new("PUT", "fhir/Flag/gone-theirs", "{\"resourceType\":\"Flag\",\"id\":\"gone-theirs\",\"status\":\"active\",\"code\":{\"text\":\"c\"},\"subject\":{\"reference\":\"Patient/mine\"}}")),
        ("an update of a patient", new("PUT", "fhir/Patient/theirs", "{\"resourceType\":\"Patient\",\"id\":\"theirs\"}")),
        ("an update with a provenance", Put("Observation/obs-theirs-1").With("X-Provenance", Provenance("Observation/obs-mine-1"))),
        ("an update without a body in return", Put("Observation/obs-theirs-1").With("Prefer", "return=minimal")),
        ("a patch", Patch("Observation/obs-theirs-1", "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"final\"}]")),
        ("a patch that tests and asks", Patch("Observation/obs-theirs-1", "[{\"op\":\"test\",\"path\":\"/valueQuantity/value\",\"value\":6.1}]")),
        ("a patch that takes over", Patch("Observation/obs-theirs-1", "[{\"op\":\"replace\",\"path\":\"/subject/reference\",\"value\":\"Patient/mine\"}]")),
        ("a patch by FHIRPath", new("PATCH", "fhir/Observation/obs-theirs-1", "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"delete\"},{\"name\":\"path\",\"valueString\":\"Observation.performer\"}]}]}")),
        ("a patch by XML", new("PATCH", "fhir/Observation/obs-theirs-1", "<diff xmlns=\"urn:x\"><remove sel=\"/Observation/status\"/></diff>", "application/xml-patch+xml")),
        ("a patch with a guessed version", Patch("Observation/obs-theirs-1", "[{\"op\":\"remove\",\"path\":\"/status\"}]").With("If-Match", "W/\"1\"")),
        ("a patch that can't be read", Patch("Observation/obs-theirs-1", "[{\"op\":\"nonsense\"}]")),
        ("a create if another's is not there", Post("Observation").With("If-None-Exist", "identifier=urn:obs|theirs4")),
        ("a create if another's is not there, by a chain", Post("Observation").With("If-None-Exist", "subject.identifier=urn:mrn|theirs&code=none")),
        ("a create if another's is not there, by what refers to it", Post("Observation").With("If-None-Exist", "_has:DiagnosticReport:result:_id=report-theirs")),
        ("a conditional update", new("PUT", "fhir/Observation?identifier=urn:obs|theirs5", $"{{\"resourceType\":\"Observation\",{Mine}}}")),
        ("a conditional update with an id", new("PUT", "fhir/Observation?identifier=urn:obs|theirs5", $"{{\"resourceType\":\"Observation\",\"id\":\"obs-theirs-5\",{Mine}}}")),
        ("a conditional update with mine for its id", new("PUT", "fhir/Observation?_id=obs-theirs-5", $"{{\"resourceType\":\"Observation\",\"id\":\"obs-mine-5\",{Mine}}}")),
        ("a conditional patch", new("PATCH", "fhir/Observation?identifier=urn:obs|theirs1", "[{\"op\":\"remove\",\"path\":\"/status\"}]", JsonPatch)),
        ("a conditional delete", new("DELETE", "fhir/Observation?identifier=urn:obs|theirs1")),
        ("a conditional delete by patient", new("DELETE", "fhir/Flag?patient=Patient/theirs&_count=1")),
        ("a conditional delete by a reverse chain", new("DELETE", "fhir/Encounter?_has:Observation:encounter:identifier=urn:obs|theirs8")),
        ("labels added", new("POST", "fhir/Observation/obs-theirs-1/$meta-add", Meta)),
        ("labels removed", new("POST", "fhir/Observation/obs-theirs-1/$meta-delete", Meta)),
        ("labels added to a version", new("POST", "fhir/Observation/obs-theirs-1/_history/1/$meta-add", Meta)),
        ("a validation of an update", new("POST", "fhir/Observation/obs-theirs-1/$validate?mode=update", $"{{\"resourceType\":\"Observation\",\"id\":\"obs-theirs-1\",{Mine}}}")),
        ("a validation of what refers to another's", new("POST", "fhir/Observation/$validate", $"{{\"resourceType\":\"Observation\",{Mine},\"hasMember\":[{{\"reference\":\"Observation/obs-theirs-1\"}}]}}")),
        ("a create for another", new("POST", "fhir/Observation", "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"subject\":{\"reference\":\"Patient/theirs\"}}")),
        ("a create that refers to another's", new("POST", "fhir/Observation", $"{{\"resourceType\":\"Observation\",{Mine},\"encounter\":{{\"reference\":\"Encounter/encounter-theirs-0\"}}}}")),
        ("a provenance of another's", new("POST", "fhir/Provenance", Provenance("Observation/obs-theirs-1"))),
        ("a provenance of mine and another's", new("POST", "fhir/Provenance", Provenance("Observation/obs-mine-1", "Observation/obs-theirs-1"))),
        ("a provenance in a header, of another's", Post("Observation").With("X-Provenance", Provenance("Observation/obs-theirs-1"))),
        ("a Binary under another's security", new("POST", "fhir/Binary", "{\"resourceType\":\"Binary\",\"contentType\":\"text/plain\",\"data\":\"eHh4\",\"securityContext\":{\"reference\":\"DocumentReference/doc-theirs\"}}")),
        ("a list of another's", new("POST", "fhir/List", "{\"resourceType\":\"List\",\"status\":\"current\",\"mode\":\"working\",\"subject\":{\"reference\":\"Patient/mine\"},\"entry\":[{\"item\":{\"reference\":\"Observation/obs-theirs-1\"}}]}")),
        ("a group of another", new("POST", "fhir/Group", "{\"resourceType\":\"Group\",\"type\":\"person\",\"actual\":true,\"member\":[{\"entity\":{\"reference\":\"Patient/theirs\"}}]}")),
        ("a person that links to another", new("POST", "fhir/Person", "{\"resourceType\":\"Person\",\"link\":[{\"target\":{\"reference\":\"Patient/theirs\"}}]}")),
        ("an appointment for another's request", Appointment("ServiceRequest/sr-theirs", "free")),
        ("an appointment at a slot that another has", Appointment("ServiceRequest/sr-theirs", "busy")),
        ("a task about another's request", new("POST", "fhir/Task", "{\"resourceType\":\"Task\",\"status\":\"requested\",\"intent\":\"order\",\"for\":{\"reference\":\"Patient/mine\"},\"focus\":{\"reference\":\"ServiceRequest/sr-theirs\"}}")),
        ("a task that another owns", new("POST", "fhir/Task", "{\"resourceType\":\"Task\",\"status\":\"requested\",\"intent\":\"order\",\"for\":{\"reference\":\"Patient/mine\"},\"owner\":{\"reference\":\"Patient/theirs\"}}")),
        ("a transaction that deletes", Transaction("{\"request\":{\"method\":\"DELETE\",\"url\":\"Observation/obs-theirs-1\"}}")),
        ("a transaction that updates", Transaction($"{{\"resource\":{{\"resourceType\":\"Observation\",\"id\":\"obs-theirs-1\",{Mine}}},\"request\":{{\"method\":\"PUT\",\"url\":\"Observation/obs-theirs-1\"}}}}")),
        ("a transaction that reads", Transaction("{\"request\":{\"method\":\"GET\",\"url\":\"Observation/obs-theirs-1\"}}")),
        ("a transaction that searches", Transaction("{\"request\":{\"method\":\"GET\",\"url\":\"Observation?subject=Patient/theirs\"}}")),
        ("a transaction that patches", Transaction("{\"resource\":{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"delete\"},{\"name\":\"path\",\"valueString\":\"Observation.performer\"}]}]},\"request\":{\"method\":\"PATCH\",\"url\":\"Observation/obs-theirs-1\"}}")),
        ("a transaction with a guessed version", Transaction("{\"request\":{\"method\":\"DELETE\",\"url\":\"Observation/obs-theirs-1\",\"ifMatch\":\"W/\\\"1\\\"\"}}")),
        ("a transaction with a conditional create", Transaction($"{{\"resource\":{{\"resourceType\":\"Observation\",{Mine}}},\"request\":{{\"method\":\"POST\",\"url\":\"Observation\",\"ifNoneExist\":\"identifier=urn:obs|theirs6\"}}}}")),
        ("a reference by criteria", Transaction("{\"resource\":{\"resourceType\":\"Flag\",\"status\":\"active\",\"code\":{\"text\":\"c\"},\"subject\":{\"reference\":\"Patient/mine\"},\"encounter\":{\"reference\":\"Encounter?identifier=urn:enc|theirs1\"}},\"request\":{\"method\":\"POST\",\"url\":\"Flag\"}}")),
        ("a fullUrl that is another's", Transaction($"{{\"fullUrl\":\"http://127.0.0.1:8080/fhir/Observation/obs-theirs-1\",\"resource\":{{\"resourceType\":\"Observation\",{Mine}}},\"request\":{{\"method\":\"POST\",\"url\":\"Observation\"}}}}")),
        ("an entry of a batch that deletes", Batch("{\"request\":{\"method\":\"DELETE\",\"url\":\"Observation/obs-theirs-1\"}}")),
        ("an entry of a batch that reads, if it changed", Batch("{\"request\":{\"method\":\"GET\",\"url\":\"Observation/obs-theirs-1\",\"ifNoneMatch\":\"W/\\\"1\\\"\"}}")),
        ("an entry of a batch that heads", Batch("{\"request\":{\"method\":\"HEAD\",\"url\":\"Patient/theirs\"}}")),
        ("an entry of a batch with a version", Batch("{\"request\":{\"method\":\"GET\",\"url\":\"Observation/obs-theirs-0/_history/1\"}}")),
        ("a search by form", new("POST", "fhir/Observation/_search", "subject=Patient/theirs&_total=accurate", "application/x-www-form-urlencoded")),
        ("a search by form and address", new("POST", "fhir/Observation/_search?subject=Patient/mine", "_id=obs-theirs-1", "application/x-www-form-urlencoded")),
        ("a search by form in another's compartment", new("POST", "fhir/Patient/theirs/Observation/_search", "code=2345-7", "application/x-www-form-urlencoded")),
        ("a query of GraphQL by body", new("POST", "fhir/$graphql", "{\"query\":\"query q($id: ID!) { Patient(id: $id) { id } }\",\"variables\":{\"id\":\"theirs\"}}", "application/json")),
        ("an operation by body", new("POST", "fhir/Patient/theirs/$everything", "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"_count\",\"valueInteger\":5}]}")),
    ];

    private const string Meta = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{\"system\":\"urn:tag\",\"code\":\"mark\"}]}}]}";

    public static TheoryData<string> Writes => [.. s_writes.Select(static row => row.Name)];

    [Theory]
    [MemberData(nameof(Writes))]
    [Covers(CoversAttribute.Smart, 119)]
    public async Task Of_others_nothing_is_changed_or_told_by(string probe) =>
        await server.IsAsUnknownAsync(s_writes.Single(row => row.Name == probe).Request);

    [Theory]
    [InlineData("POST", "fhir/$reindex")]
    [InlineData("GET", "fhir/$reindex")]
    [InlineData("GET", "fhir/$dangling-references")]
    [InlineData("POST", "fhir/ImplementationGuide/$install")]
    [InlineData("POST", "fhir/ImplementationGuide/$uninstall")]
    public async Task What_is_about_the_whole_server_is_for_administrators(string method, string url)
    {
        var (status, _) = await server.AskAsync(new LeakRequest(method, url, method == "POST" ? "{\"resourceType\":\"Parameters\"}" : null));
        Assert.Equal(403, status);
    }

    [Theory]
    [InlineData("SearchParameter", "{\"resourceType\":\"SearchParameter\",\"url\":\"urn:probe\",\"name\":\"P\",\"status\":\"active\",\"description\":\"d\",\"code\":\"probe\",\"base\":[\"Patient\"],\"type\":\"string\",\"expression\":\"Patient.name.family\"}")]
    [InlineData("StructureDefinition", "{\"resourceType\":\"StructureDefinition\",\"url\":\"urn:probe\",\"name\":\"P\",\"status\":\"active\",\"kind\":\"resource\",\"abstract\":false,\"type\":\"Patient\"}")]
    [InlineData("ValueSet", "{\"resourceType\":\"ValueSet\",\"url\":\"urn:reds\",\"status\":\"active\"}")]
    [InlineData("Practitioner", "{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"Impostor\"}]}")]
    [InlineData("AuditEvent", "{\"resourceType\":\"AuditEvent\",\"type\":{\"code\":\"rest\"},\"recorded\":\"2026-01-01T00:00:00Z\",\"agent\":[{\"requestor\":true}],\"source\":{\"observer\":{\"display\":\"x\"}}}")]
    [InlineData("Subscription", "{\"resourceType\":\"Subscription\",\"status\":\"requested\",\"reason\":\"r\",\"criteria\":\"Observation?\",\"channel\":{\"type\":\"rest-hook\",\"endpoint\":\"http://127.0.0.1:9/\"}}")]
    public async Task What_decides_what_others_see_is_not_written_by_patients(string type, string body) =>
        Assert.Equal(403, (await server.AskAsync(new LeakRequest("POST", $"fhir/{type}", body))).Status);

    [Fact]
    public async Task A_closure_table_of_another_client_is_not_there()
    {
        const string Ask = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"name\",\"valueString\":\"theirs\"},{\"name\":\"version\",\"valueString\":\"1\"}]}";
        using var other = await server.ClientAsync("user/*.cruds", Smart.AccountRole.Practitioner, "Practitioner/gp", null);
        Assert.Equal(200, (await server.AskAsync(new LeakRequest("POST", "fhir/$closure", "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"name\",\"valueString\":\"theirs\"}]}"), other)).Status);
        Assert.Equal(200, (await server.AskAsync(new LeakRequest("POST", "fhir/$closure", Ask), other)).Status);
        using var mine = await server.ClientAsync("user/*.cruds", Smart.AccountRole.Practitioner, "Practitioner/other", null);
        Assert.Equal(404, await server.IsAsUnknownAsync(new LeakRequest("POST", "fhir/$closure", Ask), client: mine));
    }

    [Fact]
    public async Task A_move_to_another_patient_is_refused_and_what_was_moved_to_me_shows_no_former_version()
    {
        var (status, _) = await server.AskAsync(Patch("Observation/obs-mine-9", "[{\"op\":\"replace\",\"path\":\"/subject/reference\",\"value\":\"Patient/theirs\"}]"));
        Assert.Equal(403, status);
        Assert.Equal(200, (await server.AskAsync(new LeakRequest("GET", "fhir/Flag/moved-to-mine/_history/2"))).Status);
        var (former, text) = await server.AskAsync(new LeakRequest("GET", "fhir/Flag/moved-to-mine/_history/1"));
        Assert.Equal(404, former);
        Assert.DoesNotContain("of theirs", text, StringComparison.Ordinal);
        var (_, history) = await server.AskAsync(new LeakRequest("GET", "fhir/Flag/moved-to-mine/_history"));
        Assert.Contains("\"total\":1", history, StringComparison.Ordinal);
        Assert.DoesNotContain("of theirs", history, StringComparison.Ordinal);
    }

    private static LeakRequest Put(string key) => new("PUT", $"fhir/{key}", $"{{\"resourceType\":\"Observation\",\"id\":\"{key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..]}\",{Mine}}}");

    private static LeakRequest Post(string type) => new("POST", $"fhir/{type}", $"{{\"resourceType\":\"{type}\",{Mine}}}");

    private static LeakRequest Patch(string key, string body) => new("PATCH", $"fhir/{key}", body, JsonPatch);

    private static LeakRequest Transaction(string entry) => new("POST", "fhir", $"{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{entry}]}}", Fhir);

    private static LeakRequest Batch(string entry) => new("POST", "fhir", $"{{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{entry}]}}", Fhir);

    private static LeakRequest Appointment(string request, string slot) => new(
        "POST", "fhir/Appointment", $"{{\"resourceType\":\"Appointment\",\"status\":\"booked\",\"basedOn\":[{{\"reference\":\"{request}\"}}],\"slot\":[{{\"reference\":\"Slot/{slot}\"}}],\"participant\":[{{\"actor\":{{\"reference\":\"Patient/mine\"}},\"status\":\"accepted\"}}]}}");

    private static string Provenance(params string[] targets) =>
        $"{{\"resourceType\":\"Provenance\",\"target\":[{string.Join(',', targets.Select(static target => $"{{\"reference\":\"{target}\"}}"))}],\"recorded\":\"2026-01-01T00:00:00Z\",\"agent\":[{{\"who\":{{\"reference\":\"Practitioner/gp\"}}}}]}}";
}
