// Frames with bytes changed, cut and doubled: pixels or a DicomException, nothing else.

using System.Buffers;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests.Pixels;

public class PixelHostileTests(ITestOutputHelper output)
{
    private const int Mutations = 200;

    [Fact]
    public async Task A_frame_with_wrong_bytes_is_decoded_or_refused()
    {
        var random = new Random(TestSeed.Take());
        var samples = new ushort[24 * 32 * 3];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (ushort)random.Next(256);
        var color = JpegTests.Color(24, 32);
        var rle = new ArrayBufferWriter<byte>();
        await PixelCodecs.Managed.Encoder(Syntax("5")).EncodeAsync(samples.Select(sample => (byte)sample).ToArray(), color, Syntax("5"), PixelEncodeOptions.Default, rle, default);
        await MutateAsync(rle.WrittenMemory, Syntax("5"), color, random);
        await MutateAsync(TestJpeg.Lossless(samples, 24, 32, 3, 8, 4, restartRows: 4), Syntax("4.57"), color, random);
    }

    [Theory]
    [InlineData("pydicom/SC_rgb_dcmtk_+eb+cy+s2.dcm")]
    [InlineData("pydicom/SC_rgb_small_odd_jpeg.dcm")]
    [InlineData("pydicom-data/emri_small_RLE.dcm")]
    [InlineData("pydicom-data/liver_deflate.dcm")]
    [InlineData("cornerstone3D/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm")]
    [InlineData("cornerstone3D/CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm")]
    [InlineData("dcm4che/MR-JPEGLosslessSV1.dcm")]
    public async Task A_frame_of_a_real_file_with_wrong_bytes_is_decoded_or_refused(string name)
    {
        if (!File.Exists(DicomMaterial.PathOf(name)))
        {
            output.WriteLine("The file is not there.");
            return;
        }

        var frames = PixelFrames.Of(DicomFile.Read(DicomMaterial.Read(name)));
        var frame = await frames.ReadAsync(0);
        var count = Math.Clamp((int)(8_000_000L / frames.Description.FrameBytes), 20, Mutations);
        await MutateAsync(frame, frames.TransferSyntax, frames.Description, new Random(TestSeed.Take()), count);
    }

    [Theory]
    [InlineData("pydicom/examples_overlay.dcm")]
    [InlineData("pydicom/examples_palette.dcm")]
    [InlineData("pydicom-data/mlut_18.dcm")]
    [InlineData("pydicom-data/emri_small_RLE.dcm")]
    [InlineData("pydicom-data/SC_ybr_full_uncompressed.dcm")]
    [InlineData("synthetic/seg_binary_33x35x5.dcm")]
    public async Task A_file_with_wrong_bytes_before_its_pixels_is_rendered_or_refused(string name)
    {
        if (!File.Exists(DicomMaterial.PathOf(name)))
        {
            output.WriteLine("The file is not there.");
            return;
        }

        var random = new Random(TestSeed.Take());
        var original = DicomMaterial.Read(name);
        var head = (int)DicomFile.Read(original).Dataset.Find(DicomTags.PixelData)!.Offset;
        var limits = new PixelLimits { MaxFrameBytes = 4_000_000 };
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = original.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(300, head < 300 ? bytes.Length : head)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            try
            {
                var file = DicomFile.Read(bytes);
                var renderer = FrameRenderer.Of(file.Dataset, file.TransferSyntax, limits);
                await renderer.RenderAsync(renderer.Frames.Count - 1, PixelCodecs.Managed, RenderOptions.Default with { Width = 64 });
            }
            catch (DicomException)
            {
                // Refused, as it may be.
            }
        }
    }

    /// <summary>A frame with some bytes changed, left out or doubled.</summary>
    internal static byte[] Mutate(ReadOnlyMemory<byte> frame, Random random)
    {
        var bytes = frame.ToArray().ToList();
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            // Heads decide more than what follows.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 700) : bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = 0xFF;
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at - 1, random.Next(40)));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(40))));
                    break;
            }
        }

        return [.. bytes];
    }

    private static TransferSyntax Syntax(string end) => TransferSyntax.Find($"1.2.840.10008.1.2.{end}")!;

    private static async Task MutateAsync(ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Random random, int count = Mutations)
    {
        var pixels = new byte[description.FrameBytes];
        for (var i = 0; i < count; i++)
        {
            try
            {
                await PixelCodecs.Managed.Decoder(syntax).DecodeAsync(Mutate(frame, random), syntax, description, pixels, default);
            }
            catch (DicomException)
            {
                // Refused, as it may be.
            }
        }
    }
}
