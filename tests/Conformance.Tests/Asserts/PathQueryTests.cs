// XPath and JSONPath over bodies in either format, and what hostile ones are answered with.

using System.Text;

namespace FhirHub.Conformance.Tests;

public class PathQueryTests
{
    private const string Patient =
        """
        {"resourceType":"Patient","id":"p1","active":true,"name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},{"given":["Jim"]}],
         "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Hello</p></div>"},"multipleBirthInteger":2}
        """;

    private const string PatientXml =
        """
        <Patient xmlns="http://hl7.org/fhir"><id value="p1"/><name><family value="Chalmers"/><given value="Peter"/><given value="James"/></name></Patient>
        """;

    [Theory]
    [InlineData("fhir:Patient/fhir:name/fhir:given/@value", "Peter|James|Jim")]
    [InlineData("f:Patient/f:id/@value", "p1")]
    [InlineData("Patient/id", "p1")]
    [InlineData("/Patient/name[use/@value='official']/family", "Chalmers")]
    [InlineData("/f:Patient/name[f:use/@value='official']/fhir:family", "Chalmers")]
    [InlineData("//given", "Peter|James|Jim")]
    [InlineData("Patient/name[1]/given[2]", "James")]
    [InlineData("count(//given)", "3")]
    [InlineData("count(//given) > 2", "true")]
    [InlineData("1 div 4", "0.25")]
    [InlineData("boolean(//nothing)", "false")]
    [InlineData("string(Patient/id/@value)", "p1")]
    [InlineData("concat(Patient/id/@value, '$')", "p1$")]
    [InlineData("Patient/active", "true")]
    [InlineData("Patient/multipleBirthInteger", "2")]
    [InlineData("//xhtml:p", "<p xmlns=\"http://www.w3.org/1999/xhtml\">Hello</p>")]
    [InlineData("//xhtml:p/text()", "Hello")]
    [InlineData("//nothing", "")]
    [InlineData("$.id", "p1")]
    [InlineData(" $.name[*].given[*] ", "Peter|James|Jim")]
    [InlineData("$.name[?(@.use == 'official')].family", "Chalmers")]
    [InlineData("$.name[?(@.family =~ /^ch/i)].family", "Chalmers")]
    [InlineData("$..given[-1:]", "James|Jim")]
    [InlineData("$.active", "true")]
    [InlineData("$.multipleBirthInteger", "2")]
    [InlineData("$.name[1]", "{\"given\":[\"Jim\"]}")]
    [InlineData("$.nothing", "")]
    public void A_path_finds_values_of_JSON(string path, string expected)
    {
        Assert.Equal(expected, string.Join('|', PathQuery.Evaluate(path, Json(Patient))));
    }

    [Theory]
    [InlineData("fhir:Patient/fhir:name/fhir:given/@value", "Peter|James")]
    [InlineData("Patient/id", "p1")]
    [InlineData("$.name[0].given[1]", "James")]
    public void A_path_finds_values_of_XML(string path, string expected)
    {
        Assert.Equal(expected, string.Join('|', PathQuery.Evaluate(path, new Payload(Encoding.UTF8.GetBytes(PatientXml), "application/fhir+xml"))));
    }

    [Theory]
    [InlineData("""[{"00100020":{"vr":"LO","Value":["A-1"]}}]""", "application/dicom+json", "$[0].00100020.Value[0]", "A-1")]
    [InlineData("""{"token_endpoint":"https://example.org/token","when":"2024-01-02T03:04:05Z","n":1.50}""", "application/json", "$.when", "2024-01-02T03:04:05Z")]
    [InlineData("""{"n":1.50}""", "application/json", "$.n", "1.50")]
    public void JSON_that_is_no_resource_has_paths(string body, string type, string path, string expected)
    {
        Assert.Equal(expected, string.Join('|', PathQuery.Evaluate(path, new Payload(Encoding.UTF8.GetBytes(body), type))));
    }

