// Brings a file into another transfer syntax: pixels are decoded or encoded, and what is said of them follows (PS3.5 8.2, PS3.3 C.7.6.3).

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace FhirHub.Dicom.Pixels;

/// <summary>Brings files into other transfer syntaxes.</summary>
public static class PixelTranscoder
{
    /// <summary>The most bytes of encoded frames, which are in memory until the last is there: their lengths come before them in the file.</summary>
    private const long MaxEncodedBytes = 256 * 1024 * 1024;

    /// <summary>Whether pixels can be brought from one transfer syntax into another here.</summary>
    public static bool CanTranscode(TransferSyntax from, TransferSyntax to, PixelCodecs codecs)
    {
        if (from == to)
            return true;
        if (from.Pixels == PixelEncoding.Referenced || to.Pixels == PixelEncoding.Referenced)
            return false;
        return (IsPlain(from) || codecs.CanDecode(from)) && (to.Pixels == PixelEncoding.Native || codecs.CanEncode(to));
    }

    /// <summary>
    /// The file in another transfer syntax. The data set of <paramref name="file"/> is changed and belongs to the new one; decoded frames are made
    /// when they are read, one at a time, the first before this ends.
    /// </summary>
    /// <param name="file">The file; what its values refer to stays open until the new one is written.</param>
    /// <param name="target">The transfer syntax.</param>
    /// <param name="codecs">Who decodes and encodes.</param>
    /// <param name="options">How to encode.</param>
    /// <param name="limits">The limits of decoding.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="DicomException">It can't be transcoded.</exception>
    public static async Task<DicomFile> TranscodeAsync(
        DicomFile file, TransferSyntax target, PixelCodecs codecs, PixelEncodeOptions? options = null, PixelLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var dataset = file.Dataset;
        if (dataset.Find(DicomTags.PixelData) is { } pixels)
        {
            if (target.IsEncapsulated)
                await EncodeAsync(dataset, PixelFrames.Of(file, limits), target, codecs, options ?? PixelEncodeOptions.Default, cancellationToken);
            else if (pixels.Fragments is not null)
                await DecodeAsync(dataset, PixelFrames.Of(file, limits), codecs, target, cancellationToken);
            else if (pixels is { IsBigEndian: true, VR: DicomVR.OW } && dataset.GetInt64(DicomTags.BitsAllocated) > 16)
                Turn(dataset, PixelFrames.Of(file, limits));
        }
        else if (target.IsEncapsulated)
        {
            throw new DicomException(DicomFault.Unsupported, $"an instance without pixels can't be in {target}", DicomTags.PixelData);
        }

        return new DicomFile(dataset, target) { Meta = file.Meta };
    }

    private static bool IsPlain(TransferSyntax syntax) => syntax.Pixels is PixelEncoding.Native or PixelEncoding.Encapsulated;

    private static async Task DecodeAsync(DicomDataset dataset, PixelFrames frames, PixelCodecs codecs, TransferSyntax target, CancellationToken cancellationToken)
    {
        var source = new DecodedFrames(frames, codecs);
        var decoded = await source.BeginAsync(cancellationToken);
        Describe(dataset, decoded);
        if (frames.TransferSyntax is { IsLossy: true, Pixels: PixelEncoding.Jpeg } && dataset.GetString(PixelTags.LossyImageCompression) is null)
            dataset.Set(PixelTags.LossyImageCompression, "01");
        var vr = decoded.BitsAllocated > 8 || !target.IsExplicitVR ? DicomVR.OW : DicomVR.OB;
        dataset.Set(new DicomElement(DicomTags.PixelData, vr, new BulkReference(source, 0, source.Length)));
    }

    // Words of more than sixteen bits in the other order are turned as samples, which the VR does not tell.
    private static void Turn(DicomDataset dataset, PixelFrames frames)
    {
        var source = new DecodedFrames(frames, codecs: null);
        dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OW, new BulkReference(source, 0, source.Length)));
    }

    private static async Task EncodeAsync(
        DicomDataset dataset, PixelFrames frames, TransferSyntax target, PixelCodecs codecs, PixelEncodeOptions options, CancellationToken cancellationToken)
    {
        var encoder = codecs.Encoder(target);
        var native = ArrayPool<byte>.Shared.Rent(frames.Description.FrameBytes);
        try
        {
            var (encoded, total) = (new List<ReadOnlyMemory<byte>>(frames.Count), 0L);
            var said = frames.Description;
            var output = new ArrayBufferWriter<byte>();
            for (var frame = 0; frame < frames.Count; frame++)
            {
                var decoded = await frames.DecodeAsync(frame, codecs, native, cancellationToken);
                output.ResetWrittenCount();
                said = await encoder.EncodeAsync(native.AsMemory(0, frames.Description.FrameBytes), decoded, target, options, output, cancellationToken);
                total += output.WrittenCount;
                if (total > MaxEncodedBytes)
                    throw new DicomException(DicomFault.Unsupported, $"the frames have more than {MaxEncodedBytes:N0} bytes in {target}, which is too much to encode at once", DicomTags.PixelData);
                encoded.Add(output.WrittenSpan.ToArray());
            }

            Describe(dataset, said);
            if (target.IsLossy)
                DescribeLoss(dataset, target, (double)frames.Description.FrameBytes * frames.Count / Math.Max(1, total));
            dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OB, DicomFragments.Of(OffsetTable(encoded), encoded)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(native);
        }
    }

    private static void Describe(DicomDataset dataset, PixelDescription said)
    {
        if (dataset.GetString(DicomTags.PhotometricInterpretation) != said.Photometric.Term())
            dataset.Set(DicomTags.PhotometricInterpretation, said.Photometric.Term());
        if (said.SamplesPerPixel > 1)
            dataset.Set(DicomElement.OfNumbers(DicomTags.PlanarConfiguration, DicomVR.US, said.IsPlanar ? 1 : 0));
        dataset.Remove(DicomTags.ExtendedOffsetTable);
        dataset.Remove(DicomTags.ExtendedOffsetTableLengths);
    }

    // What was lossy before stays told: ratios and methods are lists (PS3.3 C.7.6.1.1.5).
    private static void DescribeLoss(DicomDataset dataset, TransferSyntax target, double ratio)
    {
        var method = target.Pixels switch
        {
            PixelEncoding.JpegLs => "ISO_14495_1",
            PixelEncoding.Jpeg2000 => "ISO_15444_1",
            PixelEncoding.Htj2k => "ISO_15444_15",
            PixelEncoding.JpegXl => "ISO_18181_1",
            _ => "ISO_10918_1",
        };
        dataset.Set(PixelTags.LossyImageCompression, "01");
        dataset.Set(PixelTags.LossyImageCompressionRatio, [.. dataset.GetStrings(PixelTags.LossyImageCompressionRatio), ratio.ToString("0.##", CultureInfo.InvariantCulture)]);
        dataset.Set(PixelTags.LossyImageCompressionMethod, [.. dataset.GetStrings(PixelTags.LossyImageCompressionMethod), method]);
    }

    // Where each frame begins, for readers that would have to walk through all of them.
    private static byte[] OffsetTable(List<ReadOnlyMemory<byte>> frames)
    {
        if (frames.Count == 1)
            return [];
        var table = new byte[4 * frames.Count];
        var offset = 0u;
        for (var i = 0; i < frames.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), offset);
            offset += (uint)(8 + frames[i].Length + (frames[i].Length & 1));
        }

        return table;
    }
}
