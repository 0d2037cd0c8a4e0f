// Finds what pictures say of their colours.

using System.Buffers.Binary;

namespace FhirHub.Dicom.Tests.Pixels;

/// <summary>The ICC profiles of JPEG files, by the rules of ICC.1 B.4.</summary>
internal static class TestProfiles
{
    public static byte[] OfJpeg(byte[] jpeg)
    {
        var profile = new List<byte>();
        for (var at = 2; jpeg[at + 1] != 0xDA;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
            if (jpeg[at + 1] == 0xE2 && jpeg.AsSpan(at + 4, 12).SequenceEqual("ICC_PROFILE\0"u8))
                profile.AddRange(jpeg.AsSpan(at + 18, length - 16));
            at += length + 2;
        }

        return [.. profile];
    }
}
