// The dictionary, tags, UIDs, transfer syntaxes and SOP classes.

namespace FhirHub.Dicom.Tests;

public class DefinitionTests
{
    [Fact]
    public void The_dictionary_has_the_elements_of_the_standard()
    {
        Assert.True(DicomDictionary.All.Count() > 5100);
        Assert.True(DicomDictionary.PrivateCount > 2800);
        Assert.All(DicomDictionary.All, entry => Assert.All(entry.VRs, vr => Assert.True(vr.IsKnown())));
        Assert.All(SopClass.All, sopClass => Assert.True(DicomUid.IsValid(sopClass.Uid)));
        Assert.All(TransferSyntax.All, syntax => Assert.True(DicomUid.IsValid(syntax.Uid)));
    }

    [Fact]
    public void The_tags_that_the_toolkit_names_are_those_of_the_dictionary()
    {
        foreach (var field in typeof(DicomTags).GetFields())
        {
            var tag = (DicomTag)field.GetValue(null)!;
            if (!tag.IsDelimiter)
                Assert.Equal((field.Name, tag), (DicomDictionary.Find(tag)?.Keyword, DicomDictionary.Find(field.Name)?.Tag));
        }
    }

    [Theory]
    [InlineData("00100010", "PatientName", "Patient Name", "PN", "1", false)]
    [InlineData("00281101", "RedPaletteColorLookupTableDescriptor", "Red Palette Color Lookup Table Descriptor", "US|SS", "3", false)]
    [InlineData("7FE00010", "PixelData", "Pixel Data", "OB|OW", "1", false)]
    [InlineData("00283006", "LUTData", "LUT Data", "US|OW", "1-n", false)]
    [InlineData("60023000", "OverlayData", "Overlay Data", "OB|OW", "1", false)]
    [InlineData("50040010", "NumberOfPoints", "Number Of Points", "US", "1", true)]
    [InlineData("00041200", "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity", "Offset Of The First Directory Record Of The Root Directory Entity", "UL", "1", false)]
    public void An_element_has_keyword_name_VR_and_VM(string hex, string keyword, string name, string vrs, string vm, bool retired)
    {
        Assert.True(DicomTag.TryParse(hex, out var tag));
        var entry = DicomDictionary.Find(tag)!;
        Assert.Equal((keyword, name, vrs, vm, retired), (entry.Keyword, entry.Name, string.Join('|', entry.VRs.Select(vr => vr.Code())), entry.Vm, entry.IsRetired));
    }

    [Fact]
    public void Private_elements_are_found_by_their_creator()
    {
        Assert.Equal("SequenceDescription", DicomDictionary.FindPrivate("SIEMENS CM VA0  ACQU", new(0x00191113))!.Keyword);
        Assert.Null(DicomDictionary.FindPrivate("NOBODY", new(0x00191113)));
        Assert.Null(DicomDictionary.Find(new DicomTag(0x60010010)));
    }

    [Theory]
    [InlineData("00100010", true)]
    [InlineData("(0010,0010)", true)]
    [InlineData("0010,0010", true)]
    [InlineData("PatientName", true)]
    [InlineData("patientname", false)]
    [InlineData("0010001", false)]
    [InlineData("0010001G", false)]
    [InlineData("-0100010", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Attributes_are_named_by_tag_or_keyword(string? text, bool isOne)
    {
        Assert.Equal(isOne, DicomTag.TryParseAttribute(text, out var tag));
        Assert.Equal(isOne ? DicomTags.PatientName : default, tag);
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2", true)]
    [InlineData("2.25.0", true)]
    [InlineData("1.2.03", false)]
    [InlineData("1..2", false)]
    [InlineData("1.2.", false)]
    [InlineData("3.2", false)]
    [InlineData("11.2", false)]
    [InlineData("1.2a", false)]
    [InlineData("", false)]
    public void A_UID_is_checked(string uid, bool valid) => Assert.Equal(valid, DicomUid.IsValid(uid));

    [Fact]
    public void New_UIDs_are_valid_and_differ()
    {
        var (one, other) = (DicomUid.New(), DicomUid.New());
        Assert.NotEqual(one, other);
        Assert.True(DicomUid.IsValid(one) && one.StartsWith("2.25.", StringComparison.Ordinal));
        Assert.False(DicomUid.IsValid("1." + new string('2', 63)));
        Assert.True(DicomUid.IsValid(DicomUid.ImplementationClass));
        Assert.True(DicomUid.ImplementationVersionName.Length <= 16);
    }
}
