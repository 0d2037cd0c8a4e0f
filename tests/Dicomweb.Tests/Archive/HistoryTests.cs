// What was replaced or deleted: how long it is kept, and to whom it belongs.

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class HistoryTests : IAsyncLifetime
{
    private static readonly TestInstance First = new("1.6.1", "1.6.1.1", "1.6.1.1.1") { FrameBytes = 20_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-history-").FullName;
    private readonly TestClock _clock = new();
    private ImageArchive _archive = null!;

    public Task InitializeAsync()
    {
        _archive = ImageArchive.Open(new DicomwebOptions { Path = _folder, DeletedDays = 30 }, _clock);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _archive.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Replaced_content_is_readable_until_its_days_are_over()
    {
        await First.StoreAsync(_archive);
        await (First with { Fill = 1 }).StoreAsync(_archive, duplicates: DuplicatePolicy.Replace);
        await (First with { Fill = 2, Frames = 2 }).StoreAsync(_archive, duplicates: DuplicatePolicy.Replace);
        var history = await _archive.HistoryAsync(ImageScope.Full, First.Path, default);
        Assert.Equal([2, 1], history.Select(static version => version.Version));
        Assert.Equal((First with { Fill = 1 }).ToBytes(), await TestInstance.ReadAsync(_archive, history[0]));
        Assert.Equal(1, (await _archive.FramesAsync(history[0], default)).Count);

        _clock.Forward(TimeSpan.FromDays(29));
        Assert.Equal(0, (await _archive.PurgeAsync(default)).Instances);
        _clock.Forward(TimeSpan.FromDays(2));
        var purged = await _archive.PurgeAsync(default);
        Assert.Equal(2, purged.Instances);
        Assert.Equal(history.Sum(static version => version.Place.Length), purged.Bytes + purged.KeptBytes);
        Assert.Empty(await _archive.HistoryAsync(ImageScope.Full, First.Path, default));
        Assert.Empty(await _archive.VerifyAsync(default));
        Assert.Equal(3, Assert.Single(await _archive.FindAsync(ImageScope.Full, First.Path, default)).Version);
    }

    [Fact]
    public async Task What_is_read_is_not_purged()
    {
        var stored = (await First.StoreAsync(_archive)).Instance!;
        await _archive.DeleteAsync(ImageScope.Full, First.Path, default);
        _clock.Forward(TimeSpan.FromDays(31));
        using (var blob = _archive.OpenBlob(stored))
        {
            Assert.Equal(0, (await _archive.PurgeAsync(default)).Instances);
            Assert.Equal(First.ToBytes(), await TestInstance.ReadAsync(_archive, stored));
        }

        Assert.Equal(1, (await _archive.PurgeAsync(default)).Instances);
        Assert.Equal(0, (await _archive.PurgeAsync(default)).Instances);
    }

    [Fact]
    public async Task The_archive_is_whole_after_everything_was_purged_and_stored_again()
    {
        await First.StoreAsync(_archive);
        await _archive.DeleteAsync(ImageScope.Full, new("1.6.1"), default);
        _clock.Forward(TimeSpan.FromDays(31));
        await _archive.PurgeAsync(default);
        await _archive.DisposeAsync();
        await InitializeAsync();
        Assert.Equal(2, (await First.StoreAsync(_archive)).Instance!.Version);
        Assert.Equal(First.ToBytes(), await TestInstance.ReadAsync(_archive, (await _archive.FindAsync(ImageScope.Full, First.Path, default))[0]));
        Assert.Empty(await _archive.VerifyAsync(default));
    }

    [Fact]
    public async Task A_scope_sees_the_studies_of_its_patients_only()
    {
        var granted = ImageScope.Of(new HashSet<string> { "a" });
        Assert.Equal(StoreOutcome.NotGranted, (await First.StoreAsync(_archive, granted)).Outcome);
        await First.StoreAsync(_archive);
        Assert.Empty(await _archive.FindAsync(granted, new("1.6.1"), default));
        await _archive.FollowAsync("links", 1, new Dictionary<string, string?> { ["1.6.1"] = "a" }, default);
        Assert.Equal("a", Assert.Single(await _archive.FindAsync(granted, new("1.6.1"), default)).Patient);
        Assert.Equal(StoreOutcome.Created, (await (First with { Instance = "1.6.1.1.2" }).StoreAsync(_archive, granted)).Outcome);
        Assert.Empty(await _archive.FindAsync(ImageScope.Of(new HashSet<string> { "b" }), First.Path, default));
        Assert.Equal(0, await _archive.DeleteAsync(ImageScope.Of(new HashSet<string> { "b" }), First.Path, default));
        Assert.Equal("a", (await _archive.ChangesAsync(granted, 0, 10, default))[0].Patient);
    }

    [Fact]
    public async Task A_follower_never_goes_back()
    {
        await First.StoreAsync(_archive);
        await (First with { Instance = "1.6.1.1.2" }).StoreAsync(_archive);
        Assert.Equal(0, _archive.FollowedTo("fhir"));
        await _archive.FollowAsync("fhir", 2, new Dictionary<string, string?>(), default);
        await _archive.FollowAsync("fhir", 1, new Dictionary<string, string?>(), default);
        Assert.Equal(2, _archive.FollowedTo("fhir"));
    }

    [Fact]
    public async Task Whoever_replaces_all_of_a_study_may_correct_its_patient_and_the_link_is_gone()
    {
        await First.StoreAsync(_archive);
        await _archive.FollowAsync("links", 1, new Dictionary<string, string?> { ["1.6.1"] = "a" }, default);
        var corrected = await (First with { PatientId = "P2" }).StoreAsync(_archive, duplicates: DuplicatePolicy.Replace);
        Assert.Equal((StoreOutcome.Replaced, null), (corrected.Outcome, corrected.Instance!.Patient));
        Assert.Null(Assert.Single(await _archive.FindAsync(ImageScope.Full, First.Path, default)).Patient);
        Assert.Equal(StoreOutcome.OtherPatient, (await (First with { Instance = "1.6.1.1.2" }).StoreAsync(_archive)).Outcome);
        Assert.Empty(await _archive.VerifyAsync(default));
    }

    [Fact]
    public async Task An_issuer_that_is_not_named_contradicts_none()
    {
        await First.StoreAsync(_archive);
        Assert.Equal(StoreOutcome.Created, (await (First with { Instance = "1.6.1.1.2", Issuer = "A" }).StoreAsync(_archive)).Outcome);
        Assert.Equal(StoreOutcome.Created, (await (First with { Instance = "1.6.1.1.3" }).StoreAsync(_archive)).Outcome);
        Assert.Equal(StoreOutcome.OtherPatient, (await (First with { Instance = "1.6.1.1.4", Issuer = "B" }).StoreAsync(_archive)).Outcome);
    }

    private sealed class TestClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Forward(TimeSpan time) => _now += time;
    }
}
