// The change feed over HTTP.

using System.Net;
using System.Text.Json.Nodes;

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class ChangeFeedTests(DicomwebFixture images) : IClassFixture<DicomwebFixture>
{
    [Fact]
    public async Task Changes_come_in_order_with_what_has_become_of_their_instances()
    {
        var start = images.Archive.LastChange;
        var first = new TestInstance("1.4.1", "1.4.1.1", "1.4.1.1.1");
        await first.StoreAsync(images.Archive);
        await (first with { Fill = 1 }).StoreAsync(images.Archive, duplicates: DuplicatePolicy.Replace);
        await (first with { Instance = "1.4.1.1.2" }).StoreAsync(images.Archive);
        using (await images.Client.DeleteAsync("studies/1.4.1/series/1.4.1.1/instances/1.4.1.1.2"))
        {
        }

        var entries = await ChangesAsync($"?offset={start}");
        Assert.Equal(Enumerable.Range(1, 4).Select(number => start + number), entries.Select(static entry => (long)entry["sequence"]!));
        Assert.Equal(["create", "update", "create", "delete"], entries.Select(static entry => (string)entry["action"]!));
        Assert.Equal(["replaced", "current", "deleted", "deleted"], entries.Select(static entry => (string)entry["state"]!));
        Assert.Equal("1.4.1", (string)entries[1]["studyInstanceUid"]!);
        Assert.Equal("1.4.1.1.1", (string)entries[1]["metadata"]!["00080018"]!["Value"]![0]!);
        Assert.DoesNotContain(entries, static entry => (string)entry["state"]! != "current" && entry["metadata"] is not null);
        Assert.Null((await ChangesAsync($"?after={start}&limit=2&includemetadata=false"))[1]["metadata"]);
        Assert.Equal(2, (await ChangesAsync($"?after={start}&limit=2")).Count);

        var latest = JsonNode.Parse(await images.Client.GetStringAsync("changefeed/latest"))!;
        Assert.Equal((images.Archive.LastChange, "delete"), ((long)latest["sequence"]!, (string)latest["action"]!));
    }

    [Fact]
    public async Task Whose_study_was_deleted_is_not_told_that_another_has_it_now()
    {
        var first = new TestInstance("1.4.9", "1.4.9.1", "1.4.9.1.1");
        var start = images.Archive.LastChange;
        await first.StoreAsync(images.Archive);
        await images.Archive.FollowAsync("test", 0, new Dictionary<string, string?>(StringComparer.Ordinal) { [first.Study] = "one" }, default);
        await images.Archive.DeleteAsync(ImageScope.Full, new(first.Study), default);
        await (first with { PatientId = "P2", Fill = 1 }).StoreAsync(images.Archive);
        images.Scope = ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "one" });
        try
        {
            var entries = await ChangesAsync($"?offset={start}");
            Assert.Equal([("create", "deleted"), ("delete", "deleted")], entries.Select(static entry => ((string)entry["action"]!, (string)entry["state"]!)));
        }
        finally
        {
            images.Scope = ImageScope.Full;
        }
    }

    [Theory]
    [InlineData("changefeed?limit=0")]
    [InlineData("changefeed?limit=1001")]
    [InlineData("changefeed?offset=-1")]
    [InlineData("changefeed?offset=x")]
    [InlineData("changefeed?wait=3600")]
    [InlineData("changefeed?since=5")]
    [InlineData("changefeed?includemetadata=maybe")]
    [InlineData("changefeed/latest?nothing=1")]
    public async Task What_the_feed_does_not_know_answers_400_and_says_what_it_does(string address)
    {
        using var answer = await images.Client.GetAsync(address);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Whoever_waits_is_answered_by_the_next_change()
    {
        var waiting = ChangesAsync($"?offset={images.Archive.LastChange}&wait=60");
        await new TestInstance("1.4.2", "1.4.2.1", "1.4.2.1.1").StoreAsync(images.Archive);
        Assert.Equal("1.4.2.1.1", (string)Assert.Single(await waiting)["sopInstanceUid"]!);
    }

    [Fact]
    public async Task A_feed_shows_the_changes_of_granted_patients_only_also_after_the_study_is_gone()
    {
        await new TestInstance("1.4.3", "1.4.3.1", "1.4.3.1.1").StoreAsync(images.Archive);
        await new TestInstance("1.4.4", "1.4.4.1", "1.4.4.1.1").StoreAsync(images.Archive);
        await images.Archive.FollowAsync("test", 1, new Dictionary<string, string?> { ["1.4.3"] = "patient-c", ["1.4.4"] = "patient-d" }, default);
        await images.Archive.DeleteAsync(ImageScope.Full, new("1.4.3"), default);
        await new TestInstance("1.4.3", "1.4.3.1", "1.4.3.1.1") { PatientId = "P9" }.StoreAsync(images.Archive);
        await images.Archive.FollowAsync("test", 2, new Dictionary<string, string?> { ["1.4.3"] = "patient-d" }, default);
        try
        {
            images.Scope = ImageScope.Of(new HashSet<string> { "patient-c" });
            Assert.Equal(["create", "delete"], (await ChangesAsync("")).Select(static entry => (string)entry["action"]!));
            images.Scope = ImageScope.Of(new HashSet<string> { "patient-d" });
            Assert.Equal(["1.4.4", "1.4.3"], (await ChangesAsync("")).Select(static entry => (string)entry["studyInstanceUid"]!));
            images.Scope = ImageScope.Of(new HashSet<string> { "nobody" });
            Assert.Empty(await ChangesAsync(""));
            using var latest = await images.Client.GetAsync("changefeed/latest");
            Assert.Equal(HttpStatusCode.NoContent, latest.StatusCode);
        }
        finally
        {
            images.Scope = ImageScope.Full;
        }
    }

    private async Task<IReadOnlyList<JsonNode>> ChangesAsync(string query) =>
        [.. JsonNode.Parse(await images.Client.GetStringAsync($"changefeed{query}"))!.AsArray().Select(static entry => entry!)];
}
