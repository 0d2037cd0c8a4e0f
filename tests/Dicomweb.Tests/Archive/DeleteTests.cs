// DELETE over HTTP, and what it leaves.

using System.Net;

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class DeleteTests(DicomwebFixture images) : IClassFixture<DicomwebFixture>
{
    [Fact]
    public async Task A_deleted_instance_is_gone_and_its_series_and_study_count_without_it()
    {
        await new TestInstance("1.3.1", "1.3.1.1", "1.3.1.1.1").StoreAsync(images.Archive);
        await new TestInstance("1.3.1", "1.3.1.1", "1.3.1.1.2").StoreAsync(images.Archive);
        await new TestInstance("1.3.1", "1.3.1.2", "1.3.1.2.1") { Modality = "SR" }.StoreAsync(images.Archive);
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("studies/1.3.1/series/1.3.1.1/instances/1.3.1.1.1"));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("studies/1.3.1/series/1.3.1.1/instances/1.3.1.1.1"));
        Assert.Equal(["1.3.1.1.2", "1.3.1.2.1"], await InstancesAsync("1.3.1"));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("studies/1.3.1/series/1.3.1.2"));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("studies/1.3.1/series/1.3.1.2"));
        Assert.Equal(["1.3.1.1.2"], await InstancesAsync("1.3.1"));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("studies/1.3.1"));
        Assert.Empty(await InstancesAsync("1.3.1"));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("studies/1.3.1"));
        Assert.Empty(await images.Archive.VerifyAsync(default));
    }

    [Fact]
    public async Task What_is_not_there_or_not_granted_answers_404()
    {
        await new TestInstance("1.3.2", "1.3.2.1", "1.3.2.1.1").StoreAsync(images.Archive);
        await images.Archive.FollowAsync("test", 1, new Dictionary<string, string?> { ["1.3.2"] = "patient-a" }, default);
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("studies/1.3.2/series/9.9"));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("studies/..%2F..%2Fetc"));
        try
        {
            images.Scope = ImageScope.Of(new HashSet<string> { "patient-b" });
            Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("studies/1.3.2"));
            images.Scope = ImageScope.Of(new HashSet<string> { "patient-a" });
            Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("studies/1.3.2"));
        }
        finally
        {
            images.Scope = ImageScope.Full;
        }
    }

    [Fact]
    public async Task A_blob_that_is_open_stays_readable_while_its_instance_is_deleted()
    {
        var instance = new TestInstance("1.3.3", "1.3.3.1", "1.3.3.1.1");
        var stored = (await instance.StoreAsync(images.Archive)).Instance!;
        using var blob = images.Archive.OpenBlob(stored);
        await DeleteAsync("studies/1.3.3");
        var file = await blob.ReadAsync(FhirHub.Dicom.DicomReadOptions.Default, default);
        Assert.Equal("1.3.3.1.1", file.Dataset.GetString(FhirHub.Dicom.DicomTags.SOPInstanceUID));
    }

    [Fact]
    public async Task An_instance_that_is_stored_again_after_a_delete_has_the_next_version()
    {
        var instance = new TestInstance("1.3.4", "1.3.4.1", "1.3.4.1.1");
        await instance.StoreAsync(images.Archive);
        await DeleteAsync("studies/1.3.4");
        var again = await instance.StoreAsync(images.Archive);
        Assert.Equal((StoreOutcome.Created, 2), (again.Outcome, again.Instance!.Version));
    }

    private async Task<HttpStatusCode> DeleteAsync(string address)
    {
        using var answer = await images.Client.DeleteAsync(address);
        return answer.StatusCode;
    }

    private async Task<IEnumerable<string?>> InstancesAsync(string study) =>
        (await images.Archive.FindAsync(ImageScope.Full, new(study), default)).Select(static instance => instance.Path.Instance);
}
