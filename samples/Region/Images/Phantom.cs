// Bodies made of ellipsoids, from which slices and projections are computed.

namespace FhirHub.Samples.Region;

/// <summary>
/// An ellipsoid in millimetres; x goes to the left hand, y to the back, z to the head (PS3.3 C.7.6.2.1.1), and its axes lie along these.
/// </summary>
/// <param name="X">Its centre.</param>
/// <param name="Y">Its centre.</param>
/// <param name="Z">Its centre.</param>
/// <param name="Width">Half its extent along x.</param>
/// <param name="Depth">Half its extent along y.</param>
/// <param name="Height">Half its extent along z.</param>
/// <param name="Delta">What it adds to the value of what it lies in.</param>
internal sealed record Ellipsoid(double X, double Y, double Z, double Width, double Depth, double Height, int Delta);

/// <summary>The pixels of a plane: columns along x, rows along y.</summary>
/// <param name="Columns">Columns.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Spacing">Millimetres between the centres of neighbours.</param>
internal sealed record PixelGrid(int Columns, int Rows, double Spacing)
{
    /// <summary>The place of the first column; the middle of the grid is at 0.</summary>
    public double Left => -Spacing * (Columns - 1) / 2;

    /// <summary>The place of the first row.</summary>
    public double Top => -Spacing * (Rows - 1) / 2;

    /// <summary>How many pixels.</summary>
    public int Count => Columns * Rows;
}

/// <summary>A body. Values of CT are Hounsfield units above air.</summary>
internal sealed class Phantom(params IReadOnlyList<Ellipsoid> parts)
{
    /// <summary>The infarct of <see cref="Head"/>.</summary>
    public static Ellipsoid Infarct { get; } = new(36, 8, 12, 17, 24, 18, -16);

    /// <summary>A head with an old injury of one half of the brain.</summary>
    public static Phantom Head { get; } = new(
        new(0, 0, 0, 76, 98, 112, 1040),
        new(0, 0, 2, 71, 93, 105, 760),
        new(0, 0, 2, 64, 86, 97, -765),
        new(-11, -8, 18, 7, 27, 14, -28),
        new(11, -8, 18, 7, 27, 14, -28),
        new(0, 12, -4, 3, 12, 12, -28),
        new(-32, -74, -38, 13, 12, 12, -25),
        new(32, -74, -38, 13, 12, 12, -25),
        new(0, -78, -58, 14, 16, 18, -1000),
        new(-45, 20, -52, 18, 9, 8, 700),
        new(45, 20, -52, 18, 9, 8, 700),
        Infarct);

    /// <summary>The head as T1-weighted magnetic resonance shows it: bone is dark, fluid too.</summary>
    public static Phantom HeadT1 { get; } = new(
        new(0, 0, 0, 76, 98, 112, 900),
        new(0, 0, 2, 71, 93, 105, -800),
        new(0, 0, 2, 64, 86, 97, 420),
        new(0, 0, 6, 54, 74, 82, 130),
        new(-11, -8, 18, 7, 27, 14, -480),
        new(11, -8, 18, 7, 27, 14, -480),
        new(36, 8, 12, 17, 24, 18, -230));

    /// <summary>The head as T2-weighted magnetic resonance shows it: fluid is bright.</summary>
    public static Phantom HeadT2 { get; } = new(
        new(0, 0, 0, 76, 98, 112, 520),
        new(0, 0, 2, 71, 93, 105, -430),
        new(0, 0, 2, 64, 86, 97, 460),
        new(0, 0, 6, 54, 74, 82, -130),
        new(-11, -8, 18, 7, 27, 14, 640),
        new(11, -8, 18, 7, 27, 14, 640),
        new(36, 8, 12, 17, 24, 18, 420));

    /// <summary>A chest with a nodule in the right lung.</summary>
    public static Phantom Chest { get; } = new(
        new(0, 0, 0, 172, 116, 420, 930),
        new(0, 0, 0, 156, 101, 405, 110),
        new(-76, -4, 10, 60, 80, 150, -880),
        new(76, -4, 10, 56, 80, 150, -880),
        new(66, -22, -50, 30, 34, 48, 850),
        new(0, 74, 0, 19, 21, 400, 420),
        new(0, 56, 0, 9, 8, 400, 60),
        new(0, -100, 20, 16, 7, 110, 380),
        new(-68, 22, 36, 10, 10, 10, 860),
        new(-90, -34, 60, 16, 20, 22, -60),
        new(88, 30, 48, 18, 18, 24, -60));

    /// <summary>A slice across the body.</summary>
    /// <param name="z">Where.</param>
    /// <param name="grid">The pixels.</param>
    /// <param name="values">Takes the values, row by row.</param>
    public void Slice(double z, PixelGrid grid, Span<int> values)
    {
        values.Clear();
        foreach (var part in parts)
        {
            var (first, last) = Range(grid.Top, grid.Spacing, grid.Rows, part.Y, part.Depth);
            for (var row = first; row <= last; row++)
            {
                var rest = 1 - Square((z - part.Z) / part.Height) - Square((grid.Top + (row * grid.Spacing) - part.Y) / part.Depth);
                if (rest <= 0)
                    continue;
                var (from, to) = Range(grid.Left, grid.Spacing, grid.Columns, part.X, part.Width * Math.Sqrt(rest));
                foreach (ref var value in values.Slice(row * grid.Columns, grid.Columns)[from..(to + 1)])
                    value += part.Delta;
            }
        }
    }

    /// <summary>What lies behind each pixel from front to back: millimetres of water that would be as dense. Rows go from head to feet.</summary>
    /// <param name="grid">The pixels.</param>
    /// <param name="values">Takes the values, row by row.</param>
    public void Project(PixelGrid grid, Span<int> values)
    {
        values.Clear();
        foreach (var part in parts)
        {
            for (var row = 0; row < grid.Rows; row++)
            {
                var across = 1 - Square((-(grid.Top + (row * grid.Spacing)) - part.Z) / part.Height);
                if (across <= 0)
                    continue;
                var (from, to) = Range(grid.Left, grid.Spacing, grid.Columns, part.X, part.Width * Math.Sqrt(across));
                for (var column = from; column <= to; column++)
                {
                    var rest = across - Square((grid.Left + (column * grid.Spacing) - part.X) / part.Width);
                    values[(row * grid.Columns) + column] += (int)(2 * part.Depth * Math.Sqrt(Math.Max(0, rest)) * part.Delta / 1000);
                }
            }
        }
    }

    // The first and the last pixel within so much of a centre; none if the last comes before the first.
    private static (int First, int Last) Range(double start, double spacing, int count, double centre, double half) =>
        (Math.Max(0, (int)Math.Ceiling((centre - half - start) / spacing)), Math.Min(count - 1, (int)Math.Floor((centre + half - start) / spacing)));

    private static double Square(double value) => value * value;
}
