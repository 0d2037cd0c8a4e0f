// The tags that the toolkit itself knows by name; all others are in the dictionary.

namespace FhirHub.Dicom;

/// <summary>Tags of PS3.6, PS3.7 and PS3.10 by their keywords.</summary>
public static class DicomTags
{
#pragma warning disable CS1591 // The names are the standard's keywords.
    public static readonly DicomTag FileMetaInformationGroupLength = new(0x0002_0000);
    public static readonly DicomTag FileMetaInformationVersion = new(0x0002_0001);
    public static readonly DicomTag MediaStorageSOPClassUID = new(0x0002_0002);
    public static readonly DicomTag MediaStorageSOPInstanceUID = new(0x0002_0003);
    public static readonly DicomTag TransferSyntaxUID = new(0x0002_0010);
    public static readonly DicomTag ImplementationClassUID = new(0x0002_0012);
    public static readonly DicomTag ImplementationVersionName = new(0x0002_0013);
    public static readonly DicomTag DirectoryRecordSequence = new(0x0004_1220);
    public static readonly DicomTag SpecificCharacterSet = new(0x0008_0005);
    public static readonly DicomTag ImageType = new(0x0008_0008);
    public static readonly DicomTag SOPClassUID = new(0x0008_0016);
    public static readonly DicomTag SOPInstanceUID = new(0x0008_0018);
    public static readonly DicomTag StudyDate = new(0x0008_0020);
    public static readonly DicomTag StudyTime = new(0x0008_0030);
    public static readonly DicomTag AccessionNumber = new(0x0008_0050);
    public static readonly DicomTag Modality = new(0x0008_0060);
    public static readonly DicomTag ReferringPhysicianName = new(0x0008_0090);
    public static readonly DicomTag TimezoneOffsetFromUTC = new(0x0008_0201);
    public static readonly DicomTag StudyDescription = new(0x0008_1030);
    public static readonly DicomTag SeriesDescription = new(0x0008_103E);
    public static readonly DicomTag PatientName = new(0x0010_0010);
    public static readonly DicomTag PatientID = new(0x0010_0020);
    public static readonly DicomTag IssuerOfPatientID = new(0x0010_0021);
    public static readonly DicomTag PatientBirthDate = new(0x0010_0030);
    public static readonly DicomTag PatientSex = new(0x0010_0040);
    public static readonly DicomTag StudyInstanceUID = new(0x0020_000D);
    public static readonly DicomTag SeriesInstanceUID = new(0x0020_000E);
    public static readonly DicomTag StudyID = new(0x0020_0010);
    public static readonly DicomTag SeriesNumber = new(0x0020_0011);
    public static readonly DicomTag InstanceNumber = new(0x0020_0013);
    public static readonly DicomTag SamplesPerPixel = new(0x0028_0002);
    public static readonly DicomTag PhotometricInterpretation = new(0x0028_0004);
    public static readonly DicomTag PlanarConfiguration = new(0x0028_0006);
    public static readonly DicomTag NumberOfFrames = new(0x0028_0008);
    public static readonly DicomTag Rows = new(0x0028_0010);
    public static readonly DicomTag Columns = new(0x0028_0011);
    public static readonly DicomTag BitsAllocated = new(0x0028_0100);
    public static readonly DicomTag BitsStored = new(0x0028_0101);
    public static readonly DicomTag HighBit = new(0x0028_0102);
    public static readonly DicomTag PixelRepresentation = new(0x0028_0103);
    public static readonly DicomTag LUTDescriptor = new(0x0028_3002);
    public static readonly DicomTag LUTData = new(0x0028_3006);
    public static readonly DicomTag ExtendedOffsetTable = new(0x7FE0_0001);
    public static readonly DicomTag ExtendedOffsetTableLengths = new(0x7FE0_0002);
    public static readonly DicomTag FloatPixelData = new(0x7FE0_0008);
    public static readonly DicomTag DoubleFloatPixelData = new(0x7FE0_0009);
    public static readonly DicomTag PixelData = new(0x7FE0_0010);
    public static readonly DicomTag DataSetTrailingPadding = new(0xFFFC_FFFC);
    public static readonly DicomTag Item = new(0xFFFE_E000);
    public static readonly DicomTag ItemDelimitationItem = new(0xFFFE_E00D);
    public static readonly DicomTag SequenceDelimitationItem = new(0xFFFE_E0DD);
#pragma warning restore CS1591
}
