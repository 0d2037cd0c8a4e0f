// Operations of scripts on images: what they send, and what they lack.

using System.Text;
using FhirHub.Conformance.Tests.Engine;
using FhirHub.Dicom;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

public class DicomOperationsTests
{
    private const string Dataset = """{"00080016":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.7"]},"00080018":{"vr":"UI","Value":["${$oid:one}"]}}""";

    [Fact]
    public async Task Data_sets_are_stored_as_files_with_variables_put_in()
    {
        var state = await StateAsync(("study", $"[{Dataset},{Dataset}]"));
        var request = await PlanAsync("""{"type":{"system":"https://fhirhub.dev/fhir/CodeSystem/testscript-operation","code":"stow"},"encodeRequestUrl":true,"sourceId":"study"}""", state);

        Assert.Equal(("POST", "http://a/dicomweb/studies", 1), (request.Method, request.Url, request.Destination));
        Assert.Equal(["application/dicom+json"], Header(request, "Accept"));
        Assert.StartsWith("multipart/related; ", Assert.Single(Header(request, "Content-Type")), StringComparison.Ordinal);
        var parts = Multipart.Read(request.Body);
        Assert.All(parts, static part => Assert.Equal("application/dicom", part.Body.ContentType));
        var uid = state.Resolve("${$oid:one}");
        Assert.Equal([uid, uid], parts.Select(static part => DicomFile.Read(part.Body.Bytes).Dataset.GetString(DicomTags.SOPInstanceUID)));
        Assert.Equal(TransferSyntax.ExplicitVRLittleEndian, DicomFile.Read(parts[0].Body.Bytes).TransferSyntax);
    }

    [Fact]
    public async Task Further_sources_go_in_the_same_body_as_what_they_are()
    {
        var request = await PlanAsync(
            """
            {"extension":[{"url":"https://fhirhub.dev/fhir/StructureDefinition/testscript-source","valueId":"text"}],
             "type":{"system":"https://fhirhub.dev/fhir/CodeSystem/testscript-operation","code":"stow"},"encodeRequestUrl":true,"method":"put","params":"/studies/1.2","sourceId":"one"}
            """,
            await StateAsync(("one", Dataset), ("text", """{"resourceType":"Binary","contentType":"text/plain","data":"bm8gaW1hZ2U="}""")));

        Assert.Equal(("PUT", "http://a/dicomweb/studies/1.2"), (request.Method, request.Url));
        Assert.Equal(["application/dicom", "text/plain"], Multipart.Read(request.Body).Select(static part => part.Body.ContentType));
        Assert.Equal("no image", Multipart.Read(request.Body)[1].Body.Text);
    }

