// Character sets: the examples of PS3.5 H to K, and every repertoire there and back.

using System.Text;

namespace FhirHub.Dicom.Tests;

public class CharacterSetTests
{
    public static TheoryData<string, string, string> Names => new()
    {
        // PS3.5 H.3.1, H.3.2, I.2, J.3, K.2.
        { "\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada^Tarou=\u001B$B;3ED\u001B(B^\u001B$BB@O:\u001B(B=\u001B$B$d$^$@\u001B(B^\u001B$B$?$m$&\u001B(B" },
        { "ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "\u00D4\u00CF\u00C0\u00DE^\u00C0\u00DB\u00B3=\u001B$B;3ED\u001B(J^\u001B$BB@O:\u001B(J=\u001B$B$d$^$@\u001B(J^\u001B$B$?$m$&\u001B(J" },
        { "\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동", "Hong^Gildong=\u001B$)C\u00FB\u00F3^\u001B$)C\u00D1\u00CE\u00D4\u00D7=\u001B$)C\u00C8\u00AB^\u001B$)C\u00B1\u00E6\u00B5\u00BF" },
        { "\\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东", "Zhang^XiaoDong=\u001B$)A\u00D5\u00C5^\u001B$)A\u00D0\u00A1\u00B6\u00AB" },
        { "ISO_IR 192", "Wang^XiaoDong=王^小東", "Wang^XiaoDong=\u00E7\u008E\u008B^\u00E5\u00B0\u008F\u00E6\u009D\u00B1" },
        { "GB18030", "Wang^XiaoDong=王^小东", "Wang^XiaoDong=\u00CD\u00F5^\u00D0\u00A1\u00B6\u00AB" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_of_the_standard_are_read_and_written(string terms, string name, string bytes)
    {
        var set = SpecificCharacterSet.Parse(terms.Split('\\'));
        Assert.Equal(name, set.Decode(Encoding.Latin1.GetBytes(bytes), DicomVR.PN));
        // Which sets are invoked is the writer's choice, as long as it reads the same; a first set with G1 needs no escape sequence.
        Assert.Equal(bytes.Replace("\u001B$)C", "", StringComparison.Ordinal).Replace("\u001B$)A", "", StringComparison.Ordinal), Encoding.Latin1.GetString(set.Encode(name, DicomVR.PN)).Replace("\u001B$)C", "", StringComparison.Ordinal).Replace("\u001B$)A", "", StringComparison.Ordinal));
        Assert.Equal(name, set.Decode(set.Encode(name, DicomVR.PN), DicomVR.PN));
    }

    [Theory]
    [InlineData("ISO_IR 100", "Äneas Ÿ", false)]
    [InlineData("ISO_IR 100", "Äneas ÿ", true)]
    [InlineData("ISO_IR 101", "Wałęsa", true)]
    [InlineData("ISO_IR 109", "Ĉapelo", true)]
    [InlineData("ISO_IR 110", "Āboliņš", true)]
    [InlineData("ISO_IR 126", "Διονυσιος", true)]
    [InlineData("ISO_IR 127", "قباني", true)]
    [InlineData("ISO_IR 138", "שרון", true)]
    [InlineData("ISO_IR 144", "Люкceмбypг", true)]
    [InlineData("ISO_IR 148", "Çavuşoğlu", true)]
    [InlineData("ISO_IR 166", "นามสกุล", true)]
    [InlineData("ISO_IR 203", "Œuvre €", true)]
    [InlineData("ISO_IR 13", "ﾔﾏﾀﾞ", true)]
    [InlineData("GBK", "王小東", true)]
    [InlineData("GB18030", "𠀀王", true)]
    [InlineData("ISO 2022 IR 6\\ISO 2022 IR 159", "丂", true)]
    [InlineData("ISO 2022 IR 100\\ISO 2022 IR 144", "Änd Люк", true)]
    [InlineData("ISO 2022 IR 100\\ISO 2022 IR 126", "王", false)]
    [InlineData("", "é", false)]
    public void Text_is_written_in_the_sets_that_have_it_and_refused_by_others(string terms, string text, bool has)
    {
        var set = SpecificCharacterSet.Parse(terms.Split('\\'));
        if (has)
            Assert.Equal(text, set.Decode(set.Encode(text, DicomVR.LO), DicomVR.LO));
        else
            Assert.Equal(DicomFault.InvalidValue, Assert.Throws<DicomException>(() => set.Encode(text, DicomVR.LO)).Fault);
    }

    [Fact]
    public void Every_character_of_the_Japanese_Korean_and_Chinese_sets_comes_back()
    {
        foreach (var (term, set) in new[] { ("87", CodedSet.Kanji), ("159", CodedSet.SupplementaryKanji), ("149", CodedSet.Korean), ("58", CodedSet.Chinese) })
        {
            var count = 0;
            var bytes = new byte[4];
            for (var first = 0x21; first <= 0x7E; first++)
            {
                for (var second = 0x21; second <= 0x7E; second++)
                {
                    var high = set.IsG1 ? 0x80 : 0;
                    var text = set.Decode((byte)(first | high), (byte)(second | high));
                    if (text == '\uFFFD')
                        continue;
                    count++;
                    Assert.Equal(2, set.Encode(new Rune(text), bytes));
                    Assert.Equal(text, set.Decode(bytes[0], bytes[1]));
                }
            }

            Assert.True(count > 6000, $"ISO 2022 IR {term} has {count} characters");
        }
    }

    [Fact]
    public void Delimiters_return_to_the_first_set()
    {
        var set = SpecificCharacterSet.Parse(["ISO 2022 IR 100", "ISO 2022 IR 144"]);
        var bytes = Encoding.Latin1.GetBytes("\u001B-L\u00BB\\\u00E4");
        Assert.Equal("Л\\ä", set.Decode(bytes, DicomVR.LO));
        Assert.Equal("Л\\ф", set.Decode(bytes, DicomVR.LT));
    }

    [Fact]
    public void A_backslash_within_a_character_of_GBK_parts_no_values()
    {
        // 鎈 is E65C: its second byte is that of the backslash.
        var dataset = DicomFile.Read(new TestFile().Text(0x00080005, "CS", "GBK").Text(0x00100020, "LO", "\u00E6\u005C\\B").ToFile()).Dataset;
        Assert.Equal(["鎈", "B"], dataset.GetStrings(DicomTags.PatientID));
    }

    [Fact]
    public void Items_have_their_own_character_set_or_that_around_them()
    {
        var bytes = new TestFile()
            .Text(0x00080005, "CS", "ISO_IR 144")
            .Header(0x00081140, "SQ", TestFile.Undefined)
            .Item().Text(0x00100010, "PN", "\u00BB").EndItem()
            .Item().Text(0x00080005, "CS", "ISO_IR 100").Text(0x00100010, "PN", "\u00BB").EndItem()
            .EndSequence()
            .ToFile();
        var items = DicomFile.Read(bytes).Dataset.GetItems(new(0x00081140));
        Assert.Equal(["Л", "»"], items.Select(item => item.GetString(DicomTags.PatientName)));
    }

    [Fact]
    public void Without_a_declared_set_UTF8_and_Latin1_are_read_all_the_same()
    {
        Assert.Equal("Ünï", SpecificCharacterSet.Default.Decode("Ünï"u8, DicomVR.LO));
        Assert.Equal("Ünï", SpecificCharacterSet.Default.Decode([0xDC, (byte)'n', 0xEF], DicomVR.LO));
    }

    [Fact]
    public void Terms_that_nobody_defined_are_told()
    {
        Assert.Equal(["FOO_IR 1"], SpecificCharacterSet.Parse(["FOO_IR 1"]).UnknownTerms);
        Assert.Empty(SpecificCharacterSet.Parse(["ISO-IR 100"]).UnknownTerms);
    }

    [Fact]
    public void A_person_name_has_groups_and_components()
    {
        var name = PersonName.Parse("Adams^John Robert Quincy^^Rev.^B.A. M.Div.=山田=やまだ");
        Assert.Equal(new("Adams", "John Robert Quincy", "", "Rev.", "B.A. M.Div."), name.Alphabetic);
        Assert.Equal("山田", name.Ideographic!.Family);
        Assert.Equal("やまだ", name.Phonetic!.Family);
        Assert.Equal("Adams^John Robert Quincy^^Rev.^B.A. M.Div.=山田=やまだ", name.ToString());
        Assert.Equal("=山田", PersonName.Parse("=山田^").ToString());
        Assert.Null(PersonName.Parse("=山田").Alphabetic);
    }
}
