// Blocks of progressive scans: some of the coefficients, or another bit of them (ISO 10918-1 G.1.2).

namespace FhirHub.Dicom.Pixels;

internal sealed partial class JpegTransformed
{
    private static void DecodeDc(JpegScan scan, JpegScanComponent part, ref int prediction, ref JpegBits bits, Span<short> block)
    {
        if (scan.High > 0)
        {
            if (bits.TakeBit())
                block[0] |= (short)(1 << scan.Low);
            return;
        }

        var category = part.Dc!.Decode(ref bits);
        if (category > 16)
            throw JpegFrameHeader.Malformed("has a coefficient of more than 16 bits");
        if (category > 0)
            prediction += bits.TakeSigned(category);
        block[0] = (short)(prediction << scan.Low);
    }

    private void DecodeAcFirst(JpegScan scan, JpegHuffmanTable table, ref JpegBits bits, Span<short> block)
    {
        if (_endOfBandRun > 0)
        {
            _endOfBandRun--;
            return;
        }

        for (var k = scan.Start; k <= scan.End; k++)
        {
            var symbol = table.Decode(ref bits);
            int run = symbol >> 4, size = symbol & 15;
            if (size > 0)
            {
                k += run;
                if (k > 63)
                    throw JpegFrameHeader.Malformed("has a block of more than 64 coefficients");
                block[JpegDecoder.Zigzag[k]] = (short)(bits.TakeSigned(size) << scan.Low);
            }
            else if (run == 15)
            {
                k += 15;
            }
            else
            {
                // This block is the first of the run.
                _endOfBandRun = (1 << run) - 1;
                if (run > 0)
                    _endOfBandRun += bits.Take(run);
                break;
            }
        }
    }

    private void DecodeAcRefinement(JpegScan scan, JpegHuffmanTable table, ref JpegBits bits, Span<short> block)
    {
        int plus = 1 << scan.Low, minus = -1 << scan.Low;
        var k = scan.Start;
        if (_endOfBandRun == 0)
        {
            for (; k <= scan.End; k++)
            {
                var symbol = table.Decode(ref bits);
                int run = symbol >> 4, size = symbol & 15, value = 0;
                if (size > 1)
                    throw JpegFrameHeader.Malformed("has a refinement of more than one bit");
                if (size == 1)
                {
                    value = bits.TakeBit() ? plus : minus;
                }
                else if (run < 15)
                {
                    _endOfBandRun = 1 << run;
                    if (run > 0)
                        _endOfBandRun += bits.Take(run);
                    break;
                }

                // Coefficients that are not zero yet get their bit on the way, and only the others count for the run.
                for (; k <= scan.End; k++)
                {
                    ref var coefficient = ref block[JpegDecoder.Zigzag[k]];
                    if (coefficient != 0)
                        Refine(ref coefficient, ref bits, plus, minus);
                    else if (--run < 0)
                        break;
                }

                if (value != 0 && k <= scan.End)
                    block[JpegDecoder.Zigzag[k]] = (short)value;
            }
        }

        if (_endOfBandRun == 0)
            return;
        for (; k <= scan.End; k++)
        {
            ref var coefficient = ref block[JpegDecoder.Zigzag[k]];
            if (coefficient != 0)
                Refine(ref coefficient, ref bits, plus, minus);
        }

        _endOfBandRun--;
    }

    private static void Refine(ref short coefficient, ref JpegBits bits, int plus, int minus)
    {
        if (bits.TakeBit() && (coefficient & plus) == 0)
            coefficient += (short)(coefficient >= 0 ? plus : minus);
    }
}
