// The scan header of a JPEG stream (ISO 10918-1 B.2.3).

namespace FhirHub.Dicom.Pixels;

/// <summary>A component of a scan with its tables.</summary>
/// <param name="Component">The component.</param>
/// <param name="Index">Its place in the frame.</param>
/// <param name="Dc">The table of its DC coefficients, or of its differences.</param>
/// <param name="Ac">The table of its AC coefficients.</param>
internal sealed record JpegScanComponent(JpegComponent Component, int Index, JpegHuffmanTable? Dc, JpegHuffmanTable? Ac);

/// <summary>The header of a scan.</summary>
/// <param name="Components">What it holds.</param>
/// <param name="Start">The first coefficient, or the predictor.</param>
/// <param name="End">The last coefficient.</param>
/// <param name="High">The bit position before this scan.</param>
/// <param name="Low">The bit position of this scan, or the point transform.</param>
/// <param name="RestartInterval">MCUs between restart markers; 0 without.</param>
internal sealed record JpegScan(JpegScanComponent[] Components, int Start, int End, int High, int Low, int RestartInterval)
{
    /// <summary>Reads a scan header.</summary>
    public static JpegScan Read(ReadOnlySpan<byte> segment, JpegFrameHeader frame, JpegHuffmanTable?[] dc, JpegHuffmanTable?[] ac, int restartInterval)
    {
        if (segment.Length < 1 || segment[0] is < 1 or > 4 || segment.Length < 4 + (2 * segment[0]))
            throw JpegFrameHeader.Malformed("has a scan header that is too short");
        var components = new JpegScanComponent[segment[0]];
        for (var i = 0; i < components.Length; i++)
        {
            int id = segment[1 + (2 * i)], tables = segment[2 + (2 * i)];
            var index = Array.FindIndex(frame.Components, component => component.Id == id);
            if (index < 0 || Array.Exists(components[..i], other => other.Index == index))
                throw JpegFrameHeader.Malformed("has a scan of a component that is not there");
            if ((tables >> 4) > 3 || (tables & 15) > 3)
                throw JpegFrameHeader.Malformed("has a scan with a Huffman table that can't be");
            components[i] = new(frame.Components[index], index, dc[tables >> 4], ac[tables & 15]);
        }

        if (components.Length > 1 && components.Sum(part => part.Component.HorizontalSampling * part.Component.VerticalSampling) > 10)
            throw JpegFrameHeader.Malformed("has a scan whose units are too large");
        var rest = segment[(1 + (2 * components.Length))..];
        return new(components, rest[0], rest[1], rest[2] >> 4, rest[2] & 15, restartInterval);
    }
}
