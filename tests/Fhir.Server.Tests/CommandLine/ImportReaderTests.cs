// What import finds in files, folders and archives, and what it does with hostile ones.

using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using FhirHub.Server;

namespace FhirHub.Tests.CommandLine;

public class ImportReaderTests
{
    private readonly List<string> _skipped = [];

    [Fact]
    public void Documents_come_from_files_folders_and_archives()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.json", "{1}");
        folder.Write("b/c.ndjson", "{2}\n\n{3}\r\n{4}");
        folder.Write("notes.txt", "no");
        Zip(folder["d.zip"], ("x/e.json", "{5}"), ("f.ndjson", "{6}\n"));
        Tar(folder["g.tar.gz"], ("../../h.json", "{7}"));
        using (var gzip = new GZipStream(File.Create(folder["i.json.gz"]), CompressionLevel.Fastest))
            gzip.Write("{8}"u8);

        var documents = Read(folder.Path);

        Assert.Equal(["{1}", "{2}", "{3}", "{4}", "{5}", "{6}", "{7}", "{8}"], documents.Select(d => Encoding.UTF8.GetString(d.Content.Span)).Order());
        Assert.Equal([1, 3, 4], documents.Where(d => d.Source.Name.EndsWith("c.ndjson", StringComparison.Ordinal)).Select(d => d.Line));
        Assert.EndsWith("notes.txt", Assert.Single(_skipped), StringComparison.Ordinal);
        Assert.Equal(documents.Count, documents.Select(d => (d.Source.Key, d.Line)).Distinct().Count());
    }

    [Fact]
    public void An_archive_in_an_archive_is_read()
    {
        using var folder = new TemporaryFolder();
        Zip(folder["in.zip"], ("a.json", "{1}"));
        Tar(folder["out.tar"], ("in.zip", null));
        File.Delete(folder["in.zip"]);

        Assert.Equal("{1}", Encoding.UTF8.GetString(Assert.Single(Read(folder.Path)).Content.Span));
    }

    [Fact]
    public void A_file_that_changes_is_another_source()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.json", "{1}");
        var before = Assert.Single(Read(folder.Path));
        folder.Write("a.json", "{12}");

        Assert.NotEqual(before.Source.Key, Assert.Single(Read(folder.Path)).Source.Key);
    }

    [Fact]
    public void A_damaged_archive_is_reported_and_the_next_file_is_read()
    {
        using var folder = new TemporaryFolder();
        Tar(folder["a.tar.gz"], ("x.json", new string('x', 100_000)));
        var bytes = File.ReadAllBytes(folder["a.tar.gz"]);
        File.WriteAllBytes(folder["a.tar.gz"], bytes[..(bytes.Length / 2)]);
        folder.Write("b.json", "{2}");

        var documents = Read(folder.Path);

        Assert.Contains(documents, d => d.Problem is not null);
        Assert.Equal("{2}", Encoding.UTF8.GetString(documents[^1].Content.Span));
    }

    [Fact]
    public void A_bomb_is_refused_before_it_expands()
    {
        using var folder = new TemporaryFolder();
        using (var zip = ZipFile.Open(folder["bomb.zip"], ZipArchiveMode.Create))
        using (var entry = zip.CreateEntry("zeros.ndjson").Open())
        {
            var zeros = new byte[1024 * 1024];
            zeros.AsSpan().Fill((byte)'\n');
            for (var i = 0; i < 200; i++)
                entry.Write(zeros);
        }

        Assert.Contains("times its size", Assert.Single(Read(folder.Path)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_nested_too_deep_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.json", "{1}");
        var name = "a.json";
        for (var i = 0; i < 6; i++)
        {
            Zip(folder[$"{i}.zip"], (name, null));
            File.Delete(folder[name]);
            name = $"{i}.zip";
        }

        Assert.Contains("deep", Assert.Single(Read(folder.Path)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_overlong_line_is_reported_with_its_number_and_the_rest_is_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.ndjson", $"{{1}}\n{new string('x', 600_000)}\n{{3}}\n");

        var documents = Read(folder.Path, new ImportLimits { DocumentBytes = 300_000 });

        Assert.Equal([(1, false), (2, true), (3, false)], documents.Select(d => (d.Line, d.Problem is not null)));
    }

    private List<ImportDocument> Read(string path, ImportLimits? limits = null) =>
        [.. new ImportReader(limits ?? new ImportLimits(), (name, _) => _skipped.Add(name)).Read(ImportReader.Files([path]))];

    private static void Zip(string path, params (string Name, string? Text)[] files)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, text) in files)
        {
            if (text is null)
            {
                zip.CreateEntryFromFile(Path.Combine(Path.GetDirectoryName(path)!, name), name);
                continue;
            }

            using var entry = zip.CreateEntry(name).Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    private static void Tar(string path, params (string Name, string? Text)[] files)
    {
        using Stream file = path.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
        using var tar = new TarWriter(file);
        foreach (var (name, text) in files)
        {
            var bytes = text is null ? File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, name)) : Encoding.UTF8.GetBytes(text);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        }
    }
}
