// The files of a terminology release: a folder, a zip archive or a single file. Archives are hostile input; their names are only shown.

using System.IO.Compression;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Bounds of what an import reads.</summary>
public sealed record ReleaseLimits
{
    /// <summary>Files of a release.</summary>
    public int Files { get; init; } = 100_000;

    /// <summary>Greatest content of one release, unpacked.</summary>
    public long Bytes { get; init; } = 1L << 38;

    /// <summary>Greatest ratio of content to archive; tables compress to a twentieth, a bomb to a thousandth.</summary>
    public int Ratio { get; init; } = 100;

    /// <summary>Greatest ratio of content to archive in a workbook, beyond 64 MB of content.</summary>
    public int WorkbookRatio { get; init; } = 100;

    /// <summary>Greatest line of a table.</summary>
    public int LineBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Greatest FHIR resource.</summary>
    public int ResourceBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Concepts of a code system.</summary>
    public int Concepts { get; init; } = 20_000_000;

    /// <summary>Characters of the shared texts of a workbook, which are held in memory.</summary>
    public int WorkbookCharacters { get; init; } = 128 * 1024 * 1024;
}

/// <summary>A file of a release.</summary>
/// <param name="Path">Its path within the release, with <c>/</c>.</param>
/// <param name="Length">Bytes, unpacked, as the archive says.</param>
/// <param name="Open">Opens it.</param>
public sealed record ReleaseFile(string Path, long Length, Func<Stream> Open)
{
    /// <summary>When it was written, as far as that is known; with path and length it tells a file from another of its name.</summary>
    public long Stamp { get; init; }

    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>A fault of the file's content, at a line if that is known.</summary>
    public TerminologyException Fault(string message, long line = 0) => new("invalid", ReleaseFiles.Printable(line > 0 ? $"{Path}:{line}: {message}" : $"{Path}: {message}"));
}

/// <summary>The files of a release, open while they are read.</summary>
public sealed class ReleaseFiles : IDisposable
{
    private readonly ZipArchive? _zip;
    private long _read;

    private ReleaseFiles(string path, ZipArchive? zip)
    {
        Path = path;
        _zip = zip;
        Limits = new ReleaseLimits();
    }

    /// <summary>The folder or file that was given.</summary>
    public string Path { get; }

    /// <summary>Bounds.</summary>
    public ReleaseLimits Limits { get; private init; }

    /// <summary>All files, by path.</summary>
    public IReadOnlyList<ReleaseFile> All { get; private set; } = [];

    /// <summary>Bytes that were read so far, unpacked, by all readers.</summary>
    public long BytesRead => Volatile.Read(ref _read);

    /// <summary>Opens a folder, a zip archive or a file.</summary>
    /// <exception cref="TerminologyException">It is no archive, or one that is refused.</exception>
    public static ReleaseFiles Open(string path, ReleaseLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        limits ??= new ReleaseLimits();
        if (Directory.Exists(path))
        {
            var release = new ReleaseFiles(path, null) { Limits = limits };
            release.All = release.OfFolder(new DirectoryInfo(path));
            return release;
        }

        if (System.IO.Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                var release = new ReleaseFiles(path, ZipFile.OpenRead(path)) { Limits = limits };
                release.All = release.OfZip(new FileInfo(path).Length);
                return release;
            }
            catch (InvalidDataException e)
            {
                throw new TerminologyException("invalid", $"{path} can't be read as a zip archive: {e.Message}");
            }
        }

        var single = new ReleaseFiles(path, null) { Limits = limits };
        var file = new FileInfo(path);
        single.All = [new ReleaseFile(file.Name, file.Length, () => single.Count(Sequential(file.FullName), file.Length)) { Stamp = file.LastWriteTimeUtc.Ticks }];
        return single;
    }

    /// <summary>The file of that name in any folder, or null; case does not matter.</summary>
    public ReleaseFile? Find(string name) => All.FirstOrDefault(file => file.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public void Dispose() => _zip?.Dispose();

    private List<ReleaseFile> OfFolder(DirectoryInfo folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        var files = folder.EnumerateFiles("*", options).Select(file => OfFile(folder, file)).Take(Limits.Files + 1).ToList();
        return Ordered(files);
    }

    private ReleaseFile OfFile(DirectoryInfo folder, FileInfo file) => new(
        System.IO.Path.GetRelativePath(folder.FullName, file.FullName).Replace('\\', '/'), file.Length, () => Count(Sequential(file.FullName), file.Length))
    {
        Stamp = file.LastWriteTimeUtc.Ticks,
    };

    private List<ReleaseFile> OfZip(long archiveBytes)
    {
        if (_zip!.Entries.Count > Limits.Files)
            throw TooMany();
        var bound = Math.Min(Limits.Bytes, Math.Max(64L * 1024 * 1024, archiveBytes * Limits.Ratio));
        return Ordered([.. _zip.Entries
            .Where(static entry => !entry.FullName.EndsWith('/') && !entry.Name.StartsWith('.') && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal))
            .Select(entry => new ReleaseFile(Printable(entry.FullName), entry.Length, () => Count(entry.Open(), bound)) { Stamp = entry.LastWriteTime.UtcTicks })]);
    }

    private List<ReleaseFile> Ordered(List<ReleaseFile> files)
    {
        if (files.Count > Limits.Files)
            throw TooMany();
        files.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return files;
    }

    private TerminologyException TooMany() => new("too-costly", $"{Path} has more than {Limits.Files:N0} files; give the folder or archive of one release.");

    private CountingReadStream Count(Stream content, long bound) => new(content, read =>
    {
        Interlocked.Add(ref _read, read);
        return bound -= read;
    });

    private static FileStream Sequential(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);

    // What files and archives hold goes to a terminal, where control characters are commands.
    internal static string Printable(string name) => string.Concat(name.Select(static c => char.IsControl(c) ? '?' : c));

    // Tells what was read; ends with a refusal where that is beyond the bound.
    private sealed class CountingReadStream(Stream inner, Func<int, long> count) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read;
            try
            {
                read = inner.Read(buffer);
            }
            catch (InvalidDataException e)
            {
                throw new TerminologyException("invalid", $"The archive is damaged: {e.Message}");
            }

            if (read > 0 && count(read) < 0)
                throw new TerminologyException("too-costly", "The archive expands to far more than its size, which no release does; unpack it first if it is what you want.");
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
