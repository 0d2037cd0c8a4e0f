// Reads as much of pictures as tests want to know, by the rules of their formats.

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FhirHub.Dicomweb.Tests.Rendering;

/// <summary>JPEG, PNG and GIF.</summary>
internal static class TestPicture
{
    public static (int Width, int Height) Size(byte[] picture)
    {
        if (picture.AsSpan().StartsWith("GIF89a"u8))
            return (BinaryPrimitives.ReadUInt16LittleEndian(picture.AsSpan(6)), BinaryPrimitives.ReadUInt16LittleEndian(picture.AsSpan(8)));
        if (picture[0] == 0x89)
            return (BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(20)));
        Assert.Equal([0xFF, 0xD8], picture[..2]);
        Assert.Equal([0xFF, 0xD9], picture[^2..]);
        var at = 2;
        while (picture[at + 1] != 0xC0)
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(picture.AsSpan(at + 2));
        return (BinaryPrimitives.ReadUInt16BigEndian(picture.AsSpan(at + 7)), BinaryPrimitives.ReadUInt16BigEndian(picture.AsSpan(at + 5)));
    }

    /// <summary>The samples of a PNG of 8 bits, gray or RGB.</summary>
    public static byte[] PngSamples(byte[] png)
    {
        var (width, height) = Size(png);
        var stride = width * (png[25] == 2 ? 3 : 1);
        var content = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (Encoding.ASCII.GetString(png, at + 4, 4) == "IDAT")
                content.Write(png.AsSpan(at + 8, length));
            at += length + 12;
        }

        content.Position = 0;
        var rows = new MemoryStream();
        new ZLibStream(content, CompressionMode.Decompress).CopyTo(rows);
        var lines = rows.ToArray();
        var samples = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            var isUp = lines[y * (stride + 1)] == 2;
            for (var x = 0; x < stride; x++)
                samples[(y * stride) + x] = (byte)(lines[(y * (stride + 1)) + 1 + x] + (isUp ? samples[((y - 1) * stride) + x] : 0));
        }

        return samples;
    }

    /// <summary>How many frames a GIF has, by the marks before each of them.</summary>
    public static int GifFrames(byte[] gif)
    {
        var (count, at) = (0, 13 + ((gif[10] & 0x80) != 0 ? 768 : 0));
        while (gif[at] != 0x3B)
        {
            count += gif[at] == 0x2C ? 1 : 0;
            at += gif[at] == 0x21 ? 2 : 11 + ((gif[at + 9] & 0x80) != 0 ? 768 : 0);
            for (; gif[at] != 0; at += gif[at] + 1)
            {
            }

            at++;
        }

        return count;
    }
}
