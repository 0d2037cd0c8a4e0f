// What is wrong with a resource's structure is found while it is read, with its place and what was expected.

using System.Text;

namespace FhirHub.Model.Tests.Tree;

public sealed class StructureTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","nmae":[{"family":"A"}]}""", "structure", "Patient", "did you mean 'name'")]
    [InlineData("""{"resourceType":"Patient","name":[{"famly":"A"}]}""", "structure", "Patient.name[0]", "did you mean 'family'")]
    [InlineData("""{"resourceType":"Patient","name":{"family":"A"}}""", "structure", "Patient.name", "expected an array")]
    [InlineData("""{"resourceType":"Patient","gender":["male"]}""", "structure", "Patient.gender", "expected one value")]
    [InlineData("""{"resourceType":"Patient","name":["A"]}""", "structure", "Patient.name[0]", "Expected an object of type HumanName, not a string")]
    [InlineData("""{"resourceType":"Patient","name":[[{"family":"A"}]]}""", "structure", "Patient.name", "array within its array")]
    [InlineData("""{"resourceType":"Patient","name":[]}""", "structure", "Patient.name", "must not be empty")]
    [InlineData("""{"resourceType":"Patient","name":[{}]}""", "structure", "Patient.name[0]", "must not be empty")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", "structure", "Patient.active", "true or false")]
    [InlineData("""{"resourceType":"Patient","birthDate":1970}""", "structure", "Patient.birthDate", "a JSON string")]
    [InlineData("""{"resourceType":"Patient","birthDate":null}""", "structure", "Patient.birthDate", "not null")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970-02-30"}""", "value", "Patient.birthDate", "expected a date")]
    [InlineData("""{"resourceType":"Patient","gender":" male"}""", "value", "Patient.gender", "expected a code")]
    [InlineData("""{"resourceType":"Patient","gender":""}""", "value", "Patient.gender", "must not be empty")]
    [InlineData("""{"resourceType":"Patient","id":"a/b"}""", "value", "Patient.id", "1 to 64 characters")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["A",null]}]}""", "structure", "Patient.name[0].given[1]", "A null must have")]
    [InlineData("""{"resourceType":"Patient","gender":"male","gender":"female"}""", "structure", "Patient.gender", "twice")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}""", "structure", "Patient.deceased", "one type only")]
    [InlineData("""{"resourceType":"Patient","deceasedString":"yes"}""", "structure", "Patient.deceased", "deceasedBoolean, deceasedDateTime")]
    [InlineData("""{"resourceType":"Patient","link":[{"type":"seealso"}]}""", "required", "Patient.link[0].other", "Patient.link.other is missing")]
    [InlineData("""{"resourceType":"Observation","code":{"text":"x"}}""", "required", "Observation.status", "missing")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Organisation","name":"x"}]}""", "structure", "Patient.contained[0]", "not an R4 resource type")]
    [InlineData("""{"resourceType":"Patient","contained":[{"id":"x"}]}""", "structure", "Patient.contained[0]", "no resourceType")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","name":[{"given":["a"],"given":["b"]}]}}]}""", "structure", "Bundle.entry[0].resource.name[0].given", "twice")]
    [InlineData("""{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script>y</div>"}}""", "invariant", "Patient.text.div", "script")]
    public void A_fault_is_told_with_its_place_and_what_was_expected(string json, string code, string expression, string said)
    {
        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));

        Assert.False(result.IsValid);
        var issue = Assert.Single(result.Issues, i => i.Expression == expression && i.Code == code);
        Assert.Contains(said, issue.Diagnostics, StringComparison.Ordinal);
        Assert.True(issue.Line > 0);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"b"}}""")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"id":"b"},"birthDate":"1970"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"_given":[null,{"id":"x"}],"given":["A",null]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["A"],"_given":[null,{"id":"x"}],"family":"B"}]}""")]
    [InlineData("""{"name":[{"family":"\u738b\ud83d\ude00"}],"resourceType":"Patient"}""")]
    public void Values_and_their_extensions_are_one_element_in_either_order(string json)
    {
        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));

        Assert.Empty(result.Issues);
        var written = ResourceWriter.ToJson(result.Tree!.Root);
        var again = ResourceParser.ParseJson(written);
        Assert.Equal(result.Tree.Count, again.Tree!.Count);
        Assert.Equal(written, ResourceWriter.ToJson(again.Tree.Root));
    }

    [Fact]
    public void A_primitive_that_has_only_extensions_has_no_value()
    {
        var tree = ResourceParser.ParseJson("""{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"id":"x"}]}]}"""u8.ToArray()).Tree!;

        var given = tree.Root.Child("name").ChildrenOf("given").ToList();

        Assert.Equal(2, given.Count);
        Assert.Equal("A", given[0].GetString());
        Assert.False(given[1].HasValue);
        Assert.Equal("x", given[1].ChildValue("id"));
        Assert.Equal("Patient.name[0].given[1]", given[1].GetPath());
    }

    [Fact]
    public void Decimals_keep_their_digits()
    {
        var json = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.500e+02}}""";

        var tree = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;

        Assert.Equal(json, Encoding.UTF8.GetString(ResourceWriter.ToJson(tree.Root)));
        Assert.Equal("1.500e+02", Encoding.UTF8.GetString(tree.Root.Child("value").Child("value").RawValue));
    }

    [Fact]
    public void Pretty_JSON_has_one_member_or_item_a_line()
    {
        var tree = ResourceParser.ParseJson("""{"resourceType":"Patient","name":[{"given":["A"],"_given":[{"id":"x"}]}],"active":true}"""u8.ToArray()).Tree!;

        Assert.Equal(
            """
            {
              "resourceType": "Patient",
              "name": [
                {
                  "given": [
                    "A"
                  ],
                  "_given": [
                    {
                      "id": "x"
                    }
                  ]
                }
              ],
              "active": true
            }
            """,
            Encoding.UTF8.GetString(ResourceWriter.ToJson(tree.Root, new JsonWriteOptions { Pretty = true })));
    }

    [Fact]
    public void Reading_stops_after_the_issue_limit()
    {
        var json = $$"""{"resourceType":"Patient",{{string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"x{i}\":1"))}}}""";

        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));

        Assert.False(result.IsValid);
        Assert.InRange(result.Issues.Count, 100, 102);
    }
}
