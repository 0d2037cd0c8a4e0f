// Graphic annotations of presentation states: lines, circles, ellipses and text (PS3.3 C.10.5).

using System.Globalization;

namespace FhirHub.Dicom.Pixels;

/// <summary>Where a point of the image or of the displayed area is on the rendered image, in its pixels.</summary>
internal delegate (double X, double Y) PointPlace(double x, double y, bool isOfDisplay);

/// <summary>Draws annotations onto a rendered image.</summary>
internal static class GraphicPainter
{
    private const int MaxObjects = 1_000;
    private const int MaxNumbers = 20_000;
    private const int Steps = 90;
    private const int LongestText = 200;

    // How far from the end of the last pixel a point is still within it.
    private const double Edge = 1e-3;

    private static readonly DicomTag AnchorUnits = new(0x0070_0004);
    private static readonly DicomTag BoxUnits = new(0x0070_0003);
    private static readonly DicomTag GraphicUnits = new(0x0070_0005);
    private static readonly DicomTag TextValue = new(0x0070_0006);
    private static readonly DicomTag TextObjects = new(0x0070_0008);
    private static readonly DicomTag GraphicObjects = new(0x0070_0009);
    private static readonly DicomTag BoxTopLeft = new(0x0070_0010);
    private static readonly DicomTag Anchor = new(0x0070_0014);
    private static readonly DicomTag GraphicData = new(0x0070_0022);
    private static readonly DicomTag GraphicType = new(0x0070_0023);

    /// <summary>Draws annotations.</summary>
    public static void Draw(RenderedImage image, IEnumerable<DicomDataset> annotations, PointPlace place)
    {
        foreach (var annotation in annotations)
        {
            foreach (var graphic in annotation.GetItems(GraphicObjects).Take(MaxObjects))
                DrawGraphic(image, graphic, place);
            foreach (var text in annotation.GetItems(TextObjects).Take(MaxObjects))
                DrawText(image, text, place);
        }
    }

    private static void DrawGraphic(RenderedImage image, DicomDataset graphic, PointPlace place)
    {
        var points = Points(graphic, GraphicData, IsOfDisplay(graphic, GraphicUnits), place);
        switch (graphic.GetString(GraphicType))
        {
            case "POINT" when points is [var (x, y), ..]:
                Line(image, (x - 3, y), (x + 3, y));
                Line(image, (x, y - 3), (x, y + 3));
                break;
            case "POLYLINE" or "INTERPOLATED":
                for (var i = 1; i < points.Count; i++)
                    Line(image, points[i - 1], points[i]);
                break;
            case "CIRCLE" when points is [var center, var edge]:
                var radius = Math.Sqrt(Math.Pow(edge.X - center.X, 2) + Math.Pow(edge.Y - center.Y, 2));
                Ellipse(image, center, (radius, 0), (0, radius));
                break;
            case "ELLIPSE" when points is [var a, var b, var c, var d]:
                Ellipse(image, ((a.X + b.X) / 2, (a.Y + b.Y) / 2), ((b.X - a.X) / 2, (b.Y - a.Y) / 2), ((d.X - c.X) / 2, (d.Y - c.Y) / 2));
                break;
            default:
                break;
        }
    }

    private static void DrawText(RenderedImage image, DicomDataset item, PointPlace place)
    {
        var points = Points(item, BoxTopLeft, IsOfDisplay(item, BoxUnits), place);
        if (points.Count == 0)
            points = Points(item, Anchor, IsOfDisplay(item, AnchorUnits), place);
        if (points.Count == 0 || item.GetString(TextValue) is not { } text)
            return;
        var (left, top) = (Whole(points[0].X), Whole(points[0].Y));
        var scale = TextPainter.Scale(image.Width);
        foreach (var line in text.Split(["\r\n", "\n", "\r"], StringSplitOptions.None))
        {
            var written = BitmapFont.Approximate(line.Length > LongestText ? line[..LongestText] : line);
            TextPainter.Write(image.Writable, image.Width, image.Height, image.Channels, written, left, top, scale);
            top += TextPainter.LineRows * scale;
        }
    }

    private static bool IsOfDisplay(DicomDataset item, DicomTag units) => item.GetString(units) == "DISPLAY";

    private static List<(double X, double Y)> Points(DicomDataset item, DicomTag tag, bool isOfDisplay, PointPlace place)
    {
        var points = new List<(double, double)>();
        var numbers = item.GetStrings(tag);
        for (var i = 0; i + 1 < Math.Min(numbers.Count, MaxNumbers); i += 2)
        {
            if (!double.TryParse(numbers[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var x) || !double.IsFinite(x)
                || !double.TryParse(numbers[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out var y) || !double.IsFinite(y))
            {
                return [];
            }

            points.Add(place(x, y, isOfDisplay));
        }

        return points;
    }

    private static void Ellipse(RenderedImage image, (double X, double Y) center, (double X, double Y) major, (double X, double Y) minor)
    {
        var last = (center.X + major.X, center.Y + major.Y);
        for (var step = 1; step <= Steps; step++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * step / Steps);
            var next = (center.X + (cosine * major.X) + (sine * minor.X), center.Y + (cosine * major.Y) + (sine * minor.Y));
            Line(image, last, next);
            last = next;
        }
    }

    // What is beyond the image is cut off before it is walked along, however far it goes.
    private static void Line(RenderedImage image, (double X, double Y) from, (double X, double Y) to)
    {
        double dx = to.X - from.X, dy = to.Y - from.Y, begin = 0, end = 1;
        if (!Clip(-dx, from.X, ref begin, ref end) || !Clip(dx, image.Width - Edge - from.X, ref begin, ref end)
            || !Clip(-dy, from.Y, ref begin, ref end) || !Clip(dy, image.Height - Edge - from.Y, ref begin, ref end))
        {
            return;
        }

        var steps = Math.Max(1, (int)Math.Ceiling(Math.Max(Math.Abs(dx), Math.Abs(dy)) * (end - begin)));
        for (var i = 0; i <= steps; i++)
        {
            var share = begin + ((end - begin) * i / steps);
            int x = Math.Clamp(Whole(from.X + (dx * share)), 0, image.Width - 1), y = Math.Clamp(Whole(from.Y + (dy * share)), 0, image.Height - 1);
            image.Writable.Slice(((y * image.Width) + x) * image.Channels, image.Channels).Fill(0xFF);
        }
    }

    // Of Liang and Barsky: the share of the line that is on the right side of one edge.
    private static bool Clip(double direction, double distance, ref double begin, ref double end)
    {
        if (direction == 0)
            return distance >= 0;
        var share = distance / direction;
        if (direction < 0)
            begin = Math.Max(begin, share);
        else
            end = Math.Min(end, share);
        return begin <= end;
    }

    private static int Whole(double value) => (int)Math.Clamp(Math.Floor(value), -1_000_000, 1_000_000);
}