    [Theory]
    [InlineData("application/dicom", "DICM")]
    [InlineData("application/dicom+json", "00080016")]
    [InlineData("multipart/related; type=x; boundary=b", "00080016")]
    public async Task A_type_that_is_named_is_sent(string type, string holds)
    {
        var request = await PlanAsync($$"""{"type":{"system":"s","code":"stow"},"contentType":"{{type}}","encodeRequestUrl":true,"sourceId":"one"}""", await StateAsync(("one", Dataset)));

        Assert.Equal([type], Header(request, "Content-Type"));
        Assert.Contains(holds, request.Body.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qido", "/studies?PatientID=1", "application/dicom+json")]
    [InlineData("qido", "studies?PatientID=1", "application/dicom+json")]
    [InlineData("wado", "/studies/1.2/metadata?x=1", "application/dicom+json")]
    [InlineData("wado", "/studies/1.2", "*/*")]
    public async Task Questions_have_the_form_that_their_addresses_have_by_default(string code, string address, string accept)
    {
        var request = await PlanAsync($$"""{"type":{"system":"s","code":"{{code}}"},"encodeRequestUrl":false,"params":"{{address}}","requestHeader":[{"field":"If-None-Match","value":"*"}]}""", await StateAsync());

        Assert.Equal(("GET", $"http://a/dicomweb/{address.TrimStart('/')}", false), (request.Method, request.Url, request.EncodesUrl));
        Assert.Equal([accept], Header(request, "Accept"));
        Assert.Equal(["*"], Header(request, "If-None-Match"));
        Assert.True(request.Body.Bytes.IsEmpty);
    }

    [Theory]
    [InlineData("""{"type":{"code":"move"},"encodeRequestUrl":true}""", "There is no operation 'move' in https://fhirhub.dev/fhir/CodeSystem/testscript-operation; use stow, qido or wado.")]
    [InlineData("""{"type":{"code":"qido"},"encodeRequestUrl":true}""", "The operation qido needs params: path and query below the DICOMweb root, such as /studies.")]
    [InlineData("""{"type":{"code":"stow"},"encodeRequestUrl":true}""", "The operation stow needs a sourceId: a fixture with a DICOM file, or with data sets in DICOM JSON.")]
    [InlineData("""{"type":{"code":"stow"},"encodeRequestUrl":true,"sourceId":"none"}""", "There is no fixture 'none' that could be stored.")]
    [InlineData("""{"type":{"code":"stow"},"contentType":"application/dicom","encodeRequestUrl":true,"sourceId":"two"}""", "application/dicom is one file, and there are 2; leave contentType out to send them as parts.")]
    [InlineData("""{"type":{"code":"qido"},"destination":2,"encodeRequestUrl":true,"params":"/studies"}""", "Destination 2 has no DICOMweb service; give its address (--dicomweb, or 'dicomweb' of the configuration).")]
    public async Task What_an_operation_lacks_is_told(string operation, string message) =>
        Assert.Equal(message, (await Assert.ThrowsAsync<StepException>(async () => await PlanAsync(operation, await StateAsync(("two", $"[{Dataset},{Dataset}]"))))).Message);

    [Fact]
    public async Task A_fixture_that_is_no_data_set_is_told()
    {
        var failure = await Assert.ThrowsAsync<StepException>(async () => await PlanAsync("""{"type":{"code":"stow"},"encodeRequestUrl":true,"sourceId":"bad"}""", await StateAsync(("bad", """{"PatientName":"x"}"""))));

        Assert.StartsWith("The fixture 'bad' can't be made a DICOM file: ", failure.Message, StringComparison.Ordinal);
    }

    private static Task<OperationRequest> PlanAsync(string operation, RunState state)
    {
        var tree = ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$"""{"resourceType":"TestScript","url":"u","name":"a","status":"active","test":[{"action":[{"operation":{{operation}} }]}]}""")).Tree!;
        return DicomOperations.PlanAsync((OperationAction)TestScript.Read(tree, "a.json").Tests[0].Actions[0], state, default);
    }

    private static async Task<RunState> StateAsync(params (string Id, string Text)[] fixtures)
    {
        var list = string.Join(',', fixtures.Select(static fixture => $$"""{"id":"{{fixture.Id}}","autocreate":false,"autodelete":false,"resource":{"reference":"Binary/{{fixture.Id}}"} }"""));
        var tree = ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$"""{"resourceType":"TestScript","url":"u","name":"a","status":"active"{{(list.Length > 0 ? $",\"fixture\":[{list}]" : "")}} }""")).Tree!;
        using var server = new EngineRun();
        var options = server.Options with
        {
            Destinations = [new Destination(new Uri("http://a/fhir")) { DicomwebBase = new Uri("http://a/dicomweb/") }, new Destination(new Uri("http://a/fhir"))],
            ReadFixture = (_, reference, _) => ValueTask.FromResult<Payload?>(new Payload(Encoding.UTF8.GetBytes(fixtures.First(fixture => reference.EndsWith($"/{fixture.Id}", StringComparison.Ordinal)).Text), "application/fhir+json")),
        };
        var state = new RunState(TestScript.Read(tree, "a.json"), options);
        await state.ReadFixturesAsync(default);
        return state;
    }

    private static List<string> Header(OperationRequest request, string name) => [.. request.Headers.Where(header => header.Key == name).Select(static header => header.Value)];
}
