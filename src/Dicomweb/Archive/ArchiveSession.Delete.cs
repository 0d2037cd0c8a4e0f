// Deleting: instances leave the index for the history, and take empty series and studies with them.

namespace FhirHub.Dicomweb;

internal sealed partial class ArchiveSession
{
    /// <summary>Deletes what a path names, if the scope grants it; tells how many instances that were.</summary>
    public int Delete(ImageScope scope, in ImagePath path)
    {
        var study = 0L;
        string? patient = null;
        using (var rows = _connection.Prepare("SELECT id, patient FROM study WHERE uid = ?").Bind(1, path.Study).Query())
        {
            if (rows.Step())
                (study, patient) = (rows.Int64(0), rows.TextOrNull(1));
        }

        if (study == 0 || !scope.Grants(patient))
            return 0;
        var instances = InstanceQuery.Find(_connection, path);
        if (instances.Count == 0)
            return 0;

        var time = Now;
        foreach (var instance in instances)
        {
            End(instance, study, time, ImageChangeAction.Delete);
            Change(time, ImageChangeAction.Delete, study, instance.Path, instance.Version);
        }

        var counts = instances.GroupBy(static instance => instance.Path.Series!, StringComparer.Ordinal).Select(static series => (Uid: series.Key, Count: series.Count())).ToList();
        foreach (var (uid, count) in counts)
            TakeFromSeries(study, uid, count);
        TakeFromStudy(study, path.Study, patient, time, instances.Count);
        return instances.Count;
    }

    // The row of an instance becomes a row of the history; what was kept of its content stays as long as its bytes.
    private void End(StoredInstance instance, long study, long time, ImageChangeAction action)
    {
        byte[] json;
        using (var rows = _connection.Prepare("SELECT json FROM instance WHERE id = ?").Bind(1, instance.Id).Query())
        {
            rows.Step();
            json = rows.Blob(0).ToArray();
        }

        _attributes.Replace(IndexLevel.Instance, instance.Id, json, []);
        _connection.Prepare(
                """
                INSERT INTO former(id, owner, study, series, instance, number, sop_class, syntax, frames, segment, offset, length, dataset, sha256, version, stored, ended, action, freed)
                SELECT id, ?2, ?3, ?4, uid, number, sop_class, syntax, frames, segment, offset, length, dataset, sha256, version, stored, ?5, ?6, 0 FROM instance WHERE id = ?1
                """)
            .Bind(1, instance.Id).Bind(2, study).Bind(3, instance.Path.Study).Bind(4, instance.Path.Series!).Bind(5, time).Bind(6, (long)action).Run();
        _connection.Prepare("DELETE FROM instance WHERE id = ?").Bind(1, instance.Id).Run();
    }

    private void TakeFromSeries(long study, string uid, int count)
    {
        long series, left;
        byte[] json;
        using (var rows = _connection.Prepare("SELECT id, instances, json FROM series WHERE study = ? AND uid = ?").Bind(1, study).Bind(2, uid).Query())
        {
            rows.Step();
            (series, left, json) = (rows.Int64(0), rows.Int64(1) - count, rows.Blob(2).ToArray());
        }

        if (left > 0)
        {
            _connection.Prepare("UPDATE series SET instances = ?2, digest = ?3 WHERE id = ?1")
                .Bind(1, series).Bind(2, left).Bind(3, Digest(LastChange, stackalloc byte[8])).Run();
            return;
        }

        _attributes.Replace(IndexLevel.Series, series, json, []);
        _connection.Prepare("DELETE FROM series WHERE id = ?").Bind(1, series).Run();
        _connection.Prepare("UPDATE study SET series = series - 1 WHERE id = ?").Bind(1, study).Run();
    }

    private void TakeFromStudy(long study, string uid, string? patient, long time, int count)
    {
        long left;
        string modalities, classes;
        byte[] json;
        using (var rows = _connection.Prepare("SELECT instances, modalities, classes, json FROM study WHERE id = ?").Bind(1, study).Query())
        {
            rows.Step();
            (left, modalities, classes, json) = (rows.Int64(0) - count, rows.Text(1), rows.Text(2), rows.Blob(3).ToArray());
        }

        if (left > 0)
        {
            _connection.Prepare("UPDATE study SET instances = ?2, updated = ?3, digest = ?4 WHERE id = ?1")
                .Bind(1, study).Bind(2, left).Bind(3, time).Bind(4, Digest(LastChange, stackalloc byte[8])).Run();
            RecountModalities(study);
            RecountClasses(study);
            return;
        }

        _attributes.Replace(IndexLevel.Study, study, json, []);
        foreach (var modality in DistinctText.Split(modalities))
            _attributes.RemoveFromStudy(AttributeCatalog.ModalitiesInStudy, modality, study);
        foreach (var sopClass in DistinctText.Split(classes))
            _attributes.RemoveFromStudy(AttributeCatalog.SopClassesInStudy, sopClass, study);
        _connection.Prepare("DELETE FROM study WHERE id = ?").Bind(1, study).Run();

        // Who may see the changes of a study that is gone depends on its patient still.
        _connection.Prepare("INSERT INTO former_study(id, uid, patient, ended) VALUES(?1, ?2, ?3, ?4)")
            .Bind(1, study).Bind(2, uid).Bind(3, patient).Bind(4, time).Run();
    }
}
