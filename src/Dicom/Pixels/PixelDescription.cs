// What a data set says of its pixels, checked before anything is decoded (PS3.3 C.7.6.3, PS3.5 8.1.1).

namespace FhirHub.Dicom.Pixels;

/// <summary>The kind of number that a sample is.</summary>
public enum SampleKind
{
    /// <summary>A whole number of Bits Stored bits.</summary>
    Integer,

    /// <summary>IEEE 754 of 32 bits (Float Pixel Data).</summary>
    Float,

    /// <summary>IEEE 754 of 64 bits (Double Float Pixel Data).</summary>
    Double,
}

/// <summary>
/// The Image Pixel attributes (PS3.3 C.7.6.3). One that <see cref="Of"/> or <see cref="Check"/> has passed can be trusted: every size is positive,
/// the bits fit each other, and no product of sizes overflows.
/// </summary>
public sealed record PixelDescription
{
    /// <summary>Rows of a frame.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns of a frame.</summary>
    public required int Columns { get; init; }

    /// <summary>Samples of a pixel: 1, 3 or 4.</summary>
    public int SamplesPerPixel { get; init; } = 1;

    /// <summary>Bits that a sample takes: 1, 8, 16, 32 or 64.</summary>
    public required int BitsAllocated { get; init; }

    /// <summary>Bits of them that are the sample.</summary>
    public required int BitsStored { get; init; }

    /// <summary>The number of the most significant bit of the sample.</summary>
    public required int HighBit { get; init; }

    /// <summary>Whether samples are two's complement numbers (Pixel Representation 1).</summary>
    public bool IsSigned { get; init; }

    /// <summary>The kind of number that a sample is.</summary>
    public SampleKind Kind { get; init; }

    /// <summary>What the samples mean.</summary>
    public PhotometricInterpretation Photometric { get; init; } = PhotometricInterpretation.Monochrome2;

    /// <summary>Whether each kind of sample has a plane of its own (Planar Configuration 1).</summary>
    public bool IsPlanar { get; init; }

    /// <summary>Frames of the instance.</summary>
    public int NumberOfFrames { get; init; } = 1;

    /// <summary>Pixels of a frame.</summary>
    public long Pixels => (long)Rows * Columns;

    /// <summary>Bytes of a sample; 1 where pixels are single bits.</summary>
    public int BytesPerSample => Math.Max(1, BitsAllocated / 8);

    /// <summary>
    /// Bytes of a decoded frame: every pixel has all its samples, of <see cref="BytesPerSample"/> bytes, least significant first; single bits are
    /// packed, the first pixel in the least significant bit, and a frame ends with a whole byte.
    /// </summary>
    public int FrameBytes => (int)((FrameBits + 7) / 8);

    /// <summary>
    /// Bits of a frame as native Pixel Data has it: no bytes between frames of single bits, and chrominances once for two pixels (PS3.5 8.1.1, PS3.3 C.7.6.3.1.2).
    /// </summary>
    public long NativeFrameBits => Photometric.IsSubsampled() ? Pixels * 2 * BitsAllocated : FrameBits;

    internal long FrameBits => Pixels * SamplesPerPixel * BitsAllocated;

    /// <summary>How a codec leaves it: samples of a pixel together, chrominances for each pixel.</summary>
    public PixelDescription Decoded => this with
    {
        IsPlanar = false,
        Photometric = Photometric switch
        {
            PhotometricInterpretation.YbrFull422 => PhotometricInterpretation.YbrFull,
            _ => Photometric,
        },
    };

