// What export has written, so that an interrupted run goes on where it stopped, and a later one with what was committed since.

using System.Text.Json;

namespace FhirHub.Server;

/// <summary>A file of an export.</summary>
/// <param name="Set">What it is a part of: a resource type, or <c>versions</c>.</param>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Bytes">Its length when the journal was written; what comes after is not of the export.</param>
internal sealed record ExportPart(string Set, string Name, long Bytes);

/// <summary>What is exported, which stays the same from run to run.</summary>
/// <param name="AllVersions">True for every version with its number, time and method; false for resources as they are.</param>
/// <param name="Types">Resource types; null for all.</param>
/// <param name="Since">Only what was committed at or after this instant; null for all.</param>
/// <param name="IsCompressed">True for gzip.</param>
internal sealed record ExportSettings(bool AllVersions, IReadOnlyList<string>? Types, DateTimeOffset? Since, bool IsCompressed)
{
    /// <summary>True if both ask for the same.</summary>
    public bool IsSameAs(ExportSettings other) => AllVersions == other.AllVersions && Since == other.Since && IsCompressed == other.IsCompressed
        && (Types is null || other.Types is null ? Types is null && other.Types is null : Types.ToHashSet(StringComparer.Ordinal).SetEquals(other.Types));
}

/// <summary>A file beside those of the export. It is written anew, under another name first, each time that all before it is on disk.</summary>
/// <param name="Settings">What is exported.</param>
/// <param name="Cursor">The place in the order of commits up to which all is written; null for nothing yet.</param>
/// <param name="FirstEnd">Where the order of commits ended when the first run began, in the store's own number; null before that.</param>
/// <param name="IsWhole">True if the last run came to the end.</param>
/// <param name="Versions">Versions written, in all runs.</param>
/// <param name="Parts">The files.</param>
internal sealed record ExportJournal(ExportSettings Settings, string? Cursor, long? FirstEnd, bool IsWhole, long Versions, IReadOnlyList<ExportPart> Parts)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads a journal; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is no journal.</exception>
    public static ExportJournal? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            if (JsonSerializer.Deserialize<ExportJournal>(File.ReadAllBytes(path), s_json) is { Settings: not null, Parts: not null } journal)
                return journal;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new InvalidDataException($"'{path}' is not the journal of an export; name another folder.");
    }

    /// <summary>Writes it.</summary>
    public void Write(string path)
    {
        var draft = path + ".new";
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, s_json);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
