// The files of a SNOMED CT release by what they hold (Release File Specification 3.3, "Release file naming"), and their current rows.

using System.Buffers.Binary;
using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Finds the RF2 files of one release type, and steps through the rows that are in force.</summary>
internal sealed partial class Rf2Files
{
    private readonly ReleaseFiles _release;
    private readonly List<(ReleaseFile File, string Content, string Fields)> _files = [];
    private readonly int _date;
    private readonly bool _isFull;

    private Rf2Files(ReleaseFiles release, string type, int date)
    {
        _release = release;
        _isFull = type == "FULL";
        _date = date;
        foreach (var file in release.All)
        {
            if (FileName().Match(file.Name) is { Success: true } match && match.Groups["type"].Value.Equals(type, StringComparison.OrdinalIgnoreCase))
                _files.Add((file, match.Groups["content"].Value, match.Groups["fields"].Value));
        }
    }

    /// <summary>The eight digits at the end of the names, the day of the release; 0 if they have none.</summary>
    public int ReleaseDate { get; private set; }

    public static bool IsRelease(ReleaseFiles release) => release.All.Any(static file => FileName().IsMatch(file.Name));

    /// <exception cref="TerminologyException">The release has no such files.</exception>
    public static Rf2Files Open(ReleaseFiles release, ReleaseOptions options)
    {
        var type = options.IsFull || options.Date is not null ? "FULL" : "SNAPSHOT";
        var files = new Rf2Files(release, type, options.Date ?? int.MaxValue);
        if (files.Concepts.Count == 0 && type == "SNAPSHOT")
            files = new Rf2Files(release, "FULL", int.MaxValue);
        if (files.Concepts.Count == 0)
            throw new TerminologyException("invalid", $"{release.Path} has no sct2_Concept_{(type == "FULL" ? "Full" : "Snapshot")} file; give the folder or archive of a whole SNOMED CT release, not of a delta.");
        files.ReleaseDate = files._files.Max(static file => DateOf(file.File.Name));
        return files;
    }

    public IReadOnlyList<ReleaseFile> Concepts => Of("Concept");

    public IReadOnlyList<ReleaseFile> Descriptions => Of("Description", "TextDefinition");

    public IReadOnlyList<ReleaseFile> Relationships => Of("Relationship", "RelationshipConcreteValues");

    public IReadOnlyList<ReleaseFile> Languages => [.. _files.Where(static file => IsLanguage(file.Content, file.Fields)).Select(static file => file.File)];

    public IReadOnlyList<ReleaseFile> ModuleDependencies => [.. _files.Where(static file => file.Content.EndsWith("ModuleDependency", StringComparison.OrdinalIgnoreCase)).Select(static file => file.File)];

    /// <summary>Reference sets of concepts: simple ones, and those with a component or a map target.</summary>
    public IReadOnlyList<ReleaseFile> ReferenceSets => [.. _files
        .Where(static file => file.File.Name.Contains("Refset_", StringComparison.OrdinalIgnoreCase)
            && !IsLanguage(file.Content, file.Fields)
            && (file.Fields is "" or "c" || file.Content.Contains("Map", StringComparison.OrdinalIgnoreCase))
            && !file.Content.Contains("MRCM", StringComparison.OrdinalIgnoreCase))
        .Select(static file => file.File)];

    /// <summary>How often each file is gone through.</summary>
    public int Passes => _isFull ? 2 : 1;

    /// <summary>
    /// Calls for each row that is in force: in a snapshot all of them; in the full files those that are the latest of their component
    /// on the day. The first line has the names of the columns.
    /// </summary>
    public void Rows(ReleaseFile file, Action<DelimitedLines> row, Action<DelimitedLines>? columns, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var latest = _isFull ? Latest(file, cancel) : null;
        using var lines = new DelimitedLines(file, '\t', _release.Limits);
        if (!lines.Read())
            return;
        columns?.Invoke(lines);
        while (lines.Read())
        {
            if ((lines.Line & 0xFFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            if (latest is not null && (!latest.TryGetValue(Key(lines), out var time) || time != lines.Number(1)))
                continue;
            row(lines);
        }
    }

    private Dictionary<UInt128, int> Latest(ReleaseFile file, CancellationToken cancel)
    {
        var latest = new Dictionary<UInt128, int>();
        using var lines = new DelimitedLines(file, '\t', _release.Limits);
        lines.Read();
        while (lines.Read())
        {
            if ((lines.Line & 0xFFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            var time = lines.Number(1);
            if (time > _date)
                continue;
            ref var known = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(latest, Key(lines), out _);
            known = Math.Max(known, (int)time);
        }

        return latest;
    }

    // Components have numbers, rows of reference sets have UUIDs.
    private static UInt128 Key(DelimitedLines lines)
    {
        var id = lines[0];
        if (id.Length == 36 && Guid.TryParse(lines.Text(0), out var uuid))
        {
            Span<byte> bytes = stackalloc byte[16];
            uuid.TryWriteBytes(bytes);
            return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        }

        return (UInt128)lines.Number(0);
    }

    private List<ReleaseFile> Of(params ReadOnlySpan<string> contents)
    {
        var found = new List<ReleaseFile>();
        foreach (var content in contents)
        {
            foreach (var (file, has, fields) in _files)
            {
                if (fields.Length == 0 && has.Equals(content, StringComparison.OrdinalIgnoreCase) && !file.Name.Contains("Refset_", StringComparison.OrdinalIgnoreCase))
                    found.Add(file);
            }
        }

        return found;
    }

    private static bool IsLanguage(string content, string fields) => fields == "c" && content.EndsWith("Language", StringComparison.OrdinalIgnoreCase);

    private static int DateOf(string name)
    {
        var match = Date().Match(name);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan) : 0;
    }

    // x in front marks a beta release, and extensions may have a content that names them (der2_cRefset_GBLanguageSnapshot).
    [GeneratedRegex(@"^x?(sct2|der2)_((?<fields>[cis]*)Refset_)?(?<content>[A-Za-z0-9]+?)(_)?(?<type>Full|Snapshot|Delta)(-|_|\.)", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();

    [GeneratedRegex(@"_(\d{8})\.txt$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Date();
}
