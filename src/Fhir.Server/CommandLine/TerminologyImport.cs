// The work of terminology import: each release becomes a table in the data folder and a CodeSystem resource that stands for it.

using System.Security.Cryptography;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Terminology;
using FhirHub.Terminology.Import;

namespace FhirHub.Server;

/// <summary>Imports releases, one after the other.</summary>
internal sealed class TerminologyImport : IAsyncDisposable
{
    // Changes of each kind that are shown; the file that --changes names has all.
    private const int ShownChanges = 5;

    private readonly FhirServer _server;
    private readonly ImportedSystems _systems;
    private readonly ReleaseOptions _options;
    private readonly TerminologyJournal _journal;
    private readonly StreamWriter? _changes;
    private readonly bool _again;

    private TerminologyImport(FhirServer server, ReleaseOptions options, TerminologyJournal journal, StreamWriter? changes, bool again)
    {
        _server = server;
        _systems = new ImportedSystems(server.Options.TerminologyPath);
        _options = options;
        _journal = journal;
        _changes = changes;
        _again = again;
    }

    /// <summary>Opens the journal, and the file of changes if one is named.</summary>
    public static async Task<TerminologyImport> OpenAsync(FhirServer server, ReleaseOptions options, string? changes, bool again, CancellationToken cancel)
    {
        var journal = await TerminologyJournal.OpenAsync(server.Options.DataPath, cancel);
        StreamWriter? writer = null;
        if (changes is not null)
        {
            writer = new StreamWriter(changes, append: false, new UTF8Encoding(false));
            await writer.WriteLineAsync("system\tbefore\tafter\tchange\tcode\told\tnew");
        }

        return new TerminologyImport(server, options, journal, writer, again);
    }

    /// <summary>Imports a release; false if a part of it failed and was named.</summary>
    /// <exception cref="TerminologyException">It can't be imported.</exception>
    public async Task<bool> RunAsync(string path, CancellationToken cancel)
    {
        if (TerminologyPackage.IsOne(path))
            return await TerminologyPackage.ImportAsync(_server, path, _again, cancel);
        using var files = ReleaseFiles.Open(path);
        var reader = await Task.Run(() => Releases.Recognize(files, _options, cancel), cancel);
        var header = reader.Header;
        var key = KeyOf(reader);
        if (!_again && _journal.IsDone(key) && Entry(header) is not null)
        {
            Console.WriteLine($"{Name(header)} is imported already; --again imports it once more.");
            return true;
        }

        var before = Before(header);
        Console.WriteLine($"{Name(header)} from {path} ({reader.Format})");
        var imported = await ReadAsync(files, reader, cancel);
        await ShowAsync(imported.Header, cancel);
        if (before is { Table: { } old } && _systems.Find(header.Url).FirstOrDefault(system => system.Version == header.Version)?.Table is { } table)
            ShowChanges(before.Header, old, table);
        _journal.Done(key);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _journal.Dispose();
        if (_changes is not null)
            await _changes.DisposeAsync();
    }

    private static string Name(CodeSystemHeader header) =>
        header.Version is null ? header.Url : $"{header.Url} {(header.Version.StartsWith(header.Url, StringComparison.Ordinal) ? header.Version[header.Url.Length..] : header.Version)}";

    private async Task<ImportedSystem> ReadAsync(ReleaseFiles files, ReleaseReader reader, CancellationToken cancel)
    {
        using var import = _systems.Begin(reader.Header);
        var builder = import.Builder;
        var start = files.BytesRead;
        var total = Math.Max(1, reader.Sources.Sum(static file => file.Length));
        var progress = new TerminologyProgress(() => builder.Count, () => (double)(files.BytesRead - start) / total);
        var work = Task.Run(
            () =>
            {
                reader.Read(builder, cancel);
                if (builder.Count == 0)
                    throw new TerminologyException("invalid", $"{files.Path} has no concepts; check that it is whole.");
                cancel.ThrowIfCancellationRequested();
                progress.IsIndexing = true;
                return import.Commit();
            },
            cancel);
        await progress.ShowAsync(work);
        var imported = await work;
        Console.WriteLine($"{imported.Concepts:N0} concepts in {progress.Summary}; {imported.Length / (1024.0 * 1024):N1} MB.");
        return imported;
    }

