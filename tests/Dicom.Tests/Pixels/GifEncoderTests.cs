// GIF that we write, read by the rules of the format.

using System.Buffers;
using System.Buffers.Binary;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class GifEncoderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(17, 31)]
    [InlineData(256, 200)]
    public void Shades_of_gray_are_exact(int width, int height)
    {
        var random = new Random(TestSeed.Take());
        var noise = new byte[width * height];
        random.NextBytes(noise);
        var even = new byte[width * height];
        var repeated = noise.Select(sample => (byte)(sample & 3)).ToArray();
        var frames = Frames(Encode(width, height, 1, noise, even, repeated), width, height);
        Assert.Equal(3, frames.Count);
        Assert.Equal(noise, frames[0].Where((_, i) => i % 3 == 0));
        Assert.Equal(even, frames[1].Where((_, i) => i % 3 == 1));
        Assert.Equal(repeated, frames[2].Where((_, i) => i % 3 == 2));
    }

    [Fact]
    public void Up_to_256_colours_are_exact()
    {
        var random = new Random(TestSeed.Take());
        var palette = new byte[768];
        random.NextBytes(palette);
        var samples = Enumerable.Range(0, 50 * 40).SelectMany(_ => random.Next(256) is var color ? palette[(3 * color)..((3 * color) + 3)] : []).ToArray();
        Assert.Equal(samples, Frames(Encode(50, 40, 3, samples), 50, 40)[0]);
    }

    [Fact]
    public void More_colours_are_near()
    {
        var samples = new byte[64 * 64 * 3];
        for (var i = 0; i < 64 * 64; i++)
            (samples[3 * i], samples[(3 * i) + 1], samples[(3 * i) + 2]) = ((byte)(4 * (i % 64)), (byte)(4 * (i / 64)), (byte)(i / 32));
        var back = Frames(Encode(64, 64, 3, samples), 64, 64)[0];
        Assert.InRange(samples.Zip(back, (a, b) => Math.Abs(a - b)).Average(), 0, 6);
    }

    [Fact]
    public void Frames_move_without_end_and_have_their_time()
    {
        var gif = Encode(2, 2, 1, new byte[4], new byte[4]);
        Assert.True(gif.AsSpan().IndexOf("NETSCAPE2.0"u8) > 0);
        var control = gif.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x21, 0xF9, 4]);
        Assert.Equal(5, BinaryPrimitives.ReadUInt16LittleEndian(gif.AsSpan(control + 4)));
        Assert.Equal(0x3B, gif[^1]);
    }

    private static byte[] Encode(int width, int height, int channels, params byte[][] frames)
    {
        var output = new ArrayBufferWriter<byte>();
        var gif = new GifEncoder(output, width, height, channels, frames.Length > 1);
        foreach (var frame in frames)
            gif.Add(new(width, height, channels, frame), 50);
        gif.Finish();
        return output.WrittenSpan.ToArray();
    }

    private static List<byte[]> Frames(byte[] gif, int width, int height)
    {
        Assert.Equal("GIF89a"u8.ToArray(), gif[..6]);
        Assert.Equal((width, height), (BinaryPrimitives.ReadUInt16LittleEndian(gif.AsSpan(6)), BinaryPrimitives.ReadUInt16LittleEndian(gif.AsSpan(8))));
        var at = 13;
        ReadOnlySpan<byte> global = (gif[10] & 0x80) != 0 ? gif.AsSpan(at, 768) : default;
        at += global.Length;
        var frames = new List<byte[]>();
        while (gif[at] != 0x3B)
        {
            if (gif[at] == 0x21)
            {
                at += 2;
                Blocks(gif, ref at);
                continue;
            }

            Assert.Equal(0x2C, gif[at]);
            var local = (gif[at + 9] & 0x80) != 0;
            at += 10;
            var palette = local ? gif.AsSpan(at, 768) : global;
            at += local ? 768 : 0;
            Assert.Equal(8, gif[at++]);
            var pixels = new List<byte>();
            foreach (var index in Expand(Blocks(gif, ref at)))
                pixels.AddRange(palette.Slice(3 * index, 3));
            Assert.Equal(3 * width * height, pixels.Count);
            frames.Add([.. pixels]);
        }

        return frames;
    }

    private static byte[] Blocks(byte[] gif, ref int at)
    {
        var bytes = new List<byte>();
        while (gif[at] != 0)
        {
            bytes.AddRange(gif.AsSpan(at + 1, gif[at]));
            at += gif[at] + 1;
        }

        at++;
        return [.. bytes];
    }

    private static List<byte> Expand(byte[] data)
    {
        var output = new List<byte>();
        var strings = new List<byte[]>();
        var (size, bit) = (9, 0);
        byte[]? last = null;
        while (true)
        {
            var code = 0;
            for (var i = 0; i < size; i++, bit++)
                code |= ((data[bit >> 3] >> (bit & 7)) & 1) << i;
            if (code == 257)
                return output;
            if (code == 256)
            {
                strings = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), [], []];
                (size, last) = (9, null);
                continue;
            }

            var next = code < strings.Count ? strings[code] : [.. last!, last![0]];
            if (last is not null && strings.Count < 4096)
                strings.Add([.. last, next[0]]);
            output.AddRange(next);
            last = next;
            if (strings.Count == 1 << size && size < 12)
                size++;
        }
    }
}
