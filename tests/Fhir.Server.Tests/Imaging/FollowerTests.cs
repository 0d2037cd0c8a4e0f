// FHIR stays in step with the images through bursts, restarts and crashes, and one bad study keeps no other waiting.

using FhirHub.Dicomweb;
using FhirHub.Server.Imaging;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Server.Tests.Imaging;

public class FollowerTests(ImagingServer server) : IClassFixture<ImagingServer>
{
    private readonly string _uid = TestImage.NewStudy();
    private readonly string _number = ImagingServer.NewNumber();

    private TestImage Image => new(_uid) { PatientId = _number, Issuer = ImagingServer.Issuer, BirthDate = "19700101", Sex = "F" };

    private ImageArchive Archive => server.Services.GetRequiredService<FhirServer>().Images!.Archive;

    [Fact]
    public async Task A_study_in_sixteen_parallel_uploads_makes_few_versions_and_counts_all_instances()
    {
        const int Instances = 300;
        var patient = await server.PatientAsync(_number);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, Instances),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (number, _) => await server.StoreAsync(Image with { Series = $"{(number % 3) + 1}", Instance = $"{number}" }));
        var study = await server.StudyAsync(_uid, static study => (int)study["numberOfInstances"]! == Instances);
        Assert.Equal(3, (int)study["numberOfSeries"]!);
        Assert.Equal(Instances, study["series"]!.AsArray().Sum(static series => series!["instance"]!.AsArray().Count));
        Assert.Equal($"Patient/{patient}", (string?)study["subject"]!["reference"]);

        // An upload of each of them would have made one.
        Assert.InRange(int.Parse((string)study["meta"]!["versionId"]!), 1, Instances / 5);
    }

    [Fact]
    public async Task A_study_of_thousands_is_counted_and_not_listed()
    {
        var archive = Archive;
        await Parallel.ForEachAsync(Enumerable.Range(1, StudyReader.MostInstances + 1), async (number, cancel) =>
        {
            await using var upload = archive.BeginUpload();
            var instance = await (Image with { Instance = $"{number}" }).ToBytesAsync();
            await upload.AppendAsync(instance, cancel);
            await archive.StoreAsync(ImageScope.Full, upload, FhirHub.Dicom.DicomFile.Read(instance), null, cancel);
        });
        var study = await server.StudyAsync(_uid, static study => (int)study["numberOfInstances"]! == StudyReader.MostInstances + 1);
        Assert.Null(Assert.Single(study["series"]!.AsArray())!["instance"]);
    }

    [Fact]
    public async Task Access_follows_the_patient()
    {
        var former = await server.PatientAsync(_number);
        await server.StoreAsync(Image);
        await server.LinkedAsync(_uid, former);
        await IsOfAsync(former);
        var survivor = await server.PatientAsync(ImagingServer.NewNumber());
        await server.MergeAsync(former, _number, survivor);
        await server.LinkedAsync(_uid, survivor);
        await IsOfAsync(survivor);
        Assert.Empty(await Archive.FindAsync(ImageScope.Of(new HashSet<string> { former }), new ImagePath(_uid), CancellationToken.None));
        using (var unlinked = await server.Client.SendAsync("POST", $"ImagingStudy/{_uid}/$unlink"))
            Assert.Equal(200, (int)unlinked.StatusCode);
        Assert.Empty(await Archive.FindAsync(ImageScope.Of(new HashSet<string> { survivor }), new ImagePath(_uid), CancellationToken.None));
    }

    [Fact]
    public async Task What_is_followed_again_after_a_crash_writes_nothing_again()
    {
        var patient = await server.PatientAsync(_number);
        await server.StoreAsync(Image);
        await server.LinkedAsync(_uid, patient);
        await server.CaughtUpAsync();
        var version = (string?)(await server.StudyAsync(_uid, static _ => true))["meta"]!["versionId"];

        // As a crash leaves it between the commit of FHIR and the note of it.
        await server.StopAsync();
        using (var connection = new FhirHub.Sqlite.Connection(Path.Combine(server.DataPath, "images", "index.db"), readOnly: false, cacheMegabytes: 1))
        {
            connection.Execute("DELETE FROM follower");
            connection.Execute("UPDATE study SET patient = NULL");
        }

        await server.StartAsync();
        await server.CaughtUpAsync();
        await IsOfAsync(patient);
        Assert.Equal(version, (string?)(await server.StudyAsync(_uid, static _ => true))["meta"]!["versionId"]);
    }

    [Fact]
    public async Task What_changes_while_the_follower_is_down_is_caught_up_with()
    {
        await server.StoreAsync(Image);
        await server.QueuedAsync(_uid, "unmatched");
        await server.RestartAsync();
        var patient = await server.PatientAsync(_number);
        await server.LinkedAsync(_uid, patient);
        await IsOfAsync(patient);
    }

    [Fact]
    public async Task A_study_that_can_not_be_read_goes_to_the_queue_and_keeps_no_other_waiting()
    {
        await server.StoreAsync(Image);
        await server.StudyAsync(_uid, static _ => true);
        var place = (await Archive.FindAsync(ImageScope.Full, new ImagePath(_uid), CancellationToken.None))[0].Place;
        var segment = Path.Combine(server.DataPath, "images", "segments", $"{place.Segment:D8}.seg");
        var kept = await OverwriteAsync(new byte[place.Length]);
        await server.StoreAsync(Image with { Instance = "2" });
        Assert.Equal("failed", (string?)(await server.QueuedAsync(_uid, "failed"))["status"]);
        await server.CaughtUpAsync();

        await OverwriteAsync(kept);
        await server.StudyAsync(_uid, static study => (int)study["numberOfInstances"]! == 2);
        Assert.Equal("requested", (string?)(await server.QueuedAsync(_uid, "unmatched"))["status"]);

        async Task<byte[]> OverwriteAsync(byte[] bytes)
        {
            await server.StopAsync();
            var before = new byte[bytes.Length];
            using (var file = File.OpenHandle(segment, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.Read(file, before, place.Offset);
                RandomAccess.Write(file, bytes, place.Offset);
            }

            await server.StartAsync();
            return before;
        }
    }

    [Fact]
    public async Task How_far_FHIR_is_behind_can_be_seen()
    {
        await server.StoreAsync(Image);
        await server.CaughtUpAsync();
        var status = await server.ResourceAsync(server.Base[..^"/fhir".Length] + "/health/images", static status => (long)status["behind"]! == 0);
        Assert.True((long)status["lastChange"]! > 0);
        Assert.Equal(0, (int)status["failingStudies"]!);
        Assert.Equal("ready", await server.Client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task The_statement_lists_the_operations()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        var type = statement["rest"]![0]!["resource"]!.AsArray().Single(static resource => (string?)resource!["type"] == "ImagingStudy")!;
        Assert.Equal(["reconcile", "unlink"], type["operation"]!.AsArray().Select(static operation => (string)operation!["name"]!).Where(static name => name is "reconcile" or "unlink").Order(StringComparer.Ordinal));
    }

    private async Task IsOfAsync(string patient)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if ((await Archive.FindAsync(ImageScope.Of(new HashSet<string> { patient }), new ImagePath(_uid), CancellationToken.None)).Count > 0)
                return;
            await Task.Delay(50);
        }

        Assert.Fail("The images are not those of the Patient.");
    }
}