    // The version that answered until now, of the same edition if it is SNOMED CT; or the same version, which is replaced.
    private CodeSystem? Before(CodeSystemHeader header)
    {
        var known = _systems.Find(header.Url);
        return known.FirstOrDefault(system => system.Version == header.Version)
            ?? known.Where(system => Edition(system.Version) == Edition(header.Version)).MaxBy(static system => system.Version, BusinessVersion.Order);
    }

    private static string Edition(string? version) => version?.IndexOf("/version/", StringComparison.Ordinal) is > 0 and var end ? version[..end] : "";

    private ImportedSystem? Entry(CodeSystemHeader header) =>
        _systems.Entries.FirstOrDefault(entry => entry.Header.Url == header.Url && entry.Header.Version == header.Version);

    private async Task ShowAsync(CodeSystemHeader header, CancellationToken cancel)
    {
        if (Entry(header) is not { } entry)
            return;
        var key = ImportedCodeSystem.Key(entry.Header);
        var result = await _server.Repository.UpdateAsync(AccessScope.Full, key, ImportedCodeSystem.Make(entry), WriteConditions.None, cancel);
        if (!result.IsSuccess)
            throw new TerminologyException("exception", $"The concepts are imported, but {key} can't be stored: {string.Join(' ', result.Issues.Select(static issue => issue.Diagnostics))}");
        Console.WriteLine($"It shows as {key}.");
    }

    private void ShowChanges(CodeSystemHeader before, ConceptTable old, ConceptTable table)
    {
        var counts = new SortedDictionary<ConceptChange, int>();
        var shown = new List<ChangedConcept>();
        foreach (var change in TableDifference.Between(old, table))
        {
            var count = counts.GetValueOrDefault(change.Change) + 1;
            counts[change.Change] = count;
            if (count <= ShownChanges)
                shown.Add(change);
            _changes?.WriteLine(string.Join('\t', before.Url, before.Version, table.Header.Version, Word(change.Change), change.Code, Plain(change.Before), Plain(change.After)));
        }

        if (counts.Count == 0)
        {
            Console.WriteLine($"Nothing changed since {before.Version}.");
            return;
        }

        Console.WriteLine($"Since {before.Version}: {string.Join(", ", counts.Select(static one => $"{one.Value:N0} {Word(one.Key)}"))}.");
        foreach (var group in shown.GroupBy(static change => change.Change).OrderBy(static group => group.Key))
        {
            foreach (var change in group)
                Console.WriteLine($"  {Word(change.Change),-18} {Plain(change.Code)} {Text(change)}");
            if (counts[group.Key] > ShownChanges)
                Console.WriteLine($"  {"",-18} and {counts[group.Key] - ShownChanges:N0} more{(_changes is null ? "; --changes FILE writes all of them" : "")}");
        }
    }

    private static string Text(ChangedConcept change) => change.Change switch
    {
        ConceptChange.Added => Plain(change.After),
        ConceptChange.Removed or ConceptChange.Retired or ConceptChange.Reactivated => Plain(change.Before),
        _ => $"{Plain(change.Before)} -> {Plain(change.After)}",
    };

    private static string Word(ConceptChange change) => change switch
    {
        ConceptChange.Added => "added",
        ConceptChange.Removed => "removed",
        ConceptChange.Retired => "retired",
        ConceptChange.Reactivated => "reactivated",
        ConceptChange.Display => "changed display",
        _ => "changed parents",
    };

    // Texts of a release go to a terminal and to a table, where control characters mean something.
    private static string Plain(string? text) => text is null ? "" : string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));

    // What is read, and how: the same files read otherwise make another table.
    private string KeyOf(ReleaseReader reader)
    {
        var identity = new StringBuilder($"{reader.Header.Url}|{reader.Header.Version}|{_options.Language}|{_options.Date}|{_options.IsFull}|{_options.Columns}");
        foreach (var (designation, column) in _options.Columns?.Designations ?? [])
            identity.Append($"|{designation}={column}");
        foreach (var (property, column) in _options.Columns?.Properties ?? [])
            identity.Append($"|{property}={column}");
        foreach (var file in reader.Sources)
            identity.Append($"|{file.Path}:{file.Length}:{file.Stamp}");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity.ToString())), 0, 16);
    }
}
