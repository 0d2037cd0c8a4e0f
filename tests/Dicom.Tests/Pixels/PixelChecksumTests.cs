// Decoded pixels of the files beside the project against the checksums of two independent decoders.

using System.Security.Cryptography;
using FhirHub.Dicom.Pixels;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests.Pixels;

public class PixelChecksumTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_file_with_an_agreed_checksum_decodes_to_it()
    {
        var counts = new SortedDictionary<string, (int Equal, int All)>(StringComparer.Ordinal);
        foreach (var row in PixelMaterial.Rows)
        {
            string got;
            try
            {
                got = await PixelMaterial.ChecksumAsync(row);
            }
            catch (DicomException e)
            {
                got = e.Message;
            }
            catch (Exception e)
            {
                got = e.ToString();
            }

            var equal = got == row.First || got == row.Second;
            var key = $"{row.Syntax} {row.Verdict}";
            var (e2, a) = counts.GetValueOrDefault(key);
            counts[key] = (e2 + (equal ? 1 : 0), a + 1);
            if (!equal)
                output.WriteLine($"{row.Verdict} {row.Name} {row.Syntax}: {got}");
        }

        foreach (var (key, count) in counts)
            output.WriteLine($"{key}: {count.Equal} of {count.All}");
    }
}

internal sealed record PixelChecksum(string Name, string Syntax, string First, string FirstPlanar, string Second, string Verdict);

internal static class PixelMaterial
{
    public static IReadOnlyList<PixelChecksum> Rows { get; } = File.Exists(DicomMaterial.PathOf("pixels.tsv"))
        ? [.. File.ReadLines(DicomMaterial.PathOf("pixels.tsv")).Skip(1).Select(line => line.Split('\t')).Select(row => new PixelChecksum(row[0], row[1], row[3], row[5], row[6], row[9]))]
        : [];

    /// <summary>The checksum of all frames as native pixel data; of single bits the table took whole bytes only.</summary>
    public static async Task<string> ChecksumAsync(PixelChecksum row)
    {
        var frames = PixelFrames.Of(DicomFile.Read(DicomMaterial.Read(row.Name)));
        var bits = (long)frames.Description.FrameBytes * 8;
        if (frames.Description.BitsAllocated == 1)
            bits = frames.Description.Pixels;
        var all = new byte[((frames.Count * bits) + 7) / 8];
        var frame = new byte[frames.Description.FrameBytes];
        for (var i = 0; i < frames.Count; i++)
        {
            await frames.DecodeAsync(i, PixelCodecs.Managed, frame);
            if (row.FirstPlanar == "1")
            {
                var planes = new byte[frame.Length];
                SampleLayout.Separate(frame, planes, frames.Description.SamplesPerPixel, frames.Description.BytesPerSample);
                planes.CopyTo(frame, 0);
            }

            SampleLayout.AppendBits(frame, bits, all, i * bits);
        }

#pragma warning disable CA5351 // The table's checksums are MD5.
        return Convert.ToHexStringLower(MD5.HashData(all.AsSpan(0, (int)(frames.Count * bits / 8))));
#pragma warning restore CA5351
    }
}
