// Brings components to the size of the image, to the same bits as libjpeg does (ISO 10918-1 A.1.1 leaves it open).

namespace FhirHub.Dicom.Pixels;

/// <summary>Rows of components at full width.</summary>
internal static class JpegUpsampling
{
    /// <summary>A row of the image from a component; either the component's own, or made in <paramref name="buffer"/>.</summary>
    public static ReadOnlySpan<ushort> Row(JpegFrameHeader frame, JpegComponent component, int y, Span<ushort> buffer)
    {
        int horizontal = frame.MaxHorizontal / component.HorizontalSampling, vertical = frame.MaxVertical / component.VerticalSampling;
        var row = y / vertical;
        var source = component.Plane.AsSpan(row * component.Stride, component.Width);
        if (horizontal == 1)
            return source[..frame.Columns];

        // Triangular filters where there are neighbours to filter with: nearer samples weigh three times as much.
        if (horizontal == 2 && vertical == 1 && component.Width > 2)
        {
            Widen(source, buffer);
        }
        else if (horizontal == 2 && vertical == 2 && component.Width > 2)
        {
            var neighbour = Math.Clamp((y & 1) == 0 ? row - 1 : row + 1, 0, component.Height - 1);
            WidenBoth(source, component.Plane.AsSpan(neighbour * component.Stride, component.Width), buffer);
        }
        else
        {
            for (var x = 0; x < frame.Columns; x++)
                buffer[x] = source[x / horizontal];
        }

        return buffer[..frame.Columns];
    }

    private static void Widen(ReadOnlySpan<ushort> source, Span<ushort> target)
    {
        var last = source.Length - 1;
        target[0] = source[0];
        target[1] = (ushort)(((source[0] * 3) + source[1] + 2) >> 2);
        for (var x = 1; x < last; x++)
        {
            var weighted = source[x] * 3;
            target[2 * x] = (ushort)((weighted + source[x - 1] + 1) >> 2);
            target[(2 * x) + 1] = (ushort)((weighted + source[x + 1] + 2) >> 2);
        }

        target[2 * last] = (ushort)(((source[last] * 3) + source[last - 1] + 1) >> 2);
        target[(2 * last) + 1] = source[last];
    }

    private static void WidenBoth(ReadOnlySpan<ushort> near, ReadOnlySpan<ushort> far, Span<ushort> target)
    {
        int last = near.Length - 1, current = (near[0] * 3) + far[0], before = current;
        for (var x = 0; x <= last; x++)
        {
            var after = x < last ? (near[x + 1] * 3) + far[x + 1] : current;
            target[2 * x] = (ushort)(((current * 3) + before + 8) >> 4);
            target[(2 * x) + 1] = (ushort)(((current * 3) + after + 7) >> 4);
            (before, current) = (current, after);
        }
    }
}
