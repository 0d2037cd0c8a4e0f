// Images that are stored and deleted show as ImagingStudies of the exchange's profile.

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FhirHub.Dicom;

namespace FhirHub.Server.Tests.Imaging;

public class ExchangeImagingServer : ImagingServer
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Exchange:Package=true"];
}

public class ImagingStudyTests(ExchangeImagingServer server) : IClassFixture<ExchangeImagingServer>
{
    private const string CreditCode = "https://fhirhub.dev/fhir/sid/unified-social-credit-code";

    [Fact]
    public async Task A_stored_study_is_an_ImagingStudy_that_says_what_the_images_say()
    {
        var (uid, number, accession) = (TestImage.NewStudy(), ImagingServer.NewNumber(), ImagingServer.NewNumber());
        var institution = $"石桥县人民医院{number}";
        var (organization, _) = await server.Client.CreateAsync("Organization", $$$"""{"resourceType":"Organization","identifier":[{"system":"{{{CreditCode}}}","value":"12539921000030031F"}],"active":true,"name":"{{{institution}}}"}""");
        var patient = await server.PatientAsync(number);
        var (request, _) = await server.Client.CreateAsync("ServiceRequest", $$$"""{"resourceType":"ServiceRequest","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"ACSN"}]},"value":"{{{accession}}}"}],"subject":{"reference":"Patient/{{{patient}}}"},"status":"active","intent":"order"}""");
        var image = new TestImage(uid)
        {
            PatientId = number,
            Issuer = ImagingServer.Issuer,
            Name = "Wang^Xiulan=王^秀兰",
            BirthDate = "19700101",
            Sex = "F",
            Accession = accession,
            Description = "冠状动脉 CT 血管成像",
            Further = dataset =>
            {
                dataset.Set(new DicomTag(0x00080080), institution);
                dataset.Set(new DicomTag(0x00081010), "CT1");
                dataset.Set(new DicomTag(0x00080090), "刘^芳");
                dataset.Set(new DicomTag(0x00180015), "CHEST");
                dataset.Set(new DicomTag(0x00200060), "L");
                dataset.Set(new DicomTag(0x0008103E), "冠状动脉 0.625 mm 增强");
                dataset.Set(new DicomTag(0x00080021), "20261110");
                dataset.Set(new DicomTag(0x00080031), "105712.500");
            },
        };
        await server.StoreAsync(image);
        await server.StoreAsync(image with { Instance = "2" });
        await server.StoreAsync(image with { Series = "2", Modality = "DOC", SopClass = "1.2.840.10008.5.1.4.1.1.104.1", Further = static dataset => dataset.Set(new DicomTag(0x00420010), "剂量报告") });

        var study = await server.StudyAsync(uid, static study => (int)study["numberOfInstances"]! == 3);
        Assert.Equal("""["https://fhirhub.dev/fhir/StructureDefinition/exchange-imaging-study"]""", study["meta"]!["profile"]!.ToJsonString());
        Assert.Equal($"urn:oid:{uid}", (string?)study["identifier"]![0]!["value"]);
        Assert.Equal(accession, (string?)study["identifier"]![1]!["value"]);
        Assert.Equal($"Organization/{organization}", (string?)study["identifier"]![1]!["assigner"]!["reference"]);
        Assert.Equal($"Patient/{patient}", (string?)study["subject"]!["reference"]);
        Assert.Equal("王秀兰", (string?)study["subject"]!["display"]);
        Assert.Equal("2026-11-10T10:55:00+08:00", (string?)study["started"]);
        Assert.Equal($"ServiceRequest/{request}", (string?)study["basedOn"]![0]!["reference"]);
        Assert.Equal("刘芳", (string?)study["referrer"]!["display"]);
        Assert.Equal("Endpoint/dicomweb", (string?)study["endpoint"]![0]!["reference"]);
        Assert.Equal(2, (int)study["numberOfSeries"]!);
        Assert.Equal("冠状动脉 CT 血管成像", (string?)study["description"]);
        var series = study["series"]![0]!;
        Assert.Equal(image.SeriesUid, (string?)series["uid"]);
        Assert.Equal(2, (int)series["numberOfInstances"]!);
        Assert.Equal("51185008", (string?)series["bodySite"]!["code"]);
        Assert.Equal("7771000", (string?)series["laterality"]!["code"]);
        Assert.Equal("2026-11-10T10:57:12+08:00", (string?)series["started"]);
        Assert.Equal($"Organization/{organization}", (string?)series["performer"]![0]!["actor"]!["reference"]);
        Assert.Equal("CT1", (string?)series["performer"]![1]!["actor"]!["display"]);
        Assert.Equal(image.Uid, (string?)series["instance"]![0]!["uid"]);
        Assert.Equal("urn:oid:1.2.840.10008.5.1.4.1.1.2", (string?)series["instance"]![0]!["sopClass"]!["code"]);
        Assert.Equal("剂量报告", (string?)study["series"]![1]!["instance"]![0]!["title"]);
        await IsValidAsync("ImagingStudy", study);
        using var task = await server.Client.GetAsync($"Task/{uid}");
        Assert.Equal(404, (int)task.StatusCode);
    }

