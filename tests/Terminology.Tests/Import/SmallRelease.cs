// Folders and archives with files that a test makes up, in the formats of real releases.

using System.IO.Compression;
using System.Text;
using FhirHub.Terminology.Import;

namespace FhirHub.Terminology.Tests.Import;

internal sealed class SmallRelease : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-release-").FullName;

    public SmallRelease(string name = "release")
    {
        Folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    public SmallRelease Add(string path, params string[] lines)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, string.Join('\n', lines) + "\n", new UTF8Encoding(false));
        return this;
    }

    /// <summary>RF2 as real files are: columns parted by tabs, lines ended by CR and LF.</summary>
    public SmallRelease AddRf2(string path, string columns, params string[] rows)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, string.Concat(rows.Prepend(columns).Select(row => row.Replace(" | ", "\t", StringComparison.Ordinal) + "\r\n")));
        return this;
    }

    public string Zip()
    {
        var path = Folder + ".zip";
        ZipFile.CreateFromDirectory(Folder, path, CompressionLevel.Optimal, includeBaseDirectory: true);
        return path;
    }

    /// <summary>The table that the release's importer makes.</summary>
    public ConceptTable Read(ReleaseOptions? options = null, string? path = null)
    {
        using var files = ReleaseFiles.Open(path ?? Folder);
        var reader = Releases.Recognize(files, options ?? new ReleaseOptions(), CancellationToken.None);
        var builder = ConceptTableBuilder.InMemory(reader.Header);
        reader.Read(builder, CancellationToken.None);
        return builder.Build();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
