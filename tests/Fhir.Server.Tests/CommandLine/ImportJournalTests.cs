// What an interrupted import remembers.

using FhirHub.Server;
using FhirHub.Storage;

namespace FhirHub.Tests.CommandLine;

public class ImportJournalTests
{
    private static readonly ImportSource Source = new("a.ndjson", "AB");

    [Fact]
    public async Task What_is_done_is_done_in_the_next_run()
    {
        using var folder = new TemporaryFolder();
        using (var journal = await OpenAsync(folder))
            journal.Done([Line(1), Line(2), Line(3), Line(70)]);

        using var next = await OpenAsync(folder);
        Assert.Equal([1, 2, 3, 70], Enumerable.Range(0, 100).Where(i => next.IsDone(Line(i))));
        Assert.False(next.IsDone(new ImportDocument(new ImportSource("a.ndjson", "AC"), 1, default)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_end_was_not_noted_is_settled_by_what_the_store_has(bool wasCommitted)
    {
        using var folder = new TemporaryFolder();
        using (var journal = await OpenAsync(folder))
            journal.Begin([Line(1), Line(2)], new ResourceKey("Patient", "1"));

        using var next = await OpenAsync(folder, key => wasCommitted && key == new ResourceKey("Patient", "1"));
        Assert.Equal(wasCommitted, next.IsDone(Line(1)));
        Assert.Equal(wasCommitted, next.IsDone(Line(2)));
    }

    [Fact]
    public async Task A_line_that_was_cut_off_does_no_harm()
    {
        using var folder = new TemporaryFolder();
        using (var journal = await OpenAsync(folder))
            journal.Done([Line(1)]);
        await File.AppendAllTextAsync(folder["import.journal"], "done AB 2");
        using (var journal = await OpenAsync(folder))
            journal.Done([Line(3)]);

        using var next = await OpenAsync(folder);
        Assert.Equal([1, 3], Enumerable.Range(0, 10).Where(i => next.IsDone(Line(i))));
    }

    private static Task<ImportJournal> OpenAsync(TemporaryFolder folder, Func<ResourceKey, bool>? exists = null) =>
        ImportJournal.OpenAsync(folder.Path, key => ValueTask.FromResult(exists?.Invoke(key) ?? false), CancellationToken.None);

    private static ImportDocument Line(int line) => new(Source, line, default);
}
