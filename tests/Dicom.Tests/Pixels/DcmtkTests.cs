// What our codecs encode, read by another toolkit.

using System.Buffers;
using System.Diagnostics;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class DcmtkTests
{
    private static readonly PixelCodecs Codecs = PixelCodecs.Create();

    [DcmtkTheory]
    [InlineData("4.80", "dcmdjpls", 16, 12, 1, false)]
    [InlineData("4.80", "dcmdjpls", 16, 12, 1, true)]
    [InlineData("4.80", "dcmdjpls", 16, 16, 1, true)]
    [InlineData("4.80", "dcmdjpls", 8, 8, 1, false)]
    [InlineData("4.80", "dcmdjpls", 8, 8, 3, false)]
    [InlineData("5", "dcmdrle", 16, 12, 1, true)]
    [InlineData("5", "dcmdrle", 8, 8, 3, false)]
    public async Task Frames_that_are_encoded_without_loss_are_the_same_to_DCMTK(string end, string program, int allocated, int stored, int samples, bool signed)
    {
        var syntax = TransferSyntax.Find($"1.2.840.10008.1.2.{end}")!;
        var description = new PixelDescription
        {
            Rows = 20,
            Columns = 30,
            SamplesPerPixel = samples,
            BitsAllocated = allocated,
            BitsStored = stored,
            HighBit = stored - 1,
            IsSigned = signed,
            Photometric = samples == 1 ? PhotometricInterpretation.Monochrome2 : PhotometricInterpretation.Rgb,
        };
        var pixels = NativeCodecTests.Picture(description, new Random(TestSeed.Take()));
        var encoded = new ArrayBufferWriter<byte>();
        var told = await Codecs.Encoder(syntax).EncodeAsync(pixels, description, syntax, PixelEncodeOptions.Default, encoded, default);
        byte[] frame = encoded.WrittenCount % 2 == 0 ? encoded.WrittenSpan.ToArray() : [.. encoded.WrittenSpan, 0];
        var image = PixelFramesTests.Image(20, 30, allocated, samples, told.Photometric.Term(), told.IsPlanar ? 1 : 0, signed: signed ? 1 : 0, stored: stored)
            .Header(0x7FE00010, "OB", TestFile.Undefined).Fragment([]).Fragment(frame).EndSequence();

        var (source, target) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            await File.WriteAllBytesAsync(source, image.ToFile(syntax.Uid));
            using var process = Process.Start(new ProcessStartInfo(DcmtkFactAttribute.Find(program)!, [source, target]) { RedirectStandardError = true, UseShellExecute = false })!;
            var words = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, words);
            var frames = PixelFrames.Of(DicomFile.Read(await File.ReadAllBytesAsync(target)));
            var read = new byte[frames.Description.FrameBytes];
            await frames.DecodeAsync(0, PixelCodecs.Managed, read);
            Assert.Equal(pixels, read);
        }
        finally
        {
            File.Delete(source);
            File.Delete(target);
        }
    }
}
