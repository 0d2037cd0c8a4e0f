// Opens an archive: what was not finished is dropped, and what is damaged is refused.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Brings folder and index to the state that the last commit left.</summary>
internal static class ArchiveOpening
{
    // SQLITE_CORRUPT and SQLITE_NOTADB, of which extended codes are more in detail.
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>The index of an archive.</summary>
    public static string IndexOf(string folder) => Path.Combine(folder, "index.db");

    /// <summary>The segments of an archive.</summary>
    public static string SegmentsOf(string folder) => Path.Combine(folder, "segments");

    /// <summary>Takes the folder for this process; it is free again when the process ends, however that happens.</summary>
    /// <exception cref="ArchiveException">Another process has it, or it can't be written.</exception>
    public static FileStream Lock(string folder)
    {
        try
        {
            Directory.CreateDirectory(SegmentsOf(folder));
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                $"The image archive '{folder}' can't be opened; another process uses it, or this one may not write there. Stop the other one, or give the rights. {failure.Message}", failure);
        }
    }

    /// <summary>Opens the index, and brings the segments in step with it.</summary>
    /// <exception cref="ArchiveException">Something is missing or damaged.</exception>
    public static Segments Recover(string folder)
    {
        try
        {
            using var connection = new Connection(IndexOf(folder), readOnly: false, cacheMegabytes: 8);
            ArchiveLayout.Migrate(connection);
            return RecoverSegments(connection, SegmentsOf(folder));
        }
        catch (DatabaseException failure)
        {
            throw Unusable(folder, failure);
        }
    }

    /// <summary>What is told of an index that can't be used.</summary>
    public static ArchiveException Unusable(string folder, DatabaseException failure)
    {
        // Who restores a backup because the disk is full loses what came since.
        var remedy = (failure.Code & 0xFF) is Corrupt or NotADatabase
            ? "Restore index and segments from one backup."
            : "See that the disk has room and is well, and start again; nothing says that what is stored is damaged.";
        return new($"The index of the image archive '{IndexOf(folder)}' can't be used ({failure.Message}) {remedy}", failure);
    }

    private static Segments RecoverSegments(Connection connection, string folder)
    {
        var known = new Dictionary<long, bool>();
        using (var rows = connection.Prepare("SELECT id, sealed FROM segment").Query())
        {
            while (rows.Step())
                known.Add(rows.Int64(0), rows.Int64(1) != 0);
        }

        var there = Segments.NumbersIn(folder);
        foreach (var number in known.Keys.Except(there))
            throw Incomplete(folder, number, "is missing");

        // A file that no commit has referred to holds nothing that was acknowledged.
        foreach (var number in there.Where(number => !known.ContainsKey(number)))
            File.Delete(Segments.PathOf(folder, number));
        var segments = new Segments(folder, Math.Max(there is [.., var last] ? last : 0, known.Keys.DefaultIfEmpty().Max()) + 1);
        try
        {
            foreach (var (number, isSealed) in known)
            {
                var end = EndOf(connection, number);
                if (new FileInfo(Segments.PathOf(folder, number)).Length < end)
                    throw Incomplete(folder, number, $"is shorter than the {end:N0} bytes that are known of it");
                if (isSealed)
                    continue;
                DropUnknown(connection, folder, number, end);
                if (end < Segments.FullBytes)
                    segments.Add(number, end);
                else
                    connection.Prepare("UPDATE segment SET sealed = 1 WHERE id = ?").Bind(1, number).Run();
            }

            return segments;
        }
        catch
        {
            segments.Dispose();
            throw;
        }
    }

    // Everything that a commit refers to was on disk before it, so what is missing was taken away afterwards.
    private static ArchiveException Incomplete(string folder, long number, string what) =>
        new($"The image archive lacks images: '{Segments.PathOf(folder, number)}' {what}. Restore index and segments from one backup.");

    private static long EndOf(Connection connection, long number) => connection.Scalar(Sql.Of(
        $"""
        SELECT max(e) FROM (
            SELECT * FROM (SELECT offset + length AS e FROM instance WHERE segment = {number} ORDER BY offset DESC LIMIT 1)
            UNION ALL SELECT * FROM (SELECT offset + length FROM former WHERE segment = {number} AND freed < 2 ORDER BY offset DESC LIMIT 1))
        """)) ?? 0;

    // What was written and never committed lies behind the last stretch, or between two.
    private static void DropUnknown(Connection connection, string folder, long number, long end)
    {
        using var file = DiskFile.Open(Segments.PathOf(folder, number), FileMode.Open, FileAccess.ReadWrite);
        var known = 0L;
        using (var rows = connection.Prepare(
            """
            SELECT offset, length FROM instance WHERE segment = ?1
            UNION ALL SELECT offset, length FROM former WHERE segment = ?1 AND freed < 2 ORDER BY offset
            """).Bind(1, number).Query())
        {
            while (rows.Step())
            {
                if (rows.Int64(0) > known)
                    _ = DiskFile.TryFree(file, known, rows.Int64(0) - known);
                known = rows.Int64(0) + rows.Int64(1);
            }
        }

        if (RandomAccess.GetLength(file) > end)
            RandomAccess.SetLength(file, end);
    }
}
