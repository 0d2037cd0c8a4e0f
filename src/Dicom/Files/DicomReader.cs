// Reads files: finds out what comes before the data set and how that is encoded, and has it parsed.

namespace FhirHub.Dicom;

/// <summary>Reads files of PS3.10, and data sets that lack preamble, prefix or file meta information.</summary>
internal static class DicomReader
{
    private const int PreambleLength = 128;
    private const int PrefixEnd = PreambleLength + 4;

    private static ReadOnlySpan<byte> Prefix => "DICM"u8;

    /// <summary>Reads what a window shows from its start.</summary>
    public static async Task<DicomFile> ReadAsync(ByteWindow window, ByteSource? source, DicomReadOptions options, CancellationToken cancellationToken)
    {
        await window.FillAsync(0, PrefixEnd + 12, cancellationToken);
        var head = window.Memory;
        if (head.IsEmpty)
            throw new DicomException(DicomFault.NotDicom, "it is empty", null, 0);

        ReadOnlyMemory<byte> preamble = default;
        var start = 0;
        if (head.Length >= PrefixEnd && head.Span[PreambleLength..PrefixEnd].SequenceEqual(Prefix))
        {
            preamble = head[..PreambleLength].ToArray();
            start = PrefixEnd;
        }
        else if (head.Span.StartsWith(Prefix))
        {
            start = Prefix.Length;
        }

        var meta = await ReadMetaAsync(window, source, options, start, cancellationToken);
        var datasetStart = meta?.Position ?? start;
        await window.FillAsync(datasetStart, 12, cancellationToken);
        var named = NamedSyntax(meta?.Dataset);
        if (named is { IsDeflated: true })
            return await ReadDeflatedAsync(window, options, preamble, start, meta!.Dataset, named, datasetStart, cancellationToken);

        var encoding = Encoding(window, datasetStart, named, hasHead: start > 0 || meta is not null, hasMeta: meta is not null);
        var parser = new DatasetParser(options, encoding, datasetStart, window.Total, source, window.IsMemory);
        await RunAsync(parser, window, cancellationToken);
        return new(parser.Dataset, named ?? Syntax(encoding))
        {
            Preamble = preamble,
            HasPrefix = start > 0,
            Meta = meta?.Dataset,
            DatasetOffset = datasetStart,
            Encoding = encoding,
            TrailingZeros = parser.TrailingZeros,
        };
    }

    private static async ValueTask<DatasetParser?> ReadMetaAsync(ByteWindow window, ByteSource? source, DicomReadOptions options, int start, CancellationToken cancellationToken)
    {
        var head = window.From(start).Span;
        if (head.Length < 8 || head[0] != 2 || head[1] != 0)
            return null;
        var parser = new DatasetParser(options, DatasetEncoding.ExplicitLittleEndian, start, window.Total, source, window.IsMemory, onlyGroup: 2);
        await RunAsync(parser, window, cancellationToken);
        return parser;
    }

    private static async ValueTask RunAsync(DatasetParser parser, ByteWindow window, CancellationToken cancellationToken)
    {
        while (!parser.Advance(window.Memory, window.Start, window.AtEnd, out var wanted))
            await window.FillAsync(parser.Position, wanted, cancellationToken);
    }

    private static async Task<DicomFile> ReadDeflatedAsync(
        ByteWindow window,
        DicomReadOptions options,
        ReadOnlyMemory<byte> preamble,
        int start,
        DicomDataset meta,
        TransferSyntax syntax,
        long datasetStart,
        CancellationToken cancellationToken)
    {
        var inflated = await InflatedDataset.ReadAsync(window, datasetStart, options, cancellationToken);
        var inner = new ByteWindow(inflated);
        var parser = new DatasetParser(options, DatasetEncoding.ExplicitLittleEndian, 0, inflated.Length, ByteSource.Of(inflated), keepsWindow: true);
        await RunAsync(parser, inner, cancellationToken);
        return new(parser.Dataset, syntax)
        {
            Preamble = preamble,
            HasPrefix = start > 0,
            Meta = meta,
            DatasetOffset = datasetStart,
            Encoding = DatasetEncoding.ExplicitLittleEndian,
            TrailingZeros = parser.TrailingZeros,
        };
    }

    private static TransferSyntax? NamedSyntax(DicomDataset? meta)
    {
        if (meta?.GetString(DicomTags.TransferSyntaxUID) is not { } uid)
            return null;
        return TransferSyntax.Find(uid)
            ?? throw new DicomException(DicomFault.Unsupported, "the transfer syntax is none of the standard's", DicomTags.TransferSyntaxUID, meta.Find(DicomTags.TransferSyntaxUID)!.Offset);
    }

    // What the first element looks like decides where the file does not say how it is encoded, or plainly says it wrong.
    private static DatasetEncoding Encoding(ByteWindow window, long start, TransferSyntax? named, bool hasHead, bool hasMeta)
    {
        var ahead = window.From(start).Span;
        if (named is null && ahead.Length == 0 && hasHead)
            return DatasetEncoding.ExplicitLittleEndian;
        var remaining = window.Total >= 0 ? window.Total - start : long.MaxValue;
        if (named is not null)
        {
            var said = DatasetEncoding.Of(named);
            if (FirstElement.Fits(ahead, said, remaining) || FirstElement.Find(ahead, remaining) is not { } seen)
                return said;
            return seen;
        }

        // A head without a transfer syntax is no reason to doubt the data set: the default of DICOM is left (PS3.5 10.1).
        return FirstElement.Find(ahead, remaining) ?? (hasMeta ? DatasetEncoding.ImplicitLittleEndian : (DatasetEncoding?)null)
            ?? throw new DicomException(DicomFault.NotDicom, hasHead ? "no data set follows the head of the file" : "it has neither the head of a DICOM file nor a data set's first element", null, start);
    }

    private static TransferSyntax Syntax(DatasetEncoding encoding) => encoding switch
    {
        { IsBigEndian: true } => TransferSyntax.ExplicitVRBigEndian,
        { IsExplicit: true } => TransferSyntax.ExplicitVRLittleEndian,
        _ => TransferSyntax.ImplicitVRLittleEndian,
    };
}
