// Series of parallel slices through a phantom: CT and MR.

using System.Runtime.CompilerServices;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Samples.Region;

/// <summary>The slices of a series: where they lie, and how their values are stored.</summary>
/// <param name="Grid">The pixels of each.</param>
/// <param name="First">Where the first lies along z.</param>
/// <param name="Distance">From one to the next, in millimetres.</param>
/// <param name="Count">How many.</param>
internal sealed record SliceStack(PixelGrid Grid, double First, double Distance, int Count)
{
    /// <summary>Where a slice lies along z.</summary>
    public double ZOf(int slice) => First + (slice * Distance);
}

/// <summary>Makes CT and MR series.</summary>
internal static class CrossSections
{
    /// <summary>CT Image Storage.</summary>
    public const string CtImage = "1.2.840.10008.5.1.4.1.1.2";

    private const string MrImage = "1.2.840.10008.5.1.4.1.1.4";
    private const string JpegLs = "1.2.840.10008.1.2.4.80";

    private static readonly PixelDescription Twelve = new() { Rows = 0, Columns = 0, BitsAllocated = 16, BitsStored = 12, HighBit = 11 };

    /// <summary>The chest, in JPEG-LS where that can be encoded.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ChestCtAsync(ImageStudy study, PixelWriter writer, CancellationToken cancel) =>
        CtAsync(study, writer, new CtSeries(1, "肺窗 5mm", Phantom.Chest, new SliceStack(new PixelGrid(512, 512, 0.72), -120, 6, 40), writer.Choose(JpegLs), -600, 1500), cancel);

    /// <summary>The head in two weightings.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> HeadMrAsync(ImageStudy study, PixelWriter writer, [EnumeratorCancellation] CancellationToken cancel)
    {
        var stack = new SliceStack(new PixelGrid(256, 256, 0.9), -66, 6, 24);
        foreach (var (series, name, phantom, repetition, echo) in new[] { (1, "T1WI 横断位", Phantom.HeadT1, 500, 12), (2, "T2WI 横断位", Phantom.HeadT2, 4200, 98) })
        {
            var values = new int[stack.Grid.Count];
            for (var slice = 0; slice < stack.Count; slice++)
            {
                phantom.Slice(stack.ZOf(slice), stack.Grid, values);
                PixelWriter.AddNoise(values, 40, study.RandomOf($"series {series}", slice));
                var attributes = study.Begin(MrImage, "MR", series, name, slice + 1);
                Place(attributes, study, stack, slice);
                attributes.Text("ImageType", "ORIGINAL", "PRIMARY", "OTHER").Text("ScanningSequence", "SE").Text("SequenceVariant", "NONE").Text("ScanOptions", "")
                    .Text("MRAcquisitionType", "2D").Number("RepetitionTime", repetition).Number("EchoTime", echo).Number("EchoTrainLength", 1).Number("MagneticFieldStrength", 1.5)
                    .Text("BodyPartExamined", study.Order.Examination.BodyPart).Number("WindowCenter", 600).Number("WindowWidth", 1200);
                var description = Twelve with { Rows = stack.Grid.Rows, Columns = stack.Grid.Columns };
                yield return await writer.WriteAsync(attributes, description, [PixelWriter.Samples(values, description)], writer.Choose(), cancel);
            }
        }
    }

    /// <summary>A CT series.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> CtAsync(ImageStudy study, PixelWriter writer, CtSeries series, [EnumeratorCancellation] CancellationToken cancel)
    {
        var grid = series.Stack.Grid;
        var values = new int[grid.Count];
        for (var slice = 0; slice < series.Stack.Count; slice++)
        {
            series.Phantom.Slice(series.Stack.ZOf(slice), grid, values);
            PixelWriter.AddNoise(values, 12, study.RandomOf($"series {series.Number}", slice));

            // Stored values are Hounsfield units above -1024; those of the phantom are above air, -1000.
            for (var i = 0; i < values.Length; i++)
                values[i] += 24;
            var attributes = study.Begin(CtImage, "CT", series.Number, series.Name, slice + 1);
            Place(attributes, study, series.Stack, slice);
            attributes.Text("ImageType", "ORIGINAL", "PRIMARY", "AXIAL").Number("KVP", 120).Number("XRayTubeCurrent", 220).Number("ExposureTime", 750)
                .Text("ConvolutionKernel", "STANDARD").Number("GantryDetectorTilt", 0).Text("BodyPartExamined", study.Order.Examination.BodyPart)
                .Number("RescaleIntercept", -1024).Number("RescaleSlope", 1).Text("RescaleType", "HU")
                .Number("WindowCenter", series.Center).Number("WindowWidth", series.Width);
            var description = Twelve with { Rows = grid.Rows, Columns = grid.Columns };
            yield return await writer.WriteAsync(attributes, description, [PixelWriter.Samples(values, description)], series.Syntax, cancel);
        }
    }

    // PS3.3 C.7.4.1 and C.7.6.2.
    private static void Place(ImageAttributes attributes, ImageStudy study, SliceStack stack, int slice) => attributes
        .Text("FrameOfReferenceUID", study.UidOf("frame of reference")).Text("PositionReferenceIndicator", "").Text("PatientPosition", "HFS")
        .Number("AcquisitionNumber", 1)
        .Number("ImagePositionPatient", stack.Grid.Left, stack.Grid.Top, stack.ZOf(slice)).Number("ImageOrientationPatient", 1, 0, 0, 0, 1, 0)
        .Number("PixelSpacing", stack.Grid.Spacing, stack.Grid.Spacing).Number("SliceThickness", stack.Distance).Number("SpacingBetweenSlices", stack.Distance)
        .Number("SliceLocation", stack.ZOf(slice));
}

/// <summary>A CT series.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Series Description.</param>
/// <param name="Phantom">What is seen.</param>
/// <param name="Stack">Where its slices lie.</param>
/// <param name="Syntax">How they are encoded.</param>
/// <param name="Center">Window Center.</param>
/// <param name="Width">Window Width.</param>
internal sealed record CtSeries(int Number, string Name, Phantom Phantom, SliceStack Stack, TransferSyntax Syntax, int Center, int Width);
