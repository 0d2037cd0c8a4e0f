// The attributes that say what ImagingStudy has a place for.

using FhirHub.Dicom;

namespace FhirHub.Server.Imaging;

/// <summary>Tags of PS3.6 by their keywords, beside those of <see cref="DicomTags"/>.</summary>
internal static class ImageTags
{
#pragma warning disable CS1591 // The names are the standard's keywords.
    public static readonly DicomTag SeriesDate = new(0x0008_0021);
    public static readonly DicomTag SeriesTime = new(0x0008_0031);
    public static readonly DicomTag IssuerOfAccessionNumberSequence = new(0x0008_0051);
    public static readonly DicomTag InstitutionName = new(0x0008_0080);
    public static readonly DicomTag CodeValue = new(0x0008_0100);
    public static readonly DicomTag CodingSchemeDesignator = new(0x0008_0102);
    public static readonly DicomTag CodeMeaning = new(0x0008_0104);
    public static readonly DicomTag LongCodeValue = new(0x0008_0119);
    public static readonly DicomTag StationName = new(0x0008_1010);
    public static readonly DicomTag ProcedureCodeSequence = new(0x0008_1032);
    public static readonly DicomTag InstitutionalDepartmentName = new(0x0008_1040);
    public static readonly DicomTag PerformingPhysicianName = new(0x0008_1050);
    public static readonly DicomTag NameOfPhysiciansReadingStudy = new(0x0008_1060);
    public static readonly DicomTag OperatorsName = new(0x0008_1070);
    public static readonly DicomTag ManufacturerModelName = new(0x0008_1090);
    public static readonly DicomTag AnatomicRegionSequence = new(0x0008_2218);
    public static readonly DicomTag IssuerOfPatientIDQualifiersSequence = new(0x0010_0024);
    public static readonly DicomTag OtherPatientIDsSequence = new(0x0010_1002);
    public static readonly DicomTag BodyPartExamined = new(0x0018_0015);
    public static readonly DicomTag Laterality = new(0x0020_0060);
    public static readonly DicomTag ImageLaterality = new(0x0020_0062);
    public static readonly DicomTag LocalNamespaceEntityID = new(0x0040_0031);
    public static readonly DicomTag UniversalEntityID = new(0x0040_0032);
    public static readonly DicomTag UniversalEntityIDType = new(0x0040_0033);
    public static readonly DicomTag ConceptNameCodeSequence = new(0x0040_A043);
    public static readonly DicomTag DocumentTitle = new(0x0042_0010);
    public static readonly DicomTag ContentLabel = new(0x0070_0080);
    public static readonly DicomTag PixelData = new(0x7FE0_0010);
#pragma warning restore CS1591
}
