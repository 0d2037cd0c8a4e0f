// The tables of the index that searches read: studies, series and instances, and the values by which they are found.

namespace FhirHub.Dicomweb;

/// <summary>SQL that makes the tables which searches rely on; the archive makes them with its own.</summary>
internal static class IndexLayout
{
    /// <summary>
    /// <c>json</c> is what <see cref="LevelMembers"/> describes. <c>modalities</c> and <c>classes</c> are the distinct ones of a study in the order of
    /// their text, with a backslash between them, and in the attribute table under <see cref="AttributeCatalog.ModalitiesInStudy"/> and
    /// <see cref="AttributeCatalog.SopClassesInStudy"/>. A path is <c>complete</c> if it was there before the first study, so that all values have rows.
    /// </summary>
    public const string Tables =
        """
        CREATE TABLE IF NOT EXISTS study(
            id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, patient_id TEXT NOT NULL, issuer TEXT NOT NULL, patient TEXT,
            series INTEGER NOT NULL, instances INTEGER NOT NULL, modalities TEXT NOT NULL, classes TEXT NOT NULL,
            updated INTEGER NOT NULL, digest BLOB, json BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS study_patient ON study(patient) WHERE patient IS NOT NULL;
        CREATE TABLE IF NOT EXISTS series(
            id INTEGER PRIMARY KEY, study INTEGER NOT NULL, uid TEXT NOT NULL, number INTEGER, modality TEXT NOT NULL,
            instances INTEGER NOT NULL, digest BLOB, json BLOB NOT NULL, UNIQUE(study, uid));
        CREATE INDEX IF NOT EXISTS series_uid ON series(uid);
        CREATE TABLE IF NOT EXISTS instance(
            id INTEGER PRIMARY KEY, series INTEGER NOT NULL, study INTEGER NOT NULL, uid TEXT NOT NULL, number INTEGER,
            sop_class TEXT NOT NULL, syntax TEXT NOT NULL, frames INTEGER NOT NULL,
            segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, dataset INTEGER NOT NULL,
            sha256 BLOB NOT NULL, version INTEGER NOT NULL, stored INTEGER NOT NULL, json BLOB NOT NULL, UNIQUE(series, uid));
        CREATE INDEX IF NOT EXISTS instance_uid ON instance(uid);
        CREATE TABLE IF NOT EXISTS instance_data(instance INTEGER PRIMARY KEY, metadata BLOB NOT NULL, frames BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS path(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, complete INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS attribute(
            path INTEGER NOT NULL, value TEXT NOT NULL, owner INTEGER NOT NULL, PRIMARY KEY(path, value, owner)) WITHOUT ROWID;
        """;
}
