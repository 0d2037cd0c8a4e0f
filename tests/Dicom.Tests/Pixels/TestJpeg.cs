// Writes JPEG streams bit by bit, so that tests know what they decode.

using System.Buffers.Binary;

namespace FhirHub.Dicom.Tests.Pixels;

/// <summary>JPEG streams with codes of five bits for the categories 0 to 16.</summary>
internal sealed class TestJpeg
{
    private readonly List<byte> _bytes = [0xFF, 0xD8];
    private int _accumulator;
    private int _count;

    public TestJpeg Segment(byte marker, params ReadOnlySpan<byte> content)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(content.Length + 2));
        _bytes.AddRange([0xFF, marker, .. length, .. content]);
        return this;
    }

    /// <summary>Tables of both classes with the same codes: the number of the category in five bits.</summary>
    public TestJpeg Tables()
    {
        byte[] counts = [0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] symbols = [.. Enumerable.Range(0, 17).Select(symbol => (byte)symbol)];
        return Segment(0xC4, [0x00, .. counts, .. symbols, 0x10, .. counts, .. symbols]);
    }

    public TestJpeg Frame(byte marker, int precision, int rows, int columns, params int[] sampling) => Segment(
        marker,
        [(byte)precision, (byte)(rows >> 8), (byte)rows, (byte)(columns >> 8), (byte)columns, (byte)sampling.Length, .. sampling.SelectMany((factors, i) => new byte[] { (byte)(i + 1), (byte)factors, 0 })]);

    public TestJpeg Scan(int components, int start, int end, int low) =>
        Segment(0xDA, [(byte)components, .. Enumerable.Range(1, components).SelectMany(id => new byte[] { (byte)id, 0 }), (byte)start, (byte)end, (byte)low]);

    /// <summary>A category and its additional bits.</summary>
    public TestJpeg Number(int value)
    {
        value = (short)value;
        var category = value == short.MinValue ? 16 : value == 0 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Abs(value));
        Bits(category, 5);
        return category is 0 or 16 ? this : Bits(value > 0 ? value : value + (1 << category) - 1, category);
    }

    public TestJpeg Bits(int value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            _accumulator = (_accumulator << 1) | ((value >> i) & 1);
            if (++_count == 8)
                Flush();
        }

        return this;
    }

    public TestJpeg Restart(int number)
    {
        Align();
        _bytes.AddRange([0xFF, (byte)(0xD0 + (number % 8))]);
        return this;
    }

    public byte[] End()
    {
        Align();
        return [.. _bytes, 0xFF, 0xD9];
    }

    /// <summary>A lossless stream of components whose samples lie together.</summary>
    public static byte[] Lossless(ushort[] samples, int rows, int columns, int components, int precision, int predictor, int low = 0, int restartRows = 0)
    {
        var jpeg = new TestJpeg().Tables();
        if (restartRows > 0)
            jpeg.Segment(0xDD, (byte)((restartRows * columns) >> 8), (byte)(restartRows * columns));
        jpeg.Frame(0xC3, precision, rows, columns, [.. Enumerable.Repeat(0x11, components)]).Scan(components, predictor, 0, low);
        for (var y = 0; y < rows; y++)
        {
            var first = y == 0 || (restartRows > 0 && y % restartRows == 0);
            if (first && y > 0)
                jpeg.Restart((y / restartRows) - 1);
            for (var x = 0; x < columns; x++)
            {
                for (var c = 0; c < components; c++)
                {
                    int At(int row, int column) => samples[(((row * columns) + column) * components) + c] >> low;
                    var prediction = (first, x) switch
                    {
                        (true, 0) => 1 << (precision - low - 1),
                        (true, _) => At(y, x - 1),
                        (false, 0) => At(y - 1, 0),
                        _ => Predict(predictor, At(y, x - 1), At(y - 1, x), At(y - 1, x - 1)),
                    };
                    jpeg.Number(At(y, x) - prediction);
                }
            }
        }

        return jpeg.End();
    }

    private static int Predict(int predictor, int left, int up, int aboveLeft) => predictor switch
    {
        1 => left,
        2 => up,
        3 => aboveLeft,
        4 => left + up - aboveLeft,
        5 => left + ((up - aboveLeft) >> 1),
        6 => up + ((left - aboveLeft) >> 1),
        _ => (left + up) >> 1,
    };

    private void Align()
    {
        while (_count != 0)
            Bits(1, 1);
    }

    private void Flush()
    {
        _bytes.Add((byte)_accumulator);
        if ((byte)_accumulator == 0xFF)
            _bytes.Add(0);
        (_accumulator, _count) = (0, 0);
    }
}
