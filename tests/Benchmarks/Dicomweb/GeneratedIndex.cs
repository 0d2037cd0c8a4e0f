// An index of made-up studies, written straight into the tables: no file is stored, since searches read none.

using FhirHub.Dicom;
using FhirHub.Dicomweb;
using FhirHub.Sqlite;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>Studies of a hospital that makes fifty a day: two series of two instances each, and one study with 300 slices.</summary>
internal static class GeneratedIndex
{
    public const int StudiesOfDay = 50;
    public const int StudiesOfPatient = 3;

    private static readonly DateOnly LastDay = new(2026, 6, 30);
    private static readonly string[] Modalities = ["CT", "MR", "DX", "US", "CR", "MG", "PT", "NM"];
    private static readonly string[] Families = ["SMITH", "GARCIA", "MUELLER", "WANG", "IVANOV", "KUMAR", "ROSSI", "TANAKA", "NGUYEN", "HANSEN", "OKAFOR", "SILVA", "DUBOIS", "KOWALSKI", "JOHNSON", "LEE"];

    public static string StudyUid(int study) => $"1.2.840.99999.7.{study}";

    public static string PatientId(int study) => $"P{study / StudiesOfPatient:D7}";

    public static string Family(int study) => $"{Families[study / StudiesOfPatient % Families.Length]}{study / StudiesOfPatient:D6}";

    public static string Day(int study) => LastDay.AddDays(-(study / StudiesOfDay)).ToString("yyyyMMdd");

    /// <summary>Writes studies into the archive of a folder, which nobody has open.</summary>
    public static void Write(string folder, int studies)
    {
        var catalog = new AttributeCatalog([]);
        using var connection = new Connection(Path.Combine(folder, "index.db"), readOnly: false, cacheMegabytes: 64);
        connection.Execute("PRAGMA synchronous = OFF; BEGIN");
        var rows = new AttributeRows(connection, catalog);
        for (var study = 0; study < studies; study++)
            WriteStudy(connection, rows, catalog, study);
        connection.Execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static void WriteStudy(Connection connection, AttributeRows rows, AttributeCatalog catalog, int study)
    {
        var modality = Modalities[study % Modalities.Length];
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.StudyInstanceUID, StudyUid(study));
        dataset.Set(DicomTags.StudyDate, Day(study));
        dataset.Set(DicomTags.StudyTime, $"{study % StudiesOfDay % 24:D2}{study % 60:D2}00");
        dataset.Set(DicomTags.AccessionNumber, $"ACC{study:D8}");
        dataset.Set(DicomTags.StudyDescription, $"{modality} examination");
        dataset.Set(DicomTags.ReferringPhysicianName, $"HOUSE{study % 97}^GREGORY");
        dataset.Set(DicomTags.PatientName, $"{Family(study)}^ANNA");
        dataset.Set(DicomTags.PatientID, PatientId(study));
        dataset.Set(DicomTags.PatientBirthDate, $"19{study / StudiesOfPatient % 90:D2}0101");
        dataset.Set(DicomTags.PatientSex, study / StudiesOfPatient % 2 == 0 ? "F" : "M");
        dataset.Set(DicomTags.StudyID, $"{study}");
        dataset.Set(DicomTags.SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        dataset.Set(DicomTags.Modality, modality);
        dataset.Set(DicomTags.SeriesDescription, "Axial");
        var members = IndexedInstance.Members(dataset, catalog, IndexLevel.Study);
        var instances = study == 0 ? 300 : 2;
        connection.Prepare("INSERT INTO study(uid, patient_id, issuer, patient, series, instances, modalities, classes, updated, json) VALUES(?, ?, '', ?, 2, ?, ?, ?, 0, ?)")
            .Bind(1, StudyUid(study)).Bind(2, PatientId(study)).Bind(3, $"fhir-{study / StudiesOfPatient}").Bind(4, 2 * instances).Bind(5, modality)
            .Bind(6, "1.2.840.10008.5.1.4.1.1.2").Bind(7, members).Run();
        var id = connection.LastRow;
        rows.Replace(IndexLevel.Study, id, [], members);
        rows.AddToStudy(AttributeCatalog.ModalitiesInStudy, modality, id);
        rows.AddToStudy(AttributeCatalog.SopClassesInStudy, "1.2.840.10008.5.1.4.1.1.2", id);
        for (var series = 1; series <= 2; series++)
            WriteSeries(connection, rows, catalog, dataset, id, $"{StudyUid(study)}.{series}", series, study == 0 && series == 2 ? 2 : instances);
    }

    private static void WriteSeries(Connection connection, AttributeRows rows, AttributeCatalog catalog, DicomDataset dataset, long study, string uid, int number, int instances)
    {
        dataset.Set(DicomTags.SeriesInstanceUID, uid);
        dataset.Set(DicomTags.SeriesNumber, $"{number}");
        var members = IndexedInstance.Members(dataset, catalog, IndexLevel.Series);
        connection.Prepare("INSERT INTO series(study, uid, number, modality, instances, json) VALUES(?, ?, ?, ?, ?, ?)")
            .Bind(1, study).Bind(2, uid).Bind(3, number).Bind(4, dataset.GetString(DicomTags.Modality)!).Bind(5, instances).Bind(6, members).Run();
        var id = connection.LastRow;
        rows.Replace(IndexLevel.Series, id, [], members);
        for (var instance = 1; instance <= instances; instance++)
        {
            dataset.Set(DicomTags.SOPInstanceUID, $"{uid}.{instance}");
            dataset.Set(DicomTags.InstanceNumber, $"{instance}");
            connection.Prepare(
                """
                INSERT INTO instance(series, study, uid, number, sop_class, syntax, frames, segment, offset, length, dataset, sha256, version, stored, json)
                VALUES(?, ?, ?, ?, '1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.1.2.1', 1, 0, ?, 1, 0, x'', 1, 0, ?)
                """).Bind(1, id).Bind(2, study).Bind(3, $"{uid}.{instance}").Bind(4, instance).Bind(5, (id * 1_000) + instance)
                .Bind(6, IndexedInstance.Members(dataset, catalog, IndexLevel.Instance)).Run();
        }
    }
}
