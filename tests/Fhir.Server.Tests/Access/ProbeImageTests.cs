// Attacks on images: another patient's study is no more there than one that never was, whatever path, part or form leads to it.

using System.Diagnostics;
using System.Net.Http.Headers;
using FhirHub.Server.Tests.Imaging;
using FhirHub.Smart;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.Access;

/// <summary>A server with a study of each of two patients.</summary>
public sealed class ProbeImages : IAsyncLifetime
{
    internal const string MyStudy = "1.2.826.0.1.111";
    internal const string TheirStudy = "1.2.826.0.1.222";
    internal const string NoStudy = "1.2.826.0.1.333";

    internal LeakServer Running { get; } = new(null, $"--FhirHub:Dicomweb:PatientIssuers:{ImagingServer.Issuer}={ImagingServer.System}");

    internal HttpClient Mine { get; private set; } = null!;

    internal HttpClient System { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Running.InitializeAsync();
        System = Running.ClientWith(await Running.TokenAsync("system/*.cruds", null, null));
        Mine = Running.ClientWith(await Running.TokenAsync("patient/*.cruds", "mine", AccountRole.Patient, "Patient/mine"));
        foreach (var (id, number, study) in new[] { ("mine", "M1", MyStudy), ("theirs", "T1", TheirStudy) })
        {
            await Running.WriteAsync("Patient", id, $$$"""{"resourceType":"Patient","id":"{{{id}}}","identifier":[{"system":"{{{ImagingServer.System}}}","value":"{{{number}}}"}],"birthDate":"1970-01-01","gender":"female","name":[{"text":"王秀兰"}]}""");
            foreach (var instance in new[] { "1", "2" })
            {
                var image = new TestImage(study, "1", instance) { PatientId = number, Issuer = ImagingServer.Issuer, Name = "Wang^Xiulan", BirthDate = "19700101", Sex = "F", Description = $"Secret of {id}" };
                Assert.Equal(200, (await StoreAsync(System, await image.ToBytesAsync())).Status);
            }

            await LinkedAsync(study);
        }
    }

    public async Task DisposeAsync()
    {
        // What was there is there, and no more.
        var (status, text) = await AskAsync(System, new LeakRequest("GET", $"dicomweb/studies/{TheirStudy}/instances"));
        Mine.Dispose();
        System.Dispose();
        await Running.DisposeAsync();
        Assert.Equal(200, status);
        Assert.Equal(3, text.Split("\"00080018\"").Length);
    }

    internal static async Task<(int Status, string Text)> AskAsync(HttpClient client, LeakRequest request)
    {
        var answer = await request.SendAsync(client, static text => text);
        return (answer.Status, $"{answer.Headers}\n{answer.Body}");
    }

    internal static async Task<(int Status, string Text)> StoreAsync(HttpClient client, byte[] image, string path = "studies")
    {
        using var content = new ByteArrayContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        using var response = await client.PostAsync($"dicomweb/{path}", content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asserts that a request about the other's study is answered as one about no study.</summary>
    internal async Task<int> IsAsUnknownAsync(LeakRequest request, HttpClient? client = null)
    {
        var there = await request.SendAsync(client ?? Mine, static text => text);
        var nowhere = await request.SendAsync(client ?? Mine, static text => text.Replace(TheirStudy, NoStudy, StringComparison.Ordinal).Replace("T1", "T9", StringComparison.Ordinal));
        Assert.Equal(Comparable(nowhere), Comparable(there).Replace(TheirStudy, NoStudy, StringComparison.Ordinal).Replace("T1", "T9", StringComparison.Ordinal));
        Assert.DoesNotContain("Secret of theirs", there.Body, StringComparison.Ordinal);
        return there.Status;

        static string Comparable(LeakAnswer answer) => LeakAnswer.WithoutRequestIds(answer.Comparable(static text => text));
    }

    private async Task LinkedAsync(string study)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(50))
        {
            var (status, text) = await AskAsync(System, new LeakRequest("GET", $"fhir/ImagingStudy/{study}"));
            if (status == 200 && text.Contains("\"Patient/", StringComparison.Ordinal))
                return;
        }

        throw new TimeoutException($"{study} was not linked.");
    }
}