    [Theory]
    [InlineData("Patient[", "is no XPath that can be evaluated")]
    [InlineData("x:Patient", "is no XPath that can be evaluated")]
    [InlineData("document('file:///etc/passwd')", "is no XPath that can be evaluated")]
    [InlineData("$.name[", "is no JSONPath that can be evaluated")]
    [InlineData("$.name[?(@.family =~ /(/)]", "is no JSONPath that can be evaluated")]
    public void A_path_that_is_none_is_told(string path, string message)
    {
        Assert.Contains(message, Fails(path, Json(Patient)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/id", "<html>", "text/html", "the body is text/html (6 bytes)")]
    [InlineData("Patient/id", "<a><b></a>", "application/xml", "can't be read as such")]
    [InlineData("$.id", "{\"a\":", "application/json", "can't be read as such")]
    [InlineData("a", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "application/xml", "can't be read as such")]
    public void A_body_without_paths_is_told(string path, string body, string? type, string message)
    {
        Assert.Contains(message, Fails(path, new Payload(Encoding.UTF8.GetBytes(body), type)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//*[count(//*[count(//*[count(//*) > 0]) > 0]) > 0]", "takes more than")]
    [InlineData("//*[//*[//*[//*[//*/@value = //*/@value and false()]]]]", "takes more than")]
    [InlineData("//@*[. = //@*[. = //@*[. = 'no']]]", "takes more than")]
    [InlineData("$..*..*..*..*..*..nothing", "could look at more than")]
    [InlineData("$..[?($..given == $..given)]", "could look at more than")]
    [InlineData("$.entry[?(@..a == @..b)]", "could look at more than")]
    [InlineData("$..[?(@.fullUrl =~ /(a+)+$/)]", "matches a regular expression in a body of")]
    public void A_path_that_costs_too_much_is_given_up(string path, string message)
    {
        var entries = string.Join(',', Enumerable.Range(0, 3000).Select(static i => $$$"""{"fullUrl":"http://example.org/{{{i}}}","resource":{"resourceType":"Patient","name":[{"given":["a{{{i}}}","b"]}]}}"""));

        Assert.Contains(message, Fails(path, Json($$"""{"resourceType":"Bundle","type":"collection","entry":[{{entries}}]}""")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_regular_expression_has_little_time()
    {
        var body = Json($$"""{"resourceType":"Patient","name":[{"family":"{{new string('a', 40)}}!"}]}""");

        Assert.Contains("takes too long", Fails("$.name[?(@.family =~ /^(a+)+$/)]", body), StringComparison.Ordinal);
    }

    [Fact]
    public void A_union_that_names_a_property_twice_is_counted_twice()
    {
        var body = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60);
        var path = "$" + string.Concat(Enumerable.Repeat("['a','a']", 60));

        Assert.Contains("could look at more than", Fails(path, new Payload(Encoding.UTF8.GetBytes(body), "application/json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("a[", "]")]
    [InlineData("not(", ")")]
    [InlineData("a/", "")]
    [InlineData("a|", "")]
    public void A_deep_path_does_not_end_the_process(string open, string close)
    {
        var depth = 3_990 / (open.Length + close.Length);
        var path = string.Concat(Enumerable.Repeat(open, depth)) + "a" + string.Concat(Enumerable.Repeat(close, depth));

        try
        {
            Assert.All(PathQuery.Evaluate(path, Json(Patient)), static value => Assert.Contains(value, (string[])["true", "false", "NaN"]));
        }
        catch (StepException e)
        {
            Assert.Contains("is no XPath that can be evaluated", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("$[?(", ")]")]
    [InlineData("$[?(@", ")]")]
    [InlineData("[?((", "))]")]
    public void A_deep_JSONPath_does_not_end_the_process(string open, string close)
    {
        var depth = 3_900 / (open.Length + close.Length);
        var path = "$" + string.Concat(Enumerable.Repeat(open, depth)) + "a" + string.Concat(Enumerable.Repeat(close, depth));

        Assert.NotEmpty(Fails(path, Json(Patient)));
    }

    [Fact]
    public void A_body_nested_deeply_is_refused()
    {
        var xml = string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000));
        var json = string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000);

        Assert.Contains("nested more than 256 deep", Fails("//a", new Payload(Encoding.UTF8.GetBytes(xml), "application/xml")), StringComparison.Ordinal);
        Assert.Contains("can't be read as such", Fails("$.a", new Payload(Encoding.UTF8.GetBytes(json), "application/json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_paths_and_large_bodies_are_refused()
    {
        Assert.Equal("The path has 4001 characters; 4000 are allowed. Ask for less at once.", Fails("$" + new string('a', 4000), Json(Patient)));
        Assert.StartsWith("The body has 16777217 bytes", Fails("$.a", new Payload(new byte[(16 * 1024 * 1024) + 1], "application/json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/id")]
    [InlineData("$.id")]
    public void Nothing_is_found_in_an_empty_body(string path)
    {
        Assert.Empty(PathQuery.Evaluate(path, Payload.None));
        Assert.Empty(ExpressionQuery.Evaluate("Patient.id", Payload.None));
    }

    private static string Fails(string path, Payload body) => Assert.Throws<StepException>(() => PathQuery.Evaluate(path, body)).Message;

    private static Payload Json(string json) => new(Encoding.UTF8.GetBytes(json), "application/fhir+json");
}
