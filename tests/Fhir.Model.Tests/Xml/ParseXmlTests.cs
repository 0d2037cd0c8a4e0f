// What ParseXml makes of XML that is plain, wrong or hostile.

using System.Text;

namespace FhirHub.Model.Tests;

public class ParseXmlTests
{
    private const string Fhir = "xmlns=\"http://hl7.org/fhir\"";

    private static ParseResult Parse(string xml) => ResourceParser.ParseXml(Encoding.UTF8.GetBytes(xml));

    private static string Json(string xml)
    {
        var result = Parse(xml);
        Assert.Empty(result.Issues);
        return Encoding.UTF8.GetString(result.Tree!.Json.Span);
    }

    [Fact]
    public void Elements_become_the_JSON_that_they_mean()
    {
        const string Xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment --><?pi?>
            <Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y">
              <id value="p"/>
              <contained><Organization><id value="o"/></Organization></contained>
              <extension url="http://e"><valueDecimal value="1.50"/></extension>
              <active value="true"/>
              <name id="n">
                <given value="A"/>
                <given id="g"><extension url="http://x"><valueString value="&lt;&#10;&quot;"/></extension></given>
                <given value="C"/>
              </name>
              <multipleBirthInteger value="2"/>
            </Patient>
            """;
        const string Expected = """
            {"resourceType":"Patient","id":"p","contained":[{"resourceType":"Organization","id":"o"}],"extension":[{"url":"http://e","valueDecimal":1.50}],"active":true,"name":[{"id":"n","given":["A",null,"C"],"_given":[null,{"id":"g","extension":[{"url":"http://x","valueString":"<\n\""}]},null]}],"multipleBirthInteger":2}
            """;
        Assert.Equal(Expected, Json(Xml));
    }

    [Fact]
    public void A_narrative_keeps_its_text()
    {
        const string Div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">\n <p class='a' >x&#160;&lt;<br />é<!-- c --></p></div>";
        var tree = Parse($"<Patient {Fhir}>\r\n<text><status value=\"generated\"/>{Div.Replace("\n", "\r\n", StringComparison.Ordinal)}</text></Patient>").Tree!;
        Assert.Equal(Div, tree.Root.Child("text").ChildValue("div"));
    }

    [Theory]
    [InlineData("<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:p>x</h:p></h:div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></div>")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\">a<![CDATA[<b>]]></div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\">a&lt;b&gt;</div>")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\">&nbsp;&copy;</div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\">&#160;&#169;</div>")]
    public void What_JSON_can_not_say_in_a_narrative_is_written_anew(string div, string expected)
    {
        var tree = Parse($"<Patient {Fhir}><text><status value=\"generated\"/>{div}</text></Patient>").Tree!;
        Assert.Equal(expected, tree.Root.Child("text").ChildValue("div"));
    }

    [Theory]
    [InlineData("<birthdate value=\"2000\"/>", "Patient.birthdate", "Unknown element")]
    [InlineData("<birthDate values=\"2000\"/>", "Patient.birthDate.values", "attribute")]
    [InlineData("<birthDate value=\"2000-13\"/>", "Patient.birthDate", "not a valid date")]
    [InlineData("<birthDate/>", "Patient.birthDate", "value")]
    [InlineData("<active value=\"yes\"/>", "Patient.active", "not a valid boolean")]
    [InlineData("<multipleBirthInteger value=\"02\"/>", "Patient.multipleBirth", "not a valid integer")]
    [InlineData("<name><given value=\"a\"/><family value=\"b\"/></name>", "Patient.name[0].family", "order")]
    [InlineData("<name><family value=\"a\"/><family value=\"b\"/></name>", "Patient.name[0].family", "does not repeat")]
    [InlineData("<deceasedBoolean value=\"true\"/><deceasedDateTime value=\"2000\"/>", "Patient.deceased", "one type only")]
    [InlineData("<name/>", "Patient.name[0]", "empty")]
    [InlineData("<name>text</name>", "Patient.name[0]", "Text is not allowed")]
    [InlineData("<name><id value=\"a\"/></name>", "Patient.name[0].id", "attribute in XML")]
    [InlineData("<name xmlns=\"urn:x\"/>", "Patient.name", "namespace")]
    [InlineData("<contained/>", "Patient.contained[0]", "holds no resource")]
    [InlineData("<contained><Foo/></contained>", "Patient.contained[0].Foo", "not an R4 resource type")]
    [InlineData("<text><status value=\"generated\"/><div>x</div></text>", "Patient.text.div", "namespace")]
    [InlineData("<link><type value=\"refer\"/></link>", "Patient.link[0].other", "missing")]
    public void An_issue_says_where_and_what(string inside, string expression, string diagnostics)
    {
        var result = Parse($"<Patient {Fhir}>\n  {inside}\n</Patient>");
        Assert.False(result.IsValid);
        var issue = result.Issues[0];
        Assert.Equal(expression, issue.Expression);
        Assert.Contains(diagnostics, issue.Diagnostics, StringComparison.Ordinal);
        Assert.Equal(2, issue.Line);
        Assert.True(issue.Column > 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\">")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><name></Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\" xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"\0\"/></Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\">&unknown;</Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"/><Patient/>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"IBM037\"?><Patient xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("<!DOCTYPE x><Patient xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><Patient xmlns=\"http://hl7.org/fhir\">&b;</Patient>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Patient xmlns=\"http://hl7.org/fhir\">&a;</Patient>")]
    public void What_is_not_well_formed_or_has_a_DTD_is_fatal(string xml)
    {
        var result = Parse(xml);
        Assert.Null(result.Tree);
        var issue = Assert.Single(result.Issues);
        Assert.Equal(IssueSeverity.Fatal, issue.Severity);
        Assert.Equal("structure", issue.Code);
    }

    [Theory]
    [InlineData("<Foo xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("<Patient/>")]
    [InlineData("<Resource xmlns=\"http://hl7.org/fhir\"/>")]
    public void The_root_is_a_resource_in_the_namespace_of_FHIR(string xml)
    {
        var result = Parse(xml);
        Assert.Null(result.Tree);
        Assert.Equal(IssueSeverity.Error, Assert.Single(result.Issues).Severity);
    }

    [Fact]
    public void Invalid_UTF8_is_fatal()
    {
        var result = ResourceParser.ParseXml((byte[])[.. Encoding.UTF8.GetBytes($"<Patient {Fhir}><!-- "), 0xC3, 0x28]);
        Assert.Null(result.Tree);
        Assert.Contains("UTF-8", result.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_declared_encodings_are_read()
    {
        var xml = $"<Patient {Fhir}><name><family value=\"Müller\"/></name></Patient>";
        foreach (var bytes in new[]
        {
            (byte[])[.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(xml)],
            [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(xml)],
            [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(xml)],
            Encoding.Latin1.GetBytes("<?xml version='1.0' encoding='ISO-8859-1'?>" + xml),
        })
        {
            Assert.Equal("Müller", ResourceParser.ParseXml(bytes).Tree!.Root.Child("name").ChildValue("family"));
        }
    }

    [Fact]
    public void Ten_thousand_levels_are_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("<extension url=\"a\">", 10_000));
        var result = Parse($"<Patient {Fhir}>{deep}");
        Assert.Null(result.Tree);
        Assert.Equal("too-costly", result.Issues[^1].Code);
    }

    [Fact]
    public void A_million_unknown_elements_stop_the_reading_early()
    {
        var result = Parse($"<Patient {Fhir}>{string.Concat(Enumerable.Repeat("<x/>", 1_000_000))}</Patient>");
        Assert.Null(result.Tree);
        Assert.InRange(result.Issues.Count, 100, 102);
    }

    [Fact]
    public void Cut_off_or_damaged_anywhere_it_still_only_tells_issues()
    {
        var whole = Encoding.UTF8.GetBytes($"""
            <?xml version="1.0" encoding="UTF-8"?><Patient {Fhir}><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p title="a">é&nbsp;<![CDATA[x]]><!-- c --></p></div></text>
            <contained><Organization><name id="a" value="&#233;"/></Organization></contained><active value="true"/><name><given value="A"/></name></Patient>
            """);
        Assert.True(ResourceParser.ParseXml(whole).IsValid);
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(ResourceParser.ParseXml(whole.AsMemory(0, length)).Tree);

        var random = new Random(4);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var result = ResourceParser.ParseXml(damaged);
            Assert.True(result.Tree is not null || result.Issues.Count > 0);
        }
    }
}
