// Codecs of the system's libraries, in this process.

using System.Buffers;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class NativeCodecTests
{
    private static readonly PixelCodecs Codecs = PixelCodecs.Create();
    private static readonly TransferSyntax Baseline = TransferSyntax.Find("1.2.840.10008.1.2.4.50")!;

    [Theory]
    [InlineData(1, 90, "MONOCHROME2")]
    [InlineData(3, 90, "YBR_FULL")]
    [InlineData(3, 75, "YBR_FULL_422")]
    public async Task What_is_encoded_as_JPEG_is_nearly_the_same_decoded_by_either_codec(int samples, int quality, string photometric)
    {
        var random = new Random(TestSeed.Take());
        var (rows, columns) = (random.Next(8, 90), random.Next(8, 90));
        var description = new PixelDescription
        {
            Rows = rows,
            Columns = columns,
            SamplesPerPixel = samples,
            BitsAllocated = 8,
            BitsStored = 8,
            HighBit = 7,
            Photometric = samples == 1 ? PhotometricInterpretation.Monochrome2 : PhotometricInterpretation.Rgb,
        };
        var pixels = new byte[description.FrameBytes];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((i / samples % columns) + (i / samples / columns) + (20 * (i % samples)));
        var encoded = new ArrayBufferWriter<byte>();
        var told = await Codecs.Encoder(Baseline).EncodeAsync(pixels, description, Baseline, new() { Quality = quality }, encoded, default);
        Assert.Equal(photometric, told.Photometric.Term());
        var native = new byte[pixels.Length];
        var managed = new byte[pixels.Length];
        var decoded = await Codecs.Decoder(Baseline).DecodeAsync(encoded.WrittenMemory, Baseline, told, native, default);
        Assert.Equal(decoded, await PixelCodecs.Managed.Decoder(Baseline).DecodeAsync(encoded.WrittenMemory, Baseline, told, managed, default));
        Assert.Equal(managed, native);
        if (samples == 3)
            ColorTransform.FromYbrFull(native);
        Assert.True(pixels.Zip(native, (before, after) => Math.Abs(before - after)).Max() < 30);
    }
}
