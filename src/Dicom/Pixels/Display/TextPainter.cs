// Text on images: white with a black edge, so that it is seen on anything.

namespace FhirHub.Dicom.Pixels;

/// <summary>Writes lines of text onto images.</summary>
internal static class TextPainter
{
    /// <summary>Rows from one line to the next, at the smallest size.</summary>
    public const int LineRows = BitmapFont.Height + 3;

    private const int LetterColumns = BitmapFont.Width + 1;

    // As many letters as a line has for its width, so that text grows with the image.
    private const int LettersAcross = 80;

    /// <summary>How many pixels a pixel of a letter has on an image of a width.</summary>
    public static int Scale(int width) => Math.Max(1, width / (LettersAcross * LetterColumns));

    /// <summary>Writes lines from the upper left corner down, and others that end in the lower left corner.</summary>
    public static void Write(Span<byte> samples, int width, int height, int channels, IReadOnlyList<string> top, IReadOnlyList<string> bottom)
    {
        var scale = Scale(width);
        var y = 2 * scale;
        foreach (var line in top)
        {
            Write(samples, width, height, channels, line, 2 * scale, y, scale);
            y += LineRows * scale;
        }

        y = height - (bottom.Count * LineRows * scale);
        foreach (var line in bottom)
        {
            Write(samples, width, height, channels, line, 2 * scale, y, scale);
            y += LineRows * scale;
        }
    }

    /// <summary>Writes one line; what is beyond the image is cut off.</summary>
    public static void Write(Span<byte> samples, int width, int height, int channels, string text, int left, int top, int scale)
    {
        // The edge first: it must not cover the letter beside it.
        foreach (var isEdge in (ReadOnlySpan<bool>)[true, false])
        {
            for (var i = 0; i < text.Length; i++)
            {
                for (var x = 0; x < BitmapFont.Width; x++)
                {
                    for (var y = 0; y < BitmapFont.Height; y++)
                    {
                        if (!BitmapFont.IsSet(text[i], x, y))
                            continue;
                        int column = left + (((i * LetterColumns) + x) * scale), row = top + (y * scale);
                        if (isEdge)
                            Fill(samples, width, height, channels, column - scale, row - scale, 3 * scale, 0);
                        else
                            Fill(samples, width, height, channels, column, row, scale, 0xFF);
                    }
                }
            }
        }
    }

    private static void Fill(Span<byte> samples, int width, int height, int channels, int left, int top, int side, byte value)
    {
        int begin = Math.Clamp(left, 0, width), end = Math.Clamp(left + side, 0, width);
        for (var y = Math.Max(0, top); y < Math.Min(height, top + side); y++)
            samples.Slice(((y * width) + begin) * channels, (end - begin) * channels).Fill(value);
    }
}
