// Whose images these are: by identifier, never against what the images say, and always as the records are now.

namespace FhirHub.Server.Tests.Imaging;

public class PatientLinkTests(ImagingServer server) : IClassFixture<ImagingServer>
{
    private readonly string _uid = TestImage.NewStudy();
    private readonly string _number = ImagingServer.NewNumber();

    private TestImage Image => new(_uid) { PatientId = _number, Issuer = ImagingServer.Issuer, Name = "Wang^Xiulan", BirthDate = "19700101", Sex = "F" };

    [Fact]
    public async Task A_Patient_that_comes_after_the_images_gets_them()
    {
        await server.StoreAsync(Image);
        await server.QueuedAsync(_uid, "unmatched");
        var patient = await server.PatientAsync(_number);
        await server.LinkedAsync(_uid, patient);
        var task = await server.QueuedAsync(_uid, "matched");
        Assert.Equal("completed", (string?)task["status"]);
        Assert.Equal($"Patient/{patient}", (string?)task["output"]![0]!["valueReference"]!["reference"]);
    }

    [Theory]
    [InlineData("1971-01-01", "female")]
    [InlineData("1970-01-01", "male")]
    public async Task Images_that_contradict_the_Patient_go_to_the_queue_until_one_of_them_is_corrected(string birthDate, string gender)
    {
        var patient = await server.PatientAsync(_number, birthDate, gender);
        await server.StoreAsync(Image);
        var task = await server.QueuedAsync(_uid, "contradicting");
        Assert.Equal($"Patient/{patient}", (string?)task["input"]![0]!["valueReference"]!["reference"]);
        Assert.Null((await server.StudyAsync(_uid, static _ => true))["subject"]!["reference"]);
        await server.PatientAsync(_number, id: patient);
        await server.LinkedAsync(_uid, patient);

        // And the other way round: a correction that contradicts takes the link away.
        await server.PatientAsync(_number, birthDate, gender, patient);
        await server.StudyAsync(_uid, static study => study["subject"]!["reference"] is null);
        await server.QueuedAsync(_uid, "contradicting");
    }

    [Fact]
    public async Task A_number_of_two_Patients_links_to_neither_and_a_second_record_takes_no_link_away()
    {
        var first = await server.PatientAsync(_number);
        await server.StoreAsync(Image);
        await server.LinkedAsync(_uid, first);
        var second = await server.PatientAsync(_number);
        var other = Image with { Study = TestImage.NewStudy() };
        await server.StoreAsync(other);
        var task = await server.QueuedAsync(other.Study, "ambiguous");
        Assert.Equal(2, task["input"]!.AsArray().Count);
        await server.LinkedAsync(_uid, first);

        // Merged into one, there is one.
        await server.MergeAsync(second, _number, first);
        await server.LinkedAsync(other.Study, first);
    }

    [Fact]
    public async Task A_merge_takes_the_images_along_also_where_the_new_record_has_another_number()
    {
        var former = await server.PatientAsync(_number);
        await server.StoreAsync(Image);
        await server.LinkedAsync(_uid, former);
        var survivor = await server.PatientAsync(ImagingServer.NewNumber());
        await server.MergeAsync(former, _number, survivor);
        await server.LinkedAsync(_uid, survivor);
    }

    [Fact]
    public async Task A_corrected_identifier_moves_the_images_and_a_deleted_Patient_leaves_them_to_the_queue()
    {
        var wrong = await server.PatientAsync(_number);
        await server.StoreAsync(Image);
        await server.LinkedAsync(_uid, wrong);
        await server.PatientAsync(ImagingServer.NewNumber(), id: wrong);
        await server.QueuedAsync(_uid, "unmatched");
        var right = await server.PatientAsync(_number);
        await server.LinkedAsync(_uid, right);
        using (var deleted = await server.Client.DeleteAsync($"Patient/{right}"))
            Assert.True(deleted.IsSuccessStatusCode);
        await server.StudyAsync(_uid, static study => study["subject"]!["reference"] is null);
        await server.QueuedAsync(_uid, "unmatched");
    }

    [Fact]
    public async Task A_number_without_issuer_needs_something_else_that_agrees()
    {
        var patient = await server.PatientAsync(_number);
        await server.StoreAsync(Image with { Issuer = "" });
        await server.LinkedAsync(_uid, patient);
        var bare = new TestImage(TestImage.NewStudy()) { PatientId = _number };
        await server.StoreAsync(bare);
        await server.QueuedAsync(bare.Study, "unconfirmed");
        var foreign = Image with { Study = TestImage.NewStudy(), Issuer = "Elsewhere" };
        await server.StoreAsync(foreign);
        await server.QueuedAsync(foreign.Study, "unknown-issuer");
    }

