// The 128 bytes before a Part 10 file, in which a stranger may have put a program (PS3.10 7.1, 7.5).

namespace FhirHub.Dicomweb;

/// <summary>Neutralizes preambles.</summary>
internal static class Preamble
{
    /// <summary>Preamble and prefix.</summary>
    public const int HeadLength = 132;

    private const int Length = 128;

    /// <summary>Whether bytes begin with a preamble and the prefix.</summary>
    public static bool IsThere(ReadOnlySpan<byte> head) => head.Length >= HeadLength && head[Length..HeadLength].SequenceEqual("DICM"u8);

    /// <summary>
    /// Makes zeros of a preamble that is neither zeros nor the header of a TIFF file, the one use of it that the standard names: whole slide
    /// images are both. A program, a script or any other format is not taken along.
    /// </summary>
    public static void Neutralize(Span<byte> head)
    {
        var preamble = head[..Length];
        if (preamble.ContainsAnyExcept((byte)0) && !IsTiff(preamble))
            preamble.Clear();
    }

    // TIFF and BigTIFF of both byte orders; no system runs what begins so. Its directory of fields may be in the preamble too, so all of it stays.
    private static bool IsTiff(ReadOnlySpan<byte> preamble) => preamble
        is [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..]
        or [(byte)'I', (byte)'I', 43, 0, 8, 0, 0, 0, ..] or [(byte)'M', (byte)'M', 0, 43, 0, 8, 0, 0, ..];
}
