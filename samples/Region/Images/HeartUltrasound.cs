// A moving ultrasound image of a heart: several frames in one object.

using System.Runtime.CompilerServices;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Samples.Region;

/// <summary>Makes cine loops of one beat.</summary>
internal static class HeartUltrasound
{
    private const string UltrasoundMultiFrame = "1.2.840.10008.5.1.4.1.1.3.1";
    private const int Frames = 24;
    private const int Columns = 480;
    private const int Rows = 400;

    /// <summary>The file of a study.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> FilesAsync(ImageStudy study, PixelWriter writer, [EnumeratorCancellation] CancellationToken cancel)
    {
        var description = new PixelDescription { Rows = Rows, Columns = Columns, BitsAllocated = 8, BitsStored = 8, HighBit = 7 };
        var frames = new List<byte[]>();
        var values = new int[Columns * Rows];
        for (var frame = 0; frame < Frames; frame++)
        {
            Draw(values, Math.Sin(2 * Math.PI * frame / Frames), study.RandomOf("ultrasound", frame));
            frames.Add(PixelWriter.Samples(values, description));
        }

        var attributes = study.Begin(UltrasoundMultiFrame, "US", 1, "心尖四腔切面", 1);
        attributes.Text("ImageType", "ORIGINAL", "PRIMARY", "CARDIAC", "0001").Number("FrameTime", 40).Tag("FrameIncrementPointer", "FrameTime").Number("HeartRate", 62)
            .Number("CineRate", 25).Text("BodyPartExamined", study.Order.Examination.BodyPart).Text("LossyImageCompression", "00")
            .Items("SequenceOfUltrasoundRegions", region => region
                .Number("RegionSpatialFormat", 1).Number("RegionDataType", 1).Number("RegionFlags", 0)
                .Number("RegionLocationMinX0", 0).Number("RegionLocationMinY0", 0).Number("RegionLocationMaxX1", Columns - 1).Number("RegionLocationMaxY1", Rows - 1)
                .Number("PhysicalUnitsXDirection", 3).Number("PhysicalUnitsYDirection", 3).Number("PhysicalDeltaX", 0.04).Number("PhysicalDeltaY", 0.04));
        yield return await writer.WriteAsync(attributes, description, frames, writer.Choose(), cancel);
    }

    // A sector below the probe, with two chambers in a wall of muscle; the beat makes them wider and narrower.
    private static void Draw(int[] values, double beat, SplitMix64 random)
    {
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var (x, y) = (column - (Columns / 2.0), row - 8.0);
                var distance = Math.Sqrt((x * x) + (y * y));
                ref var value = ref values[(row * Columns) + column];
                if (distance > 380 || Math.Abs(x) > y * 0.75)
                {
                    value = 0;
                    continue;
                }

                var size = 1 + (0.16 * beat);
                var wall = Inside(x, y, 0, 205, 105, 145);
                var isBlood = Inside(x, y, 0, 175, 66 * size, 88 * size) < 1 || Inside(x, y, 0, 305, 58 / size, 38 / size) < 1;
                value = isBlood ? 14 : wall < 1 ? 120 : 58;
            }
        }

        // Speckle grows with the echo.
        for (var i = 0; i < values.Length; i += 8)
        {
            var bits = random.Next();
            for (var j = i; j < i + 8; j++, bits >>= 8)
                values[j] = values[j] * (96 + (int)(bits & 0x7F)) / 144;
        }
    }

    private static double Inside(double x, double y, double centreX, double centreY, double width, double height)
    {
        var (dx, dy) = ((x - centreX) / width, (y - centreY) / height);
        return (dx * dx) + (dy * dy);
    }
}