    /// <summary>What a data set says.</summary>
    /// <exception cref="DicomException">Something is missing, contradicts the rest, or is beyond the limits.</exception>
    public static PixelDescription Of(DicomDataset dataset, PixelLimits? limits = null)
    {
        var kind = dataset.Find(DicomTags.PixelData) is not null ? SampleKind.Integer
            : dataset.Find(DicomTags.FloatPixelData) is not null ? SampleKind.Float
            : dataset.Find(DicomTags.DoubleFloatPixelData) is not null ? SampleKind.Double
            : SampleKind.Integer;
        var samples = (int)Number(dataset, DicomTags.SamplesPerPixel, 1, 1, 4);
        var allocated = (int)Number(dataset, DicomTags.BitsAllocated, kind == SampleKind.Float ? 32 : kind == SampleKind.Double ? 64 : null, 1, 64);
        var stored = kind == SampleKind.Integer ? (int)Number(dataset, DicomTags.BitsStored, allocated, 1, allocated) : allocated;
        return new PixelDescription
        {
            Rows = (int)Number(dataset, DicomTags.Rows, null, 1, ushort.MaxValue),
            Columns = (int)Number(dataset, DicomTags.Columns, null, 1, ushort.MaxValue),
            SamplesPerPixel = samples,
            BitsAllocated = allocated,
            BitsStored = stored,
            HighBit = kind == SampleKind.Integer ? (int)Number(dataset, DicomTags.HighBit, stored - 1, 0, 63) : allocated - 1,
            IsSigned = kind == SampleKind.Integer ? Number(dataset, DicomTags.PixelRepresentation, 0, 0, 1) == 1 : true,
            Kind = kind,
            Photometric = PhotometricOf(dataset, samples),
            IsPlanar = samples > 1 && Number(dataset, DicomTags.PlanarConfiguration, 0, 0, 1) == 1,
            NumberOfFrames = (int)Number(dataset, DicomTags.NumberOfFrames, 1, 1, int.MaxValue),
        }.Check(limits);
    }

    /// <summary>Checks it against itself and the limits.</summary>
    /// <exception cref="DicomException">Something contradicts the rest, or is beyond the limits.</exception>
    public PixelDescription Check(PixelLimits? limits = null)
    {
        limits ??= PixelLimits.Default;
        Demand(Rows is >= 1 and <= ushort.MaxValue, DicomTags.Rows, "must be from 1 to 65,535");
        Demand(Columns is >= 1 and <= ushort.MaxValue, DicomTags.Columns, "must be from 1 to 65,535");
        Demand(SamplesPerPixel == Photometric.Samples(), DicomTags.SamplesPerPixel, $"is not as many as {Photometric.Term()} has");
        if (BitsAllocated is not (1 or 8 or 16 or 32 or 64))
            throw new DicomException(DicomFault.Unsupported, $"samples of {BitsAllocated} bits are not supported, only those of 1, 8, 16, 32 and 64", DicomTags.BitsAllocated);
        Demand(BitsStored >= 1 && BitsStored <= BitsAllocated, DicomTags.BitsStored, $"must be from 1 to the {BitsAllocated} bits allocated");
        Demand(HighBit >= BitsStored - 1 && HighBit < BitsAllocated, DicomTags.HighBit, $"leaves no room for {BitsStored} bits within {BitsAllocated}");
        Demand(Kind == SampleKind.Integer || BitsAllocated == (Kind == SampleKind.Float ? 32 : 64), DicomTags.BitsAllocated, "is not as many as the numbers of the pixel data have");
        Demand(NumberOfFrames >= 1, DicomTags.NumberOfFrames, "must be positive");
        if (NumberOfFrames > limits.MaxFrames)
            throw new DicomException(DicomFault.LimitExceeded, $"{NumberOfFrames:N0} frames are more than the {limits.MaxFrames:N0} that are allowed", DicomTags.NumberOfFrames);
        if ((FrameBits + 7) / 8 is var bytes && bytes > limits.MaxFrameBytes)
            throw new DicomException(DicomFault.LimitExceeded, $"a frame of {Rows:N0} rows and {Columns:N0} columns has {bytes:N0} bytes, more than the {limits.MaxFrameBytes:N0} that are allowed", DicomTags.Rows);
        return this;
    }

    private static void Demand(bool holds, DicomTag tag, string reason)
    {
        if (!holds)
            throw new DicomException(DicomFault.InvalidValue, reason, tag);
    }

    private static long Number(DicomDataset dataset, DicomTag tag, int? absent, long least, long greatest)
    {
        var number = dataset.Find(tag) is null or { IsEmpty: true } ? absent : dataset.GetInt64(tag);
        if (number is not { } value)
            throw new DicomException(DicomFault.InvalidValue, "is missing or no number, and without it pixels can't be read", tag);
        Demand(value >= least && value <= greatest, tag, $"must be from {least:N0} to {greatest:N0}");
        return value;
    }

    private static PhotometricInterpretation PhotometricOf(DicomDataset dataset, int samples)
    {
        // Parametric maps of floating point have none by rule, old files by neglect; the number of samples leaves one choice.
        if (dataset.GetString(DicomTags.PhotometricInterpretation) is not { } term)
            return samples == 1 ? PhotometricInterpretation.Monochrome2 : PhotometricInterpretation.Rgb;
        return PhotometricInterpretationFacts.Parse(term)
            ?? throw new DicomException(DicomFault.Unsupported, "is none of the standard's", DicomTags.PhotometricInterpretation);
    }
}
