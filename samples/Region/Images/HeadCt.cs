// A CT of the head, with what was found in it: a segmentation of the infarct, and a report that measures it.

using System.Globalization;
using System.Runtime.CompilerServices;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Samples.Region;

/// <summary>Makes CT studies of heads.</summary>
internal static class HeadCt
{
    private const string SegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";
    private const string ComprehensiveSr = "1.2.840.10008.5.1.4.1.1.88.33";
    private const int Images = 1;
    private const int Segments = 2;
    private const int Reports = 3;

    private static readonly SliceStack Stack = new(new PixelGrid(512, 512, 0.45), -78.75, 2.5, 64);
    private static readonly DicomCode Infarction = new("55641003", "SCT", "Infarct");
    private static readonly DicomCode Millimetre = new("mm", "UCUM", "mm");

    /// <summary>The files of a study.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> FilesAsync(ImageStudy study, PixelWriter writer, [EnumeratorCancellation] CancellationToken cancel)
    {
        var series = new CtSeries(Images, "脑窗 2.5mm", Phantom.Head, Stack, TransferSyntax.ExplicitVRLittleEndian, 40, 90);
        await foreach (var file in CrossSections.CtAsync(study, writer, series, cancel))
            yield return file;
        yield return await SegmentationAsync(study, writer, cancel);
        yield return await DicomWriter.ToArrayAsync(new DicomFile(Report(study).Dataset, TransferSyntax.ExplicitVRLittleEndian), cancellationToken: cancel);
    }

    // The Segmentation IOD (PS3.3 A.51): one segment, a frame of single bits for each slice that the infarct is in.
    private static async Task<ReadOnlyMemory<byte>> SegmentationAsync(ImageStudy study, PixelWriter writer, CancellationToken cancel)
    {
        var infarct = new Phantom(Phantom.Infarct with { Delta = 1 });
        var grid = Stack.Grid;
        var (slices, frames) = (new List<int>(), new List<byte[]>());
        var values = new int[grid.Count];
        var bits = new byte[grid.Count / 8];
        for (var slice = 0; slice < Stack.Count; slice++)
        {
            infarct.Slice(Stack.ZOf(slice), grid, values);
            if (!values.AsSpan().ContainsAnyExcept(0))
                continue;
            Array.Clear(bits);
            for (var i = 0; i < values.Length; i++)
                bits[i / 8] |= (byte)(values[i] << (i % 8));
            slices.Add(slice);
            frames.Add([.. bits]);
        }

        var attributes = study.Begin(SegmentationStorage, "SEG", Segments, "梗死灶分割", 1);
        var dimension = study.UidOf("dimension organization");
        attributes.Text("ImageType", "DERIVED", "PRIMARY").Text("FrameOfReferenceUID", study.UidOf("frame of reference")).Text("PositionReferenceIndicator", "")
            .Text("LossyImageCompression", "00").Text("SegmentationType", "BINARY").Text("ContentLabel", "INFARCT").Text("ContentDescription", "梗死灶")
            .Text("ContentCreatorName", "")
            .Items("ReferencedSeriesSequence", item => item.Text("SeriesInstanceUID", study.SeriesUid(Images))
                .Items("ReferencedInstanceSequence", [.. slices.Select(slice => (Action<ImageAttributes>)(reference => Refer(reference, study, slice)))]))
            .Items("SegmentSequence", item => item.Number("SegmentNumber", 1).Text("SegmentLabel", "梗死灶").Text("SegmentAlgorithmType", "MANUAL")
                .Code("SegmentedPropertyCategoryCodeSequence", new DicomCode("49755003", "SCT", "Morphologically Abnormal Structure"))
                .Code("SegmentedPropertyTypeCodeSequence", Infarction)
                .Number("RecommendedDisplayCIELabValue", 37000, 48000, 42000))
            .Text("DimensionOrganizationType", "3D")
            .Items("DimensionOrganizationSequence", item => item.Text("DimensionOrganizationUID", dimension))
            .Items(
                "DimensionIndexSequence",
                item => item.Tag("DimensionIndexPointer", "ReferencedSegmentNumber").Tag("FunctionalGroupPointer", "SegmentIdentificationSequence").Text("DimensionOrganizationUID", dimension),
                item => item.Tag("DimensionIndexPointer", "ImagePositionPatient").Tag("FunctionalGroupPointer", "PlanePositionSequence").Text("DimensionOrganizationUID", dimension))
            .Items("SharedFunctionalGroupsSequence", item => item
                .Items("PlaneOrientationSequence", plane => plane.Number("ImageOrientationPatient", 1, 0, 0, 0, 1, 0))
                .Items("PixelMeasuresSequence", measures => measures
                    .Number("SliceThickness", Stack.Distance).Number("SpacingBetweenSlices", Stack.Distance).Number("PixelSpacing", grid.Spacing, grid.Spacing)))
            .Items("PerFrameFunctionalGroupsSequence", [.. slices.Select((slice, frame) => (Action<ImageAttributes>)(item => item
                .Items("DerivationImageSequence", derivation => derivation
                    .Items("SourceImageSequence", source => Refer(source, study, slice)
                        .Code("PurposeOfReferenceCodeSequence", new DicomCode("121322", "DCM", "Source image for image processing operation")))
                    .Code("DerivationCodeSequence", new DicomCode("113076", "DCM", "Segmentation")))
                .Items("FrameContentSequence", content => content.Number("DimensionIndexValues", 1, frame + 1))
                .Items("PlanePositionSequence", position => position.Number("ImagePositionPatient", grid.Left, grid.Top, Stack.ZOf(slice)))
                .Items("SegmentIdentificationSequence", segment => segment.Number("ReferencedSegmentNumber", 1))))]);
        var description = new PixelDescription { Rows = grid.Rows, Columns = grid.Columns, BitsAllocated = 1, BitsStored = 1, HighBit = 0 };
        return await writer.WriteAsync(attributes, description, frames, TransferSyntax.ExplicitVRLittleEndian, cancel);
    }

