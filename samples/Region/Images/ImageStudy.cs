// What all objects of a study say: patient, study, series, equipment; and the UIDs that follow from the region.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Samples.Region;

/// <summary>A study that is being made.</summary>
/// <param name="order">What was ordered.</param>
/// <param name="settings">The region.</param>
/// <param name="characterSet">Specific Character Set of its objects.</param>
internal sealed class ImageStudy(ImagingOrder order, RegionSettings settings, string characterSet)
{
    /// <summary>The national character set.</summary>
    public const string National = "GB18030";

    private readonly SpecificCharacterSet _characterSet = SpecificCharacterSet.Parse([characterSet]);

    /// <summary>What was ordered.</summary>
    public ImagingOrder Order => order;

    /// <summary>Study Instance UID.</summary>
    public string Uid => UidOf("study");

    /// <summary>A UID that equal regions give to the same thing.</summary>
    public string UidOf(string thing)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{settings.Patients} {settings.Seed} {settings.Today:yyyyMMdd} {order.Accession} {thing}")));
        return DicomUid.FromUuid(new Guid(hash.AsSpan(0, 16)));
    }

    /// <summary>The random numbers of a thing of the study.</summary>
    public SplitMix64 RandomOf(string thing, int index) => SplitMix64.Of(settings.Seed, $"image {order.Accession} {thing}", index);

    /// <summary>The attributes that every object of a series begins with (PS3.3 C.7.1 to C.7.5, C.12.1).</summary>
    /// <param name="sopClass">SOP Class UID.</param>
    /// <param name="modality">Modality, which is another one for reports and segmentations.</param>
    /// <param name="series">The number of the series.</param>
    /// <param name="description">Series Description.</param>
    /// <param name="instance">The number of the object.</param>
    public ImageAttributes Begin(string sopClass, string modality, int series, string description, int instance)
    {
        var (person, start) = (order.Person, order.Start);
        var institution = order.Visit.Institution;
        var date = start.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var age = person.AgeOn(DateOnly.FromDateTime(start));
        var attributes = new ImageAttributes(_characterSet);
        attributes.Text("SpecificCharacterSet", characterSet)
            .Text("SOPClassUID", sopClass).Text("SOPInstanceUID", InstanceUid(series, instance))
            .Text("InstanceCreationDate", date).Text("InstanceCreationTime", TimeOf(start.AddMinutes(series)))
            .Text("StudyDate", date).Text("SeriesDate", date).Text("ContentDate", date)
            .Text("StudyTime", TimeOf(start)).Text("SeriesTime", TimeOf(start.AddMinutes(series))).Text("ContentTime", TimeOf(start.AddMinutes(series)))
            .Text("TimezoneOffsetFromUTC", "+0800")
            .Text("AccessionNumber", order.Accession).Text("Modality", modality)
            .Text("Manufacturer", "FhirHub").Text("ManufacturerModelName", "Region").Text("SoftwareVersions", "1").Text("DeviceSerialNumber", institution.Id)
            .Text("InstitutionName", institution.Name)
            .Text("ReferringPhysicianName", NameOf(order.Visit.Doctor.Name))
            .Text("StudyDescription", order.Examination.Name).Text("SeriesDescription", description)
            .Text("PatientName", NameOf(person)).Text("PatientID", PatientRecords.LocalNumber(person, institution)).Text("IssuerOfPatientID", institution.Name)
            .Text("PatientBirthDate", person.Born.ToString("yyyyMMdd", CultureInfo.InvariantCulture)).Text("PatientSex", person.IsMale ? "M" : "F")
            .Text("PatientAge", string.Create(CultureInfo.InvariantCulture, $"{age:000}Y"))
            .Text("StudyInstanceUID", Uid).Text("SeriesInstanceUID", SeriesUid(series)).Text("StudyID", order.Accession)
            .Number("SeriesNumber", series).Number("InstanceNumber", instance);
        return attributes;
    }

    /// <summary>SOP Instance UID of an object.</summary>
    public string InstanceUid(int series, int instance) => UidOf(string.Create(CultureInfo.InvariantCulture, $"instance {series} {instance}"));

    /// <summary>Series Instance UID of a series.</summary>
    public string SeriesUid(int series) => UidOf(string.Create(CultureInfo.InvariantCulture, $"series {series}"));

    private static string TimeOf(DateTime time) => time.ToString("HHmmss", CultureInfo.InvariantCulture);

    private string NameOf(Person person) => person.IsForeign ? $"{person.Name.Family}^{person.Name.Given}" : NameOf(person.Name);

    // Who writes the national character set knows one way to write a name, and puts it where Latin letters belong.
    private string NameOf(PersonName name) => characterSet == National
        ? $"{name.Family}^{name.Given}"
        : $"{Capitalized(name.FamilyPinyin)}^{Capitalized(name.GivenPinyin)}={name.Family}^{name.Given}";

    private static string Capitalized(string pinyin)
    {
        var joined = pinyin.Replace(" ", "", StringComparison.Ordinal);
        return joined.Length == 0 ? joined : char.ToUpperInvariant(joined[0]) + joined[1..];
    }
}
