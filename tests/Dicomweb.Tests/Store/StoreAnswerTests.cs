// The answer of a store transaction by what became of its instances.

using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests;

public class StoreAnswerTests
{
    private static readonly InstanceOutcome Stored = new() { SopClass = "1.2.840.10008.5.1.4.1.1.2", Path = new("1.2", "1.3", "1.4") };
    private static readonly InstanceOutcome Warned = Stored with { Path = new("1.2", "1.3", "1.5"), Warning = WarningReason.DataSetDoesNotMatch };
    private static readonly InstanceOutcome Refused = Stored with { Failure = new(FailureReason.DuplicateInstance, "It is there.") { Attributes = [(DicomTags.SOPInstanceUID, "is there")] } };
    private static readonly InstanceOutcome Unknown = new() { Failure = new(FailureReason.CannotUnderstand, "It is no DICOM.") };

    [Fact]
    public void The_status_tells_whether_all_some_or_none_were_stored()
    {
        Assert.Equal(200, StoreAnswer.Status([Stored], null));
        Assert.Equal(202, StoreAnswer.Status([Stored, Warned], null));
        Assert.Equal(202, StoreAnswer.Status([Stored, Refused], null));
        Assert.Equal(202, StoreAnswer.Status([Stored], 400));
        Assert.Equal(409, StoreAnswer.Status([Refused, Unknown], null));
        Assert.Equal(400, StoreAnswer.Status([Unknown], 400));
        Assert.Equal(413, StoreAnswer.Status([Unknown], 413));
    }

    [Fact]
    public void Stored_and_failed_instances_are_in_their_sequences()
    {
        var json = Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(StoreAnswer.Dataset("https://host/dicomweb", [Stored, Refused, Warned, Unknown])));
        Assert.Equal(
            """{"00081190":{"vr":"UR","Value":["https://host/dicomweb/studies/1.2"]},"""
            + """ "00081198":{"vr":"SQ","Value":[{"00000902":{"vr":"LO","Value":["It is there."]},"00081150":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.2"]},"00081155":{"vr":"UI","Value":["1.4"]},"00081197":{"vr":"US","Value":[273]},"00741048":{"vr":"SQ","Value":[{"00000902":{"vr":"LO","Value":["is there"]},"00720026":{"vr":"AT","Value":["00080018"]}}]}}]},"""[1..]
            + """ "00081199":{"vr":"SQ","Value":[{"00081150":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.2"]},"00081155":{"vr":"UI","Value":["1.4"]},"00081190":{"vr":"UR","Value":["https://host/dicomweb/studies/1.2/series/1.3/instances/1.4"]}},"""[1..]
            + """{"00081150":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.2"]},"00081155":{"vr":"UI","Value":["1.5"]},"00081190":{"vr":"UR","Value":["https://host/dicomweb/studies/1.2/series/1.3/instances/1.5"]},"00081196":{"vr":"US","Value":[45063]}}]},"""
            + """ "0008119A":{"vr":"SQ","Value":[{"00000902":{"vr":"LO","Value":["It is no DICOM."]},"00081197":{"vr":"US","Value":[49152]}}]}}"""[1..],
            json);
    }

    [Fact]
    public void Instances_of_several_studies_have_no_address_in_common()
    {
        var answer = StoreAnswer.Dataset("https://host/dicomweb", [Stored, Stored with { Path = new("1.9", "1.3", "1.4") }]);
        Assert.Null(answer.Find(new DicomTag(0x0008_1190)));
    }

    [Fact]
    public void A_long_reason_is_cut_where_the_standard_bounds_it_and_whole_beside_it()
    {
        const string reason = "The study is stored for another patient; correct Patient ID and Issuer of Patient ID, or send it under a new UID.";
        var failed = Refused with { Failure = new(FailureReason.OtherPatient, reason) { Attributes = [(DicomTags.PatientID, "a\\b")] } };
        var item = Assert.Single(StoreAnswer.Dataset("https://host/dicomweb", [failed]).GetItems(new DicomTag(0x0008_1198)));
        Assert.Equal("The study is stored for another patient; correct Patient ID...", item.GetString(new DicomTag(0x0000_0902)));
        Assert.Equal("FhirHub", item.GetString(new DicomTag(0x0009_0010)));
        Assert.Equal(reason, item.GetString(new DicomTag(0x0009_1001)));
        var attribute = Assert.Single(item.GetItems(new DicomTag(0x0074_1048)));
        Assert.Equal("a?b", attribute.GetString(new DicomTag(0x0000_0902)));
        Assert.Null(attribute.Find(new DicomTag(0x0009_0010)));
    }
}
