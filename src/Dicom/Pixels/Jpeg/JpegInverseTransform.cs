// The inverse DCT in whole numbers, to the same bits as the accurate one of libjpeg, on whose results decoders agree (ISO 10918-1 A.3.3).

namespace FhirHub.Dicom.Pixels;

/// <summary>
/// Turns coefficients into samples: the algorithm of Loeffler, Ligtenberg and Moschytz with 13 bits of fraction, which needs 12 multiplications
/// for eight samples.
/// </summary>
internal static class JpegInverseTransform
{
    private const int FractionBits = 13;
    private const int C0298 = 2446;
    private const int C0390 = 3196;
    private const int C0541 = 4433;
    private const int C0765 = 6270;
    private const int C0899 = 7373;
    private const int C1175 = 9633;
    private const int C1501 = 12299;
    private const int C1847 = 15137;
    private const int C1961 = 16069;
    private const int C2053 = 16819;
    private const int C2562 = 20995;
    private const int C3072 = 25172;

    /// <summary>Transforms a block into rows of a plane.</summary>
    /// <param name="coefficients">64 of them, in natural order.</param>
    /// <param name="quantization">Their 64 factors.</param>
    /// <param name="plane">The samples from the block's first on.</param>
    /// <param name="stride">Samples from one row to the next.</param>
    /// <param name="precision">Bits of a sample, 8 or 12.</param>
    public static void Transform(ReadOnlySpan<short> coefficients, ReadOnlySpan<int> quantization, Span<ushort> plane, int stride, int precision)
    {
        var keptBits = precision == 8 ? 2 : 1;
        int center = 1 << (precision - 1), greatest = (1 << precision) - 1;
        if (coefficients[1..64].IndexOfAnyExcept((short)0) < 0)
        {
            var value = Math.Clamp((((coefficients[0] * quantization[0]) << keptBits) + (1 << (keptBits + 2)) >> (keptBits + 3)) + center, 0, greatest);
            for (var y = 0; y < 8; y++)
                plane.Slice(y * stride, 8).Fill((ushort)value);
            return;
        }

        Span<int> work = stackalloc int[64];
        for (var x = 0; x < 8; x++)
        {
            var column = coefficients[x..];
            var factors = quantization[x..];
            var first = column[0] * factors[0];
            if (column[8] == 0 && column[16] == 0 && column[24] == 0 && column[32] == 0 && column[40] == 0 && column[48] == 0 && column[56] == 0)
            {
                first <<= keptBits;
                for (var y = 0; y < 64; y += 8)
                    work[x + y] = first;
                continue;
            }

            Eight(
                first, column[8] * factors[8], column[16] * factors[16], column[24] * factors[24], column[32] * factors[32],
                column[40] * factors[40], column[48] * factors[48], column[56] * factors[56], work[x..], 8, FractionBits - keptBits);
        }

        Span<int> row = stackalloc int[8];
        for (var y = 0; y < 8; y++)
        {
            var line = work.Slice(8 * y, 8);
            Eight(line[0], line[1], line[2], line[3], line[4], line[5], line[6], line[7], row, 1, FractionBits + keptBits + 3);
            var target = plane.Slice(y * stride, 8);
            for (var x = 0; x < 8; x++)
                target[x] = (ushort)Math.Clamp(row[x] + center, 0, greatest);
        }
    }

    private static void Eight(int s0, int s1, int s2, int s3, int s4, int s5, int s6, int s7, Span<int> output, int step, int shift)
    {
        var half = 1 << (shift - 1);

        // Even part.
        var z1 = (s2 + s6) * C0541;
        var even2 = z1 - (s6 * C1847);
        var even3 = z1 + (s2 * C0765);
        var even0 = (s0 + s4) << FractionBits;
        var even1 = (s0 - s4) << FractionBits;
        int sum0 = even0 + even3, sum3 = even0 - even3, sum1 = even1 + even2, sum2 = even1 - even2;

        // Odd part.
        int odd0 = s7, odd1 = s5, odd2 = s3, odd3 = s1;
        z1 = odd0 + odd3;
        var z2 = odd1 + odd2;
        var z3 = odd0 + odd2;
        var z4 = odd1 + odd3;
        var z5 = (z3 + z4) * C1175;
        z1 *= -C0899;
        z2 *= -C2562;
        z3 = (z3 * -C1961) + z5;
        z4 = (z4 * -C0390) + z5;
        odd0 = (odd0 * C0298) + z1 + z3;
        odd1 = (odd1 * C2053) + z2 + z4;
        odd2 = (odd2 * C3072) + z2 + z3;
        odd3 = (odd3 * C1501) + z1 + z4;

        output[0] = (sum0 + odd3 + half) >> shift;
        output[7 * step] = (sum0 - odd3 + half) >> shift;
        output[step] = (sum1 + odd2 + half) >> shift;
        output[6 * step] = (sum1 - odd2 + half) >> shift;
        output[2 * step] = (sum2 + odd1 + half) >> shift;
        output[5 * step] = (sum2 - odd1 + half) >> shift;
        output[3 * step] = (sum3 + odd0 + half) >> shift;
        output[4 * step] = (sum3 - odd0 + half) >> shift;
    }
}
