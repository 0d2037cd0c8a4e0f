// A stored instance as a row of the index.

using FhirHub.Dicom;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Reads stored instances from rows.</summary>
internal static class StoredRow
{
    /// <summary>The columns of <see cref="Read"/>, of <c>instance i</c>, <c>series r</c> and <c>study s</c>.</summary>
    public const string Columns =
        "i.id, s.uid, r.uid, i.uid, i.sop_class, i.syntax, i.number, i.frames, i.segment, i.offset, i.length, i.dataset, i.sha256, i.version, i.stored, s.patient";

    /// <summary>The tables of them.</summary>
    public const string Tables = "study s JOIN series r ON r.study = s.id JOIN instance i ON i.series = r.id";

    /// <summary>The instance of a row.</summary>
    public static StoredInstance Read(Statement.Rows row) => new()
    {
        Id = row.Int64(0),
        Path = new ImagePath(row.Text(1), row.Text(2), row.Text(3)),
        SopClassUid = row.Text(4),
        TransferSyntax = SyntaxOf(row.Text(5)),
        Number = row.IsNull(6) ? null : row.Int64(6),
        Frames = row.Int32(7),
        Place = new BlobPlace(row.Int64(8), row.Int64(9), row.Int64(10)),
        DatasetOffset = row.Int64(11),
        Sha256 = row.Blob(12).ToArray(),
        Version = row.Int64(13),
        StoredAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(14)),
        Patient = row.TextOrNull(15),
    };

    private static TransferSyntax SyntaxOf(string uid) =>
        TransferSyntax.Find(uid) ?? throw new ArchiveException($"The index names the transfer syntax {uid}, which this program does not know. Start the newer version.");
}
