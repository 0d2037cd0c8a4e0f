// What states are known by: 128 bits of their bytes.

using System.Runtime.InteropServices;

namespace FhirHub.Storage.Tests.Cosmos.Model;

/// <summary>A hash of a value without padding.</summary>
internal static class StateHash
{
    public static UInt128 Of<T>(in T value)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
        var (low, high) = (0x9E37_79B9_7F4A_7C15UL, 0xC2B2_AE3D_27D4_EB4FUL);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            Mix(MemoryMarshal.Read<ulong>(bytes));
        var rest = 0UL;
        foreach (var last in bytes)
            rest = (rest << 8) | last;
        Mix(rest);
        return new UInt128(high, low);

        void Mix(ulong word)
        {
            low = Fold(low ^ word, 0xA076_1D64_78BD_642FUL);
            high = Fold(high + word, 0xE703_7ED1_A0B4_28DBUL) ^ low;
        }
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
