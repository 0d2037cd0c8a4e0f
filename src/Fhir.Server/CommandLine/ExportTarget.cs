// The files that export writes: parts of sets in a folder, or one file.

using System.Globalization;
using System.IO.Compression;

namespace FhirHub.Server;

/// <summary>Where an export goes. Not safe for several threads.</summary>
internal sealed class ExportTarget : IDisposable
{
    private const string Extension = ".ndjson";
    private const string CompressedExtension = ".gz";

    private readonly string _folder;
    private readonly string? _single;
    private readonly bool _isCompressed;
    private readonly long _partBytes;
    private readonly List<ExportPart> _closed = [];
    private readonly Dictionary<string, OpenPart> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private ExportTarget(string folder, string? single, bool isCompressed, long partBytes)
    {
        _folder = folder;
        _single = single;
        _isCompressed = isCompressed;
        _partBytes = partBytes;
    }

    /// <summary>True for a path that names one file: it ends in <c>.ndjson</c> or <c>.ndjson.gz</c>.</summary>
    public static bool IsFile(string path) =>
        path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || path.EndsWith(Extension + CompressedExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for a path that names a compressed file.</summary>
    public static bool IsCompressedFile(string path) => IsFile(path) && path.EndsWith(CompressedExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The journal of an export to a folder or file; its name is hidden, so that import passes it by.</summary>
    public static string JournalOf(string path) => IsFile(path)
        ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.export")
        : Path.Combine(path, ".export");

    /// <summary>Opens the files where the journal ends; what stands after that is of a run that was cut off, and goes.</summary>
    /// <param name="path">The folder, which is made if there is none, or the file.</param>
    /// <param name="journal">What was written so far.</param>
    /// <param name="isNew">True if nothing was written yet: then what is there is another's.</param>
    /// <param name="partBytes">Bytes, before they are compressed, after which a new part begins.</param>
    /// <exception cref="InvalidDataException">A file is missing or shorter than it was, or the folder holds what is not of an export.</exception>
    public static ExportTarget Open(string path, ExportJournal journal, bool isNew, long partBytes)
    {
        var full = Path.GetFullPath(path);
        var single = IsFile(path) ? Path.GetFileName(full) : null;
        var folder = single is null ? full : Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        var target = new ExportTarget(folder, single, journal.Settings.IsCompressed, partBytes);
        try
        {
            target.Adopt(journal, isNew);
        }
        catch
        {
            target.Dispose();
            throw;
        }

        return target;
    }

    /// <summary>Writes a line.</summary>
    /// <param name="set">What it belongs to.</param>
    /// <param name="line">The line without its end.</param>
    public void Add(string set, ReadOnlySpan<byte> line)
    {
        if (_single is not null)
            set = "";
        if (!_open.TryGetValue(set, out var part))
            _open[set] = part = Begin(set);
        part.Write(line);
        if (_single is null && part.Written >= _partBytes)
        {
            _closed.Add(part.End());
            _open.Remove(set);
        }
    }

    /// <summary>Brings all to disk.</summary>
    /// <returns>The files with their lengths.</returns>
    public IReadOnlyList<ExportPart> Flush() => [.. _closed, .. _open.Values.Select(static part => part.Flush())];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _open.Values)
            part.Dispose();
    }

    private void Adopt(ExportJournal journal, bool isNew)
    {
        var known = journal.Parts.Select(static part => part.Name).ToHashSet(StringComparer.Ordinal);
        var others = _single is null
            ? Directory.EnumerateFileSystemEntries(_folder).Select(static entry => Path.GetFileName(entry)).Where(name => !name.StartsWith('.') && !known.Contains(name)).ToList()
            : File.Exists(Path.Combine(_folder, _single)) && !known.Contains(_single) ? [_single] : [];
        foreach (var part in journal.Parts)
        {
            var file = new FileInfo(Path.Combine(_folder, part.Name));
            if (!file.Exists || file.Length < part.Bytes)
                throw new InvalidDataException($"'{file.FullName}' is not as the export left it; name a new folder, or put it back.");
            _numbers[part.Set] = _numbers.GetValueOrDefault(part.Set) + 1;
            if (file.Length > part.Bytes)
            {
                using var cut = file.OpenWrite();
                cut.SetLength(part.Bytes);
            }
        }

        if (others.Find(name => isNew || !IsCutOff(name)) is { } stranger)
            throw new InvalidDataException($"'{Path.Combine(_folder, stranger)}' is not of this export; name a new folder or file.");
        foreach (var name in others)
            File.Delete(Path.Combine(_folder, name));

        // A run that came to the end is not touched any more, so that who has read its files need not read them again; a single file grows.
        foreach (var set in journal.Parts.GroupBy(static part => part.Set, StringComparer.Ordinal))
        {
            var last = set.Last();
            var isOpen = _single is not null || (!journal.IsWhole && last.Bytes < _partBytes);
            _closed.AddRange(isOpen ? set.SkipLast(1) : set);
            if (isOpen)
                _open[set.Key] = new OpenPart(_folder, last, _isCompressed);
        }
    }

    private OpenPart Begin(string set)
    {
        var number = _numbers[set] = _numbers.GetValueOrDefault(set) + 1;
        return new OpenPart(_folder, new ExportPart(set, _single ?? NameOf(set, number, _isCompressed), 0), _isCompressed);
    }

    private static string NameOf(string set, int number, bool isCompressed) =>
        $"{set}-{number.ToString("00000", CultureInfo.InvariantCulture)}{Extension}{(isCompressed ? CompressedExtension : "")}";

    // A part that was begun after the journal was last written.
    private bool IsCutOff(string name) =>
        name == _single
        || (name.Split('-') is [var set, { Length: > 5 } rest] && int.TryParse(rest[..5], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > _numbers.GetValueOrDefault(set) && name == NameOf(set, number, _isCompressed));

    /// <summary>A file that is written to. Compressed, each piece from one flush to the next is a member of its own (RFC 1952, 2.2).</summary>
    private sealed class OpenPart : IDisposable
    {
        private const int BufferBytes = 128 * 1024;

        private readonly ExportPart _part;
        private readonly FileStream _file;
        private readonly bool _isCompressed;
        private GZipStream? _member;

        public OpenPart(string folder, ExportPart part, bool isCompressed)
        {
            _part = part;
            _isCompressed = isCompressed;
            _file = new FileStream(Path.Combine(folder, part.Name), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, BufferBytes);
            _file.SetLength(part.Bytes);
            _file.Position = part.Bytes;
            Written = part.Bytes;
        }

        /// <summary>Bytes of it; of what was compressed in this run, before that.</summary>
        public long Written { get; private set; }

        public void Write(ReadOnlySpan<byte> line)
        {
            Stream stream = _isCompressed ? _member ??= new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true) : _file;
            stream.Write(line);
            stream.Write("\n"u8);
            Written += line.Length + 1;
        }

        public ExportPart Flush()
        {
            _member?.Dispose();
            _member = null;
            _file.Flush(flushToDisk: true);
            return _part with { Bytes = _file.Length };
        }

        public ExportPart End()
        {
            var part = Flush();
            Dispose();
            return part;
        }

        public void Dispose()
        {
            _member?.Dispose();
            _file.Dispose();
        }
    }
}
