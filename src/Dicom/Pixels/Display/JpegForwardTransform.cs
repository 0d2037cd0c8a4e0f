// The forward DCT and quantization of eight rows at once (ISO 10918-1 A.3.3, A.3.4): the algorithm of Arai, Agui and Nakajima in floating point.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FhirHub.Dicom.Pixels;

/// <summary>
/// Turns blocks of samples into quantized coefficients. A vector holds a row, so that one pass transforms all columns; between the two passes rows and
/// columns change places, and coefficients stay that way: that of horizontal frequency h and vertical frequency v is at 8 h + v.
/// </summary>
internal static class JpegForwardTransform
{
    private static readonly double[] Scale = [1.0, 1.387039845, 1.306562965, 1.175875602, 1.0, 0.785694958, 0.541196100, 0.275899379];

    /// <summary>What coefficients are multiplied with, for the factors of a quantization table in natural order.</summary>
    public static float[] Reciprocals(ReadOnlySpan<byte> quantization)
    {
        var reciprocals = new float[64];
        for (var v = 0; v < 8; v++)
        {
            for (var h = 0; h < 8; h++)
                reciprocals[(8 * h) + v] = (float)(1 / (quantization[(8 * v) + h] * Scale[v] * Scale[h] * 8));
        }

        return reciprocals;
    }

