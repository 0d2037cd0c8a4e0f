// Rendered images as JPEG: by libturbojpeg where it is there, else in C#. They are our own pixels, so the library runs in this process.

using System.Buffers;
using FhirHub.Dicom.Pixels.Native;

namespace FhirHub.Dicom.Pixels;

/// <summary>Encodes rendered images as baseline JPEG, by the fastest encoder that there is.</summary>
public static class RenderedJpeg
{
    // The library allows a little less than the standard.
    private const int LibrarySide = 65_500;

    // The start of the image and the segment of JFIF, behind which profiles stand.
    private const int HeadBytes = 20;

    /// <summary>Encodes a rendered image.</summary>
    /// <param name="image">The image; no side is longer than 65,535.</param>
    /// <param name="quality">1 to 100; from 90 on, chrominances have the resolution of the image.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="iccProfile">The ICC profile of its colours (ICC.1 B.4); none if empty.</param>
    public static void Encode(RenderedImage image, int quality, IBufferWriter<byte> output, ReadOnlySpan<byte> iccProfile = default)
    {
        if (CodecLibrary.TurboJpeg.Unavailable is not null || Math.Max(image.Width, image.Height) > LibrarySide)
        {
            JpegEncoder.Encode(image, quality, output, iccProfile);
            return;
        }

        var sampling = image.Channels == 1 ? TurboJpeg.SamplingGray : quality >= JpegEncoder.FullChrominanceQuality ? TurboJpeg.Sampling444 : TurboJpeg.Sampling420;
        if (iccProfile.IsEmpty)
        {
            TurboJpegCodec.Compress(image.Samples.Span, image.Width, image.Height, sampling, quality, output);
            return;
        }

        using var plain = new PooledBuffer();
        TurboJpegCodec.Compress(image.Samples.Span, image.Width, image.Height, sampling, quality, plain);
        output.Write(plain.Written.Span[..HeadBytes]);
        JpegEncoder.WriteProfile(output, iccProfile);
        output.Write(plain.Written.Span[HeadBytes..]);
    }
}
