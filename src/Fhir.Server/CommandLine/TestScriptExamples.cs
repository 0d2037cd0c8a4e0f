// Packages as testscript generate reads them: with their examples, in whatever folders these lie.

using System.IO.Compression;
using FhirHub.Conformance.Generation;
using FhirHub.Server.Exchange;

namespace FhirHub.Server;

/// <summary>Reads all files of packages.</summary>
internal static class TestScriptExamples
{
    /// <summary>Reads packages; the exchange's own if none is named.</summary>
    /// <param name="packages">Folders and archives.</param>
    /// <exception cref="PackageException">One is missing, too large or can't be read.</exception>
    public static IEnumerable<PackageEntry> Read(IReadOnlyList<string> packages)
    {
        var limits = new PackageLimits();
        return packages.Count == 0 ? ReadArchive("The exchange's package", new MemoryStream(ExchangePackage.Current.Archive.ToArray(), writable: false), limits)
            : packages.SelectMany(name => Directory.Exists(name) ? ReadFolder(name, limits)
                : File.Exists(name) ? ReadArchive(name, File.OpenRead(name), limits)
                : throw new PackageException("not-found", $"There is no file or folder '{PackageFile.Printable(name)}'."));
    }

    // Links are not followed: a package ends where its folder does.
    private static IEnumerable<PackageEntry> ReadFolder(string folder, PackageLimits limits)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var (count, bytes) = (0, 0L);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*.json", options).OrderBy(static file => file.FullName, StringComparer.Ordinal))
        {
            if (++count > limits.Entries || (bytes += file.Length) > limits.Bytes || file.Length > limits.ResourceBytes)
                throw TooLarge(folder, limits);
            yield return new PackageEntry(Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), File.ReadAllBytes(file.FullName));
        }
    }

    private static List<PackageEntry> ReadArchive(string place, Stream archive, PackageLimits limits)
    {
        var found = new List<PackageEntry>();
        try
        {
            var spent = 0L;
            using var content = new CountingStream(new GZipStream(archive, CompressionMode.Decompress), read =>
            {
                if ((spent += read) > limits.Bytes)
                    throw TooLarge(place, limits);
            });
            foreach (var entry in TarEntries.Read(content))
            {
                if (found.Count >= limits.Entries || entry.Length > limits.ResourceBytes)
                    throw TooLarge(place, limits);
                if (!entry.Name.EndsWith(".json", StringComparison.Ordinal))
                    continue;
                var bytes = new byte[entry.Length];
                entry.Content.ReadExactly(bytes);
                found.Add(new PackageEntry(entry.Name, bytes));
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new PackageException("exception", $"{PackageFile.Printable(place)} can't be read as a package (a .tgz archive or a folder): {fault.Message}");
        }

        return found;
    }

    private static PackageException TooLarge(string place, PackageLimits limits) => new(
        "too-costly", $"{PackageFile.Printable(place)} is larger than what is read of packages: {limits.Entries:N0} files, {limits.Bytes:N0} bytes, {limits.ResourceBytes:N0} bytes a resource.");
}