public class ProbeImageTests(ProbeImages server) : IClassFixture<ProbeImages>
{
    private const string Theirs = ProbeImages.TheirStudy;
    private const string Mine = ProbeImages.MyStudy;

    private static readonly string[] s_reads =
    [
        $"a study | studies/{Theirs}",
        $"metadata of a study | studies/{Theirs}/metadata",
        $"a rendered study | studies/{Theirs}/rendered",
        $"a thumbnail of a study | studies/{Theirs}/thumbnail",
        $"a series | studies/{Theirs}/series/{Theirs}.1",
        $"metadata of a series | studies/{Theirs}/series/{Theirs}.1/metadata",
        $"a rendered series | studies/{Theirs}/series/{Theirs}.1/rendered",
        $"a thumbnail of a series | studies/{Theirs}/series/{Theirs}.1/thumbnail",
        $"an instance | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1",
        $"metadata of an instance | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/metadata",
        $"a rendered instance | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/rendered",
        $"a thumbnail of an instance | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/thumbnail",
        $"a frame | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/frames/1",
        $"a rendered frame | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/frames/1/rendered",
        $"bulk data of a study | studies/{Theirs}/bulkdata",
        $"bulk data of an instance | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/bulkdata",
        $"bulk data by its path | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/bulkdata/00081030",
        $"pixel data | studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/pixeldata",
        $"their series under my study | studies/{Mine}/series/{Theirs}.1",
        $"their instance under my series | studies/{Mine}/series/{Mine}.1/instances/{Theirs}.1.1",
        $"my series under their study | studies/{Theirs}/series/{Mine}.1",
        $"my instance under their study | studies/{Theirs}/series/{Mine}.1/instances/{Mine}.1.1",
        $"metadata of their instance under my series | studies/{Mine}/series/{Mine}.1/instances/{Theirs}.1.1/metadata",
        $"a frame of theirs under my series | studies/{Mine}/series/{Mine}.1/instances/{Theirs}.1.1/frames/1",
        $"a search by study | studies?StudyInstanceUID={Theirs}",
        "a search by patient | studies?PatientID=T1",
        "a search by patient with a wildcard | studies?PatientID=T1*&includefield=all",
        "a fuzzy search by name | studies?PatientID=T1&PatientName=Wang&fuzzymatching=true",
        $"a search of series | series?StudyInstanceUID={Theirs}",
        $"a search of instances | instances?SOPInstanceUID={Theirs}.1.1",
        $"series of a study | studies/{Theirs}/series",
        $"instances of a study | studies/{Theirs}/instances",
        $"instances of a series | studies/{Theirs}/series/{Theirs}.1/instances",
        $"a count of studies | studies/count?StudyInstanceUID={Theirs}",
        $"a count of instances | studies/{Theirs}/instances/count",
        $"an object by the old address | wado?requestType=WADO&studyUID={Theirs}&seriesUID={Theirs}.1&objectUID={Theirs}.1.1",
        $"a file by the old address | wado?requestType=WADO&studyUID={Theirs}&seriesUID={Theirs}.1&objectUID={Theirs}.1.1&contentType=application/dicom",
        $"their object with my study by the old address | wado?requestType=WADO&studyUID={Mine}&seriesUID={Mine}.1&objectUID={Theirs}.1.1",
    ];

    public static TheoryData<string> Reads => [.. s_reads.Select(static row => row.Split(" | ")[0])];

    [Theory]
    [MemberData(nameof(Reads))]
    [Covers(CoversAttribute.Smart, 119)]
    public async Task Of_others_images_nothing_is_told_to(string probe)
    {
        var path = s_reads.Single(row => row.StartsWith($"{probe} | ", StringComparison.Ordinal)).Split(" | ")[1];
        await server.IsAsUnknownAsync(new LeakRequest("GET", $"dicomweb/{path}"));
        await server.IsAsUnknownAsync(new LeakRequest("HEAD", $"dicomweb/{path}"));
        await server.IsAsUnknownAsync(new LeakRequest("GET", $"dicomweb/{path}").With("If-None-Match", "*"));
        if (path.StartsWith("wado", StringComparison.Ordinal))
            await server.IsAsUnknownAsync(new LeakRequest("GET", path));
    }

