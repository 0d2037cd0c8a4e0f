// Packages as files, and what someone who means harm might make of one.

using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.Packages;

public class PackageFileTests
{
    private const string ValueSet = """{"resourceType":"ValueSet","id":"a","status":"active"}""";

    private static readonly PackageLimits s_small = new() { Bytes = 4 * 1024 * 1024, Entries = 50, ResourceBytes = 64 * 1024 };

    [Fact]
    public void Json_at_the_top_is_read_and_nothing_else()
    {
        var package = new TestPackage("a.b", "1.0.0").With(ValueSet)
            .WithFile("./package/second.json", ValueSet)
            .WithFile("package/.index.json", "{}").WithFile("package/ig-r4.json", ValueSet).WithFile("package/readme.md", "#")
            .WithFile("package/example/Patient-x.json", ValueSet).WithFile("package/other/x.json", ValueSet).WithFile("x.json", ValueSet).WithFile("other/x.json", ValueSet);
        Assert.Equal(["ValueSet-a.json", "second.json"], PackageFile.Of(package.Pack(), s_small).Read().Select(static file => file.Name));
    }

    [Fact]
    public void A_folder_is_a_package_with_or_without_its_inner_folder()
    {
        using var folder = new TemporaryFolder();
        new TestPackage("a.b", "1.0.0").With(ValueSet).WithFile("package/other/x.json", ValueSet).UnpackInto(folder.Path);
        foreach (var path in new[] { folder["a.b#1.0.0"], folder["a.b#1.0.0/package"] })
        {
            var package = PackageFile.Of(path, s_small);
            Assert.Equal("a.b#1.0.0", package.Manifest.Id.ToString());
            Assert.Equal(["ValueSet-a.json"], package.Read().Select(static file => file.Name));
        }
    }

    [Fact]
    public void Paths_that_lead_out_of_the_archive_lead_nowhere()
    {
        using var folder = new TemporaryFolder();
        var package = new TestPackage("a.b", "1.0.0").With(ValueSet)
            .WithFile("package/../../evil.json", ValueSet).WithFile("/tmp/evil.json", ValueSet).WithFile("package/..\\evil.json", ValueSet).WithFile($"{folder["evil.json"]}", ValueSet);
        Assert.Equal(["ValueSet-a.json"], PackageFile.Of(package.Pack(), s_small).Read().Select(static file => file.Name));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('L')]
    [InlineData('g')]
    [InlineData('0')]
    public void A_header_that_announces_gigabytes_is_not_believed(char kind)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<PackageException>(() => PackageFile.Of(Zipped(Header("package/package.json", kind, 2_000_000_000)), s_small));
        Assert.Contains("package", fault.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * 1024 * 1024);
    }

    [Fact]
    public void An_archive_that_expands_without_end_is_refused()
    {
        var package = new TestPackage("a.b", "1.0.0").With(ValueSet).WithFile("other/zeros.bin", new string('\0', 5 * 1024 * 1024));
        Assert.Contains("larger than what is read", Refused(package.Pack()), StringComparison.Ordinal);
        package = new TestPackage("a.b", "1.0.0").WithFile("package/big.json", new string(' ', 65 * 1024));
        Assert.Contains("big.json is larger", Refused(package.Pack()), StringComparison.Ordinal);
        package = new TestPackage("a.b", "1.0.0");
        for (var i = 0; i < 60; i++)
            package.WithFile($"other/{i}", "");
        Assert.Contains("larger than what is read", Refused(package.Pack()), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_an_archive_is_refused_or_read()
    {
        var whole = TestPackage.Simple("a.b", "1.0.0").Pack();
        var plain = new MemoryStream();
        using (var zip = new GZipStream(new MemoryStream(whole), CompressionMode.Decompress))
            zip.CopyTo(plain);
        var clock = Stopwatch.StartNew();
        for (var length = 0; length < plain.Length; length += 37)
        {
            try
            {
                Assert.InRange(PackageFile.Of(Zipped(plain.ToArray().AsSpan(0, length)), s_small).Read().Count(), 0, 1);
            }
            catch (PackageException)
            {
                // Said in a sentence; that it is no other exception is what is asserted.
            }
        }

        Assert.Throws<PackageException>(() => PackageFile.Of(whole.AsMemory(0, 40), s_small));
        Assert.Throws<PackageException>(() => PackageFile.Of(Encoding.UTF8.GetBytes("no archive"), s_small));
        Assert.Throws<PackageException>(() => PackageFile.Of(ReadOnlyMemory<byte>.Empty, s_small));
        Assert.Throws<PackageException>(() => PackageFile.Of(Zipped("not a tar archive, and longer than a block: "u8.ToArray().Concat(new byte[600]).ToArray()), s_small));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"name\":\"x\"}")]
    [InlineData("{\"name\":\"../x\",\"version\":\"1.0.0\"}")]
    [InlineData("{\"name\":\"x\",\"version\":\"1/0\"}")]
    [InlineData("{\"name\":\"x\",\"version\":\"1.0\",\"dependencies\":{\"../../y\":\"1.0.0\"}}")]
    [InlineData("{\"name\":\"x\",\"version\":\"1.0\",\"dependencies\":{\"y\":{}}}")]
    [InlineData("{\"name\":")]
    public void A_manifest_that_is_none_is_refused(string json) =>
        Assert.Throws<PackageException>(() => PackageManifest.Read(Encoding.UTF8.GetBytes(json), "x"));

    [Theory]
    [InlineData("\"fhirVersions\":[\"4.0.1\"]", true)]
    [InlineData("\"fhirVersions\":[\"5.0.0\",\"4.0.1\"]", true)]
    [InlineData("\"fhir-version-list\":[\"4.0.1\"]", true)]
    [InlineData("\"fhirVersions\":[\"4.0\"]", true)]
    [InlineData("\"title\":\"x\"", true)]
    [InlineData("\"dependencies\":{\"hl7.fhir.r4.core\":\"4.0.1\"}", true)]
    [InlineData("\"fhirVersions\":[\"5.0.0\"]", false)]
    [InlineData("\"fhirVersions\":[\"3.0.2\"]", false)]
    [InlineData("\"fhirVersions\":[\"4.3.0\"]", false)]
    [InlineData("\"dependencies\":{\"hl7.fhir.r5.core\":\"5.0.0\"}", false)]
    public void The_fhir_version_is_told_from_the_manifest(string member, bool isR4)
    {
        var manifest = PackageManifest.Read(Encoding.UTF8.GetBytes($$"""{"name":"x","version":"1.0.0",{{member}}}"""), "x");
        Assert.Equal(isR4, manifest.IsR4);
        if (!isR4)
            Assert.Contains("this server is R4 (4.0.1)", Assert.Throws<PackageException>(manifest.RequireR4).Message, StringComparison.Ordinal);
    }

    private static string Refused(byte[] archive) => Assert.Throws<PackageException>(() => PackageFile.Of(archive, s_small).Read().ToList()).Message;

    private static byte[] Zipped(ReadOnlySpan<byte> content)
    {
        var output = new MemoryStream();
        using (var zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(content);
        return output.ToArray();
    }

    private static byte[] Header(string name, char kind, long length)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        Encoding.ASCII.GetBytes(Convert.ToString(length, 8).PadLeft(11, '0')).CopyTo(header, 124);
        header[156] = (byte)kind;
        Encoding.ASCII.GetBytes("ustar").CopyTo(header, 257);
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(static b => b), 8).PadLeft(6, '0')).CopyTo(header, 148);
        header[154] = 0;
        return header;
    }
}
