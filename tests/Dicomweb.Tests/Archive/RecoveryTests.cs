// Opening an archive: what was not finished is dropped, what is damaged is refused in one sentence.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class RecoveryTests : IDisposable
{
    private static readonly TestInstance First = new("1.5.1", "1.5.1.1", "1.5.1.1.1");

    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-recovery-").FullName;

    private DicomwebOptions Options => new() { Path = _folder };

    private string Segment => Path.Combine(_folder, "segments", "00000001.seg");

    private string Index => Path.Combine(_folder, "index.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_no_commit_knows_is_dropped()
    {
        await StoreFirstAsync();
        var length = new FileInfo(Segment).Length;
        await File.AppendAllBytesAsync(Segment, new byte[100_000]);
        var unknown = Path.Combine(_folder, "segments", "00000007.seg");
        await File.WriteAllBytesAsync(unknown, new byte[10]);
        await using var archive = Open();
        Assert.Equal(length, new FileInfo(Segment).Length);
        Assert.False(File.Exists(unknown));
        await (First with { Instance = "1.5.1.1.2" }).StoreAsync(archive);
        Assert.Equal(2, (await archive.FindAsync(ImageScope.Full, new("1.5.1"), default)).Count);
        Assert.Empty(await archive.VerifyAsync(default));
    }

    [Fact]
    public async Task An_archive_has_one_process_at_a_time()
    {
        await using (Open())
        {
            var refused = Assert.Throws<ArchiveException>(Open);
            Assert.Contains("another process", refused.Message, StringComparison.Ordinal);
        }

        await Open().DisposeAsync();
    }

    [Fact]
    public async Task A_segment_that_is_missing_is_told()
    {
        await StoreFirstAsync();
        File.Delete(Segment);
        Assert.Contains("00000001.seg' is missing", Assert.Throws<ArchiveException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(267, true)]
    [InlineData(26, true)]
    [InlineData(13, false)]
    [InlineData(10, false)]
    [InlineData(4874, false)]
    public void Only_a_damaged_index_is_to_be_restored_and_not_one_whose_disk_is_full(int code, bool isDamaged)
    {
        var told = ArchiveOpening.Unusable(_folder, new DatabaseException("It failed.") { Code = code }).Message;
        Assert.Equal(isDamaged, told.Contains("backup", StringComparison.Ordinal));
        Assert.Equal(!isDamaged, told.Contains("has room", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_segment_that_was_cut_is_told()
    {
        await StoreFirstAsync();
        using (var file = File.OpenWrite(Segment))
            file.SetLength(20);
        Assert.Contains("is shorter than", Assert.Throws<ArchiveException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_index_is_told()
    {
        await StoreFirstAsync();
        await File.WriteAllTextAsync(Index, "This is no database, whatever its name says. It is long enough for a header of one hundred bytes, though.");
        Assert.Contains("Restore index and segments from one backup", Assert.Throws<ArchiveException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_of_a_newer_program_is_left_alone()
    {
        await StoreFirstAsync();
        using (var connection = new FhirHub.Sqlite.Connection(Index, readOnly: false, cacheMegabytes: 1))
            connection.Execute("PRAGMA user_version = 900");
        Assert.Contains("newer version", Assert.Throws<ArchiveException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_that_were_stored_are_found_by_the_verification()
    {
        await StoreFirstAsync();
        var bytes = await File.ReadAllBytesAsync(Segment);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes);
        await using var archive = Open();
        Assert.Equal(["The bytes of instance 1.5.1.1.1 are not those that were stored."], await archive.VerifyAsync(default));
    }

    [Fact]
    public async Task Counts_that_are_not_right_are_found_by_the_verification()
    {
        await StoreFirstAsync();
        using (var connection = new FhirHub.Sqlite.Connection(Index, readOnly: false, cacheMegabytes: 1))
            connection.Execute("UPDATE study SET instances = 5, modalities = 'MR'; DELETE FROM instance_data; UPDATE change SET version = 3");
        await using var archive = Open();
        var wrong = await archive.VerifyAsync(default);
        Assert.Contains("Study 1.5.1 counts other instances than it has.", wrong);
        Assert.Contains("Study 1.5.1 names other modalities than its series have.", wrong);
        Assert.Contains("Instance 1.5.1.1.1 has no metadata.", wrong);
        Assert.Contains("Instance 1.5.1.1.1 is not what its change says.", wrong);
    }

    [Fact]
    public async Task An_upload_that_fails_leaves_nothing_and_the_archive_lives_on()
    {
        await using var archive = Open();
        var large = First with { Frames = 100, FrameBytes = 30_000 };
        var bytes = large.ToBytes();
        await using (var upload = archive.BeginUpload())
            await upload.AppendAsync(bytes.AsMemory(0, 2_500_000), default);
        await using (var upload = archive.BeginUpload())
        {
            await upload.AppendAsync(bytes.AsMemory(0, 2_000_000), default);
            upload.Reset();
            await upload.AppendAsync(bytes, default);
            Assert.Equal(StoreOutcome.Created, (await TestInstance.StoreAsync(archive, upload)).Outcome);
        }

        Assert.Equal(bytes.Length, new FileInfo(Segment).Length);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "segments")));
        Assert.Empty(await archive.VerifyAsync(default));
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_fails_the_upload_only()
    {
        await using var archive = Open();
        var segments = Path.Combine(_folder, "segments");
        Directory.Delete(segments);
        await Assert.ThrowsAsync<ArchiveException>(() => First.StoreAsync(archive));
        Directory.CreateDirectory(segments);
        Assert.Equal(StoreOutcome.Created, (await First.StoreAsync(archive)).Outcome);
        Assert.Empty(await archive.VerifyAsync(default));
    }

    [Fact]
    public async Task What_is_longer_than_the_limit_is_refused_while_it_comes()
    {
        await using var archive = ImageArchive.Open(Options with { InstanceBytes = 1_000 }, TimeProvider.System);
        await using var upload = archive.BeginUpload();
        await upload.AppendAsync(new byte[1_000], default);
        Assert.Equal(413, (await Assert.ThrowsAsync<DicomwebException>(async () => await upload.AppendAsync(new byte[1], default))).Status);
    }

    private ImageArchive Open() => ImageArchive.Open(Options, TimeProvider.System);

    private async Task StoreFirstAsync()
    {
        await using var archive = Open();
        await First.StoreAsync(archive);
    }
}
