// What export writes and import makes of it: the same records, whatever happens in between.

using System.IO.Compression;
using FhirHub.Storage;

namespace FhirHub.Tests.Moving;

public class StoreExportTests
{
    [Fact]
    public async Task Versions_methods_and_deletions_move_and_export_again_to_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        await using (var source = await MovedStore.OpenAsync(folder["a"]))
        {
            await FillAsync(source);
            Assert.True(await source.ExportAsync(folder["out"]));
            await using var target = await MovedStore.OpenAsync(folder["b"]);
            Assert.Equal(7, await target.ImportAsync(folder["out"]));

            Assert.Equal(await source.HistoryAsync(), await target.HistoryAsync());
            Assert.Equal(["p1"], await target.FindAsync("Patient", "name=Li"));
            Assert.Equal(["o1"], await target.FindAsync("Observation", "subject:Patient.gender=female"));
            Assert.Equal([], await target.FindAsync("Patient", "name=Wang"));
            Assert.True(await target.ExportAsync(folder["again"]));
        }

        Assert.Equal(await File.ReadAllTextAsync(folder["out/versions-00001.ndjson"]), await File.ReadAllTextAsync(folder["again/versions-00001.ndjson"]));
    }

    [Fact]
    public async Task A_line_of_all_versions_is_a_history_with_one_entry()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await source.CommitAsync("""{"resourceType":"Patient","id":"p1","active":true}""", WriteMethod.Post);
        await source.DeleteAsync("Patient", "p1");

        await source.ExportAsync(folder["out.ndjson"]);

        var lines = await File.ReadAllLinesAsync(folder["out.ndjson"]);
        var first = (await source.Store.ReadVersionAsync(FhirHub.Search.AccessScope.Full, new ResourceKey("Patient", "p1"), 1, CancellationToken.None))!;
        var time = ResourceBody.FormatInstant(first.LastUpdated);
        Assert.Equal(
            """{"resourceType":"Bundle","type":"history","entry":[{"fullUrl":"http://127.0.0.1:8080/fhir/Patient/p1","resource":{"resourceType":"Patient","id":"p1","meta":{"versionId":"1","lastUpdated":"TIME"},"active":true},"request":{"method":"POST","url":"Patient"},"response":{"status":"201 Created","etag":"W/\"1\"","lastModified":"TIME"}}]}"""
                .Replace("TIME", time, StringComparison.Ordinal),
            lines[0]);
        Assert.StartsWith(
            """{"resourceType":"Bundle","type":"history","entry":[{"fullUrl":"http://127.0.0.1:8080/fhir/Patient/p1","request":{"method":"DELETE","url":"Patient/p1"},"response":{"status":"204 No Content","etag":"W/\"2\"",""",
            lines[1],
            StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_later_export_adds_what_was_committed_since(bool allVersions, bool isCompressed)
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await using var target = await MovedStore.OpenAsync(folder["b"]);
        await FillAsync(source);
        Assert.True(await source.ExportAsync(folder["out"], allVersions, isCompressed, pageSize: 2));
        var before = Files(folder["out"]);
        await target.ImportAsync(folder["out"]);
        Assert.Equal(await source.CurrentAsync(), await target.CurrentAsync());

        // Nothing has happened: nothing is written.
        Assert.True(await source.ExportAsync(folder["out"], allVersions, isCompressed));
        Assert.Equal(before, Files(folder["out"]));

        await source.DeleteAsync("Patient", "p1");
        await source.PutAsync("""{"resourceType":"Patient","id":"p9","active":false}""");
        await source.DeleteAsync("Observation", "o1");
        await source.PutAsync("""{"resourceType":"Observation","id":"o1","status":"amended","code":{"text":"back"}}""");
        Assert.True(await source.ExportAsync(folder["out"], allVersions, isCompressed, pageSize: 1));
        Assert.All(before, file => Assert.Contains(file, Files(folder["out"])));
        await target.ImportAsync(folder["out"]);

        Assert.Equal("", target.Complaints);
        Assert.Equal(await source.CurrentAsync(), await target.CurrentAsync());
        if (allVersions)
            Assert.Equal(await source.HistoryAsync(), await target.HistoryAsync());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task What_a_run_that_was_cut_off_left_behind_is_made_good(bool allVersions, bool isCompressed)
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        for (var i = 0; i < 60; i++)
            await source.PutAsync($$"""{"resourceType":"{{(i % 3 == 0 ? "Basic" : "Patient")}}","id":"r{{i % 40}}","language":"x-{{i}}"{{(i % 3 == 0 ? ""","code":{"text":"x"}""" : "")}}}""");
        await source.ExportAsync(folder["whole"], allVersions, isCompressed, partBytes: 2_000);

        // Each run ends after a page, and was then cut off in the middle of writing the next one.
        for (var runs = 0; !await source.ExportAsync(folder["cut"], allVersions, isCompressed, pageSize: 7, partBytes: 2_000, new CancellationToken(canceled: true)); runs++)
        {
            Assert.InRange(runs, 0, 20);
            foreach (var file in Directory.EnumerateFiles(folder["cut"]).Where(static file => !Path.GetFileName(file).StartsWith('.')))
                await File.AppendAllTextAsync(file, "{\"resourceType\":\"Pat");
            folder.Write($"cut/Patient-00077.ndjson{(isCompressed ? ".gz" : "")}", "{\"resourceType\":\"Pat");
        }

        Assert.Equal(Lines(folder["whole"]), Lines(folder["cut"]));
    }

    [Fact]
    public async Task An_interrupted_import_of_versions_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await FillAsync(source);
        await source.ExportAsync(folder["out"]);
        var lines = await File.ReadAllLinesAsync(folder["out/versions-00001.ndjson"]);
        folder.Write("half/a.ndjson", string.Join('\n', lines[..4]));
        await using var target = await MovedStore.OpenAsync(folder["b"]);
        Assert.Equal(4, await target.ImportAsync(folder["half"]));

        await target.ImportAsync(folder["out"]);

        Assert.Equal("", target.Complaints);
        Assert.Equal(await source.HistoryAsync(), await target.HistoryAsync());
    }

    [Fact]
    public async Task Versions_that_do_not_fit_are_named_and_none_after_them_is_restored()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await FillAsync(source);
        await source.ExportAsync(folder["out.ndjson"]);
        var lines = await File.ReadAllLinesAsync(folder["out.ndjson"]);
        folder.Write("gap.ndjson", string.Join('\n', lines.Where((_, i) => i != 2)));
        await using var target = await MovedStore.OpenAsync(folder["b"]);

        Assert.Equal(2, await target.ImportAsync(folder["gap.ndjson"]));

        Assert.Contains("gap.ndjson:3: Version 3 of Patient/p1 does not follow", target.Complaints, StringComparison.Ordinal);
        Assert.Equal((await source.HistoryAsync()).Where((_, i) => i < 2), await target.HistoryAsync());

        await using var other = await MovedStore.OpenAsync(folder["c"]);
        await other.PutAsync("""{"resourceType":"Patient","id":"own","active":true}""");
        Assert.Equal(0, await other.ImportAsync(folder["out.ndjson"]));
        Assert.Contains("the store has later records", other.Complaints, StringComparison.Ordinal);
        Assert.Single(await other.HistoryAsync());
    }

    [Theory]
    [InlineData("""{"request":{"method":"PUT","url":"Patient/x"},"response":{"status":"200","etag":"W/\"1\"","lastModified":"2020-01-01T00:00:00Z"}}""", "has a resource unless")]
    [InlineData("""{"request":{"method":"DELETE","url":"Patient/x"},"response":{"status":"204","etag":"W/\"0\"","lastModified":"2020-01-01T00:00:00Z"}}""", "etag")]
    [InlineData("""{"request":{"method":"DELETE","url":"Patient/x"},"response":{"status":"204","etag":"W/\"2\""}}""", "lastModified")]
    [InlineData("""{"request":{"method":"DELETE","url":"Patient/../x"},"response":{"status":"204","etag":"W/\"2\"","lastModified":"2020-01-01T00:00:00Z"}}""", "names a type and an id")]
    [InlineData("""{"request":{"method":"GET","url":"Patient/x"},"response":{"status":"204","etag":"W/\"2\"","lastModified":"2020-01-01T00:00:00Z"}}""", "method")]
    [InlineData("""{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"},"response":{"status":"201","etag":"W/\"1\"","lastModified":"2020-01-01T00:00:00Z"}}""", "names a type and an id")]
    public async Task An_entry_that_is_no_version_is_refused(string entry, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.ndjson", $$"""{"resourceType":"Bundle","type":"history","entry":[{{entry}}]}""");
        await using var target = await MovedStore.OpenAsync(folder["b"]);

        Assert.Equal(0, await target.ImportAsync(folder["a.ndjson"]));

        Assert.Contains(reason, target.Complaints, StringComparison.Ordinal);
        Assert.Empty(await target.HistoryAsync());
    }

    [Fact]
    public async Task A_history_as_servers_answer_it_is_restored_oldest_first()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.json", """
            {"resourceType":"Bundle","type":"history","entry":[
              {"request":{"method":"DELETE","url":"Patient/x"},"response":{"status":"204","etag":"W/\"2\"","lastModified":"2020-01-02T00:00:00Z"}},
              {"resource":{"resourceType":"Patient","id":"x","active":true},"request":{"method":"POST","url":"Patient"},"response":{"status":"201","etag":"W/\"1\"","lastModified":"2020-01-01T01:00:00+01:00"}}]}
            """);
        await using var target = await MovedStore.OpenAsync(folder["b"]);

        Assert.Equal(2, await target.ImportAsync(folder["a.json"]));

        Assert.Equal(
            ["Patient/x 1 2020-01-01T00:00:00.000Z Post },\"active\":true}", "Patient/x 2 2020-01-02T00:00:00.000Z Delete "],
            await target.HistoryAsync());
    }

    [Fact]
    public async Task Search_parameters_are_in_use_for_what_is_restored_after_them()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await source.PutAsync("""{"resourceType":"SearchParameter","id":"s","url":"http://example.org/s","name":"s","status":"active","description":"x","code":"lives-in","base":["Patient"],"type":"string","expression":"Patient.address.city"}""");
        await source.PutAsync("""{"resourceType":"Patient","id":"p1","address":[{"city":"Lanzhou"}]}""");
        await source.ExportAsync(folder["out"]);
        await using var target = await MovedStore.OpenAsync(folder["b"]);

        await target.ImportAsync(folder["out"]);

        Assert.Equal(["p1"], await target.FindAsync("Patient", "lives-in=Lanzhou"));
    }

    [Fact]
    public async Task Files_of_something_else_are_left_alone()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await FillAsync(source);
        folder.Write("mine/notes.ndjson", "mine");
        await Assert.ThrowsAsync<InvalidDataException>(() => source.ExportAsync(folder["mine"]));
        await Assert.ThrowsAsync<InvalidDataException>(() => source.ExportAsync(folder["mine/notes.ndjson"]));
        Assert.Equal(["mine"], await File.ReadAllLinesAsync(folder["mine/notes.ndjson"]));
        Assert.Equal(["notes.ndjson"], Directory.EnumerateFiles(folder["mine"]).Select(Path.GetFileName));

        await source.ExportAsync(folder["out"]);
        await Assert.ThrowsAsync<InvalidDataException>(() => source.ExportAsync(folder["out"], allVersions: false));
        await using var other = await MovedStore.OpenAsync(folder["b"]);
        await Assert.ThrowsAsync<InvalidCursorException>(() => other.ExportAsync(folder["out"]));
        File.Delete(folder["out/versions-00001.ndjson"]);
        await source.PutAsync("""{"resourceType":"Patient","id":"p9","active":false}""");
        await Assert.ThrowsAsync<InvalidDataException>(() => source.ExportAsync(folder["out"]));
    }

    private static async Task FillAsync(MovedStore store)
    {
        await store.CommitAsync("""{"resourceType":"Patient","id":"p1","gender":"male","name":[{"family":"Wang"}]}""", WriteMethod.Post);
        await store.PutAsync("""{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"\u9ad8 <b>&\u0001"},"subject":{"reference":"Patient/p1"},"valueQuantity":{"value":1.2300}}""".Replace("\\u0001", "", StringComparison.Ordinal));
        await store.CommitAsync("""{"resourceType":"Patient","id":"p1","meta":{"tag":[{"code":"x"}]},"gender":"male","name":[{"family":"Li"}]}""", WriteMethod.Put);
        await store.CommitAsync("""{"resourceType":"Patient","id":"p1","gender":"female","name":[{"family":"Li"}]}""", WriteMethod.Patch);
        await store.PutAsync("""{"resourceType":"Patient","id":"p2","contained":[{"resourceType":"Organization","id":"in","name":"Inner"}],"managingOrganization":{"reference":"#in"}}""");
        await store.DeleteAsync("Patient", "p2");
        await store.PutAsync("""{"resourceType":"Patient","id":"p3","birthDate":"1970"}""");
    }

    private static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(static file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal).Select(static file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}")];

    private static List<string> Lines(string folder)
    {
        var lines = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder).Where(static file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress) : File.OpenRead(file);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
                lines.Add(line);
        }

        return lines;
    }
}
