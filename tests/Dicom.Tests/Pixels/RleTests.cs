// Run lengths and deflated frames, both ways.

using System.Buffers;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class RleTests
{
    private static readonly TransferSyntax Rle = TransferSyntax.Find("1.2.840.10008.1.2.5")!;
    private static readonly TransferSyntax Deflated = TransferSyntax.Find("1.2.840.10008.1.2.8.1")!;

    [Fact]
    public async Task Bytes_and_runs_become_samples_with_their_most_significant_byte_first()
    {
        var frame = Frame([unchecked((byte)-3), 0x12], [3, 1, 2, 3, 4]);
        var output = new byte[8];
        await PixelCodecs.Managed.Decoder(Rle).DecodeAsync(frame, Rle, JpegTests.Gray(2, 2, 16), output, default);
        Assert.Equal([1, 0x12, 2, 0x12, 3, 0x12, 4, 0x12], output);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 1)]
    [InlineData(16, 1)]
    [InlineData(32, 1)]
    [InlineData(8, 3)]
    [InlineData(16, 3)]
    public async Task What_is_encoded_is_decoded_again(int allocated, int samples)
    {
        var random = new Random(TestSeed.Take());
        var description = (samples == 1 ? JpegTests.Gray(37, 53, allocated) : JpegTests.Color(37, 53, allocated)).Check();
        var frame = new byte[description.FrameBytes];
        for (var i = 0; i < frame.Length; i++)
            frame[i] = random.Next(3) == 0 ? (byte)random.Next(256) : frame[Math.Max(0, i - 1)];
        foreach (var syntax in new[] { Rle, Deflated })
        {
            var encoded = new ArrayBufferWriter<byte>();
            var said = await PixelCodecs.Managed.Encoder(syntax).EncodeAsync(frame, description, syntax, PixelEncodeOptions.Default, encoded, default);
            var output = new byte[frame.Length];
            var decoded = await PixelCodecs.Managed.Decoder(syntax).DecodeAsync(encoded.WrittenMemory, syntax, said.Check(), output, default);
            Assert.Equal(frame, output);
            Assert.Equal(description, decoded);
        }
    }

    [Fact]
    public async Task Frames_that_contradict_themselves_are_refused()
    {
        var good = Frame([3, 1, 2, 3, 4], [3, 1, 2, 3, 4]);
        await Refused(good[..60]);
        await Refused(Frame([3, 1, 2, 3, 4]));
        await Refused(Frame([2, 1, 2, 3], [3, 1, 2, 3, 4]));
        await Refused(Frame([3, 1, 2], [3, 1, 2, 3, 4]));
        await Refused(good[..66]);
        var outside = good.ToArray();
        outside[8] = 200;
        await Refused(outside);

        static async Task Refused(byte[] frame) => await Assert.ThrowsAsync<DicomException>(
            async () => await PixelCodecs.Managed.Decoder(Rle).DecodeAsync(frame, Rle, JpegTests.Gray(2, 2, 16), new byte[8], default));
    }

    private static byte[] Frame(params byte[][] segments)
    {
        var header = new byte[64];
        header[0] = (byte)segments.Length;
        var at = 64;
        for (var i = 0; i < segments.Length; i++)
        {
            header[4 + (4 * i)] = (byte)at;
            at += segments[i].Length;
        }

        return [.. header, .. segments.SelectMany(segment => segment)];
    }
}
