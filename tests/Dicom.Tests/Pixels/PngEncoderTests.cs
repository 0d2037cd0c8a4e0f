// PNG files, read by the rules of the format.

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class PngEncoderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_image_is_the_same_after_it_is_read_again(int channels)
    {
        var samples = new byte[37 * 21 * channels];
        new Random(TestSeed.Take()).NextBytes(samples);
        var output = new ArrayBufferWriter<byte>();
        PngEncoder.Encode(new(37, 21, channels, samples), output);
        Assert.Equal(samples, Read(output.WrittenSpan.ToArray(), 37, 21, 8, channels == 1 ? 0 : 2, 37 * channels));
    }

    [Fact]
    public void Samples_of_sixteen_bits_have_their_most_significant_byte_first()
    {
        var output = new ArrayBufferWriter<byte>();
        PngEncoder.EncodeGray16([1, 2, 3, 4, 5, 6, 7, 8], 2, 2, output);
        Assert.Equal([2, 1, 4, 3, 6, 5, 8, 7], Read(output.WrittenSpan.ToArray(), 2, 2, 16, 0, 4));
    }

    private static byte[] Read(byte[] png, int width, int height, int bits, int color, int stride)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        // The last chunk is the same in every file, its check value too.
        Assert.Equal([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82], png[^12..]);
        var content = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var type = Encoding.ASCII.GetString(png, at + 4, 4);
            var body = png.AsSpan(at + 8, length);
            if (type == "IHDR")
            {
                Assert.Equal(width, BinaryPrimitives.ReadInt32BigEndian(body));
                Assert.Equal(height, BinaryPrimitives.ReadInt32BigEndian(body[4..]));
                Assert.Equal([(byte)bits, (byte)color, 0, 0, 0], body[8..].ToArray());
            }

            if (type == "IDAT")
                content.Write(body);
            at += length + 12;
        }

        content.Position = 0;
        var rows = new MemoryStream();
        new ZLibStream(content, CompressionMode.Decompress).CopyTo(rows);
        var lines = rows.ToArray();
        var samples = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            var filter = lines[y * (stride + 1)];
            for (var x = 0; x < stride; x++)
            {
                var above = filter == 2 && y > 0 ? samples[((y - 1) * stride) + x] : 0;
                samples[(y * stride) + x] = (byte)(lines[(y * (stride + 1)) + 1 + x] + above);
            }
        }

        return samples;
    }
}
