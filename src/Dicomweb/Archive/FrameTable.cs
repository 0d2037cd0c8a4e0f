// Where each frame of a stored instance is, so that a frame is served without parsing anything.

using System.Runtime.InteropServices;

namespace FhirHub.Dicomweb;

/// <summary>A stretch of an instance's bytes.</summary>
/// <param name="Offset">From the first byte of the instance.</param>
/// <param name="Length">How many bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteStretch(long Offset, long Length);

/// <summary>
/// The stretches of each frame: one, or several where an encapsulated frame has several fragments. Native frames that don't begin at a byte
/// (single bits) have none here: they need <c>PixelFrames</c>.
/// </summary>
public sealed class FrameTable
{
    private readonly IReadOnlyList<IReadOnlyList<ByteStretch>> _frames;

    /// <summary>A table of all frames, in order.</summary>
    public FrameTable(IReadOnlyList<IReadOnlyList<ByteStretch>> frames) => _frames = frames;

    /// <summary>A table of an instance without such frames.</summary>
    public static FrameTable Empty { get; } = new([]);

    /// <summary>How many frames it tells of.</summary>
    public int Count => _frames.Count;

    /// <summary>The stretches of a frame.</summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    public IReadOnlyList<ByteStretch> this[int frame] => _frames[frame];
}
