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

    /// <summary>
    /// Rows of studies are in the order of answers within a value (<see cref="StudyRank"/>), so that a page of those that a key finds needs no sort.
    /// <c>study_name</c> has the patients' names in that order, an empty one for a name that is too long; <c>study_span</c> the number of studies by
    /// <see cref="StudyRank.Span"/>, by which a page far down is found. The setting <c>reindex</c> is the last study whose rows are made anew.
    /// </summary>
    public const string Ranks =
        """
        DROP TABLE attribute;
        CREATE TABLE attribute(
            path INTEGER NOT NULL, value TEXT NOT NULL, rank INTEGER NOT NULL, owner INTEGER NOT NULL, PRIMARY KEY(path, value, rank, owner)) WITHOUT ROWID;
        CREATE TABLE study_name(rank INTEGER NOT NULL, owner INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY(rank, owner, name)) WITHOUT ROWID;
        CREATE TABLE study_span(span INTEGER PRIMARY KEY, studies INTEGER NOT NULL);
        INSERT INTO setting(name, value) SELECT 'reindex', '0' WHERE EXISTS (SELECT 1 FROM study);
        """;
}