    [Fact]
    public async Task A_study_of_nobody_meets_the_profile_too_and_waits_in_the_queue()
    {
        var uid = TestImage.NewStudy();
        await server.StoreAsync(new TestImage(uid) { PatientId = ImagingServer.NewNumber(), Issuer = ImagingServer.Issuer, Name = "无^名氏", Modality = "US" });
        var study = await server.StudyAsync(uid, static _ => true);
        Assert.Null(study["subject"]!["reference"]);
        Assert.Equal("无名氏", (string?)study["subject"]!["display"]);
        Assert.Equal(ImagingServer.System, (string?)study["subject"]!["identifier"]!["system"]);
        await IsValidAsync("ImagingStudy", study);
        var task = await server.QueuedAsync(uid, "unmatched");
        Assert.Equal("requested", (string?)task["status"]);
        Assert.Equal($"ImagingStudy/{uid}", (string?)task["focus"]!["reference"]);
        await IsValidAsync("Task", task);
        var found = await (await server.Client.GetAsync($"Task?code=https://fhirhub.dev/fhir/CodeSystem/image-reconciliation|reconcile&status=requested&focus=ImagingStudy/{uid}")).JsonAsync();
        Assert.Single(found["entry"]!.AsArray());
    }

    [Fact]
    public async Task A_study_is_found_with_the_endpoint_under_which_its_images_are()
    {
        var (uid, number) = (TestImage.NewStudy(), ImagingServer.NewNumber());
        var patient = await server.PatientAsync(number);
        await server.StoreAsync(new TestImage(uid) { PatientId = number, Issuer = ImagingServer.Issuer, BirthDate = "19700101" });
        await server.LinkedAsync(uid, patient);
        var page = await (await server.Client.GetAsync($"ImagingStudy?patient={patient}&_include=ImagingStudy:endpoint")).JsonAsync();
        var endpoint = page["entry"]!.AsArray().Select(static entry => entry!["resource"]!).Single(static resource => (string?)resource["resourceType"] == "Endpoint");
        var address = (string)endpoint["address"]!;
        Assert.Equal(server.Images, address);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/studies/{uid}/metadata");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom+json"));
        using var metadata = await server.Client.SendAsync(request);
        Assert.Equal(200, (int)metadata.StatusCode);
        Assert.Equal(uid, (string?)(await metadata.JsonAsync())[0]!["0020000D"]!["Value"]![0]);
        var matches = await (await server.Client.GetAsync($"{address}/studies?PatientID={number}")).JsonAsync();
        Assert.Equal(uid, (string?)Assert.Single(matches.AsArray())!["0020000D"]!["Value"]![0]);
    }

    [Fact]
    public async Task Deleted_images_leave_the_ImagingStudy_and_the_last_of_them_takes_it_away()
    {
        var uid = TestImage.NewStudy();
        var image = new TestImage(uid);
        await server.StoreAsync(image);
        await server.StoreAsync(image with { Series = "2" });
        await server.StudyAsync(uid, static study => (int)study["numberOfSeries"]! == 2);
        await server.DeleteAsync($"studies/{uid}/series/{image.SeriesUid}");
        var study = await server.StudyAsync(uid, static study => (int)study["numberOfSeries"]! == 1);
        Assert.Equal($"{uid}.2", (string?)study["series"]![0]!["uid"]);
        await server.DeleteAsync($"studies/{uid}");
        await server.GoneAsync($"ImagingStudy/{uid}");
        await server.GoneAsync($"Task/{uid}");
        await server.StoreAsync(image);
        await server.StudyAsync(uid, static study => (int)study["numberOfSeries"]! == 1);
    }

    [Fact]
    public async Task What_others_add_stays_and_what_the_images_say_comes_back()
    {
        var uid = TestImage.NewStudy();
        await server.StoreAsync(new TestImage(uid) { Description = "Thorax" });
        var study = await server.StudyAsync(uid, static _ => true);
        study["note"] = new JsonArray(new JsonObject { ["text"] = "Compare with 2025." });
        study["reasonCode"] = new JsonArray(new JsonObject { ["text"] = "Cough" });
        study["description"] = "Abdomen";
        using (var written = await server.Client.SendAsync("PUT", $"ImagingStudy/{uid}", study.ToJsonString()))
            Assert.Equal(200, (int)written.StatusCode);
        study = await server.StudyAsync(uid, static study => (string?)study["description"] == "Thorax");
        Assert.Equal("Compare with 2025.", (string?)study["note"]![0]!["text"]);
        Assert.Equal("Cough", (string?)study["reasonCode"]![0]!["text"]);
        using (var deleted = await server.Client.DeleteAsync($"ImagingStudy/{uid}"))
            Assert.True(deleted.IsSuccessStatusCode);
        await server.StudyAsync(uid, static study => (string?)study["description"] == "Thorax");
    }

    [Fact]
    public async Task ImagingStudies_of_other_systems_are_left_alone()
    {
        var number = ImagingServer.NewNumber();
        var patient = await server.PatientAsync(number);
        var body = $$$"""{"resourceType":"ImagingStudy","id":"{{{number}}}","subject":{"reference":"Patient/{{{patient}}}","identifier":{"value":"{{{number}}}"}},"status":"available"}""";
        using (var written = await server.Client.SendAsync("PUT", $"ImagingStudy/{number}", body))
            Assert.Equal(201, (int)written.StatusCode);
        await server.PatientAsync(number, gender: "male", id: patient);
        await server.CaughtUpAsync();
        await server.CaughtUpAsync();
        var study = await server.ResourceAsync($"ImagingStudy/{number}", static _ => true);
        Assert.Equal("1", (string?)study["meta"]!["versionId"]);
    }

    private async Task IsValidAsync(string type, JsonNode resource)
    {
        using var response = await server.Client.SendAsync("POST", $"{type}/$validate", resource.ToJsonString());
        var outcome = await response.JsonAsync();
        Assert.DoesNotContain(outcome["issue"]!.AsArray(), static issue => (string?)issue!["severity"] is "error" or "fatal");
    }
}
