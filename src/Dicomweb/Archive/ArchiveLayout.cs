// The tables of the archive beside those that searches read, and how an older index is brought forward (ADR 0030).

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>The layout of the index and its versions.</summary>
internal static class ArchiveLayout
{
    // The id of an instance is the number of the change that stored it, so that none is ever used again: whoever has found an instance reads
    // its own frames and metadata, also if it was replaced meanwhile. The id of a study or series is the number of the change that made it.
    // Of a former instance, "freed" is 0 while its bytes are kept, 1 while they are given back, 2 afterwards.
    private static readonly string[] Migrations =
    [
        IndexLayout.Tables +
        """
        CREATE UNIQUE INDEX instance_place ON instance(segment, offset, length);

        CREATE TABLE change(seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, action INTEGER NOT NULL, owner INTEGER NOT NULL,
            study TEXT NOT NULL, series TEXT NOT NULL, instance TEXT NOT NULL, version INTEGER NOT NULL);
        CREATE TABLE follower(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE former(id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, study TEXT NOT NULL, series TEXT NOT NULL, instance TEXT NOT NULL,
            number INTEGER, sop_class TEXT NOT NULL, syntax TEXT NOT NULL, frames INTEGER NOT NULL,
            segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, dataset INTEGER NOT NULL,
            sha256 BLOB NOT NULL, version INTEGER NOT NULL, stored INTEGER NOT NULL, ended INTEGER NOT NULL, action INTEGER NOT NULL, freed INTEGER NOT NULL);
        CREATE INDEX former_instance ON former(instance);
        CREATE INDEX former_kept ON former(ended) WHERE freed < 2;
        CREATE INDEX former_place ON former(segment, offset, length) WHERE freed < 2;
        CREATE TABLE former_study(id INTEGER PRIMARY KEY, uid TEXT NOT NULL, patient TEXT, ended INTEGER NOT NULL);
        CREATE INDEX former_study_uid ON former_study(uid);

        CREATE TABLE segment(id INTEGER PRIMARY KEY, sealed INTEGER NOT NULL);
        CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """,
        IndexLayout.Ranks,
    ];

    /// <summary>The layout that this program writes.</summary>
    public static int Version => Migrations.Length;

    /// <summary>Brings an index, new or old, to <see cref="Version"/>.</summary>
    /// <exception cref="ArchiveException">It was written by a newer program.</exception>
    public static void Migrate(Connection connection)
    {
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA synchronous = FULL");
        connection.Execute("PRAGMA wal_autocheckpoint = 0");
        var found = connection.Scalar(Sql.Raw("PRAGMA user_version")) ?? 0;
        if (found > Version)
        {
            throw new ArchiveException(
                $"The index of the image archive was written by a newer version of FhirHub (layout {found}; this program knows up to {Version}). Start the newer version.");
        }

        for (var next = (int)found; next < Version; next++)
            connection.Execute($"BEGIN IMMEDIATE; {Migrations[next]} PRAGMA user_version = {next + 1}; COMMIT");
    }
}
