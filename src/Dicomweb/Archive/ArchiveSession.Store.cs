// Storing: an instance becomes known, with its series and study, and with a change.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>An instance that is to be stored.</summary>
/// <param name="Scope">What the request may see.</param>
/// <param name="Index">What the index keeps of it.</param>
/// <param name="Frames">Its frame table as it is kept.</param>
/// <param name="Sha256">The SHA-256 of its bytes.</param>
/// <param name="Duplicates">What to do where other content is there.</param>
internal sealed record StoreCandidate(ImageScope Scope, IndexedInstance Index, byte[] Frames, byte[] Sha256, DuplicatePolicy Duplicates);

/// <summary>What the index knows of the place where an instance is to go.</summary>
/// <param name="Study">The id of the study; 0 if there is none.</param>
/// <param name="PatientId">Its Patient ID.</param>
/// <param name="Issuer">Its Issuer of Patient ID.</param>
/// <param name="Patient">The FHIR Patient that it is linked to.</param>
/// <param name="Instances">How many instances it has.</param>
/// <param name="There">The instance that is there.</param>
internal sealed record StorePlace(long Study, string PatientId, string Issuer, string? Patient, long Instances, StoredInstance? There)
{
    /// <summary>Looks for the place of an instance.</summary>
    public static StorePlace Of(Connection connection, in ImagePath path)
    {
        long study, instances;
        string patientId, issuer;
        string? patient;
        using (var rows = connection.Prepare("SELECT id, patient_id, issuer, patient, instances FROM study WHERE uid = ?").Bind(1, path.Study).Query())
        {
            if (!rows.Step())
                return new(0, "", "", null, 0, null);
            (study, patientId, issuer, patient, instances) = (rows.Int64(0), rows.Text(1), rows.Text(2), rows.TextOrNull(3), rows.Int64(4));
        }

        using var found = connection.Prepare($"SELECT {StoredRow.Columns} FROM {StoredRow.Tables} WHERE s.uid = ? AND r.uid = ? AND i.uid = ?")
            .Bind(1, path.Study).Bind(2, path.Series!).Bind(3, path.Instance!).Query();
        return new(study, patientId, issuer, patient, instances, found.Step() ? StoredRow.Read(found) : null);
    }

    /// <summary>Why the instance is not stored; null if it is.</summary>
    public StoreResult? Refusal(StoreCandidate candidate)
    {
        // A study that is not there is linked to nobody.
        if (!candidate.Scope.Grants(Patient))
            return new(StoreOutcome.NotGranted, null);
        if (There is { } there && there.Sha256.Span.SequenceEqual(candidate.Sha256))
            return new(StoreOutcome.Identical, there);

        // Whoever replaces all that a study has may correct its patient.
        if (Study != 0 && !IsPatient(candidate.Index) && !(There is not null && Instances == 1))
            return new(StoreOutcome.OtherPatient, null);
        return There is not null && candidate.Duplicates == DuplicatePolicy.Refuse ? new(StoreOutcome.Conflict, null) : null;
    }

    /// <summary>Whether an instance is of the patient of the study; one that names no issuer does not contradict.</summary>
    public bool IsPatient(IndexedInstance index) => PatientId == index.PatientId && (Issuer == index.Issuer || Issuer.Length == 0 || index.Issuer.Length == 0);
}

internal sealed partial class ArchiveSession
{
    /// <summary>Stores an instance whose bytes are on disk, or tells why not.</summary>
    public StoreResult Store(StoreCandidate candidate, BlobPlace blob)
    {
        var index = candidate.Index;
        var path = index.Path;
        var place = StorePlace.Of(_connection, path);
        if (place.Refusal(candidate) is { } refusal)
            return refusal;

        var time = Now;
        var version = place.There is { } there ? there.Version + 1 : 1 + LastVersion(path);
        var action = place.There is null ? ImageChangeAction.Create : ImageChangeAction.Update;
        if (place.There is { } replaced)
            End(replaced, place.Study, time, ImageChangeAction.Update);
        var seq = Change(time, action, place.Study, path, version);
        Note(blob.Segment);
        var added = place.There is null ? 1 : 0;
        var study = place.Study == 0 ? AddStudy(seq, time, index) : ChangeStudy(seq, time, place, index);
        var series = AddToSeries(seq, study, added, index);
        AddInstance(seq, time, study, series, version, candidate, blob);
        if (place.There is { } other && other.SopClassUid != index.SopClassUid)
            RecountClasses(study);
        return new(place.There is null ? StoreOutcome.Created : StoreOutcome.Replaced, new StoredInstance
        {
            Id = seq,
            Path = path,
            SopClassUid = index.SopClassUid,
            TransferSyntax = index.TransferSyntax,
            Number = index.Number,
            Frames = index.Frames,
            Place = blob,
            DatasetOffset = index.DatasetOffset,
            Sha256 = candidate.Sha256,
            Version = version,
            StoredAt = DateTimeOffset.FromUnixTimeMilliseconds(time),
            Patient = place.IsPatient(index) ? place.Patient : null,
        });
    }

