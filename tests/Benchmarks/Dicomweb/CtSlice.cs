// A made-up CT slice, and copies of it that are instances of their own: the same bytes with other UIDs, numbers and patients.

using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Benchmarks.Dicomweb;

/// <summary>
/// A slice as a Part 10 file. What tells instances apart has one length, so that a copy is made by writing over it: a client that
/// made each file anew would take more of the two cores than the server under test.
/// </summary>
public sealed class CtSlice
{
    private const string Root = "1.2.826.0.1.3680043.10.1515.";
    private const int First = 10_000_000;

    private static readonly string[] Families = ["DOEALPHA", "MILLERAA", "ZHANGWEI", "GARCIAAA", "NGUYENAA", "SMITHAAA", "LIUFANGA", "OKAFORAA", "KOWALSKI", "JOHANSEN"];

    private readonly byte[] _file;
    private readonly int[] _studies;
    private readonly int[] _series;
    private readonly int[] _instances;
    private readonly int[] _numbers;
    private readonly int[] _patients;
    private readonly int[] _names;
    private readonly int[] _dates;

    private CtSlice(byte[] file)
    {
        _file = file;
        _studies = Places(Root + "1." + First);
        _series = Places(Root + "2." + First);
        _instances = Places(Root + "3." + First);
        _numbers = Places("9" + (First + 1));
        _patients = Places("PAT" + First);
        _names = Places("FAMILY@@");
        _dates = Places("19000101");
    }

    /// <summary>Bytes of a file.</summary>
    public int Length => _file.Length;

    /// <summary>A slice of that many rows and columns, 16 bits: 512 makes some 525 KB, 60 some 8 KB.</summary>
    public static async Task<CtSlice> CreateAsync(int side)
    {
        var dataset = new DicomDataset();
        void Set(string keyword, params ReadOnlySpan<string> values) => dataset.Set(DicomDictionary.Find(keyword)!.Tag, values);
        void Number(string keyword, int value) => dataset.Set(DicomElement.OfNumbers(DicomDictionary.Find(keyword)!.Tag, DicomVR.US, value));
        Set("SpecificCharacterSet", "ISO_IR 192");
        Set("ImageType", "ORIGINAL", "PRIMARY", "AXIAL");
        Set("SOPClassUID", "1.2.840.10008.5.1.4.1.1.2");
        Set("SOPInstanceUID", Root + "3." + First);
        Set("StudyDate", "19000101");
        Set("SeriesDate", "20260102");
        Set("ContentDate", "20260102");
        Set("StudyTime", "101500");
        Set("AccessionNumber", "ACC" + First);
        Set("Modality", "CT");
        Set("Manufacturer", "FhirHub");
        Set("InstitutionName", "Region Hospital");
        Set("ReferringPhysicianName", "REFERRER^ANN");
        Set("StudyDescription", "CT CHEST WITHOUT CONTRAST");
        Set("SeriesDescription", "AXIAL 1.0");
        Set("PatientName", "FAMILY@@^JOHN");
        Set("PatientID", "PAT" + First);
        Set("PatientBirthDate", "19600203");
        Set("PatientSex", "M");
        Set("BodyPartExamined", "CHEST");
        Set("SliceThickness", "1.0");
        Set("KVP", "120");
        Set("ProtocolName", "CHEST ROUTINE");
        Set("StudyInstanceUID", Root + "1." + First);
        Set("SeriesInstanceUID", Root + "2." + First);
        Set("StudyID", "1");
        Set("SeriesNumber", "3");
        Set("InstanceNumber", "9" + (First + 1));
        Set("ImagePositionPatient", "-180", "-180", "40");
        Set("ImageOrientationPatient", "1", "0", "0", "0", "1", "0");
        Set("FrameOfReferenceUID", Root + "4.1");
        Set("PixelSpacing", "0.7", "0.7");
        Number("SamplesPerPixel", 1);
        Set("PhotometricInterpretation", "MONOCHROME2");
        Number("Rows", side);
        Number("Columns", side);
        Number("BitsAllocated", 16);
        Number("BitsStored", 12);
        Number("HighBit", 11);
        Number("PixelRepresentation", 0);
        Set("WindowCenter", "1064");
        Set("WindowWidth", "400");
        Set("RescaleIntercept", "-1024");
        Set("RescaleSlope", "1");
        dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OW, Pixels(side)));
        return new CtSlice(await DicomWriter.ToArrayAsync(new DicomFile(dataset, TransferSyntax.ExplicitVRLittleEndian)));
    }

    /// <summary>Study Instance UID of a number.</summary>
    public static string StudyUid(int study) => $"{Root}1.{First + study}";

    /// <summary>Series Instance UID of a number.</summary>
    public static string SeriesUid(int study) => $"{Root}2.{First + study}";

    /// <summary>SOP Instance UID of a number.</summary>
    public static string InstanceUid(int instance) => $"{Root}3.{First + instance}";

    /// <summary>Patient ID of a number.</summary>
    public static string PatientId(int patient) => $"PAT{First + patient}";

    /// <summary>Writes the file of an instance: study, series and patient have the study's number, one patient of ten is called DOE.</summary>
    public void CopyTo(Span<byte> destination, int study, int instance)
    {
        _file.CopyTo(destination);
        Write(destination, _studies, StudyUid(study));
        Write(destination, _series, SeriesUid(study));
        Write(destination, _instances, InstanceUid(instance));
        Write(destination, _numbers, $"9{First + (instance % 1_000_000)}");
        Write(destination, _patients, PatientId(study));
        Write(destination, _names, Families[study % Families.Length]);
        Write(destination, _dates, new DateOnly(2025, 1, 1).AddDays(study % 365).ToString("yyyyMMdd"));
    }

    private static byte[] Pixels(int side)
    {
        // Air, a body with noise, two lungs: what a codec and a window meet in a chest.
        var random = new Random(7);
        var pixels = new byte[side * side * 2];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (u, v) = ((2.0 * x / side) - 1, (2.0 * y / side) - 1);
                var inBody = (u * u / 0.72) + (v * v / 0.42) < 1;
                var inLung = ((Math.Abs(u) - 0.38) * (Math.Abs(u) - 0.38) / 0.06) + (v * v / 0.18) < 1;
                var value = (inLung ? 150 : inBody ? 1060 + (40 * Math.Sin(9 * u) * Math.Cos(7 * v)) : 20) + (random.NextDouble() * (inBody ? 30 : 12));
                BitConverter.TryWriteBytes(pixels.AsSpan(2 * ((y * side) + x)), (ushort)value);
            }
        }

        return pixels;
    }

    private static void Write(Span<byte> file, int[] places, string text)
    {
        foreach (var place in places)
            Encoding.ASCII.GetBytes(text, file[place..]);
    }

    private int[] Places(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var places = new List<int>();
        for (var at = 0; _file.AsSpan(at).IndexOf(bytes) is >= 0 and var found; at += found + bytes.Length)
            places.Add(at + found);
        return places.Count > 0 ? [.. places] : throw new InvalidOperationException($"The file does not hold {text}.");
    }
}
