// Frames of the DCT processes: blocks of scans, then samples (ISO 10918-1 F.2).

using System.Buffers;

namespace FhirHub.Dicom.Pixels;

/// <summary>Decodes the scans of a sequential or progressive frame.</summary>
internal sealed partial class JpegTransformed : IDisposable
{
    private readonly JpegFrameHeader _frame;
    private readonly bool _isProgressive;
    private readonly short[] _block = new short[64];
    private int _endOfBandRun;

    public JpegTransformed(JpegFrameHeader frame)
    {
        _frame = frame;
        _isProgressive = frame.Process == JpegProcess.Progressive;
        foreach (var component in frame.Components)
        {
            var samples = (long)component.BlocksPerRow * component.BlockRows * 64;
            if (samples > Array.MaxLength / 2)
                throw new DicomException(DicomFault.LimitExceeded, "a JPEG stream has more blocks than can be decoded", DicomTags.PixelData);
            component.Plane = ArrayPool<ushort>.Shared.Rent((int)samples);
            if (_isProgressive)
            {
                component.Coefficients = ArrayPool<short>.Shared.Rent((int)samples);
                component.Coefficients.AsSpan(0, (int)samples).Clear();
            }
        }
    }

    public void Dispose()
    {
        foreach (var component in _frame.Components)
        {
            if (component.Plane.Length > 0)
                ArrayPool<ushort>.Shared.Return(component.Plane);
            if (component.Coefficients.Length > 0)
                ArrayPool<short>.Shared.Return(component.Coefficients);
            (component.Plane, component.Coefficients) = ([], []);
        }
    }

    /// <summary>Decodes a scan.</summary>
    public void Decode(JpegScan scan, ref JpegBits bits, int[]?[] quantization, CancellationToken cancellationToken)
    {
        Check(scan);
        foreach (var part in scan.Components)
        {
            if (!_isProgressive && part.Component.Quantization is not null)
                throw JpegFrameHeader.Malformed("has a component in two scans");
            part.Component.Quantization ??= quantization[part.Component.QuantizationTable] ?? throw JpegFrameHeader.Malformed("has a component without a quantization table");
        }

        _endOfBandRun = 0;
        var predictions = new int[scan.Components.Length];
        var interval = scan.RestartInterval;
        var left = interval;
        var alone = scan.Components.Length == 1 ? scan.Components[0] : null;
        var columns = alone is null ? _frame.McusPerRow : (alone.Component.Width + 7) / 8;
        var rows = alone is null ? _frame.McuRows : (alone.Component.Height + 7) / 8;
        for (var y = 0; y < rows; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var x = 0; x < columns; x++)
            {
                if (interval > 0 && left-- == 0)
                {
                    CheckOverrun(ref bits, y);
                    bits.Restart();
                    Array.Clear(predictions);
                    _endOfBandRun = 0;
                    left = interval - 1;
                }

                if (alone is not null)
                {
                    DecodeBlock(scan, alone, ref predictions[0], ref bits, x, y);
                    continue;
                }

                for (var i = 0; i < scan.Components.Length; i++)
                {
                    var component = scan.Components[i].Component;
                    for (var v = 0; v < component.VerticalSampling; v++)
                    {
                        for (var h = 0; h < component.HorizontalSampling; h++)
                            DecodeBlock(scan, scan.Components[i], ref predictions[i], ref bits, (x * component.HorizontalSampling) + h, (y * component.VerticalSampling) + v);
                    }
                }
            }

            CheckOverrun(ref bits, y);
        }
    }

    /// <summary>Makes samples of what was decoded, and pixels of the samples.</summary>
    public void Finish(Span<byte> output, PixelDescription description, CancellationToken cancellationToken)
    {
        foreach (var component in _frame.Components)
        {
            if (component.Quantization is not { } quantization)
                throw new DicomException(DicomFault.Truncated, "a JPEG stream ends before all its components", DicomTags.PixelData);
            for (var y = 0; y < component.BlockRows && _isProgressive; y++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var x = 0; x < component.BlocksPerRow; x++)
                {
                    var coefficients = component.Coefficients.AsSpan(((y * component.BlocksPerRow) + x) * 64, 64);
                    JpegInverseTransform.Transform(coefficients, quantization, component.Plane.AsSpan((y * 8 * component.Stride) + (x * 8)), component.Stride, _frame.Precision);
                }
            }
        }

        var row = ArrayPool<ushort>.Shared.Rent(_frame.Columns + 2);
        try
        {
            for (var y = 0; y < _frame.Rows; y++)
            {
                for (var i = 0; i < _frame.Components.Length; i++)
                    JpegOutput.Store(JpegUpsampling.Row(_frame, _frame.Components[i], y, row), output, description, y, i, 0);
            }
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(row);
        }
    }

    private void Check(JpegScan scan)
    {
        // Sequential scans have all coefficients, whatever their header says; some encoders leave it zero.
        var isRight = !_isProgressive || (scan.Start <= scan.End && scan.End < 64 && scan.Low < 14 && (scan.High == 0 || scan.High == scan.Low + 1)
            && (scan.Start == 0 ? scan.End == 0 : scan.Components.Length == 1));
        if (!isRight)
            throw JpegFrameHeader.Malformed("has a scan of coefficients that its process does not have");
        foreach (var part in scan.Components)
        {
            var hasDc = !_isProgressive || (scan.Start == 0 && scan.High == 0);
            if ((hasDc && part.Dc is null) || ((!_isProgressive || scan.Start > 0) && part.Ac is null))
                throw JpegFrameHeader.Malformed("has a scan without a Huffman table");
        }
    }

    private static void CheckOverrun(ref JpegBits bits, int row)
    {
        if (bits.IsOverrun)
            throw new DicomException(DicomFault.Truncated, $"a scan of a JPEG stream ends in its row of blocks {row + 1:N0}", DicomTags.PixelData);
    }

    private void DecodeBlock(JpegScan scan, JpegScanComponent part, ref int prediction, ref JpegBits bits, int x, int y)
    {
        var component = part.Component;
        if (_isProgressive)
        {
            var coefficients = component.Coefficients.AsSpan(((y * component.BlocksPerRow) + x) * 64, 64);
            if (scan.Start == 0)
                DecodeDc(scan, part, ref prediction, ref bits, coefficients);
            else if (scan.High == 0)
                DecodeAcFirst(scan, part.Ac!, ref bits, coefficients);
            else
                DecodeAcRefinement(scan, part.Ac!, ref bits, coefficients);
            return;
        }

        var block = _block.AsSpan();
        block.Clear();
        var category = part.Dc!.Decode(ref bits);
        if (category > 16)
            throw JpegFrameHeader.Malformed("has a coefficient of more than 16 bits");
        if (category > 0)
            prediction += bits.TakeSigned(category);
        block[0] = (short)prediction;
        var table = part.Ac!;
        for (var k = 1; k < 64; k++)
        {
            var symbol = table.Decode(ref bits);
            var size = symbol & 15;
            if (size == 0)
            {
                if (symbol != 0xF0)
                    break;
                k += 15;
                continue;
            }

            k += symbol >> 4;
            if (k > 63)
                throw JpegFrameHeader.Malformed("has a block of more than 64 coefficients");
            block[JpegDecoder.Zigzag[k]] = (short)bits.TakeSigned(size);
        }

        JpegInverseTransform.Transform(block, component.Quantization, component.Plane.AsSpan((y * 8 * component.Stride) + (x * 8)), component.Stride, _frame.Precision);
    }
}
