// What the archive promises to those who store and read.

using System.Security.Cryptography;

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class ImageArchiveTests : IAsyncLifetime
{
    private static readonly TestInstance First = new("1.2.1", "1.2.1.1", "1.2.1.1.1");

    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-archive-").FullName;
    private ImageArchive _archive = null!;

    private DicomwebOptions Options { get; set; } = new() { Path = "" };

    public Task InitializeAsync()
    {
        Options = new DicomwebOptions { Path = Path.Combine(_folder, "images") };
        _archive = ImageArchive.Open(Options, TimeProvider.System);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _archive.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_stored_instance_is_found_with_its_bytes_also_after_a_restart()
    {
        var bytes = First.ToBytes();
        var stored = await TestInstance.StoreAsync(_archive, bytes);
        Assert.Equal(StoreOutcome.Created, stored.Outcome);
        for (var round = 0; round < 2; round++)
        {
            var found = Assert.Single(await _archive.FindAsync(ImageScope.Full, First.Path, default));
            Assert.Equal(First.Path, found.Path);
            Assert.Equal(First.SopClass, found.SopClassUid);
            Assert.Equal("1.2.840.10008.1.2.1", found.TransferSyntax.Uid);
            Assert.Equal((1, 1, 1), (found.Version, found.Number, found.Frames));
            Assert.Equal(SHA256.HashData(bytes), found.Sha256.ToArray());
            Assert.Equal(bytes, await TestInstance.ReadAsync(_archive, found));
            await ReopenAsync();
        }
    }

    // The same number is another patient's where another has given it.
    [Theory]
    [InlineData("P1", "HOSPITAL-A", "one")]
    [InlineData("P1", "HOSPITAL-B", null)]
    [InlineData("P2", "HOSPITAL-A", null)]
    public async Task A_study_whose_patient_is_corrected_is_linked_to_nobody_until_it_is_linked_anew(string patientId, string issuer, string? linked)
    {
        await (First with { Issuer = "HOSPITAL-A" }).StoreAsync(_archive);
        await _archive.FollowAsync("test", 0, new Dictionary<string, string?>(StringComparer.Ordinal) { [First.Study] = "one" }, default);
        var replaced = await (First with { PatientId = patientId, Issuer = issuer, Fill = 1 }).StoreAsync(_archive, duplicates: DuplicatePolicy.Replace);
        Assert.Equal((StoreOutcome.Replaced, linked), (replaced.Outcome, replaced.Instance!.Patient));
        Assert.Equal(linked, Assert.Single(await _archive.FindAsync(ImageScope.Full, First.Path, default)).Patient);
    }

    [Fact]
    public async Task Frames_are_where_the_table_says()
    {
        var instance = First with { Frames = 3, FrameBytes = 10, Fill = 7 };
        await instance.StoreAsync(_archive);
        var stored = Assert.Single(await _archive.FindAsync(ImageScope.Full, First.Path, default));
        var frames = await _archive.FramesAsync(stored, default);
        var bytes = await TestInstance.ReadAsync(_archive, stored);
        Assert.Equal(3, frames.Count);
        var stretch = Assert.Single(frames[2]);
        Assert.Equal(10, stretch.Length);
        Assert.Equal(bytes.Length, stretch.Offset + stretch.Length);
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(1_048_000)]
    [InlineData(5_000_000)]
    public async Task Instances_of_any_length_come_back_byte_for_byte(int pixels)
    {
        var bytes = (First with { Frames = 100, FrameBytes = pixels / 100, Fill = 3 }).ToBytes();
        await using var upload = _archive.BeginUpload();
        for (var at = 0; at < bytes.Length; at += 70_001)
            await upload.AppendAsync(bytes.AsMemory(at, Math.Min(70_001, bytes.Length - at)), default);
        Assert.Equal(bytes.Length, upload.Length);
        var stored = await TestInstance.StoreAsync(_archive, upload);
        Assert.Equal(bytes, await TestInstance.ReadAsync(_archive, stored.Instance!));
    }

    [Fact]
    public async Task The_same_bytes_again_are_no_change()
    {
        await First.StoreAsync(_archive);
        var again = await First.StoreAsync(_archive);
        Assert.Equal(StoreOutcome.Identical, again.Outcome);
        Assert.Equal(1, again.Instance!.Version);
        Assert.Equal(1, _archive.LastChange);
    }

    [Fact]
    public async Task Other_content_is_refused_or_replaces_as_the_policy_says()
    {
        await First.StoreAsync(_archive);
        var other = First with { Fill = 9 };
        var refused = await other.StoreAsync(_archive);
        Assert.Equal((StoreOutcome.Conflict, null), (refused.Outcome, refused.Instance));
        var replaced = await other.StoreAsync(_archive, duplicates: DuplicatePolicy.Replace);
        Assert.Equal((StoreOutcome.Replaced, 2), (replaced.Outcome, replaced.Instance!.Version));
        var found = Assert.Single(await _archive.FindAsync(ImageScope.Full, new("1.2.1"), default));
        Assert.Equal(other.ToBytes(), await TestInstance.ReadAsync(_archive, found));
        Assert.Equal(
            [ImageChangeAction.Create, ImageChangeAction.Update],
            (await _archive.ChangesAsync(ImageScope.Full, 0, 10, default)).Select(static change => change.Action));
    }

    [Fact]
    public async Task Images_of_another_patient_never_come_into_a_study()
    {
        await First.StoreAsync(_archive);
        var other = First with { Instance = "1.2.1.1.2", PatientId = "P2" };
        Assert.Equal(StoreOutcome.OtherPatient, (await other.StoreAsync(_archive)).Outcome);
        Assert.Equal(StoreOutcome.OtherPatient, (await (other with { PatientId = "" }).StoreAsync(_archive)).Outcome);
        Assert.Single(await _archive.FindAsync(ImageScope.Full, new("1.2.1"), default));
    }

    [Fact]
    public async Task Changes_have_numbers_without_gaps_and_waiters_hear_of_them()
    {
        var waiting = _archive.WaitForChangeAsync(2, default);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (First with { Instance = $"1.2.1.1.{i}", Series = $"1.2.1.{i % 3}" }).StoreAsync(_archive)));
        await waiting;
        var changes = await _archive.ChangesAsync(ImageScope.Full, 0, 100, default);
        Assert.Equal(Enumerable.Range(1, 40).Select(static number => (long)number), changes.Select(static change => change.Sequence));
        Assert.Equal(40, _archive.LastChange);
        Assert.Equal([39, 40], (await _archive.ChangesAsync(ImageScope.Full, 38, 100, default)).Select(static change => change.Sequence));
    }

    private async Task ReopenAsync()
    {
        await _archive.DisposeAsync();
        _archive = ImageArchive.Open(Options, TimeProvider.System);
    }
}
