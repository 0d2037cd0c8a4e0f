// Attacks by reading: each asks about what is the other patient's, and is answered as if it had asked about nothing.

using FhirHub.Tests;

namespace FhirHub.Server.Tests.Access;

public class ProbeReadTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    private static readonly string[] s_reads =
    [
        "a read | Patient/theirs",
        "a read of what belongs to a patient | Observation/obs-theirs-1",
        "a read in XML | Observation/obs-theirs-1?_format=xml",
        "a read of elements | Observation/obs-theirs-1?_elements=id",
        "a read as a summary | Observation/obs-theirs-1?_summary=true",
        "a version | Observation/obs-theirs-1/_history/1",
        "a version that there is not | Observation/obs-theirs-1/_history/9",
        "a former version | Flag/changed-theirs/_history/1",
        "a history | Observation/obs-theirs-0/_history",
        "a history since | Flag/changed-theirs/_history?_since=2020-01-01",
        "a history at a time | Flag/changed-theirs/_history?_at=2030-01-01",
        "a count of a history | Flag/changed-theirs/_history?_summary=count",
        "what was deleted, which is 404 and not 410 | Flag/gone-theirs",
        "a tombstone | Flag/gone-theirs/_history/2",
        "the history of what was deleted | Flag/gone-theirs/_history",
        "the last version before a deletion | Flag/gone-theirs/_history/1",
        "what was deleted and brought back | Flag/back-theirs",
        "a tombstone between versions | Flag/back-theirs/_history/2",
        "a Binary with a security context | Binary/binary-theirs",
        "a Binary by way of a document | Binary/binary-theirs-2",
        "a contained resource by its address | Observation/obs-theirs-7%23c",
        "a List of another | List/list-theirs",
        "a Provenance of another's data | Provenance/provenance-theirs",
        "an AuditEvent of another | AuditEvent/audit-theirs",
        "a Task about another | Task/task-theirs",
        "a Device of another | Device/device-theirs",
        "a RelatedPerson of another | RelatedPerson/related-theirs",
        "what I performed of another's | Observation/performer-theirs",
        "what I asserted of another's | Condition/asserter-theirs",
        "what I subscribe and another benefits from | Coverage/subscriber-theirs",
        "the record of another | Patient/theirs/$everything",
        "the record of another, by types | Patient/theirs/$everything?_type=Observation,Practitioner",
        "the record of another, since | Patient/theirs/$everything?_since=2020-01-01&_count=3",
        "the record of another's encounter | Encounter/encounter-theirs-0/$everything",
        "a document of another's | Composition/composition-theirs/$document",
        "labels of another's | Observation/obs-theirs-1/$meta",
        "labels of a version of another's | Observation/obs-theirs-1/_history/1/$meta",
        "validation of another's | Observation/obs-theirs-1/$validate",
        "validation of a delete of another's | Observation/obs-theirs-1/$validate?mode=delete",
        "a compartment of another | Patient/theirs/Encounter",
        "a count of another's compartment | Patient/theirs/Encounter?_summary=count",
        "a compartment of another's encounter | Encounter/encounter-theirs-0/Observation",
        "a compartment of another's device | Device/device-theirs/Observation",
        "a compartment of another's relative | RelatedPerson/related-theirs/Observation",
        "the explanation of a compartment | Patient/theirs/Observation/$explain?code=2345-7",
        "a search by id | Observation?_id=obs-theirs-1",
        "a search by several ids | Observation?_id=obs-theirs-1,obs-theirs-2,obs-mine-1&_total=accurate",
        "a search by subject | Observation?subject=Patient/theirs&_total=accurate",
        "a search by patient | Condition?patient=theirs&_summary=count",
        "a search by identifier | Observation?identifier=urn:obs|theirs3",
        "a search by performer, of mine by another | Observation?performer=Patient/obs-theirs",
        "a search by a reference to another's encounter with a chain | Observation?encounter.identifier=urn:enc|theirs1",
        "a chain through another's member | Observation?has-member.identifier=urn:obs|theirs1",
        "a chain through another's member to its patient | Observation?has-member.subject._id=theirs",
        "a chain through another's link | Patient?link._id=theirs",
        "a reverse chain from another's | Patient?_has:Observation:performer:identifier=urn:obs|theirs2",
        "a reverse chain in two steps | Encounter?_has:Observation:encounter:_has:DiagnosticReport:result:_id=report-theirs",
        "a reverse chain counted | Practitioner?_has:Observation:performer:identifier=urn:obs|theirs8&_summary=count",
        "a filter by subject | Observation?_filter=subject%20eq%20Patient/theirs",
        "a filter that chains | Observation?_filter=subject.identifier%20eq%20theirs",
        "a filter that denies | Observation?_filter=not%20(identifier%20eq%20theirs3)&_total=accurate",
        "a list of another | Observation?_list=list-theirs",
        "text in another's narrative | Patient?_text=narrativetheirs",
        "content of another's | Observation?_content=texttheirs",
        "a contained resource of another's | Practitioner?family=Containedtheirs&_contained=true",
        "a contained medication of another's | Medication?code=urn:med|contained-theirs&_contained=both",
        "a chain into a contained medication of another's | MedicationRequest?medication.code=urn:med|contained-theirs",
        "a missing value | Observation?_id=obs-theirs-1&performer:missing=false",
        "a token that is not | Observation?identifier:not=urn:obs|theirs1&_total=accurate&_count=2",
        "a sort by what another has | Observation?_id=obs-theirs-1,obs-mine-1,obs-mine-2&_sort=-value-quantity",
        "a sort by a change of another's | Observation?_id=obs-theirs-0,obs-mine-0,obs-mine-2&_sort=-_lastUpdated",
        "an include from what refers to another's | DiagnosticReport?result.identifier=urn:obs|theirs0&_include=DiagnosticReport:subject",
        "an include back to another's | Encounter?_id=encounter-theirs-1&_revinclude=Observation:encounter",
        "the last observations of another | Observation/$lastn?patient=Patient/theirs&code=2345-7",
        "statistics of another | Observation/$stats?subject=Patient/theirs&code=2345-7&system=http://loinc.org&statistic=total-count,average",
        "a system search by id | ?_type=Observation,Condition&_id=condition-theirs",
        "an explanation of a search | Observation/$explain?_id=obs-theirs-1",
        "a page of GraphQL about another | $graphql?query={Patient(id:\"theirs\"){id,birthDate}}",
        "a list of GraphQL | $graphql?query={ObservationList(subject:\"Patient/theirs\",_count:5){id}}",
        "a count of GraphQL | $graphql?query={ObservationConnection(subject:\"Patient/theirs\"){count}}",
        "an alias and a fragment of GraphQL | $graphql?query={a:Observation(id:\"obs-theirs-1\"){...f}}fragment f on Observation{subject{reference}}",
        "GraphQL on a resource of another's | Observation/obs-theirs-1/$graphql?query={id}",
        "the reason of another's removal | ImagingStudy/theirs/$unlink",
        "an export of another's record | Patient/theirs/$export",
    ];

    public static TheoryData<string> Reads => [.. s_reads.Select(static row => row.Split(" | ")[0])];

    [Theory]
    [MemberData(nameof(Reads))]
    [Covers(CoversAttribute.Smart, 119)]
    public async Task Of_others_nothing_is_told_to(string probe)
    {
        var url = s_reads.Single(row => row.StartsWith($"{probe} | ", StringComparison.Ordinal)).Split(" | ")[1].Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal);
        await server.IsAsUnknownAsync(new LeakRequest("GET", $"fhir/{url}".Replace("fhir/?", "fhir?", StringComparison.Ordinal)));
        await server.IsAsUnknownAsync(new LeakRequest("HEAD", $"fhir/{url}".Replace("fhir/?", "fhir?", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("If-None-Match", "W/\"1\"")]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Modified-Since", "Fri, 01 Jan 2038 00:00:00 GMT")]
    [InlineData("Accept-Language", "zh")]
    [InlineData("Accept", "application/fhir+xml")]
    [InlineData("Prefer", "handling=lenient")]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("X-Original-URL", "/fhir/Patient/mine")]
    [InlineData("Range", "bytes=0-10")]
    public async Task No_header_makes_a_read_of_others_another_answer(string name, string value) =>
        Assert.Equal(404, await server.IsAsUnknownAsync(new LeakRequest("GET", "fhir/Patient/theirs").With(name, value)));

    [Fact]
    public async Task Totals_and_includes_of_my_own_count_nothing_of_others()
    {
        var (_, text) = await server.AskAsync(new LeakRequest("GET", "fhir/DiagnosticReport?_id=report-mine&_include=DiagnosticReport:result&_include:iterate=Observation:has-member&_revinclude=List:item&_revinclude:iterate=Provenance:target"));
        Assert.Contains("\"fullUrl\":\"http://127.0.0.1:8080/fhir/Observation/obs-mine-0\"", text, StringComparison.Ordinal);
        Assert.Empty(FullUrls(text).Split('\n').Intersect(server.Theirs.Select(static key => $"http://{LeakServer.Host}/fhir/{key}")));
    }

    [Theory]
    [InlineData("Patient?_revinclude=Observation:performer&_revinclude=Coverage:subscriber&_revinclude=Group:member&_revinclude=Person:link")]
    [InlineData("Observation?_include=*&_revinclude=Observation:*&_revinclude=Provenance:*&_count=100")]
    [InlineData("Practitioner?_revinclude=Patient:general-practitioner&_revinclude:iterate=Observation:subject")]
    [InlineData("Organization?_revinclude=Patient:organization&_revinclude=Encounter:service-provider")]
    [InlineData("Slot?_revinclude=Appointment:slot&_revinclude:iterate=Appointment:patient")]
    [InlineData("Medication?_revinclude=MedicationRequest:medication&_include:iterate=MedicationRequest:subject")]
    [InlineData("List?_include=List:item&_include:iterate=Observation:subject")]
    [InlineData("Patient?_include=Patient:link&_include:iterate=Patient:link")]
    [InlineData("Composition?_include=Composition:entry&_include:iterate=Composition:subject")]
    [InlineData("?_type=Patient,Observation,Condition,Flag,List&_count=500")]
    [InlineData("_history?_count=900")]
    [InlineData("Observation/_history?_count=500")]
    [InlineData("Patient/$everything?_count=500")]
    [InlineData("Patient/mine/$everything?_count=500")]
    [InlineData("Patient/theirs/*?_count=100")]
    [InlineData("Patient/theirs/Observation?_count=100&_revinclude=DiagnosticReport:result")]
    public async Task No_page_has_an_entry_of_others(string url)
    {
        var (status, text) = await server.AskAsync(new LeakRequest("GET", $"fhir/{url}".Replace("fhir/?", "fhir?", StringComparison.Ordinal)));
        Assert.Equal(200, status);
        Assert.Contains("mine", FullUrls(text), StringComparison.Ordinal);
        Assert.Empty(FullUrls(text).Split('\n').Intersect(server.Theirs.Select(static key => $"http://{LeakServer.Host}/fhir/{key}")));
        Assert.DoesNotContain("\"1971-06-02\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Zhang", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Matching_compares_with_nobody_else()
    {
        const string Someone = """{"resourceType":"Patient","name":[{"family":"张","given":["伟"]}],"birthDate":"1971-06-02","identifier":[{"system":"urn:mrn","value":"200"}]}""";
        Assert.Equal(200, await server.IsAsUnknownAsync(new LeakRequest("POST", "fhir/Patient/$match", Someone), "\"200\"", "\"300\""));
        var (status, text) = await server.AskAsync(new LeakRequest("POST", "fhir/Patient/$match", Someone));
        Assert.Equal(200, status);
        Assert.Contains("\"total\":0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("compared", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_twin_does_not_lower_the_score_of_a_match()
    {
        var (_, text) = await server.AskAsync(new LeakRequest("POST", "fhir/Patient/$match", """{"resourceType":"Patient","name":[{"family":"王","given":["秀英"]}],"birthDate":"1970-05-01","gender":"female"}"""));
        Assert.Contains("\"total\":1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Patient/twin\"", FullUrls(text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_labels_in_use_are_those_of_what_is_seen()
    {
        var (_, text) = await server.AskAsync(new LeakRequest("GET", "fhir/$meta"));
        Assert.Contains("\"Mine\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Theirs", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_with_parts_of_others_can_t_be_made()
    {
        var (status, text) = await server.AskAsync(new LeakRequest("GET", "fhir/Composition/composition2-mine/$document"));
        Assert.Equal(422, status);
        Assert.DoesNotContain("\"valueQuantity\"", text, StringComparison.Ordinal);
    }

    private static string FullUrls(string text) => string.Join('\n', text.Split("\"fullUrl\":\"").Skip(1).Select(static part => part[..part.IndexOf('"', StringComparison.Ordinal)]));
}
