// Decoded pixels of the files beside the project against the checksums of two independent decoders.

using System.Runtime.InteropServices;
using FhirHub.Dicom.Pixels;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests.Pixels;

public class PixelChecksumTests(ITestOutputHelper output)
{
    private static readonly PixelCodecs Codecs = PixelCodecs.Create();

    [Fact]
    public async Task Every_file_with_an_agreed_checksum_decodes_to_it()
    {
        var wrong = new List<string>();
        var counts = new SortedDictionary<string, (int Equal, int All)>(StringComparer.Ordinal);
        foreach (var row in PixelMaterial.Rows)
        {
            var syntax = TransferSyntax.Find(row.Syntax)!;
            if (row.Verdict != "agree" || (syntax.IsEncapsulated && !Codecs.CanDecode(syntax)))
                continue;
            var equal = await PixelMaterial.ChecksumAsync(row, Codecs) == row.First;
            var (good, all) = counts.GetValueOrDefault(row.Syntax);
            counts[row.Syntax] = (good + (equal ? 1 : 0), all + 1);
            if (!equal)
                wrong.Add(row.Name);
        }

        foreach (var (syntax, (good, all)) in counts)
            output.WriteLine($"{TransferSyntax.Find(syntax)}: {good} of {all}");
        if (counts.Count == 0)
            output.WriteLine("The files are not there.");
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Where_decoders_differ_one_of_them_agrees_with_ours()
    {
        var wrong = new List<string>();
        foreach (var row in PixelMaterial.Rows.Where(row => row.Verdict == "differ"))
        {
            var got = await PixelMaterial.ChecksumAsync(row, Codecs);
            if (got != row.First && got != row.Second)
                wrong.Add(row.Name);
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Files_that_one_decoder_alone_read_decode_to_its_checksum()
    {
        // The first is YCbCr, of which that decoder made RGB; the second ends within its pixels; of the third it gave a byte for each bit.
        string[] others = ["ms-dicom-server/FromJPEGProcess1__Input.dcm", "pydicom/MR_truncated.dcm", "pydicom-data/liver_j2k.dcm"];
        var wrong = new List<string>();
        foreach (var row in PixelMaterial.Rows.Where(row => row.Verdict == "one" && !others.Contains(row.Name)))
        {
            var syntax = TransferSyntax.Find(row.Syntax)!;
            if ((!syntax.IsEncapsulated || Codecs.CanDecode(syntax)) && await PixelMaterial.ChecksumAsync(row, Codecs) is var got && got != row.First && got != row.Second)
                wrong.Add(row.Name);
        }

        Assert.Empty(wrong);
    }

    // Of the two decoders, one leaves YCbCr as it is and the other makes RGB of it.
    [Fact]
    public async Task Frames_of_luminance_and_chrominance_become_the_colours_of_another_decoder()
    {
        var wrong = new List<string>();
        foreach (var row in PixelMaterial.Rows.Where(row => row is { Verdict: "differ" or "one", Syntax: "1.2.840.10008.1.2.4.50" }))
        {
            if (await PixelMaterial.ChecksumAsync(row, Codecs, toRgb: true) != row.Second)
                wrong.Add(row.Name);
        }

        Assert.Empty(wrong);
    }

    // Single-bit frames that three compressions hold of the same segmentation, for which the table has no checksum.
    [Fact]
    public async Task A_segmentation_is_the_same_in_runs_deflated_and_in_JPEG_2000()
    {
        if (PixelMaterial.Rows.Count == 0)
        {
            output.WriteLine("The files are not there.");
            return;
        }

        var rows = PixelMaterial.Rows.Where(row => row.Name is "pydicom-data/liver_rle.dcm" or "pydicom-data/liver_deflate.dcm" or "pydicom-data/liver_j2k.dcm").ToArray();
        Assert.Equal(3, rows.Length);
        var sums = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows.Where(row => Codecs.CanDecode(TransferSyntax.Find(row.Syntax)!)))
            sums.Add(await PixelMaterial.ChecksumAsync(row, Codecs));
        Assert.Single(sums);
    }

    // The table has no checksum of HTJ2K; the samples that were encoded lie beside.
    [NativeTheory]
    [InlineData("synthetic/htj2k_lossless_16.dcm", 0)]
    [InlineData("synthetic/htj2k_lossy_16.dcm", 8)]
    public async Task High_throughput_JPEG_2000_gives_the_samples_that_were_encoded(string name, int error)
    {
        if (!File.Exists(DicomMaterial.PathOf(name)))
        {
            output.WriteLine("The file is not there.");
            return;
        }

        var (expected, decoded) = (await SamplesAsync("synthetic/htj2k_reference_uncompressed.dcm"), await SamplesAsync(name));
        var greatest = expected.Zip(decoded, (before, after) => Math.Abs(before - after)).Max();
        output.WriteLine($"{name}: no sample differs by more than {greatest}.");
        Assert.InRange(greatest, 0, error);

        static async Task<ushort[]> SamplesAsync(string name)
        {
            var frames = PixelFrames.Of(DicomFile.Read(DicomMaterial.Read(name)));
            var pixels = new byte[frames.Description.FrameBytes];
            await frames.DecodeAsync(0, Codecs, pixels);
            return MemoryMarshal.Cast<byte, ushort>(pixels).ToArray();
        }
    }
}
