// Pixels become Pixel Data: with noise, as samples, and encoded as the archive's hospitals would send them.

using System.Buffers;
using System.Buffers.Binary;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Samples.Region;

/// <summary>Encodes frames and sets the attributes that describe them (PS3.3 C.7.6.3).</summary>
/// <param name="codecs">What can be encoded here.</param>
internal sealed class PixelWriter(PixelCodecs codecs)
{
    /// <summary>The first transfer syntax of several that can be encoded here; RLE always can.</summary>
    public TransferSyntax Choose(params IReadOnlyList<string> uids) =>
        uids.Select(TransferSyntax.Find).OfType<TransferSyntax>().FirstOrDefault(codecs.CanEncode) ?? TransferSyntax.Find("1.2.840.10008.1.2.5")!;

    /// <summary>Adds noise: as much as two throws of a die of so many sides.</summary>
    public static void AddNoise(Span<int> values, int sides, SplitMix64 random)
    {
        for (var i = 0; i < values.Length; i += 4)
        {
            var bits = random.Next();
            for (var j = i; j < Math.Min(i + 4, values.Length); j++, bits >>= 16)
                values[j] += (((int)(bits & 0xFF) * sides) >> 8) + (((int)((bits >> 8) & 0xFF) * sides) >> 8) - sides;
        }
    }

    /// <summary>Values as samples of 8 or 16 bits, those that don't fit as the least or greatest that do.</summary>
    public static byte[] Samples(ReadOnlySpan<int> values, PixelDescription description)
    {
        var (least, greatest) = (0, (1 << description.BitsStored) - 1);
        var samples = new byte[values.Length * description.BytesPerSample];
        for (var i = 0; i < values.Length; i++)
        {
            var value = Math.Clamp(values[i], least, greatest);
            if (description.BytesPerSample == 1)
                samples[i] = (byte)value;
            else
                BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(2 * i), (ushort)value);
        }

        return samples;
    }

    /// <summary>Sets Pixel Data and what describes it; the file with it.</summary>
    /// <param name="attributes">The other attributes.</param>
    /// <param name="description">What the samples are.</param>
    /// <param name="frames">The samples of each frame.</param>
    /// <param name="syntax">The transfer syntax.</param>
    /// <param name="cancel">Ends it early.</param>
    public async Task<ReadOnlyMemory<byte>> WriteAsync(
        ImageAttributes attributes, PixelDescription description, IReadOnlyList<byte[]> frames, TransferSyntax syntax, CancellationToken cancel)
    {
        var said = description;
        if (!syntax.IsEncapsulated)
        {
            var native = new byte[(frames.Sum(static frame => frame.Length) + 1) & ~1];
            var at = 0;
            foreach (var frame in frames)
            {
                frame.CopyTo(native, at);
                at += frame.Length;
            }

            attributes.Dataset.Set(new DicomElement(DicomTags.PixelData, description.BitsAllocated > 8 ? DicomVR.OW : DicomVR.OB, native));
        }
        else
        {
            var fragments = new List<ReadOnlyMemory<byte>>();
            var table = new byte[4 * frames.Count];
            var offset = 0;
            foreach (var frame in frames)
            {
                var encoded = new ArrayBufferWriter<byte>(frame.Length);
                said = await codecs.Encoder(syntax).EncodeAsync(frame, description, syntax, PixelEncodeOptions.Default, encoded, cancel);
                if ((encoded.WrittenCount & 1) != 0)
                    encoded.Write([(byte)0]);
                BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * fragments.Count), (uint)offset);
                offset += encoded.WrittenCount + 8;
                fragments.Add(encoded.WrittenMemory);
            }

            attributes.Dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OB, DicomFragments.Of(table, fragments)));
        }

        attributes.Number("SamplesPerPixel", said.SamplesPerPixel).Text("PhotometricInterpretation", said.Photometric.Term())
            .Number("Rows", said.Rows).Number("Columns", said.Columns)
            .Number("BitsAllocated", said.BitsAllocated).Number("BitsStored", said.BitsStored).Number("HighBit", said.HighBit)
            .Number("PixelRepresentation", said.IsSigned ? 1 : 0);
        if (frames.Count > 1)
            attributes.Number("NumberOfFrames", frames.Count);
        return await DicomWriter.ToArrayAsync(new DicomFile(attributes.Dataset, syntax), cancellationToken: cancel);
    }
}
