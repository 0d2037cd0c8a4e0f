// Files in other transfer syntaxes: the same pixels, and attributes that say what they are now.

using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicom.Tests.Pixels;

public class PixelTranscoderTests
{
    private static readonly TransferSyntax Rle = TransferSyntax.Find("1.2.840.10008.1.2.5")!;
    private static readonly TransferSyntax Baseline = TransferSyntax.Find("1.2.840.10008.1.2.4.50")!;

    [Theory]
    [InlineData(1, 1, 5, 3)]
    [InlineData(8, 1, 4, 1)]
    [InlineData(8, 3, 4, 3)]
    [InlineData(16, 1, 7, 2)]
    [InlineData(32, 1, 3, 2)]
    public async Task Frames_are_the_same_after_there_and_back(int bits, int samples, int columns, int frames)
    {
        var file = Make(bits, samples, columns, frames, TransferSyntax.ExplicitVRLittleEndian);
        var pixels = file.Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray();
        var compressed = await RewriteAsync(await PixelTranscoder.TranscodeAsync(file, Rle, PixelCodecs.Managed));
        Assert.Equal(Rle, compressed.TransferSyntax);
        Assert.Equal(frames, compressed.Dataset.Find(DicomTags.PixelData)!.Fragments!.All.Count);
        Assert.Equal(frames == 1 ? 0 : frames, compressed.Dataset.Find(DicomTags.PixelData)!.Fragments!.GetOffsets().Count);
        var native = await RewriteAsync(await PixelTranscoder.TranscodeAsync(compressed, TransferSyntax.ExplicitVRLittleEndian, PixelCodecs.Managed));
        Assert.Equal(pixels, native.Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray());
        Assert.Equal(bits > 8 ? DicomVR.OW : DicomVR.OB, native.Dataset.Find(DicomTags.PixelData)!.VR);
        Assert.Equal(samples > 1 ? 0 : null, native.Dataset.GetInt64(DicomTags.PlanarConfiguration));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public async Task Words_of_big_endian_files_are_turned(int bits)
    {
        var file = Make(bits, 1, 5, 2, TransferSyntax.ExplicitVRLittleEndian);
        var frames = PixelFrames.Of(file);
        byte[][] expected = [(await frames.ReadAsync(0)).ToArray(), (await frames.ReadAsync(1)).ToArray()];

        // As files of this kind have it: samples whole in the other order, also those of two words.
        var pixels = file.Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray();
        for (var i = 0; i < pixels.Length; i += bits / 8)
            pixels.AsSpan(i, bits / 8).Reverse();
        var big = await BigEndianAsync(file, pixels);
        var native = await RewriteAsync(await PixelTranscoder.TranscodeAsync(big, TransferSyntax.ExplicitVRLittleEndian, PixelCodecs.Managed));
        var got = PixelFrames.Of(native);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], (await got.ReadAsync(i)).ToArray());
    }

    [Fact]
    public async Task Frames_are_decoded_when_they_are_read_and_only_once()
    {
        var codec = new CountingCodec();
        var file = await PixelTranscoder.TranscodeAsync(Make(16, 1, 100, 6, TransferSyntax.ExplicitVRLittleEndian), Rle, PixelCodecs.Managed);
        var native = await PixelTranscoder.TranscodeAsync(file, TransferSyntax.ExplicitVRLittleEndian, new PixelCodecs(codec));
        Assert.Equal(1, codec.Decoded);
        await DicomWriter.ToArrayAsync(native);
        Assert.Equal(6, codec.Decoded);
    }

    [Fact]
    public async Task What_can_not_be_decoded_is_told_before_anything_is_written()
    {
        var file = Make(16, 1, 8, 1, TransferSyntax.ExplicitVRLittleEndian);
        file.Dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OB, DicomFragments.Of(default, [new byte[70]])));
        await Assert.ThrowsAsync<DicomException>(() => PixelTranscoder.TranscodeAsync(new(file.Dataset, Rle), TransferSyntax.ExplicitVRLittleEndian, PixelCodecs.Managed));
    }

    [Fact]
    public async Task An_instance_without_pixels_changes_its_syntax_and_is_never_compressed()
    {
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.PatientID, "P1");
        var deflated = await RewriteAsync(await PixelTranscoder.TranscodeAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian), TransferSyntax.DeflatedExplicitVRLittleEndian, PixelCodecs.Managed));
        Assert.Equal("P1", deflated.Dataset.GetString(DicomTags.PatientID));
        var refused = await Assert.ThrowsAsync<DicomException>(() => PixelTranscoder.TranscodeAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian), Rle, PixelCodecs.Managed));
        Assert.Equal(DicomFault.Unsupported, refused.Fault);
    }

    [Fact]
    public void What_can_be_transcoded_depends_on_the_codecs()
    {
        var codecs = PixelCodecs.Managed;
        Assert.True(PixelTranscoder.CanTranscode(Baseline, TransferSyntax.ExplicitVRLittleEndian, codecs));
        Assert.True(PixelTranscoder.CanTranscode(Baseline, Rle, codecs));
        Assert.True(PixelTranscoder.CanTranscode(TransferSyntax.ExplicitVRBigEndian, TransferSyntax.ImplicitVRLittleEndian, codecs));
        Assert.False(PixelTranscoder.CanTranscode(Rle, TransferSyntax.Find("1.2.840.10008.1.2.4.100")!, codecs));
        Assert.False(PixelTranscoder.CanTranscode(TransferSyntax.Find("1.2.840.10008.1.2.4.102")!, TransferSyntax.ExplicitVRLittleEndian, codecs));
        Assert.True(PixelTranscoder.CanTranscode(TransferSyntax.Find("1.2.840.10008.1.2.4.102")!, TransferSyntax.Find("1.2.840.10008.1.2.4.102")!, codecs));
    }

    [NativeFact]
    public async Task Loss_is_told_by_the_attributes()
    {
        var codecs = PixelCodecs.Create();
        var lossy = await RewriteAsync(await PixelTranscoder.TranscodeAsync(Make(8, 1, 64, 1, TransferSyntax.ExplicitVRLittleEndian, rows: 64), Baseline, codecs));
        Assert.Equal("01", lossy.Dataset.GetString(PixelTags.LossyImageCompression));
        Assert.Equal("ISO_10918_1", lossy.Dataset.GetString(PixelTags.LossyImageCompressionMethod));
        Assert.True(lossy.Dataset.GetDouble(PixelTags.LossyImageCompressionRatio) > 1);

        // Decoding does not bring back what was lost, and says so where the file did not.
        lossy.Dataset.Remove(PixelTags.LossyImageCompression);
        var native = await PixelTranscoder.TranscodeAsync(lossy, TransferSyntax.ExplicitVRLittleEndian, codecs);
        Assert.Equal("01", native.Dataset.GetString(PixelTags.LossyImageCompression));
    }

    private static DicomFile Make(int bits, int samples, int columns, int frames, TransferSyntax syntax, int rows = 3)
    {
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
        dataset.Set(DicomTags.SOPInstanceUID, "1.2.3");
        dataset.Set(DicomElement.OfNumbers(DicomTags.SamplesPerPixel, DicomVR.US, samples));
        dataset.Set(DicomTags.PhotometricInterpretation, samples == 3 ? "RGB" : "MONOCHROME2");
        if (samples > 1)
            dataset.Set(DicomElement.OfNumbers(DicomTags.PlanarConfiguration, DicomVR.US, 0));
        dataset.Set(DicomTags.NumberOfFrames, $"{frames}");
        dataset.Set(DicomElement.OfNumbers(DicomTags.Rows, DicomVR.US, rows));
        dataset.Set(DicomElement.OfNumbers(DicomTags.Columns, DicomVR.US, columns));
        dataset.Set(DicomElement.OfNumbers(DicomTags.BitsAllocated, DicomVR.US, bits));
        dataset.Set(DicomElement.OfNumbers(DicomTags.BitsStored, DicomVR.US, bits));
        dataset.Set(DicomElement.OfNumbers(DicomTags.HighBit, DicomVR.US, bits - 1));
        dataset.Set(DicomElement.OfNumbers(DicomTags.PixelRepresentation, DicomVR.US, 0));
        var length = (((long)bits * samples * columns * rows * frames) + 7) / 8;
        var pixels = new byte[length + (length & 1)];
        for (var i = 0; i < length; i++)
            pixels[i] = (byte)((i * 31) ^ (i >> 3));
        var rest = (int)((long)bits * samples * columns * rows * frames % 8);
        if (rest > 0)
            pixels[length - 1] &= (byte)((1 << rest) - 1);
        dataset.Set(new DicomElement(DicomTags.PixelData, bits > 8 ? DicomVR.OW : DicomVR.OB, pixels));
        return new DicomFile(dataset, syntax);
    }

    private static async Task<DicomFile> RewriteAsync(DicomFile file) => DicomFile.Read(await DicomWriter.ToArrayAsync(file));

    // The bytes of the pixels as they are given, behind a big endian header.
    private static async Task<DicomFile> BigEndianAsync(DicomFile file, byte[] pixels)
    {
        var bytes = await DicomWriter.ToArrayAsync(file, new() { TransferSyntax = TransferSyntax.ExplicitVRBigEndian });
        pixels.CopyTo(bytes, bytes.Length - pixels.Length);
        return DicomFile.Read(bytes);
    }

    private sealed class CountingCodec : IPixelCodec
    {
        private readonly RleCodec _rle = new();

        public int Decoded { get; private set; }

        public string Name => "counting";

        public string? Unavailable => null;

        public IReadOnlyCollection<TransferSyntax> Decodes => _rle.Decodes;

        public IReadOnlyCollection<TransferSyntax> Encodes => [];

        public ValueTask<PixelDescription> DecodeAsync(ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
        {
            Decoded++;
            return _rle.DecodeAsync(frame, syntax, description, output, cancellationToken);
        }

        public ValueTask<PixelDescription> EncodeAsync(
            ReadOnlyMemory<byte> frame, PixelDescription description, TransferSyntax syntax, PixelEncodeOptions options, System.Buffers.IBufferWriter<byte> output, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
