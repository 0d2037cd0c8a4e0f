// JPEG that we write, read by our own decoder.

using System.Buffers;
using System.Buffers.Binary;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class JpegEncoderTests
{
    private delegate void Encoder(RenderedImage image, int quality, IBufferWriter<byte> output, ReadOnlySpan<byte> iccProfile = default);

    // With the library where it is installed, and without.
    private static readonly Encoder[] Encoders = [JpegEncoder.Encode, RenderedJpeg.Encode];

    private static readonly TransferSyntax Baseline = TransferSyntax.Find("1.2.840.10008.1.2.4.50")!;

    [Theory]
    [InlineData(512, 512, 1, 90, 2)]
    [InlineData(37, 21, 1, 90, 2)]
    [InlineData(1, 1, 1, 100, 1)]
    [InlineData(64, 64, 3, 95, 3)]
    [InlineData(33, 47, 3, 90, 3)]
    [InlineData(33, 47, 3, 75, 5)]
    [InlineData(16, 8, 3, 30, 9)]
    [InlineData(100, 60, 1, 1, 40)]
    public async Task An_even_image_comes_back_nearly_as_it_was(int width, int height, int channels, int quality, double tolerance)
    {
        var samples = new byte[width * height * channels];
        for (var i = 0; i < samples.Length; i++)
        {
            int x = i / channels % width, y = i / channels / width;
            samples[i] = (byte)(128 + (80 * Math.Sin((x / 17.0) + (i % channels))) + (40 * Math.Cos(y / 13.0)));
        }

        foreach (var encode in Encoders)
        {
            var back = await DecodeAsync(Encode(new(width, height, channels, samples), quality, encode), width, height, channels);
            var error = Math.Sqrt(samples.Zip(back, (a, b) => (double)(a - b) * (a - b)).Average());
            Assert.True(error <= tolerance, $"The mean error is {error:F2}.");
        }
    }

    [Fact]
    public async Task Noise_of_the_best_quality_is_nearly_exact()
    {
        var samples = new byte[80 * 48];
        new Random(TestSeed.Take()).NextBytes(samples);
        foreach (var encode in Encoders)
        {
            var back = await DecodeAsync(Encode(new(80, 48, 1, samples), 100, encode), 80, 48, 1);
            Assert.All(samples.Zip(back), pair => Assert.InRange(pair.First - pair.Second, -3, 3));
        }
    }

    [Theory]
    [InlineData(new byte[] { 255, 0, 0 })]
    [InlineData(new byte[] { 0, 255, 0 })]
    [InlineData(new byte[] { 10, 20, 250 })]
    public async Task Colours_are_those_of_the_image(byte[] color)
    {
        var samples = Enumerable.Range(0, 20 * 20).SelectMany(_ => color).ToArray();
        foreach (var encode in Encoders)
        {
            var back = await DecodeAsync(Encode(new(20, 20, 3, samples), 75, encode), 20, 20, 3);
            Assert.All(samples.Zip(back), pair => Assert.InRange(pair.First - pair.Second, -4, 4));
        }
    }

    [Fact]
    public void A_profile_is_in_its_segments_and_whole()
    {
        var profile = new byte[150_000];
        new Random(TestSeed.Take()).NextBytes(profile);
        foreach (var encode in Encoders)
        {
            Assert.Equal(profile, TestProfiles.OfJpeg(Encode(new(8, 8, 3, new byte[192]), 90, encode, profile)));
            Assert.Empty(TestProfiles.OfJpeg(Encode(new(8, 8, 3, new byte[192]), 90, encode)));
        }
    }

    [NativeTheory]
    [InlineData(128, 96, 1, 90)]
    [InlineData(61, 43, 1, 50)]
    [InlineData(61, 43, 3, 95)]
    [InlineData(61, 43, 3, 75)]
    public async Task Pictures_of_the_library_are_those_of_the_encoder_in_C_sharp(int width, int height, int channels, int quality)
    {
        var random = new Random(TestSeed.Take());
        var samples = new byte[width * height * channels];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (byte)(128 + (90 * Math.Sin((i / channels % width / 9.0) + (i % channels))) + random.Next(-8, 9));
        var image = new RenderedImage(width, height, channels, samples);
        byte[] inCSharp = Encode(image, quality, JpegEncoder.Encode), byLibrary = Encode(image, quality, RenderedJpeg.Encode);
        var (one, other) = (await DecodeAsync(inCSharp, width, height, channels), await DecodeAsync(byLibrary, width, height, channels));
        var difference = Math.Sqrt(one.Zip(other, (a, b) => (double)(a - b) * (a - b)).Average());
        Assert.True(difference <= 2, $"The mean difference is {difference:F2}.");
        Assert.InRange(byLibrary.Length, 0.8 * inCSharp.Length, 1.25 * inCSharp.Length);
    }

    [Fact]
    public void The_profile_of_sRGB_is_one_of_RGB_and_of_its_length()
    {
        var profile = IccProfile.SRgb.Span;
        Assert.True(IccProfile.IsRgb(profile));
        Assert.Equal(profile.Length, BinaryPrimitives.ReadInt32BigEndian(profile));
        Assert.False(IccProfile.IsRgb(new byte[200]));
        Assert.False(IccProfile.IsRgb(profile[..100]));
    }

    private static byte[] Encode(RenderedImage image, int quality, Encoder encode, byte[]? profile = null)
    {
        var output = new ArrayBufferWriter<byte>();
        encode(image, quality, output, profile);
        return output.WrittenSpan.ToArray();
    }

    private static async Task<byte[]> DecodeAsync(byte[] jpeg, int width, int height, int channels)
    {
        var description = new PixelDescription
        {
            Rows = height,
            Columns = width,
            SamplesPerPixel = channels,
            BitsAllocated = 8,
            BitsStored = 8,
            HighBit = 7,
            Photometric = channels == 1 ? PhotometricInterpretation.Monochrome2 : PhotometricInterpretation.YbrFull422,
        };
        var output = new byte[description.FrameBytes];
        var decoded = await PixelCodecs.Managed.Decoder(Baseline).DecodeAsync(jpeg, Baseline, description, output, default);
        if (decoded.Photometric == PhotometricInterpretation.YbrFull)
            ColorTransform.FromYbrFull(output);
        return output;
    }
}