    // What was deleted leaves its number, so that no two contents ever have the same.
    private long LastVersion(in ImagePath path)
    {
        using var rows = _connection.Prepare("SELECT max(version) FROM former WHERE instance = ? AND series = ? AND study = ?")
            .Bind(1, path.Instance!).Bind(2, path.Series!).Bind(3, path.Study).Query();
        return rows.Step() && !rows.IsNull(0) ? rows.Int64(0) : 0;
    }

    // The first instance of a segment makes it one that must be there when the archive is opened.
    private void Note(long segment)
    {
        if (_segments.Add(segment))
            _connection.Prepare("INSERT INTO segment(id, sealed) VALUES(?, 0)").Bind(1, segment).Run();
    }

    private long AddStudy(long seq, long time, IndexedInstance index)
    {
        _connection.Prepare(
                """
                INSERT INTO study(id, uid, patient_id, issuer, patient, series, instances, modalities, classes, updated, digest, json)
                VALUES(?1, ?2, ?3, ?4, NULL, 0, 1, '', ?5, ?6, ?7, ?8)
                """)
            .Bind(1, seq).Bind(2, index.Path.Study).Bind(3, index.PatientId).Bind(4, index.Issuer).Bind(5, index.SopClassUid).Bind(6, time)
            .Bind(7, Digest(seq, stackalloc byte[8])).Bind(8, index.StudyJson).Run();
        _attributes.Replace(IndexLevel.Study, seq, [], index.StudyJson);
        _attributes.AddToStudy(AttributeCatalog.SopClassesInStudy, index.SopClassUid, seq);
        return seq;
    }

    private long ChangeStudy(long seq, long time, StorePlace place, IndexedInstance index)
    {
        // An instance that replaces all there is leaves nothing of what was said before; so a wrong patient is corrected.
        var replacesAll = place.There is not null && place.Instances == 1;
        byte[]? latest;
        byte[] stored = [];
        string classes;
        using (var rows = _connection.Prepare("SELECT json, classes FROM study WHERE id = ?").Bind(1, place.Study).Query())
        {
            rows.Step();
            latest = !replacesAll ? LevelMembers.Merge(rows.Blob(0), index.StudyJson) : rows.Blob(0).SequenceEqual(index.StudyJson) ? null : index.StudyJson;
            if (latest is not null)
                stored = rows.Blob(0).ToArray();
            classes = rows.Text(1);
        }

        _connection.Prepare("UPDATE study SET instances = instances + ?2, updated = ?3, digest = ?4 WHERE id = ?1")
            .Bind(1, place.Study).Bind(2, place.There is null ? 1 : 0).Bind(3, time).Bind(4, Digest(seq, stackalloc byte[8])).Run();
        if (DistinctText.With(classes, index.SopClassUid) is { } more)
        {
            _connection.Prepare("UPDATE study SET classes = ?2 WHERE id = ?1").Bind(1, place.Study).Bind(2, more).Run();
            _attributes.AddToStudy(AttributeCatalog.SopClassesInStudy, index.SopClassUid, place.Study);
        }

        if (latest is null)
            return place.Study;

        // The issuer that one instance names holds for those that name none. Another patient is linked anew.
        _connection.Prepare("UPDATE study SET json = ?2, issuer = ?3, patient = ?4, patient_id = ?5 WHERE id = ?1")
            .Bind(1, place.Study).Bind(2, latest).Bind(3, replacesAll || index.Issuer.Length > 0 ? index.Issuer : place.Issuer)
            .Bind(4, place.IsPatient(index) ? place.Patient : null).Bind(5, index.PatientId).Run();
        _attributes.Replace(IndexLevel.Study, place.Study, stored, latest);
        return place.Study;
    }