    [Fact]
    public async Task An_order_that_comes_later_is_what_the_study_is_based_on_if_it_is_for_the_same_person()
    {
        var patient = await server.PatientAsync(_number);
        var accession = ImagingServer.NewNumber();
        await server.StoreAsync(Image with { Accession = accession });
        await server.LinkedAsync(_uid, patient);
        var stranger = await server.PatientAsync(ImagingServer.NewNumber());
        var wrong = await RequestAsync(stranger);
        var right = await RequestAsync(patient);
        var study = await server.StudyAsync(_uid, study => study["basedOn"] is not null);
        Assert.Equal($"ServiceRequest/{right}", (string?)Assert.Single(study["basedOn"]!.AsArray())!["reference"]);
        using (var deleted = await server.Client.DeleteAsync($"ServiceRequest/{right}"))
            Assert.True(deleted.IsSuccessStatusCode);
        await server.StudyAsync(_uid, static study => study["basedOn"] is null);
        Assert.NotEqual(wrong, right);

        async Task<string> RequestAsync(string subject) => (await server.Client.CreateAsync(
            "ServiceRequest",
            $$$"""{"resourceType":"ServiceRequest","identifier":[{"system":"https://fhirhub.dev/fhir/sid/accession-number","value":"{{{accession}}}"}],"subject":{"reference":"Patient/{{{subject}}}"},"status":"active","intent":"order"}""")).Id;
    }

    [Fact]
    public async Task A_person_decides_and_the_decision_stays()
    {
        await server.StoreAsync(Image with { PatientId = "" });
        await server.QueuedAsync(_uid, "no-patient-id");
        var patient = await server.PatientAsync(_number);
        using (var linked = await DecideAsync(Named($"Patient/{patient}")))
        {
            Assert.Equal(200, (int)linked.StatusCode);
            Assert.Equal($"Patient/{patient}", (string?)(await linked.JsonAsync())["subject"]!["reference"]);
        }

        Assert.Equal("completed", (string?)(await server.QueuedAsync(_uid, "by-hand"))["status"]);
        await server.StoreAsync(Image with { PatientId = "", Instance = "2" });
        Assert.Equal($"Patient/{patient}", (string?)(await server.StudyAsync(_uid, static study => (int)study["numberOfInstances"]! == 2))["subject"]!["reference"]);

        // The person of the decision is followed to the record that takes the place of hers.
        var survivor = await server.PatientAsync(ImagingServer.NewNumber());
        await server.MergeAsync(patient, _number, survivor);
        await server.LinkedAsync(_uid, survivor);
    }

    [Fact]
    public async Task An_unlinked_study_waits_for_a_person()
    {
        var patient = await server.PatientAsync(_number);
        await server.StoreAsync(Image);
        await server.LinkedAsync(_uid, patient);
        using (var unlinked = await server.Client.SendAsync("POST", $"ImagingStudy/{_uid}/$unlink"))
            Assert.Null((await unlinked.JsonAsync())["subject"]!["reference"]);
        Assert.Equal("on-hold", (string?)(await server.QueuedAsync(_uid, "unlinked"))["status"]);
        await server.StoreAsync(Image with { Instance = "2" });
        Assert.Null((await server.StudyAsync(_uid, static study => (int)study["numberOfInstances"]! == 2))["subject"]!["reference"]);
        using var linked = await DecideAsync(Named($"Patient/{patient}"));
        Assert.Equal(200, (int)linked.StatusCode);
        await server.LinkedAsync(_uid, patient);
    }

    [Fact]
    public async Task A_decision_that_can_not_be_is_refused()
    {
        await server.StoreAsync(Image);
        await server.StudyAsync(_uid, static _ => true);
        await (await DecideAsync(Named("Patient/nobody"))).FailsAsync(422, "not-found");
        await (await DecideAsync(Named("Group/1"))).FailsAsync(400, "value");
        await (await DecideAsync("""{"resourceType":"Parameters"}""")).FailsAsync(400, "required");
        await (await server.Client.SendAsync("POST", "ImagingStudy/1.2.3/$unlink")).FailsAsync(404, "not-found");
    }

    private static string Named(string patient) =>
        $$$"""{"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{"reference":"{{{patient}}}"}}]}""";

    private Task<HttpResponseMessage> DecideAsync(string body) => server.Client.SendAsync("POST", $"ImagingStudy/{_uid}/$reconcile", body);
}