    [Theory]
    [InlineData($"studies/{Theirs}")]
    [InlineData($"studies/{Theirs}/series/{Theirs}.1")]
    [InlineData($"studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1")]
    [InlineData($"studies/{Mine}/series/{Theirs}.1")]
    [InlineData($"studies/{Mine}/series/{Mine}.1/instances/{Theirs}.1.1")]
    public async Task A_delete_of_others_images_finds_nothing(string path) =>
        Assert.Equal(404, await server.IsAsUnknownAsync(new LeakRequest("DELETE", $"dicomweb/{path}")));

    [Theory]
    [InlineData("M1", "mine for theirs")]
    [InlineData("T1", "theirs")]
    public async Task An_image_for_others_study_is_refused_as_one_for_no_study(string patient, string description)
    {
        var theirs = await new TestImage(Theirs, "1", "9") { PatientId = patient, Issuer = ImagingServer.Issuer, Description = description }.ToBytesAsync();
        var nobodys = await new TestImage(ProbeImages.NoStudy, "1", "9") { PatientId = patient, Issuer = ImagingServer.Issuer, Description = description }.ToBytesAsync();
        foreach (var path in new[] { ("studies", "studies"), ($"studies/{Theirs}", $"studies/{ProbeImages.NoStudy}") })
        {
            var there = await ProbeImages.StoreAsync(server.Mine, theirs, path.Item1);
            var nowhere = await ProbeImages.StoreAsync(server.Mine, nobodys, path.Item2);
            Assert.Equal(nowhere.Status, there.Status);
            Assert.NotEqual(200, there.Status);
            Assert.Equal(LeakAnswer.WithoutRequestIds(nowhere.Text), LeakAnswer.WithoutRequestIds(there.Text).Replace(Theirs, ProbeImages.NoStudy, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_same_bytes_as_others_tell_nothing_when_they_are_stored_again()
    {
        var image = await new TestImage(Theirs, "1", "1") { PatientId = "T1", Issuer = ImagingServer.Issuer, Name = "Wang^Xiulan", BirthDate = "19700101", Sex = "F", Description = "Secret of theirs" }.ToBytesAsync();
        var other = await new TestImage(ProbeImages.NoStudy, "1", "1") { PatientId = "T1", Issuer = ImagingServer.Issuer, Name = "Wang^Xiulan", BirthDate = "19700101", Sex = "F", Description = "Secret of theirs" }.ToBytesAsync();
        Assert.Equal((await ProbeImages.StoreAsync(server.Mine, other)).Status, (await ProbeImages.StoreAsync(server.Mine, image)).Status);
    }

    [Fact]
    public async Task In_a_request_of_several_only_my_own_is_stored()
    {
        const string Boundary = "parts";
        using var body = new MultipartContent("related", Boundary);
        foreach (var (study, patient) in new[] { (Mine, "M1"), (Theirs, "T1"), (ProbeImages.NoStudy, "T1") })
        {
            var part = new ByteArrayContent(await new TestImage(study, "1", "5") { PatientId = patient, Issuer = ImagingServer.Issuer, Name = "Wang^Xiulan", BirthDate = "19700101", Sex = "F", Description = "Secret of mine" }.ToBytesAsync());
            part.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
            body.Add(part);
        }

        body.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/related; type=\"application/dicom\"; boundary={Boundary}");
        using var response = await server.Mine.PostAsync("dicomweb/studies", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(202, (int)response.StatusCode);
        var stored = text[text.IndexOf("\"00081199\"", StringComparison.Ordinal)..];
        Assert.Contains($"{Mine}.1.5", stored, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("\"00081197\"").Length - 1);
    }

    [Fact]
    public async Task The_feed_of_changes_has_mine_alone()
    {
        var (status, text) = await ProbeImages.AskAsync(server.Mine, new LeakRequest("GET", "dicomweb/changefeed?limit=100&includemetadata=true"));
        Assert.Equal(200, status);
        Assert.Contains(Mine, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Theirs, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret of theirs", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Theirs, (await ProbeImages.AskAsync(server.Mine, new LeakRequest("GET", "dicomweb/changefeed/latest"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_without_conditions_finds_and_counts_mine_alone()
    {
        foreach (var level in new[] { "studies", "series", "instances" })
        {
            var (status, text) = await ProbeImages.AskAsync(server.Mine, new LeakRequest("GET", $"dicomweb/{level}?includefield=all"));
            Assert.Equal(200, status);
            Assert.Contains(Mine, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Theirs, text, StringComparison.Ordinal);
            Assert.DoesNotContain("Secret of theirs", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_thumbnail_that_was_made_for_its_owner_is_given_to_nobody_else()
    {
        var path = $"dicomweb/studies/{Theirs}/thumbnail";
        _ = await ProbeImages.AskAsync(server.System, new LeakRequest("GET", path));
        await server.IsAsUnknownAsync(new LeakRequest("GET", path));
    }

    [Theory]
    [InlineData("POST", "r")]
    [InlineData("PUT", "r")]
    [InlineData("PUT", "rs")]
    [InlineData("DELETE", "crus")]
    public async Task Whoever_may_only_look_changes_nothing(string method, string letters)
    {
        using var client = server.Running.ClientWith(await server.Running.TokenAsync($"patient/ImagingStudy.{letters}", "mine", AccountRole.Patient, "Patient/mine"));
        var image = await new TestImage(Mine, "1", "1") { PatientId = "M1", Issuer = ImagingServer.Issuer, Description = "Forged" }.ToBytesAsync();
        using var content = new ByteArrayContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        using var request = new HttpRequestMessage(new HttpMethod(method), $"dicomweb/studies/{Mine}{(method == "POST" ? "" : $"/series/{Mine}.1/instances/{Mine}.1.1")}") { Content = content };
        using var response = await client.SendAsync(request);
        Assert.Equal(403, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("studies")]
    [InlineData($"studies/{Mine}/metadata")]
    [InlineData($"studies/{Mine}/series/{Mine}.1/instances/{Mine}.1.1")]
    public async Task No_shared_cache_keeps_images(string path)
    {
        using var response = await server.Mine.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"dicomweb/{path}") { Headers = { { "Accept", "*/*" } } });
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}");
        Assert.True(response.Headers.CacheControl is { Private: true } or { NoStore: true }, $"{response.Headers.CacheControl}");
    }

    [Theory]
    [InlineData($"viewer/?StudyInstanceUIDs={Theirs}")]
    [InlineData($"viewer/viewer?StudyInstanceUIDs={Theirs}")]
    [InlineData($"fhir/ImagingStudy/{Theirs}")]
    [InlineData($"fhir/ImagingStudy?identifier=urn:oid:{Theirs}")]
    [InlineData($"fhir/Task/{Theirs}")]
    [InlineData($"fhir/ImagingStudy/{Theirs}/$reconcile")]
    [InlineData($"fhir/ImagingStudy/{Theirs}/_history/1")]
    [InlineData($"health/images?study={Theirs}")]
    [InlineData($"dicomweb/changefeed?study={Theirs}")]
    public async Task No_other_address_tells_of_the_study(string url) => await server.IsAsUnknownAsync(new LeakRequest("GET", url));

    [Theory]
    [InlineData("studies")]
    [InlineData("changefeed")]
    [InlineData($"studies/{Theirs}")]
    [InlineData($"studies/{Theirs}/series/{Theirs}.1/instances/{Theirs}.1.1/rendered")]
    public async Task Without_a_token_there_is_nothing_to_see(string path)
    {
        using var anybody = new HttpClient { BaseAddress = new Uri($"{server.Running.Root}/") };
        var (status, text) = await ProbeImages.AskAsync(anybody, new LeakRequest("GET", $"dicomweb/{path}"));
        Assert.Equal(401, status);
        Assert.DoesNotContain("Secret", text, StringComparison.Ordinal);
    }
}
