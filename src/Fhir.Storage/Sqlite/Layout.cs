// The tables, and how an older file is brought forward. docs/adr/0010-sqlite-layout.md tells why they are as they are.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>The database layout and its versions.</summary>
internal static class Layout
{
    /// <summary>A key carries its type: type number in the high bits, creation number in the low ones, so a type is a range of keys.</summary>
    public const int TypeShift = 38;

    /// <summary>What the name of a type of contained resources begins with, so that the ordinary type's range never holds them.</summary>
    public const char ContainedMark = '#';

    /// <summary>The last number that a key of a type can have.</summary>
    public const long NumberMask = (1L << TypeShift) - 1;

    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE setting(name TEXT PRIMARY KEY, value) WITHOUT ROWID;

        CREATE TABLE type(key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, next INTEGER NOT NULL, current INTEGER NOT NULL, versions INTEGER NOT NULL);
        CREATE TABLE parameter(key INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name NOT NULL, system NOT NULL, UNIQUE(parent, name, system));
        CREATE TABLE uri(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE unit(key INTEGER PRIMARY KEY, system TEXT NOT NULL, code TEXT NOT NULL, unit TEXT NOT NULL, canonical TEXT NOT NULL, UNIQUE(system, code, unit, canonical));
        CREATE TABLE display(key INTEGER PRIMARY KEY, parameter INTEGER NOT NULL, folded TEXT NOT NULL, code NOT NULL, UNIQUE(parameter, folded, code));

        CREATE TABLE shape(key INTEGER PRIMARY KEY, present BLOB NOT NULL UNIQUE);

        CREATE TABLE resource(key INTEGER PRIMARY KEY, type INTEGER NOT NULL, id NOT NULL, seq INTEGER, version INTEGER NOT NULL, deleted INTEGER NOT NULL, created INTEGER, shape INTEGER);
        CREATE UNIQUE INDEX resource_id ON resource(type, id);
        CREATE TABLE version(seq INTEGER PRIMARY KEY, key INTEGER NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL, method INTEGER NOT NULL, body BLOB);
        CREATE INDEX version_type ON version(key >> 38);
        CREATE INDEX version_later ON version(key, version) WHERE version > 1;

        CREATE TABLE token(parameter INTEGER NOT NULL, code NOT NULL, key INTEGER NOT NULL, system INTEGER NOT NULL, display INTEGER NOT NULL,
            PRIMARY KEY(parameter, code, key, system, display)) WITHOUT ROWID;
        CREATE TABLE reference(parameter INTEGER NOT NULL, target INTEGER NOT NULL, key INTEGER NOT NULL, version TEXT NOT NULL,
            PRIMARY KEY(parameter, target, key, version)) WITHOUT ROWID;
        CREATE INDEX reference_key ON reference(key, parameter);
        CREATE TABLE date(parameter INTEGER NOT NULL, class INTEGER NOT NULL, low INTEGER NOT NULL, span INTEGER NOT NULL, key INTEGER NOT NULL,
            PRIMARY KEY(parameter, class, low, span, key)) WITHOUT ROWID;
        CREATE INDEX date_key ON date(key, parameter);
        CREATE TABLE number(parameter INTEGER NOT NULL, unit INTEGER NOT NULL, wide INTEGER NOT NULL, low BLOB NOT NULL, high BLOB NOT NULL, key INTEGER NOT NULL,
            PRIMARY KEY(parameter, unit, wide, low, high, key)) WITHOUT ROWID;
        CREATE INDEX number_key ON number(key, parameter);
        CREATE TABLE string(parameter INTEGER NOT NULL, folded TEXT NOT NULL, key INTEGER NOT NULL, exact TEXT NOT NULL,
            PRIMARY KEY(parameter, folded, key, exact)) WITHOUT ROWID;
        CREATE INDEX string_key ON string(key, parameter);
        CREATE TABLE link(parameter INTEGER NOT NULL, uri INTEGER NOT NULL, key INTEGER NOT NULL, version TEXT NOT NULL,
            PRIMARY KEY(parameter, uri, key, version)) WITHOUT ROWID;
        CREATE INDEX link_key ON link(key, parameter);
        CREATE TABLE position(parameter INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, key INTEGER NOT NULL,
            PRIMARY KEY(parameter, latitude, longitude, key)) WITHOUT ROWID;
        """,

        // A contained resource has a key and a resource row of its own, in a type that is its type's name after a #.
        """
        CREATE TABLE contained(key INTEGER PRIMARY KEY, container INTEGER NOT NULL, id TEXT NOT NULL);
        CREATE INDEX contained_container ON contained(container);
        """,

        // The server's own records (IStateStore); expires is in milliseconds since 1970.
        """
        CREATE TABLE state(kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, owner TEXT NOT NULL, expires INTEGER, body BLOB NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID;
        CREATE INDEX state_owner ON state(kind, owner, id);
        CREATE INDEX state_expires ON state(expires) WHERE expires IS NOT NULL;
        """,
    ];

    /// <summary>The layout that this program writes.</summary>
    public static int Version => s_migrations.Length;

    /// <summary>Brings a file, new or old, to <see cref="Version"/>.</summary>
    /// <exception cref="StoreException">The file was written by a newer program.</exception>
    public static void Migrate(Connection connection)
    {
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA synchronous = FULL");
        var found = connection.Scalar(Sql.Raw("PRAGMA user_version")) ?? 0;
        if (found > Version)
        {
            throw new StoreException(
                $"The database was written by a newer version of FhirHub (layout {found}; this program knows up to {Version}). Start the newer version.");
        }

        for (var next = (int)found; next < Version; next++)
            connection.Execute($"BEGIN IMMEDIATE; {s_migrations[next]} PRAGMA user_version = {next + 1}; COMMIT");
    }
}
