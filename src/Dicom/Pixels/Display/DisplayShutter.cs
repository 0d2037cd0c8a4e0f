// Shutters: what is outside of them is not shown (PS3.3 C.7.6.11).

namespace FhirHub.Dicom.Pixels;

/// <summary>Hides what is outside of a shutter.</summary>
internal static class DisplayShutter
{
    private const int MaxCorners = 1024;
    private static readonly DicomTag Shape = new(0x0018_1600);
    private static readonly DicomTag LeftEdge = new(0x0018_1602);
    private static readonly DicomTag RightEdge = new(0x0018_1604);
    private static readonly DicomTag UpperEdge = new(0x0018_1606);
    private static readonly DicomTag LowerEdge = new(0x0018_1608);
    private static readonly DicomTag Center = new(0x0018_1610);
    private static readonly DicomTag Radius = new(0x0018_1612);
    private static readonly DicomTag Vertices = new(0x0018_1620);
    private static readonly DicomTag Value = new(0x0018_1622);

    /// <summary>Hides what the shutters of a data set hide; of several, what any of them does.</summary>
    public static void Apply(DicomDataset dataset, Span<byte> pixels, int columns, int rows, int channels)
    {
        var shade = (byte)((dataset.GetInt64(Value) is >= 0 and <= ushort.MaxValue and var value ? value : 0) >> 8);
        foreach (var shape in dataset.GetStrings(Shape))
        {
            switch (shape)
            {
                case "RECTANGULAR":
                    var (left, right) = (Number(dataset, LeftEdge, 1), Number(dataset, RightEdge, columns));
                    var (upper, lower) = (Number(dataset, UpperEdge, 1), Number(dataset, LowerEdge, rows));
                    Hide(pixels, columns, rows, channels, shade, (x, y) => x >= left && x <= right && y >= upper && y <= lower);
                    break;
                case "CIRCULAR" when PresentationState.Numbers(dataset, Center) is [var row, var column] && dataset.GetInt64(Radius) is > 0 and var radius:
                    Hide(pixels, columns, rows, channels, shade, (x, y) => ((double)(x - column) * (x - column)) + ((double)(y - row) * (y - row)) <= (double)radius * radius);
                    break;
                case "POLYGONAL" when PresentationState.Numbers(dataset, Vertices) is { Length: >= 6 and <= 2 * MaxCorners } corners:
                    Hide(pixels, columns, rows, channels, shade, (x, y) => IsInside(corners, x, y));
                    break;
                default:
                    break;
            }
        }
    }

    // Columns and rows are counted from 1.
    private static void Hide(Span<byte> pixels, int columns, int rows, int channels, byte shade, Func<int, int, bool> isShown)
    {
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                if (!isShown(x + 1, y + 1))
                    pixels.Slice(((y * columns) + x) * channels, channels).Fill(shade);
            }
        }
    }

    // Corners are rows and columns in turn; a line to the right that crosses an odd number of edges begins inside.
    private static bool IsInside(int[] corners, int x, int y)
    {
        var inside = false;
        for (int i = 0, last = corners.Length - (corners.Length % 2) - 2; i + 1 < corners.Length; last = i, i += 2)
        {
            int y1 = corners[i], x1 = corners[i + 1], y2 = corners[last], x2 = corners[last + 1];
            if (x == x1 && y == y1)
                return true;
            if (y1 > y != y2 > y && x < ((double)(x2 - x1) * (y - y1) / (y2 - y1)) + x1)
                inside = !inside;
        }

        return inside;
    }

    private static long Number(DicomDataset dataset, DicomTag tag, long absent) => dataset.GetInt64(tag) ?? absent;
}
