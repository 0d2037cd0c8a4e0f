// A radiograph of the chest.

using System.Runtime.CompilerServices;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Samples.Region;

/// <summary>Makes radiographs, in JPEG 2000 where that can be encoded.</summary>
internal static class ChestXRay
{
    private const string CrImage = "1.2.840.10008.5.1.4.1.1.1";
    private const string Jpeg2000 = "1.2.840.10008.1.2.4.90";

    /// <summary>The file of a study.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> FilesAsync(ImageStudy study, PixelWriter writer, [EnumeratorCancellation] CancellationToken cancel)
    {
        var grid = new PixelGrid(1024, 1024, 0.4);
        var values = new int[grid.Count];
        Phantom.Chest.Project(grid, values);
        for (var i = 0; i < values.Length; i++)
            values[i] = 150 + (values[i] * 11);
        PixelWriter.AddNoise(values, 40, study.RandomOf("radiograph", 0));
        var attributes = study.Begin(CrImage, "CR", 1, "后前位", 1);
        attributes.Text("ImageType", "ORIGINAL", "PRIMARY").Text("BodyPartExamined", study.Order.Examination.BodyPart).Text("ViewPosition", "PA")
            .Text("PatientOrientation", "L", "F").Number("ImagerPixelSpacing", grid.Spacing, grid.Spacing).Number("PixelSpacing", grid.Spacing, grid.Spacing)
            .Number("KVP", 120).Text("BurnedInAnnotation", "NO").Number("WindowCenter", 1800).Number("WindowWidth", 3400);
        var description = new PixelDescription { Rows = grid.Rows, Columns = grid.Columns, BitsAllocated = 16, BitsStored = 12, HighBit = 11 };
        yield return await writer.WriteAsync(attributes, description, [PixelWriter.Samples(values, description)], writer.Choose(Jpeg2000), cancel);
    }
}
