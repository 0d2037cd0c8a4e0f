// Code systems that were imported: one file for each version, in a folder, with a catalogue that says which files count.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A code system version that was imported.</summary>
/// <param name="Header">What it says of itself.</param>
/// <param name="Concepts">Number of concepts.</param>
/// <param name="File">The name of its file in the folder.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Imported">When it was imported.</param>
public sealed record ImportedSystem(CodeSystemHeader Header, int Concepts, string File, long Length, DateTimeOffset Imported);

/// <summary>
/// The imported code systems of a folder, which several processes may share: one imports while another serves. A file is written
/// whole under a name of its own before the catalogue names it, and the catalogue is replaced in one step, so that there is never half
/// an import. Files are mapped when their code system is asked for first. Safe to use from several threads.
/// </summary>
public sealed class ImportedSystems : ICodeSystemSource
{
    private const string CatalogueName = "catalogue.json";
    private const string FileSuffix = ".concepts";
    private const string PartSuffix = ".part";

    // Leftovers of imports that were killed are removed once they can't be at work any more.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CodeSystem> _open = new(StringComparer.Ordinal);
    private Catalogue _catalogue = new("", []);

    /// <summary>The imported code systems of a folder, which need not exist yet.</summary>
    public ImportedSystems(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    public string State => Current().State;

    /// <summary>What the catalogue has, in the order of import.</summary>
    public IReadOnlyList<ImportedSystem> Entries => Current().Entries;

    /// <inheritdoc/>
    public IReadOnlyList<CodeSystemHeader> List() => [.. Entries.Select(static entry => entry.Header)];

    /// <inheritdoc/>
    /// <exception cref="TerminologyException">A file can't be read.</exception>
    public IReadOnlyList<CodeSystem> Find(string url)
    {
        var found = new List<CodeSystem>();
        foreach (var entry in Current().Entries)
        {
            if (entry.Header.Url == url)
                found.Add(Open(entry));
        }

        return found;
    }

    /// <summary>Starts an import. What is added to its builder counts once <see cref="Import.Commit"/> has been called.</summary>
    public Import Begin(CodeSystemHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        Directory.CreateDirectory(_folder);
        RemoveAbandoned();
        return new Import(this, Path.Combine(_folder, $"{Guid.CreateVersion7():N}{FileSuffix}"), header);
    }

    /// <summary>Removes a version; false if there is none. Who uses it at the moment goes on with it.</summary>
    public bool Remove(string url, string? version) =>
        Change(entries => entries.RemoveAll(entry => entry.Header.Url == url && entry.Header.Version == version) > 0);

    // A version that is there already is replaced.
    private void Add(ImportedSystem imported) => Change(entries =>
    {
        entries.RemoveAll(entry => entry.Header.Url == imported.Header.Url && entry.Header.Version == imported.Header.Version);
        entries.Add(imported);
        return true;
    });

    private bool Change(Func<List<ImportedSystem>, bool> change)
    {
        Directory.CreateDirectory(_folder);
        using var alone = LockCatalogue();
        var before = Read();
        var entries = before.Entries.ToList();
        if (!change(entries))
            return false;
        var part = Path.Combine(_folder, CatalogueName + PartSuffix);
        using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, entries);
            stream.Flush(flushToDisk: true);
        }

        File.Move(part, Path.Combine(_folder, CatalogueName), overwrite: true);
        foreach (var gone in before.Entries.Except(entries))
            TryDelete(Path.Combine(_folder, gone.File));
        return true;
    }

    // Another process may be changing the catalogue, which takes milliseconds.
    private FileStream LockCatalogue()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "catalogue.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < 500)
            {
                Thread.Sleep(20);
            }
        }
    }

    private Catalogue Current()
    {
        var state = StateOf();
        var known = Volatile.Read(ref _catalogue);
        if (known.State == state)
            return known;
        var read = Read();
        Volatile.Write(ref _catalogue, read);
        return read;
    }

    private string StateOf()
    {
        var file = new FileInfo(Path.Combine(_folder, CatalogueName));
        return file.Exists ? $"{file.LastWriteTimeUtc.Ticks}.{file.Length}" : "";
    }

    // The state is that of before the reading: what changes in between is read again.
    private Catalogue Read()
    {
        var state = StateOf();
        if (state.Length == 0)
            return new Catalogue("", []);
        try
        {
            return new Catalogue(state, JsonSerializer.Deserialize<List<ImportedSystem>>(File.ReadAllBytes(Path.Combine(_folder, CatalogueName))) ?? []);
        }
        catch (JsonException)
        {
            throw new TerminologyException("exception", "The catalogue of imported code systems is damaged; import them again into an empty folder.");
        }
    }

    private CodeSystem Open(ImportedSystem entry)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(entry.File, out var known))
                return known;
            try
            {
                // Only the name counts, should somebody have put a path into the catalogue.
                var system = new TableCodeSystem(ConceptTable.Open(Path.Combine(_folder, Path.GetFileName(entry.File))));
                _open.Add(entry.File, system);
                return system;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                var version = entry.Header.Version is { } text ? $" in version {text}" : "";
                throw new TerminologyException("exception", $"The imported code system {entry.Header.Url}{version} can't be read: {(e is InvalidDataException ? e.Message : "its file is missing or closed to the server.")}");
            }
        }
    }

    private void RemoveAbandoned()
    {
        var named = Current().Entries.Select(static entry => entry.File).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(_folder))
        {
            var name = Path.GetFileName(path);
            var isTable = name.EndsWith(FileSuffix, StringComparison.Ordinal) || name.EndsWith(FileSuffix + PartSuffix, StringComparison.Ordinal);
            if (isTable && !named.Contains(name) && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > Abandoned)
                TryDelete(path);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system that keeps mapped files from being deleted lets a later import do it.
        }
    }

    private sealed record Catalogue(string State, IReadOnlyList<ImportedSystem> Entries);

    /// <summary>An import at work; without a commit nothing is left of it.</summary>
    public sealed class Import : IDisposable
    {
        private readonly ImportedSystems _systems;
        private readonly string _path;
        private readonly FileStream _stream;
        private bool _isCommitted;

        internal Import(ImportedSystems systems, string path, CodeSystemHeader header)
        {
            _systems = systems;
            _path = path;
            _stream = new FileStream(path + PartSuffix, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 20);
            Builder = ConceptTableBuilder.Over(_stream, header);
        }

        /// <summary>Takes the concepts.</summary>
        public ConceptTableBuilder Builder { get; }

        /// <summary>Finishes the table with its text index, and puts it into the catalogue, in the place of the same version if there was one.</summary>
        /// <exception cref="TerminologyException">There is too much of something.</exception>
        public ImportedSystem Commit()
        {
            Builder.Finish();
            Builder.AddTextIndex(_path + PartSuffix);
            _stream.Flush(flushToDisk: true);
            var length = _stream.Length;
            _stream.Dispose();
            File.Move(_path + PartSuffix, _path);
            var imported = new ImportedSystem(Builder.Header, Builder.Count, Path.GetFileName(_path), length, DateTimeOffset.UtcNow);
            _systems.Add(imported);
            _isCommitted = true;
            return imported;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _stream.Dispose();
            if (_isCommitted)
                return;
            TryDelete(_path + PartSuffix);
            TryDelete(_path);
        }
    }
}
