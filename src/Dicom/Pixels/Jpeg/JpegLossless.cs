// Lossless JPEG: differences from predictions (ISO 10918-1 H).

using System.Buffers;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Decodes the scans of a lossless frame.</summary>
internal sealed class JpegLossless : IDisposable
{
    private const int NoBitsFollow = 16;

    private readonly JpegFrameHeader _frame;
    private readonly PixelDescription _description;
    private readonly bool[] _isDone;
    private readonly int[] _differences;
    private readonly ushort[] _rows;

    public JpegLossless(JpegFrameHeader frame, PixelDescription description)
    {
        _frame = frame;
        _description = description;
        _isDone = new bool[frame.Components.Length];
        if (Array.Exists(frame.Components, component => component.Width != frame.Columns || component.Height != frame.Rows))
            throw new DicomException(DicomFault.Unsupported, "a lossless JPEG stream has components of different sizes", DicomTags.PixelData);
        _differences = ArrayPool<int>.Shared.Rent(frame.Columns * frame.Components.Length);
        _rows = ArrayPool<ushort>.Shared.Rent(2 * frame.Columns * frame.Components.Length);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_differences);
        ArrayPool<ushort>.Shared.Return(_rows);
    }

    /// <summary>Decodes a scan into its components of the output.</summary>
    public void Decode(JpegScan scan, ref JpegBits bits, Span<byte> output, CancellationToken cancellationToken)
    {
        if (scan.Start is < 1 or > 7 || scan.Low >= _frame.Precision)
            throw JpegFrameHeader.Malformed("has a predictor or point transform that lossless JPEG does not have");
        int columns = _frame.Columns, count = scan.Components.Length;
        if (scan.RestartInterval % columns != 0)
            throw JpegFrameHeader.Malformed("has restart intervals that do not end with rows");
        foreach (var part in scan.Components)
        {
            if (part.Dc is null || _isDone[part.Index])
                throw JpegFrameHeader.Malformed("has a component without a Huffman table, or twice");
            _isDone[part.Index] = true;
        }

        var rowsPerInterval = scan.RestartInterval / columns;
        var start = 1 << (_frame.Precision - scan.Low - 1);
        for (var y = 0; y < _frame.Rows; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isFirst = y == 0;
            if (rowsPerInterval > 0 && y > 0 && y % rowsPerInterval == 0)
            {
                bits.Restart();
                isFirst = true;
            }

            ReadDifferences(scan, ref bits, columns);
            if (bits.IsOverrun)
                throw new DicomException(DicomFault.Truncated, $"a JPEG stream ends in row {y + 1:N0} of {_frame.Rows:N0}", DicomTags.PixelData);
            for (var i = 0; i < count; i++)
            {
                var current = _rows.AsSpan(((2 * i) + (y & 1)) * columns, columns);
                var above = _rows.AsSpan(((2 * i) + ((y & 1) ^ 1)) * columns, columns);
                var differences = _differences.AsSpan(i * columns, columns);
                if (isFirst)
                    FromLeft(differences, current, start);
                else
                    Predict(scan.Start, differences, above, current);
                Store(current, output, y, scan.Components[i].Index, scan.Low);
            }
        }
    }

    /// <summary>Sees to it that nothing is missing.</summary>
    public void Finish()
    {
        if (Array.Exists(_isDone, done => !done))
            throw new DicomException(DicomFault.Truncated, "a JPEG stream ends before all its components", DicomTags.PixelData);
    }

    private void ReadDifferences(JpegScan scan, ref JpegBits bits, int columns)
    {
        if (scan.Components is [var only])
        {
            var table = only.Dc!;
            foreach (ref var difference in _differences.AsSpan(0, columns))
                difference = ReadDifference(table, ref bits);
            return;
        }

        for (var x = 0; x < columns; x++)
        {
            for (var i = 0; i < scan.Components.Length; i++)
                _differences[(i * columns) + x] = ReadDifference(scan.Components[i].Dc!, ref bits);
        }
    }

    private static int ReadDifference(JpegHuffmanTable table, ref JpegBits bits)
    {
        var category = table.Decode(ref bits);
        return category switch
        {
            0 => 0,
            < NoBitsFollow => bits.TakeSigned(category),
            NoBitsFollow => 32768,
            _ => throw JpegFrameHeader.Malformed("has a difference of more than 16 bits"),
        };
    }

    // The first row of an interval knows only what is to the left (H.1.2.1).
    private static void FromLeft(ReadOnlySpan<int> differences, Span<ushort> current, int start)
    {
        var left = start;
        for (var x = 0; x < current.Length; x++)
        {
            left = (ushort)(left + differences[x]);
            current[x] = (ushort)left;
        }
    }

    private static void Predict(int predictor, ReadOnlySpan<int> differences, ReadOnlySpan<ushort> above, Span<ushort> current)
    {
        int left = (ushort)(above[0] + differences[0]), aboveLeft = above[0];
        current[0] = (ushort)left;
        if (predictor == 1)
        {
            for (var x = 1; x < current.Length; x++)
            {
                left = (ushort)(left + differences[x]);
                current[x] = (ushort)left;
            }

            return;
        }

        for (var x = 1; x < current.Length; x++)
        {
            int up = above[x];
            var prediction = predictor switch
            {
                2 => up,
                3 => aboveLeft,
                4 => left + up - aboveLeft,
                5 => left + ((up - aboveLeft) >> 1),
                6 => up + ((left - aboveLeft) >> 1),
                _ => (left + up) >> 1,
            };
            left = (ushort)(prediction + differences[x]);
            current[x] = (ushort)left;
            aboveLeft = up;
        }
    }

    private void Store(ReadOnlySpan<ushort> row, Span<byte> output, int y, int component, int shift)
    {
        var samples = _description.SamplesPerPixel;
        if (_description.BitsAllocated == 16 && samples == 1 && shift == 0)
        {
            MemoryMarshal.AsBytes(row).CopyTo(output[(2 * y * row.Length)..]);
            return;
        }

        JpegOutput.Store(row, output, _description, y, component, shift);
    }
}
