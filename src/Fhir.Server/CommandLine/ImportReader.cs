// Walks the paths given to import. Archives are hostile input: their names are only shown, and size, ratio and depth are bounded.

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Server;

/// <summary>Bounds of what import reads.</summary>
internal sealed record ImportLimits
{
    /// <summary>Greatest document: a resource, a Bundle, a line.</summary>
    public int DocumentBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Greatest depth of archives in archives, compressed files included.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Greatest content of one archive; beyond it the rest is refused.</summary>
    public long ArchiveBytes { get; init; } = 1L << 40;

    /// <summary>Greatest ratio of content to archive; text compresses to a twentieth, a bomb to a thousandth.</summary>
    public int ArchiveRatio { get; init; } = 200;

    /// <summary>Greatest zip archive within an archive, which must be held in memory.</summary>
    public int InnerZipBytes { get; init; } = 64 * 1024 * 1024;
}

/// <summary>Reads documents.</summary>
internal sealed class ImportReader(ImportLimits limits, Action<string, string> skip)
{
    private long _bytesBefore;
    private FileStream? _current;

    /// <summary>Bytes of the top-level files that were read, for the progress.</summary>
    public long BytesRead
    {
        get
        {
            var file = _current;
            try
            {
                return Volatile.Read(ref _bytesBefore) + (file?.Position ?? 0);
            }
            catch (ObjectDisposedException)
            {
                return Volatile.Read(ref _bytesBefore);
            }
        }
    }

