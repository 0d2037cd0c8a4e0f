// A DICOM file: preamble, file meta information and data set (PS3.10 7).

namespace FhirHub.Dicom;

/// <summary>A file as PS3.10 7 describes it, or a data set that came without the parts before it.</summary>
public sealed class DicomFile
{
    /// <summary>A new file of a data set; what is written gets its own file meta information.</summary>
    public DicomFile(DicomDataset dataset, TransferSyntax transferSyntax)
    {
        Dataset = dataset;
        TransferSyntax = transferSyntax;
        Encoding = DatasetEncoding.Of(transferSyntax);
    }

    /// <summary>The 128 bytes before the prefix, which belong to other formats and may be hostile; empty if there were none.</summary>
    public ReadOnlyMemory<byte> Preamble { get; set; }

    /// <summary>The file meta information, group 0002; null if there was none.</summary>
    public DicomDataset? Meta { get; init; }

    /// <summary>The data set.</summary>
    public DicomDataset Dataset { get; }

    /// <summary>The transfer syntax that the file names, else the one that its data set has.</summary>
    public TransferSyntax TransferSyntax { get; }

    /// <summary>Where the data set begins in the file.</summary>
    public long DatasetOffset { get; init; }

    /// <summary>Whether preamble or prefix announced a DICOM file.</summary>
    public bool HasPrefix { get; init; }

    /// <summary>Whether the data set is encoded in another way than the file says, as some writers do.</summary>
    public bool ContradictsTransferSyntax => Encoding != DatasetEncoding.Of(TransferSyntax);

    internal DatasetEncoding Encoding { get; init; }

    internal long TrailingZeros { get; init; }

    /// <summary>Reads a file in memory; its values stay parts of that memory.</summary>
    /// <exception cref="DicomException">It is no DICOM file, or a broken one.</exception>
    public static DicomFile Read(ReadOnlyMemory<byte> bytes, DicomReadOptions? options = null)
    {
        // Nothing waits where all bytes are there.
        using var window = new ByteWindow(bytes);
        var reading = DicomReader.ReadAsync(window, ByteSource.Of(bytes), options ?? DicomReadOptions.Default, CancellationToken.None);
        return reading.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Reads a file from a stream. Values beyond the limit are passed over and referred to by their places, which are read from
    /// <paramref name="source"/>, else from the stream itself if it can seek; who needs them later keeps it open.
    /// </summary>
    /// <exception cref="DicomException">It is no DICOM file, or a broken one.</exception>
    public static async Task<DicomFile> ReadAsync(Stream stream, DicomReadOptions? options = null, ByteSource? source = null, CancellationToken cancellationToken = default)
    {
        if (source is null && stream.CanSeek)
            source = ByteSource.Of(stream);
        using var window = new ByteWindow(stream);
        return await DicomReader.ReadAsync(window, source, options ?? DicomReadOptions.Default, cancellationToken);
    }
}
