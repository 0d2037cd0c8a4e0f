// The frame header of a JPEG stream and the sizes that follow from it (ISO 10918-1 B.2.2, A.1.1, A.2).

namespace FhirHub.Dicom.Pixels;

/// <summary>The coding process of a frame.</summary>
internal enum JpegProcess
{
    /// <summary>DCT, one pass over each block.</summary>
    Sequential,

    /// <summary>DCT, spectral selection and successive approximation.</summary>
    Progressive,

    /// <summary>Prediction without loss.</summary>
    Lossless,
}

/// <summary>A component of a frame.</summary>
internal sealed class JpegComponent
{
    public required int Id { get; init; }

    public required int HorizontalSampling { get; init; }

    public required int VerticalSampling { get; init; }

    public required int QuantizationTable { get; init; }

    /// <summary>Samples of a row that belong to the image.</summary>
    public int Width { get; set; }

    /// <summary>Rows that belong to the image.</summary>
    public int Height { get; set; }

    /// <summary>Blocks of a row in interleaved scans.</summary>
    public int BlocksPerRow { get; set; }

    /// <summary>Rows of blocks in interleaved scans.</summary>
    public int BlockRows { get; set; }

    /// <summary>Samples, <see cref="BlocksPerRow"/> * 8 of a row.</summary>
    public ushort[] Plane { get; set; } = [];

    /// <summary>Coefficients of all blocks, of a progressive frame only.</summary>
    public short[] Coefficients { get; set; } = [];

    /// <summary>The quantization as it was when the first scan began; null before it.</summary>
    public int[]? Quantization { get; set; }

    public int Stride => BlocksPerRow * 8;
}

/// <summary>The header of a frame.</summary>
internal sealed class JpegFrameHeader
{
    public required JpegProcess Process { get; init; }

    public required int Precision { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required JpegComponent[] Components { get; init; }

    public int MaxHorizontal { get; private init; }

    public int MaxVertical { get; private init; }

    public int McusPerRow { get; private init; }

    public int McuRows { get; private init; }

    /// <summary>Reads a frame header, and refuses one that is not of the image that the data set describes.</summary>
    public static JpegFrameHeader Read(ReadOnlySpan<byte> segment, JpegProcess process, PixelDescription description)
    {
        if (segment.Length < 6 || segment.Length < 6 + (3 * segment[5]))
            throw Malformed("has a frame header that is too short");
        int precision = segment[0], rows = (segment[1] << 8) | segment[2], columns = (segment[3] << 8) | segment[4], count = segment[5];
        // The number of lines may be left open until after the first scan (B.2.5); the data set knows it.
        if (rows == 0)
            rows = description.Rows;
        if (rows != description.Rows || columns != description.Columns)
            throw Malformed($"is of {rows:N0} rows and {columns:N0} columns, and the data set says {description.Rows:N0} and {description.Columns:N0}");
        if (count != description.SamplesPerPixel)
            throw Malformed($"has {count} components, and the data set says {description.SamplesPerPixel}");
        if (process == JpegProcess.Lossless ? precision is < 2 or > 16 : precision is not (8 or 12))
            throw Malformed($"has samples of {precision} bits, which its process does not have");
        if (precision > description.BitsAllocated || description.BitsAllocated > 32 || description.Kind != SampleKind.Integer)
            throw Malformed($"has samples of {precision} bits, more than the data set allocates");

        var components = new JpegComponent[count];
        for (var i = 0; i < count; i++)
        {
            var part = segment.Slice(6 + (3 * i), 3);
            components[i] = new() { Id = part[0], HorizontalSampling = part[1] >> 4, VerticalSampling = part[1] & 15, QuantizationTable = part[2] };
            if (components[i].HorizontalSampling is < 1 or > 4 || components[i].VerticalSampling is < 1 or > 4 || part[2] > 3)
                throw Malformed("has a component with impossible sampling factors");
            for (var other = 0; other < i; other++)
            {
                if (components[other].Id == part[0])
                    throw Malformed("has two components of the same name");
            }
        }

        int horizontal = components.Max(component => component.HorizontalSampling), vertical = components.Max(component => component.VerticalSampling);
        var unit = process == JpegProcess.Lossless ? 1 : 8;
        var header = new JpegFrameHeader
        {
            Process = process,
            Precision = precision,
            Rows = rows,
            Columns = columns,
            Components = components,
            MaxHorizontal = horizontal,
            MaxVertical = vertical,
            McusPerRow = Divide(columns, unit * horizontal),
            McuRows = Divide(rows, unit * vertical),
        };
        foreach (var component in components)
        {
            if (horizontal % component.HorizontalSampling != 0 || vertical % component.VerticalSampling != 0)
                throw new DicomException(DicomFault.Unsupported, "a JPEG stream has components whose sizes are no multiples of each other", DicomTags.PixelData);
            component.Width = Divide(columns * component.HorizontalSampling, horizontal);
            component.Height = Divide(rows * component.VerticalSampling, vertical);
            component.BlocksPerRow = header.McusPerRow * component.HorizontalSampling;
            component.BlockRows = header.McuRows * component.VerticalSampling;
        }

        return header;
    }

    internal static DicomException Malformed(string reason) => new(DicomFault.Malformed, $"a JPEG stream {reason}", DicomTags.PixelData);

    private static int Divide(int number, int divisor) => (number + divisor - 1) / divisor;
}
