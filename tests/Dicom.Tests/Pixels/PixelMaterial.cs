// The checksums of decoded pixels that lie beside the project, and how they are made.

using System.Security.Cryptography;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicom.Tests.Pixels;

/// <summary>A row of the table of checksums.</summary>
internal sealed record PixelChecksum(string Name, string Syntax, string First, string FirstPlanar, string Second, string Verdict);

/// <summary>Rows of <c>shared/data/dicom/pixels.tsv</c>; none where the material is absent.</summary>
internal static class PixelMaterial
{
    public static IReadOnlyList<PixelChecksum> Rows { get; } = File.Exists(DicomMaterial.PathOf("pixels.tsv"))
        ? [.. File.ReadLines(DicomMaterial.PathOf("pixels.tsv")).Skip(1).Select(line => line.Split('\t')).Select(row => new PixelChecksum(row[0], row[1], row[3], row[5], row[6], row[9]))]
        : [];

    /// <summary>The checksum of all frames as native pixel data without padding; of single bits the table took whole bytes only.</summary>
    public static async Task<string> ChecksumAsync(PixelChecksum row, PixelCodecs? codecs = null, bool toRgb = false)
    {
        var frames = PixelFrames.Of(DicomFile.Read(DicomMaterial.Read(row.Name)));
        var description = frames.Description;
        var bits = description.BitsAllocated == 1 ? description.Pixels : 8L * description.FrameBytes;
        var all = new byte[((frames.Count * bits) + 7) / 8];
        var frame = new byte[description.FrameBytes];
        for (var i = 0; i < frames.Count; i++)
        {
            await frames.DecodeAsync(i, codecs ?? PixelCodecs.Managed, frame);
            if (toRgb)
                ColorTransform.FromYbrFull(frame);
            if (row.FirstPlanar == "1")
            {
                var planes = new byte[frame.Length];
                SampleLayout.Separate(frame, planes, description.SamplesPerPixel, description.BytesPerSample);
                planes.CopyTo(frame, 0);
            }

            SampleLayout.AppendBits(frame, bits, all, i * bits);
        }

#pragma warning disable CA5351 // The table's checksums are MD5.
        return Convert.ToHexStringLower(MD5.HashData(all.AsSpan(0, (int)(frames.Count * bits / 8))));
#pragma warning restore CA5351
    }
}