    private long AddToSeries(long seq, long study, int added, IndexedInstance index)
    {
        long series;
        byte[]? merged;
        byte[] stored = [];
        string modality;
        using (var rows = _connection.Prepare("SELECT id, json, modality FROM series WHERE study = ? AND uid = ?").Bind(1, study).Bind(2, index.Path.Series!).Query())
        {
            if (!rows.Step())
            {
                series = 0;
                merged = null;
                modality = "";
            }
            else
            {
                series = rows.Int64(0);
                merged = LevelMembers.Merge(rows.Blob(1), index.SeriesJson);
                if (merged is not null)
                    stored = rows.Blob(1).ToArray();
                modality = rows.Text(2);
            }
        }

        if (series == 0)
        {
            _connection.Prepare("INSERT INTO series(id, study, uid, number, modality, instances, digest, json) VALUES(?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)")
                .Bind(1, seq).Bind(2, study).Bind(3, index.Path.Series!).Bind(4, index.SeriesNumber).Bind(5, index.Modality)
                .Bind(6, Digest(seq, stackalloc byte[8])).Bind(7, index.SeriesJson).Run();
            _connection.Prepare("UPDATE study SET series = series + 1 WHERE id = ?").Bind(1, study).Run();
            _attributes.Replace(IndexLevel.Series, seq, [], index.SeriesJson);
            RecountModalities(study);
            return seq;
        }

        _connection.Prepare("UPDATE series SET instances = instances + ?2, digest = ?3 WHERE id = ?1")
            .Bind(1, series).Bind(2, added).Bind(3, Digest(seq, stackalloc byte[8])).Run();
        if (merged is not null)
        {
            // As among the attributes, the latest value that there is holds.
            var latest = index.Modality.Length > 0 ? index.Modality : modality;
            _connection.Prepare("UPDATE series SET json = ?2, number = coalesce(?3, number), modality = ?4 WHERE id = ?1")
                .Bind(1, series).Bind(2, merged).Bind(3, index.SeriesNumber).Bind(4, latest).Run();
            _attributes.Replace(IndexLevel.Series, series, stored, merged);
            if (latest != modality)
                RecountModalities(study);
        }

        return series;
    }

    private void AddInstance(long seq, long time, long study, long series, long version, StoreCandidate candidate, BlobPlace blob)
    {
        var index = candidate.Index;
        _connection.Prepare(
                """
                INSERT INTO instance(id, series, study, uid, number, sop_class, syntax, frames, segment, offset, length, dataset, sha256, version, stored, json)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            .Bind(1, seq).Bind(2, series).Bind(3, study).Bind(4, index.Path.Instance!).Bind(5, index.Number).Bind(6, index.SopClassUid)
            .Bind(7, index.TransferSyntax.Uid).Bind(8, index.Frames).Bind(9, blob.Segment).Bind(10, blob.Offset).Bind(11, blob.Length)
            .Bind(12, index.DatasetOffset).Bind(13, candidate.Sha256).Bind(14, version).Bind(15, time).Bind(16, index.InstanceJson).Run();
        _connection.Prepare("INSERT INTO instance_data(instance, metadata, frames) VALUES(?, ?, ?)").Bind(1, seq).Bind(2, index.Metadata).Bind(3, candidate.Frames).Run();
        _attributes.Replace(IndexLevel.Instance, seq, [], index.InstanceJson);
    }

    private void RecountModalities(long study)
    {
        var now = Distinct("SELECT DISTINCT modality FROM series WHERE study = ? AND modality <> '' ORDER BY modality", study);
        var before = Distinct("SELECT modalities FROM study WHERE id = ?", study) is [var joined] ? DistinctText.Split(joined) : [];
        if (before.SequenceEqual(now, StringComparer.Ordinal))
            return;
        _connection.Prepare("UPDATE study SET modalities = ?2 WHERE id = ?1").Bind(1, study).Bind(2, DistinctText.Join(now)).Run();
        foreach (var modality in before.Except(now, StringComparer.Ordinal))
            _attributes.RemoveFromStudy(AttributeCatalog.ModalitiesInStudy, modality, study);
        foreach (var modality in now.Except(before, StringComparer.Ordinal))
            _attributes.AddToStudy(AttributeCatalog.ModalitiesInStudy, modality, study);
    }

    private void RecountClasses(long study)
    {
        var before = Distinct("SELECT classes FROM study WHERE id = ?", study) is [var joined] ? DistinctText.Split(joined) : [];
        var now = Distinct("SELECT DISTINCT i.sop_class FROM instance i JOIN series r ON r.id = i.series WHERE r.study = ? ORDER BY 1", study);
        if (before.SequenceEqual(now, StringComparer.Ordinal))
            return;
        _connection.Prepare("UPDATE study SET classes = ?2 WHERE id = ?1").Bind(1, study).Bind(2, DistinctText.Join(now)).Run();
        foreach (var sopClass in before.Except(now, StringComparer.Ordinal))
            _attributes.RemoveFromStudy(AttributeCatalog.SopClassesInStudy, sopClass, study);
    }

    private List<string> Distinct(string sql, long study)
    {
        var texts = new List<string>();
        using var rows = _connection.Prepare(sql).Bind(1, study).Query();
        while (rows.Step())
            texts.Add(rows.Text(0));
        return texts;
    }
}
