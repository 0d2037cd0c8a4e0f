// What is asked of rendering, and what comes of it.

using System.Buffers;

namespace FhirHub.Dicom.Pixels;

/// <summary>A part of an image, in its pixels.</summary>
/// <param name="X">The first column.</param>
/// <param name="Y">The first row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct ImageRegion(int X, int Y, int Width, int Height);

/// <summary>How a frame is rendered (PS3.18 8.3.5).</summary>
public sealed record RenderOptions
{
    /// <summary>As large as it is, with the data set's own window, overlays drawn.</summary>
    public static RenderOptions Default { get; } = new();

    /// <summary>The columns and rows that no viewport may exceed.</summary>
    public int MaxSide { get; init; } = 4096;

    /// <summary>The width of the viewport, into which the image is fitted; null for the image's own.</summary>
    public int? Width { get; init; }

    /// <summary>The height of the viewport; null for the image's own.</summary>
    public int? Height { get; init; }

    /// <summary>The part of the image that is shown; null for all.</summary>
    public ImageRegion? Region { get; init; }

    /// <summary>Whether it is flipped left to right.</summary>
    public bool FlipHorizontally { get; init; }

    /// <summary>Whether it is flipped top to bottom.</summary>
    public bool FlipVertically { get; init; }

    /// <summary>The window, in place of the data set's.</summary>
    public VoiWindow? Window { get; init; }

    /// <summary>Whether overlays are drawn.</summary>
    public bool HasOverlays { get; init; } = true;

    /// <summary>The presentation state by which it is shown; null for what the data set itself says.</summary>
    public PresentationState? Presentation { get; init; }

    /// <summary>Lines that are written from the upper left corner on (<see cref="ImageAnnotation"/>).</summary>
    public IReadOnlyList<string> TopText { get; init; } = [];

    /// <summary>Lines that are written into the lower left corner.</summary>
    public IReadOnlyList<string> BottomText { get; init; } = [];
}

/// <summary>
/// An image to be shown: rows of pixels of one sample of gray, or of red, green and blue. Its memory is pooled, and given back when it is disposed.
/// </summary>
public sealed class RenderedImage : IDisposable
{
    private byte[]? _pooled;

    /// <summary>An image of samples.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="samples">A byte for each channel of each pixel.</param>
    public RenderedImage(int width, int height, int channels, ReadOnlyMemory<byte> samples)
    {
        Width = width;
        Height = height;
        Channels = channels;
        Samples = samples[..(width * height * channels)];
    }

    private RenderedImage(int width, int height, int channels, byte[] pooled)
        : this(width, height, channels, (ReadOnlyMemory<byte>)pooled) => _pooled = pooled;

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 or 3.</summary>
    public int Channels { get; }

    /// <summary>A byte for each channel of each pixel.</summary>
    public ReadOnlyMemory<byte> Samples { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } pooled)
            ArrayPool<byte>.Shared.Return(pooled);
    }

    /// <summary>An image in pooled memory, to be filled.</summary>
    internal static RenderedImage Rent(int width, int height, int channels) => new(width, height, channels, ArrayPool<byte>.Shared.Rent(width * height * channels));

    /// <summary>The samples of an image that is being made; only for what made it.</summary>
    internal Span<byte> Writable => _pooled.AsSpan(0, Samples.Length);
}