    // Imaging Measurement Report (PS3.16 TID 1500): the length of the infarct from front to back, where it is widest.
    private static ImageAttributes Report(ImageStudy study)
    {
        var (infarct, grid) = (Phantom.Infarct, Stack.Grid);
        var slice = (int)Math.Round((infarct.Z - Stack.First) / Stack.Distance);
        var (column, top, bottom) = ((infarct.X - grid.Left) / grid.Spacing, (infarct.Y - infarct.Depth - grid.Top) / grid.Spacing, (infarct.Y + infarct.Depth - grid.Top) / grid.Spacing);
        var attributes = study.Begin(ComprehensiveSr, "SR", Reports, "测量报告", 1);
        Contain(attributes.Text("CompletionFlag", "COMPLETE").Text("VerificationFlag", "UNVERIFIED").Items("PerformedProcedureCodeSequence"), null, new DicomCode("126000", "DCM", "Imaging Measurement Report"), "1500",
            item => Coded(item, "HAS CONCEPT MOD", new DicomCode("121049", "DCM", "Language of Content Item and Descendants"), new DicomCode("zh-CN", "RFC5646", "Chinese (China)")),
            item => Coded(item, "HAS OBS CONTEXT", new DicomCode("121005", "DCM", "Observer Type"), new DicomCode("121006", "DCM", "Person")),
            item => Say(item, "HAS OBS CONTEXT", "PNAME", new DicomCode("121008", "DCM", "Person Observer Name")).Text("PersonName", "Region^Radiologist"),
            item => Coded(item, "HAS CONCEPT MOD", new DicomCode("121058", "DCM", "Procedure reported"), new DicomCode("25045-6", "LN", "CT unspecified body region")),
            item => Contain(item, "CONTAINS", new DicomCode("111028", "DCM", "Image Library"), null,
                library => Contain(library, "CONTAINS", new DicomCode("126200", "DCM", "Image Library Group"), null,
                    entry => Image(entry, "CONTAINS", study, slice))),
            item => Contain(item, "CONTAINS", new DicomCode("126010", "DCM", "Imaging Measurements"), null,
                group => Contain(group, "CONTAINS", new DicomCode("125007", "DCM", "Measurement Group"), "1501",
                    // The way in which OHIF names the tool that draws the measurement again.
                    tracking => Say(tracking, "HAS OBS CONTEXT", "TEXT", new DicomCode("112039", "DCM", "Tracking Identifier")).Text("TextValue", "Cornerstone3DTools@^0.1.0:Length"),
                    tracking => Say(tracking, "HAS OBS CONTEXT", "UIDREF", new DicomCode("112040", "DCM", "Tracking Unique Identifier")).Text("UID", study.UidOf("tracking")),
                    finding => Coded(finding, "CONTAINS", new DicomCode("121071", "DCM", "Finding"), Infarction),
                    number => Say(number, "CONTAINS", "NUM", new DicomCode("410668003", "SCT", "Length"))
                        .Items("MeasuredValueSequence", value => value
                            .Text("NumericValue", (2 * infarct.Depth).ToString("0.##", CultureInfo.InvariantCulture)).Code("MeasurementUnitsCodeSequence", Millimetre))
                        .Items("ContentSequence", place => Say(place, "INFERRED FROM", "SCOORD", null)
                            .Text("GraphicType", "POLYLINE").Number("GraphicData", column, top, column, bottom)
                            .Items("ContentSequence", image => Image(image, "SELECTED FROM", study, slice))))));
        attributes.Items("CurrentRequestedProcedureEvidenceSequence", item => item.Text("StudyInstanceUID", study.Uid)
            .Items("ReferencedSeriesSequence", series => series.Text("SeriesInstanceUID", study.SeriesUid(Images))
                .Items("ReferencedSOPSequence", reference => Refer(reference, study, slice))));
        return attributes;
    }

    private static ImageAttributes Refer(ImageAttributes item, ImageStudy study, int slice) =>
        item.Text("ReferencedSOPClassUID", CrossSections.CtImage).Text("ReferencedSOPInstanceUID", study.InstanceUid(Images, slice + 1));

    private static void Image(ImageAttributes item, string relation, ImageStudy study, int slice) =>
        Say(item, relation, "IMAGE", null).Items("ReferencedSOPSequence", reference => Refer(reference, study, slice));

    private static void Coded(ImageAttributes item, string relation, DicomCode concept, DicomCode value) =>
        Say(item, relation, "CODE", concept).Code("ConceptCodeSequence", value);

    private static void Contain(ImageAttributes item, string? relation, DicomCode concept, string? template, params IReadOnlyList<Action<ImageAttributes>> content)
    {
        Say(item, relation, "CONTAINER", concept).Text("ContinuityOfContent", "SEPARATE").Items("ContentSequence", content);
        if (template is not null)
            item.Items("ContentTemplateSequence", named => named.Text("MappingResource", "DCMR").Text("TemplateIdentifier", template));
    }

    // What every content item has (PS3.3 C.17.3); the root has no relation.
    private static ImageAttributes Say(ImageAttributes item, string? relation, string type, DicomCode? concept)
    {
        item.Text("ValueType", type);
        if (relation is not null)
            item.Text("RelationshipType", relation);
        return concept is null ? item : item.Code("ConceptNameCodeSequence", concept);
    }
}
