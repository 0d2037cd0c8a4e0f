// What every place for blobs must do, held against a folder and against a bucket of somebody else's S3.

using FhirHub.Smart.Tests;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class BodyBlobsContract(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-blobs-").FullName;

    /// <summary>The places that can be tried here.</summary>
    public static TheoryData<string> Places => S3Server.IsAvailable ? ["folder", "bucket"] : ["folder"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_is_read_is_what_was_written(string place)
    {
        using var blobs = Open(place);
        foreach (var length in new[] { 0, 1, 1_500_000, 5_000_000 })
        {
            var (name, bytes) = (BodyBlobName.Create(s_start), Bytes(length));
            await blobs.WriteAsync(name, bytes, default);
            Assert.Equal(bytes, (await blobs.ReadAsync(name, default)).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_blob_that_is_not_there_is_said_to_be_missing(string place)
    {
        using var blobs = Open(place);
        var name = BodyBlobName.Create(s_start);
        var fault = await Assert.ThrowsAsync<StoreException>(() => blobs.ReadAsync(name, default));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
        Assert.Contains("There is no blob", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_deleted_blob_is_gone_and_may_be_deleted_again(string place)
    {
        using var blobs = Open(place);
        var (gone, kept) = (BodyBlobName.Create(s_start), BodyBlobName.Create(s_start));
        await blobs.WriteAsync(gone, Bytes(10), default);
        await blobs.WriteAsync(kept, Bytes(10), default);
        await blobs.DeleteAsync(gone, default);
        await blobs.DeleteAsync(gone, default);
        await Assert.ThrowsAsync<StoreException>(() => blobs.ReadAsync(gone, default));
        Assert.Equal(10, (await blobs.ReadAsync(kept, default)).Length);
        Assert.Equal([kept], await NamesAsync(blobs, null, s_start.AddDays(1)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_damaged_blob_is_said_to_be_damaged(string place)
    {
        using var blobs = Open(place, out var fileOf);
        var (cut, changed, longer) = (BodyBlobName.Create(s_start), BodyBlobName.Create(s_start), BodyBlobName.Create(s_start));
        foreach (var name in new[] { cut, changed, longer })
            await blobs.WriteAsync(name, Bytes(1_000), default);
        await using (var file = File.OpenWrite(fileOf(cut)))
            file.SetLength(20);
        await using (var file = File.OpenWrite(fileOf(changed)))
        {
            file.Position = 500;
            file.WriteByte((byte)(Bytes(1_000)[500 - 32] ^ 1));
        }

        await File.AppendAllTextAsync(fileOf(longer), "x");
        foreach (var name in new[] { cut, changed, longer })
            Assert.Contains("damaged", (await Assert.ThrowsAsync<StoreException>(() => blobs.ReadAsync(name, default))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Blobs_are_listed_in_the_order_of_their_names_between_a_name_and_a_moment(string place)
    {
        using var blobs = Open(place);
        Assert.Empty(await NamesAsync(blobs, null, s_start.AddYears(1)));
        TimeSpan[] ages = [.. Enumerable.Range(0, 8).Select(static i => TimeSpan.FromMinutes(9 * i)), .. Enumerable.Range(1, 8).Select(static i => TimeSpan.FromDays(11 * i))];
        var names = ages.Select(static age => BodyBlobName.Create(s_start + age)).ToArray();
        foreach (var name in names.Reverse())
            await blobs.WriteAsync(name, Bytes(5), default);
        Assert.Equal(names, await NamesAsync(blobs, null, s_start.AddYears(1)));
        for (var i = 0; i < names.Length; i++)
        {
            Assert.Equal(names[..i], await NamesAsync(blobs, null, s_start + ages[i]));
            Assert.Equal(names[(i + 1)..], await NamesAsync(blobs, names[i], s_start.AddYears(1)));
        }

        Assert.Equal(names[3..9], await NamesAsync(blobs, names[2], s_start + ages[9]));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task More_blobs_than_a_page_of_a_bucket_has_are_all_listed(string place)
    {
        using var blobs = Open(place);
        var names = Enumerable.Range(0, 1_010).Select(static i => BodyBlobName.Create(s_start.AddSeconds(i))).ToArray();
        await Parallel.ForEachAsync(names, async (name, cancel) => await blobs.WriteAsync(name, Bytes(1), cancel));
        Assert.Equal(names, await NamesAsync(blobs, null, s_start.AddYears(1)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Only_names_that_the_store_makes_are_taken(string place)
    {
        using var blobs = Open(place);
        foreach (var name in new[] { "", "../../etc/passwd", "Patient-1", BodyBlobName.Create(s_start).ToUpperInvariant(), BodyBlobName.Create(s_start) + "/", new string('/', 32) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => blobs.WriteAsync(name, Bytes(1), default));
            await Assert.ThrowsAsync<ArgumentException>(() => blobs.ReadAsync(name, default));
            await Assert.ThrowsAsync<ArgumentException>(() => blobs.DeleteAsync(name, default));
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Many_are_written_and_read_at_the_same_time(string place)
    {
        using var blobs = Open(place);
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancel) =>
        {
            var (name, bytes) = (BodyBlobName.Create(s_start.AddHours(i)), Bytes(1_000 * i));
            await blobs.WriteAsync(name, bytes, cancel);
            Assert.Equal(bytes, (await blobs.ReadAsync(name, cancel)).ToArray());
        });
    }

    [NodeFact]
    public async Task Blobs_can_be_copied_from_a_folder_to_a_bucket_as_files()
    {
        using var folder = Open("folder", out var fileIn);
        using var bucket = Open("bucket", out var fileOut);
        var (name, other) = (BodyBlobName.Create(s_start), BodyBlobName.Create(s_start));
        await folder.WriteAsync(name, Bytes(2_000), default);
        await bucket.WriteAsync(other, Bytes(1), default);
        File.Copy(fileIn(name), fileOut(name));
        Assert.Equal(Bytes(2_000), (await bucket.ReadAsync(name, default)).ToArray());
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string[]> NamesAsync(IBodyBlobs blobs, string? after, DateTimeOffset before)
    {
        var names = new List<string>();
        await foreach (var name in blobs.ListAsync(after, before, default))
            names.Add(name);
        return [.. names];
    }

    private IBodyBlobs Open(string place) => Open(place, out _);

    private IBodyBlobs Open(string place, out Func<string, string> fileOf)
    {
        if (place == "folder")
        {
            fileOf = name => Directory.GetFiles(_folder, name, SearchOption.AllDirectories).Single();
            return new FolderBodyBlobs(_folder);
        }

        var options = server.Options();
        fileOf = name => server.FileOf(options.Prefix + name);
        return new S3BodyBlobs(options);
    }
}