    /// <summary>The files below the paths, in order; a path that does not exist is not among them.</summary>
    public static List<FileInfo> Files(IEnumerable<string> paths)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        var files = new List<FileInfo>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                files.AddRange(new DirectoryInfo(path).EnumerateFiles("*", options).OrderBy(f => f.FullName, StringComparer.Ordinal));
            else
                files.Add(new FileInfo(path));
        }

        return files;
    }

    /// <summary>The documents of the files.</summary>
    public IEnumerable<ImportDocument> Read(IEnumerable<FileInfo> files)
    {
        foreach (var file in files)
        {
            var source = new ImportSource(Printable(file.FullName), "");
            FileStream? stream = null;
            ImportDocument? unreadable = null;
            try
            {
                source = source with { Key = KeyOf($"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}") };
                stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadable = new ImportDocument(source, 0, default) { Problem = e.Message };
            }

            if (unreadable is not null)
                yield return unreadable;
            if (stream is null)
                continue;
            using (stream)
            {
                _current = stream;
                foreach (var document in Guard(source, Open(source, file.Name, stream, new Budget(stream, limits), 0)))
                    yield return document;
                Volatile.Write(ref _bytesBefore, _bytesBefore + stream.Length);
                _current = null;
            }
        }
    }

    // A damaged archive ends where it is damaged; what came before is imported, and the damage is reported.
    private static IEnumerable<ImportDocument> Guard(ImportSource source, IEnumerable<ImportDocument> documents)
    {
        using var at = documents.GetEnumerator();
        while (true)
        {
            ImportDocument document;
            try
            {
                if (!at.MoveNext())
                    yield break;
                document = at.Current;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or FormatException or EndOfStreamException or UnauthorizedAccessException or NotSupportedException)
            {
                document = new ImportDocument(source, 0, default) { Problem = $"Reading stopped: {e.Message}" };
            }

            yield return document;
            if (document.Problem is not null && ReferenceEquals(document.Source, source) && document.Line == 0)
                yield break;
        }
    }

    private IEnumerable<ImportDocument> Open(ImportSource source, string name, Stream content, Budget budget, int depth)
    {
        if (depth > limits.Depth)
            return Refuse(source, $"Archives are nested more than {limits.Depth} deep.");
        var file = name.ToUpperInvariant();
        if (file.EndsWith(".TAR", StringComparison.Ordinal))
            return ReadTar(source, content, budget, depth);
        if (file.EndsWith(".TGZ", StringComparison.Ordinal))
            return ReadTar(source, budget.Count(new GZipStream(content, CompressionMode.Decompress)), budget, depth);
        if (file.EndsWith(".GZ", StringComparison.Ordinal))
            return Open(source, name[..^3], budget.Count(new GZipStream(content, CompressionMode.Decompress)), budget, depth + 1);
        if (file.EndsWith(".ZIP", StringComparison.Ordinal))
            return ReadZip(source, content, budget, depth);
        if (file.EndsWith(".NDJSON", StringComparison.Ordinal) || file.EndsWith(".JSONL", StringComparison.Ordinal))
            return ImportLines.Read(source, content, limits.DocumentBytes);
        if (file.EndsWith(".JSON", StringComparison.Ordinal) || file.EndsWith(".XML", StringComparison.Ordinal))
            return ReadDocument(source, content, file.EndsWith(".XML", StringComparison.Ordinal));
        skip(source.Name, "it is none of .json, .xml, .ndjson, .gz, .tar, .tgz and .zip");
        return [];
    }

    private IEnumerable<ImportDocument> ReadDocument(ImportSource source, Stream content, bool isXml)
    {
        yield return ReadAll(content, limits.DocumentBytes) is { } bytes
            ? new ImportDocument(source, 0, bytes) { IsXml = isXml }
            : new ImportDocument(source, 0, default) { Problem = $"The document is larger than {limits.DocumentBytes:N0} bytes." };
    }

    private IEnumerable<ImportDocument> ReadTar(ImportSource source, Stream content, Budget budget, int depth)
    {
        foreach (var entry in TarEntries.Read(content))
        {
            if (IsHidden(entry.Name))
                continue;
            var inner = Inner(source, entry.Name);
            foreach (var document in Guard(inner, Open(inner, entry.Name, entry.Content, budget, depth + 1)))
                yield return document;
        }
    }

    private IEnumerable<ImportDocument> ReadZip(ImportSource source, Stream content, Budget budget, int depth)
    {
        // The directory of a zip archive stands at its end, so a stream that can't seek is held in memory.
        var seekable = content;
        if (!content.CanSeek)
        {
            if (ReadAll(content, limits.InnerZipBytes) is not { } held)
            {
                foreach (var refusal in Refuse(source, $"A zip archive within an archive may have {limits.InnerZipBytes:N0} bytes; unpack it first."))
                    yield return refusal;
                yield break;
            }

            seekable = new MemoryStream(held, writable: false);
        }

        using var zip = new ZipArchive(seekable, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in zip.Entries)
        {
            if (entry.FullName.EndsWith('/') || IsHidden(entry.FullName))
                continue;
            var inner = Inner(source, entry.FullName);
            using var data = budget.Count(entry.Open());
            foreach (var document in Guard(inner, Open(inner, entry.FullName, data, budget, depth + 1)))
                yield return document;
        }
    }

    private static byte[]? ReadAll(Stream content, int limit)
    {
        var known = content.CanSeek ? content.Length - content.Position : 64 * 1024;
        if (known > limit)
            return null;
        var buffer = new byte[Math.Max((int)known, 16) + 1];
        var length = 0;
        while (true)
        {
            var read = content.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                return length == buffer.Length ? buffer : buffer[..length];
            length += read;
            if (length > limit)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, (long)limit + 1));
        }
    }

    private static IEnumerable<ImportDocument> Refuse(ImportSource source, string problem) =>
        [new ImportDocument(source, 0, default) { Problem = problem }];

    private static ImportSource Inner(ImportSource archive, string name) =>
        new($"{archive.Name}!{Printable(name)}", KeyOf($"{archive.Key}|{name}"));

    private static bool IsHidden(string name) => name.Contains("__MACOSX/", StringComparison.Ordinal) || Path.GetFileName(name).StartsWith('.');

    // Names from an archive go to a terminal, where control characters are commands.
    private static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));

    private static string KeyOf(string identity) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity)), 0, 12);

    /// <summary>What an archive may still expand to.</summary>
    private sealed class Budget(FileStream archive, ImportLimits limits)
    {
        private long _expanded;

        public CountingStream Count(Stream inner) => new CountingStream(inner, Spend);

        private void Spend(int bytes)
        {
            _expanded += bytes;
            if (_expanded > limits.ArchiveBytes || (_expanded > 64 * 1024 * 1024 && _expanded / limits.ArchiveRatio > archive.Length))
                throw new InvalidDataException($"The archive expands to more than {limits.ArchiveRatio} times its size, which no records do; unpack it first if it is what you want.");
        }
    }
}
