// Codecs of the system's libraries, in this process.

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class NativeCodecTests
{
    private static readonly PixelCodecs Codecs = PixelCodecs.Create();
    private static readonly TransferSyntax Baseline = TransferSyntax.Find("1.2.840.10008.1.2.4.50")!;

    [NativeTheory]
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

    [NativeTheory]
    [InlineData("80")]
    [InlineData("90")]
    [InlineData("5")]
    [InlineData("8.1")]
    public async Task What_is_encoded_without_loss_is_the_same_decoded(string end)
    {
        var syntax = TransferSyntax.Find($"1.2.840.10008.1.2.{(end.Length == 2 ? "4." : "")}{end}")!;
        var random = new Random(TestSeed.Take());
        foreach (var description in Descriptions(random))
        {
            var pixels = Picture(description, random);
            var (told, output) = await RoundTripAsync(pixels, description, syntax);
            Assert.Equal(pixels, output);
            Assert.Equal(end == "90" && description.Photometric == PhotometricInterpretation.Rgb ? PhotometricInterpretation.YbrRct : description.Photometric, told.Photometric);
        }
    }

    [NativeTheory]
    [InlineData("81", 2)]
    [InlineData("91", 12)]
    public async Task What_is_encoded_with_loss_is_nearly_the_same_decoded(string end, int error)
    {
        var syntax = TransferSyntax.Find($"1.2.840.10008.1.2.4.{end}")!;
        var random = new Random(TestSeed.Take());
        foreach (var small in Descriptions(random).Where(description => description.BitsStored >= 8))
        {
            var description = small with { Rows = small.Rows + 40, Columns = small.Columns + 40 };
            var pixels = Picture(description, random, isSmooth: true);
            var (told, output) = await RoundTripAsync(pixels, description, syntax);
            var greatest = description.BitsAllocated == 8
                ? pixels.Zip(output, (before, after) => Math.Abs(before - after)).Max()
                : MemoryMarshal.Cast<byte, short>(pixels).ToArray().Zip(MemoryMarshal.Cast<byte, short>(output).ToArray(), (before, after) => Math.Abs(before - after)).Max();
            Assert.InRange(greatest, 0, error);
            Assert.Equal(end == "91" && description.Photometric == PhotometricInterpretation.Rgb ? PhotometricInterpretation.YbrIct : description.Photometric, told.Photometric);
        }
    }

    [NativeFact]
    public async Task Luminance_and_chrominance_stay_what_they_are_in_JPEG()
    {
        var description = new PixelDescription { Rows = 8, Columns = 8, SamplesPerPixel = 3, BitsAllocated = 8, BitsStored = 8, HighBit = 7, Photometric = PhotometricInterpretation.YbrFull };
        byte[] pixels = [.. Enumerable.Range(0, 64).SelectMany(_ => new byte[] { 100, 90, 160 })];
        var (told, output) = await RoundTripAsync(pixels, description, Baseline);
        Assert.Equal(PhotometricInterpretation.YbrFull, told.Photometric);
        Assert.True(pixels.Zip(output, (before, after) => Math.Abs(before - after)).Max() <= 3);
    }

    [Fact]
    public void A_library_that_is_missing_or_another_than_its_name_says_is_told_with_its_package()
    {
        var missing = new CodecLibrary("Nothing", "libnothing1", ["libnothing.so.1"], ["nothing"]);
        Assert.Equal("Nothing is not installed; on Debian it is in the package libnothing1", missing.Unavailable);
        string[] system = ["libc.so.6", "libSystem.dylib", "kernel32.dll"];
        var other = new CodecLibrary("Nothing", "libnothing1", system, ["there_is_no_such_function"]);
        Assert.Contains("has no function there_is_no_such_function", other.Unavailable, StringComparison.Ordinal);
        Assert.Contains("libnothing1", other.Unavailable, StringComparison.Ordinal);
    }

    [Fact]
    public void A_codec_that_can_not_be_used_says_why_and_others_take_its_place()
    {
        var jpegLs = TransferSyntax.Find("1.2.840.10008.1.2.4.80")!;
        var codecs = new PixelCodecs(new MissingCodec(), new RleCodec());
        Assert.False(codecs.CanDecode(jpegLs));
        var fault = Assert.Throws<DicomException>(() => codecs.Decoder(jpegLs));
        Assert.Equal(DicomFault.Unsupported, fault.Fault);
        Assert.Contains("install libmissing", fault.Message, StringComparison.Ordinal);
        Assert.True(new PixelCodecs(new MissingCodec(), new JpegCodec()).CanDecode(Baseline));
        Assert.True(PixelCodecs.Create().CanDecode(Baseline));
    }

    [NativeTheory]
    [InlineData("80", "rows", "is of")]
    [InlineData("90", "rows", "is of")]
    [InlineData("50", "rows", "is of")]
    [InlineData("80", "samples", "components")]
    [InlineData("90", "samples", "components")]
    [InlineData("50", "samples", "components")]
    [InlineData("80", "bits", "bits")]
    [InlineData("90", "bits", "bits")]
    public async Task A_stream_of_another_image_is_refused_before_the_library_sees_it(string end, string what, string words)
    {
        var syntax = TransferSyntax.Find($"1.2.840.10008.1.2.4.{end}")!;
        var deep = what == "bits";
        var image = new PixelDescription { Rows = 16, Columns = 16, BitsAllocated = deep ? 16 : 8, BitsStored = deep ? 12 : 8, HighBit = deep ? 11 : 7 };
        var encoded = new ArrayBufferWriter<byte>();
        await Codecs.Encoder(syntax).EncodeAsync(Picture(image, new Random(TestSeed.Take())), image, syntax, PixelEncodeOptions.Default, encoded, default);
        var said = what switch
        {
            "rows" => image with { Rows = 17 },
            "samples" => image with { SamplesPerPixel = 3, Photometric = PhotometricInterpretation.Rgb },
            _ => image with { BitsAllocated = 8, BitsStored = 8, HighBit = 7 },
        };
        var fault = Assert.Throws<DicomException>(() => ((NativeCodec)Codecs.Decoder(syntax)).Check(encoded.WrittenMemory, said));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    // Offsets into a header as OpenJPEG writes it: the size begins at 4, the coding style behind it.
    [NativeTheory]
    [InlineData("tiles", 4 + 2 + 18, new byte[] { 0, 0, 0, 1, 0, 0, 0, 1 }, "tiles")]
    [InlineData("layers", 4 + 2 + 39 + 2 + 2 + 2, new byte[] { 0xFF, 0xFF }, "packets")]
    [InlineData("levels", 4 + 2 + 39 + 2 + 2 + 5, new byte[] { 40 }, "levels")]
    [InlineData("subsampled", 4 + 2 + 36 + 1, new byte[] { 2 }, "different sizes")]
    public async Task A_codestream_that_would_cost_more_than_it_is_worth_is_refused(string what, int at, byte[] bytes, string words)
    {
        var syntax = TransferSyntax.Find("1.2.840.10008.1.2.4.90")!;
        var image = new PixelDescription { Rows = 256, Columns = 256, BitsAllocated = 8, BitsStored = 8, HighBit = 7 };
        var encoded = new ArrayBufferWriter<byte>();
        await Codecs.Encoder(syntax).EncodeAsync(new byte[image.FrameBytes], image, syntax, PixelEncodeOptions.Default, encoded, default);
        var stream = encoded.WrittenSpan.ToArray();
        bytes.CopyTo(stream, at);
        var fault = Assert.Throws<DicomException>(() => ((NativeCodec)Codecs.Decoder(syntax)).Check(stream, image));
        Assert.True(fault.Message.Contains(words, StringComparison.Ordinal), $"{what}: {fault.Message}");
    }

    [NativeFact]
    public async Task Bits_that_are_not_stored_are_not_lost()
    {
        var description = new PixelDescription { Rows = 8, Columns = 9, BitsAllocated = 16, BitsStored = 12, HighBit = 11 };
        var pixels = new byte[description.FrameBytes];
        new Random(TestSeed.Take()).NextBytes(pixels);
        foreach (var end in new[] { "80", "90" })
            Assert.Equal(pixels, (await RoundTripAsync(pixels, description, TransferSyntax.Find($"1.2.840.10008.1.2.4.{end}")!)).Output);
    }

    internal static IEnumerable<PixelDescription> Descriptions(Random random)
    {
        foreach (var (samples, photometric) in new[] { (1, PhotometricInterpretation.Monochrome2), (3, PhotometricInterpretation.Rgb), (3, PhotometricInterpretation.YbrFull) })
        {
            foreach (var (allocated, stored) in new[] { (8, 8), (8, 5), (16, 8), (16, 10), (16, 12), (16, 16) })
            {
                foreach (var isSigned in new[] { false, true })
                {
                    yield return new()
                    {
                        Rows = random.Next(1, 70),
                        Columns = random.Next(1, 70),
                        SamplesPerPixel = samples,
                        BitsAllocated = allocated,
                        BitsStored = stored,
                        HighBit = stored - 1,
                        IsSigned = isSigned,
                        Photometric = photometric,
                    };
                }
            }
        }
    }

    internal static byte[] Picture(PixelDescription description, Random random, bool isSmooth = false)
    {
        var count = description.FrameBytes / description.BytesPerSample;
        var pixels = new byte[description.FrameBytes];
        var half = 1 << (description.BitsStored - 1);
        for (var i = 0; i < count; i++)
        {
            var (pixel, sample) = (i / description.SamplesPerPixel, i % description.SamplesPerPixel);
            var value = isSmooth ? (pixel % description.Columns) + (pixel / description.Columns) + (7 * sample) : random.Next(2 * half);
            var number = (value % (2 * half)) - (description.IsSigned ? half : 0);
            if (description.BitsAllocated == 8)
                pixels[i] = (byte)number;
            else
                BinaryPrimitives.WriteInt16LittleEndian(pixels.AsSpan(2 * i), (short)number);
        }

        return pixels;
    }

    private static async Task<(PixelDescription Told, byte[] Output)> RoundTripAsync(byte[] pixels, PixelDescription description, TransferSyntax syntax)
    {
        var encoded = new ArrayBufferWriter<byte>();
        var told = await Codecs.Encoder(syntax).EncodeAsync(pixels, description, syntax, PixelEncodeOptions.Default, encoded, default);
        var output = new byte[pixels.Length];
        await Codecs.Decoder(syntax).DecodeAsync(encoded.WrittenMemory, syntax, told, output, default);
        return (told, output);
    }

    private sealed class MissingCodec : IPixelCodec
    {
        public string Name => "Missing";

        public string? Unavailable => "install libmissing";

        public IReadOnlyCollection<TransferSyntax> Decodes { get; } = [Baseline, TransferSyntax.Find("1.2.840.10008.1.2.4.80")!];

        public IReadOnlyCollection<TransferSyntax> Encodes => Decodes;

        public ValueTask<PixelDescription> DecodeAsync(
            ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<PixelDescription> EncodeAsync(
            ReadOnlyMemory<byte> frame,
            PixelDescription description,
            TransferSyntax syntax,
            PixelEncodeOptions options,
            IBufferWriter<byte> output,
            CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
