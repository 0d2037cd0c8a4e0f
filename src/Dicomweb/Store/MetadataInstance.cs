// One instance that came as metadata: its values are put where metadata only names them, and its pixels are given their transfer syntax.

using System.Buffers.Binary;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Completes an instance.</summary>
/// <param name="dataset">What the metadata says; it is changed.</param>
/// <param name="bulk">The bulk data of the request; null if it has none.</param>
/// <param name="absolute">Makes an address absolute; null if it is none.</param>
internal sealed class MetadataInstance(DicomDataset dataset, BulkDataParts? bulk, Func<string, string?> absolute)
{
    private static readonly DicomTag AvailableTransferSyntaxUID = new(0x0008_3002);

    // What services say of an instance, and is no part of it.
    private static readonly DicomTag[] OfServices = [new(0x0008_0056), new(0x0008_1190), AvailableTransferSyntaxUID];

    private TransferSyntax? _syntax;

    /// <summary>Completes the instance.</summary>
    /// <exception cref="DicomException">A value is not there, or pixels are in no transfer syntax.</exception>
    public async Task<DicomFile> CompleteAsync(CancellationToken cancellationToken)
    {
        var named = Named();
        var open = new Stack<DicomDataset>([dataset]);
        while (open.TryPop(out var level))
        {
            foreach (var element in level.Elements.ToArray())
            {
                foreach (var item in element.Items ?? [])
                    open.Push(item);
                if (element.BulkDataUri is { } uri)
                    level.Set(await ResolveAsync(element, Parts(element, uri), level == dataset && element.Tag == DicomTags.PixelData ? named : null, cancellationToken));
                else if (level == dataset && element.Tag == DicomTags.PixelData && element.Fragments is null && named is { IsEncapsulated: true } && !element.IsEmpty)
                    level.Set(Inline(element, named));
            }
        }

        return new(dataset, _syntax ?? TransferSyntax.ExplicitVRLittleEndian);
    }

    // Some clients send the transfer syntax among the metadata; an instance has it in its file meta information only.
    private TransferSyntax? Named()
    {
        var uid = dataset.GetString(DicomTags.TransferSyntaxUID) ?? dataset.GetString(AvailableTransferSyntaxUID);
        foreach (var element in dataset.Elements.Where(element => element.Tag.Group <= 2 || OfServices.Contains(element.Tag)).ToArray())
            dataset.Remove(element.Tag);
        return uid is null ? null : Known(uid);
    }

    private static TransferSyntax Known(string uid) => TransferSyntax.Find(uid) is { IsBigEndian: false, IsDeflated: false } known
        ? known
        : throw new DicomException(DicomFault.Unsupported, "the transfer syntax is none in which bulk data can be", DicomTags.TransferSyntaxUID);

    private IReadOnlyList<BulkDataPart> Parts(DicomElement element, string uri)
    {
        var parts = bulk?.Take(uri) ?? [];
        if (parts.Count == 0 && bulk is not null && absolute(uri) is { } address)
            parts = bulk.Take(address);
        return parts.Count > 0
            ? parts
            : throw new DicomException(DicomFault.InvalidValue, "no part of the request has its BulkDataURI as Content-Location; nothing is fetched from elsewhere", element.Tag);
    }

    private async Task<DicomElement> ResolveAsync(DicomElement element, IReadOnlyList<BulkDataPart> parts, TransferSyntax? named, CancellationToken cancellationToken)
    {
        if (element.VR == DicomVR.SQ)
            throw new DicomException(DicomFault.InvalidValue, "a sequence can't be bulk data", element.Tag);
        if (element.Tag == DicomTags.PixelData && await SyntaxAsync(parts[0], named, cancellationToken) is { IsEncapsulated: true } syntax)
            return Encapsulated(element, syntax, parts[0].Place.Source!, [.. parts.Select(part => new DicomFragment(part.Place.Offset, Length(element, part.Place.Length)))]);

        // Parts of one location are uncompressed frames where they lie one behind the other.
        var length = 0L;
        foreach (var part in parts)
        {
            if (part.Place.Offset != parts[0].Place.Offset + length)
                throw new DicomException(DicomFault.InvalidValue, "the parts of one Content-Location come one behind the other", element.Tag);
            length += part.Place.Length;
        }

        return new(element.Tag, element.VR, parts[0].Place with { Length = length });
    }

    private static async Task<TransferSyntax?> SyntaxAsync(BulkDataPart part, TransferSyntax? named, CancellationToken cancellationToken)
    {
        if (part.Type?.TransferSyntax is { } uid and not "*")
            return Known(uid);
        if (part.Type is null or { MediaType: "application/octet-stream" })
            return named;
        var head = new byte[Math.Min(CodestreamSyntax.HeadLength, part.Place.Length)];
        var read = 0;
        while (read < head.Length && await part.Place.Source!.ReadAsync(part.Place.Offset + read, head.AsMemory(read), cancellationToken) is > 0 and var count)
            read += count;
        var found = CodestreamSyntax.Find(part.Type.MediaType, head.AsSpan(0, read))
            ?? throw new DicomException(DicomFault.Unsupported, "the media type of the pixels is none of the standard's; name their transfer-syntax", DicomTags.TransferSyntaxUID);
        return named is { IsEncapsulated: true } && named.Pixels == found.Pixels ? named : found;
    }

    private DicomElement Inline(DicomElement element, TransferSyntax syntax)
    {
        var bytes = element.GetBytes();
        return Encapsulated(element, syntax, ByteSource.Of(bytes), [new(0, Length(element, bytes.Length))]);
    }

    // One fragment for each frame, and a table of where they are (PS3.5 A.4), unless they are too long for it.
    private DicomElement Encapsulated(DicomElement element, TransferSyntax syntax, ByteSource source, IReadOnlyList<DicomFragment> frames)
    {
        _syntax = syntax;
        var table = new byte[frames.Count > 1 ? 4 * frames.Count : 0];
        var offset = 0L;
        for (var i = 0; i < frames.Count && table.Length > 0; i++)
        {
            if (offset > uint.MaxValue)
            {
                table = [];
                break;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), (uint)offset);
            offset += 8 + frames[i].Length + (frames[i].Length & 1);
        }

        return new(element.Tag, DicomVR.OB, DicomFragments.Of(table, source, frames));
    }

    private static uint Length(DicomElement element, long length) => length < uint.MaxValue
        ? (uint)length
        : throw new DicomException(DicomFault.LimitExceeded, $"a frame of {length:N0} bytes is longer than DICOM can say", element.Tag);
}
