// How resources look as XML.

using System.Text;

namespace FhirHub.Model.Tests;

public class WriteXmlTests
{
    private static string Write(string json, XmlWriteOptions? options = null) =>
        Encoding.UTF8.GetString(ResourceWriter.ToXml(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!.Root, options));

    [Fact]
    public void Elements_stand_in_the_order_of_the_standard()
    {
        const string Expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Patient xmlns="http://hl7.org/fhir">
              <id value="a"/>
              <contained>
                <Organization>
                  <name value="o"/>
                </Organization>
              </contained>
              <name id="n">
                <family value="F"/>
                <given value="A"/>
                <given>
                  <extension url="http://x">
                    <valueDecimal value="1.50"/>
                  </extension>
                </given>
              </name>
            </Patient>
            """;
        Assert.Equal(Expected, Write("""
            {"name":[{"_given":[null,{"extension":[{"valueDecimal":1.50,"url":"http://x"}]}],"given":["A",null],"family":"F","id":"n"}],
             "contained":[{"resourceType":"Organization","name":"o"}],"id":"a","resourceType":"Patient"}
            """, new XmlWriteOptions { Pretty = true }));
    }

    [Fact]
    public void Values_are_escaped_so_that_every_reader_sees_the_same()
    {
        var xml = Write("""{"resourceType":"Patient","name":[{"text":"<a> & \"b\"\t\n\r é😀 \uFEFF"}]}""");
        Assert.Contains("value=\"&lt;a&gt; &amp; &quot;b&quot;&#9;&#10;&#13; é😀 \uFEFF\"", xml, StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_that_XML_can_not_hold_are_replaced()
    {
        var xml = Write("""{"resourceType":"Patient","name":[{"text":"a\u0001b\uFFFFc"}]}""");
        Assert.Contains("value=\"a\uFFFDb\uFFFDc\"", xml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>&nbsp;a<br/></p></div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>&#160;a<br/></p></div>")]
    [InlineData("<div>not & closed", "<div xmlns=\"http://www.w3.org/1999/xhtml\">&lt;div&gt;not &amp; closed</div>")]
    public void A_narrative_is_part_of_the_document_and_never_breaks_it(string div, string expected)
    {
        var xml = Write("""{"resourceType":"Patient","text":{"status":"generated","div":"?"}}""".Replace("?", div, StringComparison.Ordinal));
        Assert.EndsWith($"{expected}</text></Patient>", xml, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_can_be_left_out_and_values_replaced()
    {
        var options = new XmlWriteOptions
        {
            Include = node => node.Name != "text",
            Rewrite = (ElementNode node, out string value) =>
            {
                value = "Patient/<2>";
                return node.Name == "reference";
            },
        };
        var xml = Write("""{"resourceType":"Observation","text":{"status":"generated"},"subject":{"reference":"urn:1"}}""", options);
        Assert.EndsWith("<Observation xmlns=\"http://hl7.org/fhir\"><subject><reference value=\"Patient/&lt;2&gt;\"/></subject></Observation>", xml, StringComparison.Ordinal);
    }
}