    /// <summary>Transforms the block that begins at <paramref name="sample"/>.</summary>
    /// <returns>A bit for each coefficient that is not zero, the first in the least significant.</returns>
    public static ulong Transform(ref byte sample, int stride, ReadOnlySpan<float> reciprocals, Span<short> coefficients)
    {
        var r0 = Row(ref sample);
        var r1 = Row(ref Unsafe.Add(ref sample, stride));
        var r2 = Row(ref Unsafe.Add(ref sample, 2 * stride));
        var r3 = Row(ref Unsafe.Add(ref sample, 3 * stride));
        var r4 = Row(ref Unsafe.Add(ref sample, 4 * stride));
        var r5 = Row(ref Unsafe.Add(ref sample, 5 * stride));
        var r6 = Row(ref Unsafe.Add(ref sample, 6 * stride));
        var r7 = Row(ref Unsafe.Add(ref sample, 7 * stride));
        Eight(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Eight(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);

        ref var factor = ref MemoryMarshal.GetReference(reciprocals);
        ref var target = ref MemoryMarshal.GetReference(coefficients);
        return Quantize(r0, r1, ref factor, ref target, 0)
            | Quantize(r2, r3, ref factor, ref target, 16)
            | Quantize(r4, r5, ref factor, ref target, 32)
            | Quantize(r6, r7, ref factor, ref target, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Row(ref byte first)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref first)).AsByte();
        var words = Vector128.WidenLower(bytes);
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32()) - Vector256.Create(128f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Quantize(Vector256<float> first, Vector256<float> second, ref float factors, ref short target, nuint at)
    {
        var low = Vector256.ConvertToInt32(Vector256.Round(first * Vector256.LoadUnsafe(ref factors, at)));
        var high = Vector256.ConvertToInt32(Vector256.Round(second * Vector256.LoadUnsafe(ref factors, at + 8)));
        var numbers = Vector256.Narrow(low, high);
        numbers.StoreUnsafe(ref target, at);
        return (ulong)(ushort)~Vector256.Equals(numbers, Vector256<short>.Zero).ExtractMostSignificantBits() << (int)at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(
        ref Vector256<float> r0,
        ref Vector256<float> r1,
        ref Vector256<float> r2,
        ref Vector256<float> r3,
        ref Vector256<float> r4,
        ref Vector256<float> r5,
        ref Vector256<float> r6,
        ref Vector256<float> r7)
    {
        Vector256<float> sum0 = r0 + r7, difference0 = r0 - r7, sum1 = r1 + r6, difference1 = r1 - r6;
        Vector256<float> sum2 = r2 + r5, difference2 = r2 - r5, sum3 = r3 + r4, difference3 = r3 - r4;

        // Even part.
        Vector256<float> even0 = sum0 + sum3, even3 = sum0 - sum3, even1 = sum1 + sum2, even2 = sum1 - sum2;
        var turned = (even2 + even3) * 0.707106781f;
        (r0, r4, r2, r6) = (even0 + even1, even0 - even1, even3 + turned, even3 - turned);

        // Odd part.
        Vector256<float> odd0 = difference3 + difference2, odd1 = difference2 + difference1, odd2 = difference1 + difference0;
        var common = (odd0 - odd2) * 0.382683433f;
        Vector256<float> low = (odd0 * 0.541196100f) + common, high = (odd2 * 1.306562965f) + common, middle = odd1 * 0.707106781f;
        Vector256<float> plus = difference0 + middle, minus = difference0 - middle;
        (r5, r3, r1, r7) = (minus + low, minus - low, plus + high, plus - high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector256<float> r0,
        ref Vector256<float> r1,
        ref Vector256<float> r2,
        ref Vector256<float> r3,
        ref Vector256<float> r4,
        ref Vector256<float> r5,
        ref Vector256<float> r6,
        ref Vector256<float> r7)
    {
        if (!Avx.IsSupported)
        {
            TransposeByNumbers(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
            return;
        }

        Vector256<float> a = Avx.UnpackLow(r0, r1), b = Avx.UnpackHigh(r0, r1), c = Avx.UnpackLow(r2, r3), d = Avx.UnpackHigh(r2, r3);
        Vector256<float> e = Avx.UnpackLow(r4, r5), f = Avx.UnpackHigh(r4, r5), g = Avx.UnpackLow(r6, r7), h = Avx.UnpackHigh(r6, r7);
        Vector256<float> s0 = Avx.Shuffle(a, c, 0x44), s1 = Avx.Shuffle(a, c, 0xEE), s2 = Avx.Shuffle(b, d, 0x44), s3 = Avx.Shuffle(b, d, 0xEE);
        Vector256<float> s4 = Avx.Shuffle(e, g, 0x44), s5 = Avx.Shuffle(e, g, 0xEE), s6 = Avx.Shuffle(f, h, 0x44), s7 = Avx.Shuffle(f, h, 0xEE);
        r0 = Avx.Permute2x128(s0, s4, 0x20);
        r1 = Avx.Permute2x128(s1, s5, 0x20);
        r2 = Avx.Permute2x128(s2, s6, 0x20);
        r3 = Avx.Permute2x128(s3, s7, 0x20);
        r4 = Avx.Permute2x128(s0, s4, 0x31);
        r5 = Avx.Permute2x128(s1, s5, 0x31);
        r6 = Avx.Permute2x128(s2, s6, 0x31);
        r7 = Avx.Permute2x128(s3, s7, 0x31);
    }

    private static void TransposeByNumbers(
        ref Vector256<float> r0,
        ref Vector256<float> r1,
        ref Vector256<float> r2,
        ref Vector256<float> r3,
        ref Vector256<float> r4,
        ref Vector256<float> r5,
        ref Vector256<float> r6,
        ref Vector256<float> r7)
    {
        Span<float> rows = stackalloc float[64];
        Span<float> columns = stackalloc float[64];
        r0.CopyTo(rows);
        r1.CopyTo(rows[8..]);
        r2.CopyTo(rows[16..]);
        r3.CopyTo(rows[24..]);
        r4.CopyTo(rows[32..]);
        r5.CopyTo(rows[40..]);
        r6.CopyTo(rows[48..]);
        r7.CopyTo(rows[56..]);
        for (var i = 0; i < 64; i++)
            columns[((i & 7) * 8) + (i >> 3)] = rows[i];
        r0 = Vector256.Create<float>(columns);
        r1 = Vector256.Create<float>(columns[8..]);
        r2 = Vector256.Create<float>(columns[16..]);
        r3 = Vector256.Create<float>(columns[24..]);
        r4 = Vector256.Create<float>(columns[32..]);
        r5 = Vector256.Create<float>(columns[40..]);
        r6 = Vector256.Create<float>(columns[48..]);
        r7 = Vector256.Create<float>(columns[56..]);
    }
}
