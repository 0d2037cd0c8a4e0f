// Makes the rows of the attribute table anew, of what is stored of each study: after a change of the layout, and for paths that are new.

using System.Globalization;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Rows that were not there when studies were stored.</summary>
internal static class AttributeRebuild
{
    private const int StudiesOfStep = 1_000;

    /// <summary>Makes what is missing, if anything is. A step is one transaction; what was interrupted goes on from there at the next start.</summary>
    public static void Run(Connection writer, AttributeCatalog catalog, AttributeRows attributes)
    {
        while (DoneOf(writer) is { } done)
        {
            writer.Execute("BEGIN IMMEDIATE");
            try
            {
                var last = Step(writer, catalog, attributes, done);
                if (last is { } next)
                    writer.Prepare("UPDATE setting SET value = ? WHERE name = 'reindex'").Bind(1, next.ToString(CultureInfo.InvariantCulture)).Run();
                else
                    End(writer);
                writer.Execute("COMMIT");
            }
            catch
            {
                if (writer.IsInTransaction)
                    writer.Execute("ROLLBACK");
                throw;
            }

            // The log would be as large as the index.
            writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    private static long? DoneOf(Connection writer)
    {
        using var rows = writer.Prepare("SELECT value FROM setting WHERE name = 'reindex'").Query();
        return rows.Step() ? long.Parse(rows.Text(0), CultureInfo.InvariantCulture) : null;
    }

    private static long? Step(Connection writer, AttributeCatalog catalog, AttributeRows attributes, long done)
    {
        long? last = null;
        using var rows = writer.Prepare("SELECT id, modalities, classes, json FROM study WHERE id > ?1 ORDER BY id LIMIT ?2").Bind(1, done).Bind(2, StudiesOfStep).Query();
        while (rows.Step())
        {
            var study = rows.Int64(0);
            var members = rows.Blob(3);
            var rank = AttributeCatalog.RankOf(members);
            Add(IndexLevel.Study, study, members);
            foreach (var modality in DistinctText.Split(rows.Text(1)))
                attributes.Add(new(AttributeCatalog.ModalitiesInStudy, modality, rank), study);
            foreach (var sopClass in DistinctText.Split(rows.Text(2)))
                attributes.Add(new(AttributeCatalog.SopClassesInStudy, sopClass, rank), study);
            foreach (var name in AttributeCatalog.NamesOf(members))
                attributes.AddName(rank, study, name);
            AddAll(IndexLevel.Series, "SELECT id, json FROM series WHERE study = ?", study);
            AddAll(IndexLevel.Instance, "SELECT i.id, i.json FROM series r CROSS JOIN instance i ON i.series = r.id WHERE r.study = ?", study);
            last = study;
        }

        return last;

        void AddAll(IndexLevel level, string sql, long study)
        {
            if (!catalog.HasRows(level))
                return;
            using var owners = writer.Prepare(sql).Bind(1, study).Query();
            while (owners.Step())
                Add(level, owners.Int64(0), owners.Blob(1));
        }

        void Add(IndexLevel level, long owner, ReadOnlySpan<byte> members)
        {
            foreach (var value in catalog.ValuesOf(level, members))
                attributes.Add(value, owner);
        }
    }

    private static void End(Connection writer)
    {
        writer.Execute("DELETE FROM study_span");
        writer.Prepare("INSERT INTO study_span(span, studies) SELECT rank / ?2, count(*) FROM attribute WHERE path = (SELECT id FROM path WHERE path = ?1) GROUP BY 1")
            .Bind(1, AttributeCatalog.StudyOrder).Bind(2, StudyRank.Span).Run();
        writer.Execute("DELETE FROM setting WHERE name = 'reindex'");
    }
}
