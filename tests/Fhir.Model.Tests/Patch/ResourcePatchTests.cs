// Patches as a client would send them: what they change, and what is refused with which reason.

using System.Text;

namespace FhirHub.Model.Tests;

public class ResourcePatchTests
{
    private const string Patient = """
        {"resourceType":"Patient","id":"p","extension":[{"url":"http://w","valueDecimal":1.50}],"active":true,
         "name":[{"family":"A","given":["X",null,"Z"],"_given":[null,{"extension":[{"url":"http://u","valueCode":"unknown"}]},null]},{"text":"B"}],
         "birthDate":"1974-12-25","_birthDate":{"extension":[{"url":"http://t","valueTime":"10:00:00"}]},"deceasedBoolean":false}
        """;

    private static PatchResult Apply(string patch, PatchFormat format = PatchFormat.Json, string resource = Patient) =>
        ResourcePatch.Apply(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(resource)).Tree!, format, Encoding.UTF8.GetBytes(patch));

    private static string Patched(string patch, PatchFormat format = PatchFormat.Json, string resource = Patient)
    {
        var result = Apply(patch, format, resource);
        Assert.Empty(result.Issues);
        return Encoding.UTF8.GetString(ResourceWriter.ToJson(result.Tree!.Root));
    }

    private static string Operation(string type, string path, string parts = "") =>
        $$"""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"{{type}}"},{"name":"path","valueString":"{{path}}"}{{parts}}]}]}""";

    [Theory]
    [InlineData("""[{"op":"replace","path":"/active","value":false}]""", "\"active\":false")]
    [InlineData("""[{"op":"add","path":"/name/-","value":{"text":"C/~"}},{"op":"test","path":"/name/2/text","value":"C/~"}]""", "{\"text\":\"B\"},{\"text\":\"C/~\"}]")]
    [InlineData("""[{"op":"test","path":"/extension/0/valueDecimal","value":1.5}]""", "\"valueDecimal\":1.50")]
    [InlineData("""[{"op":"replace","path":"/extension/0/valueDecimal","value":2.00}]""", "\"valueDecimal\":2.00")]
    [InlineData("""[{"op":"remove","path":"/extension/0"}]""", "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\"")]
    [InlineData("""[{"op":"remove","path":"/name/1"},{"op":"add","path":"/name/0","value":{"text":"é"}}]""", "\"name\":[{\"text\":\"é\"},{\"family\"")]
    [InlineData("""[{"op":"move","from":"/name/0","path":"/name/1"}]""", "\"name\":[{\"text\":\"B\"},{\"family\"")]
    [InlineData("""[{"op":"copy","from":"/name/1","path":"/contact","value":0},{"op":"remove","path":"/contact"}]""", "\"deceasedBoolean\":false}")]
    public void A_JSON_Patch_changes_what_it_says(string patch, string expected) =>
        Assert.Contains(expected, Patched(patch), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", PatchFailure.InvalidPatch)]
    [InlineData("[", PatchFailure.InvalidPatch)]
    [InlineData("[1]", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"add","op":"add","path":"/active","value":true}]""", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"spam","path":"/active"}]""", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"add","path":"/active"}]""", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"add","path":"active","value":true}]""", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"remove","path":"/name/~2"}]""", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"move","from":"/name","path":"/name/0"}]""", PatchFailure.InvalidPatch)]
    [InlineData("""[{"op":"remove","path":"/name/2"}]""", PatchFailure.NotApplicable)]
    [InlineData("""[{"op":"remove","path":"/name/01"}]""", PatchFailure.NotApplicable)]
    [InlineData("""[{"op":"remove","path":"/name/-"}]""", PatchFailure.NotApplicable)]
    [InlineData("""[{"op":"replace","path":"/gender","value":"male"}]""", PatchFailure.NotApplicable)]
    [InlineData("""[{"op":"add","path":"/contact/0","value":{}}]""", PatchFailure.NotApplicable)]
    [InlineData("""[{"op":"remove","path":""}]""", PatchFailure.NotApplicable)]
    [InlineData("""[{"op":"test","path":"/active","value":"true"}]""", PatchFailure.TestFailed)]
    [InlineData("""[{"op":"test","path":"/birthDate","value":"1974"}]""", PatchFailure.TestFailed)]
    [InlineData("""[{"op":"add","path":"/gendre","value":"male"}]""", PatchFailure.InvalidResult)]
    [InlineData("""[{"op":"replace","path":"/id","value":"q"}]""", PatchFailure.InvalidResult)]
    [InlineData("""[{"op":"remove","path":"/id"}]""", PatchFailure.InvalidResult)]
    [InlineData("""[{"op":"replace","path":"/resourceType","value":"Person"}]""", PatchFailure.InvalidResult)]
    [InlineData("""[{"op":"replace","path":"","value":[]}]""", PatchFailure.InvalidResult)]
    [InlineData("""[{"op":"add","path":"/name/-","value":{}}]""", PatchFailure.InvalidResult)]
    public void A_JSON_Patch_that_does_not_do_is_refused_whole(string patch, PatchFailure failure)
    {
        var result = Apply(patch);
        Assert.Null(result.Tree);
        Assert.Equal(failure, result.Failure);
        Assert.NotEmpty(result.Issues);
    }

    [Fact]
    public void Copies_that_double_and_nests_that_deepen_are_stopped()
    {
        var doubling = string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"","path":"/x"}""", 900));
        Assert.Equal("too-costly", Apply($"[{doubling}]").Issues[0].Code);
        var operations = string.Join(',', Enumerable.Repeat("""{"op":"add","path":"/active","value":true}""", 1001));
        Assert.Equal("too-costly", Apply($"[{operations}]").Issues[0].Code);
        Assert.Equal(PatchFailure.InvalidPatch, Apply(new string('[', 100_000)).Failure);
    }

    [Theory]
    [InlineData("delete", "Patient.name[0].given[1]", "", "\"given\":[\"X\",\"Z\"]}")]
    [InlineData("delete", "Patient.name[0].given[0]", "", "\"given\":[null,\"Z\"],\"_given\":[{")]
    [InlineData("delete", "Patient.birthDate.extension", "", "\"birthDate\":\"1974-12-25\",\"deceasedBoolean\"")]
    [InlineData("delete", "Patient.name[0].given[1].extension[0].value", "", "\"_given\":[null,{\"extension\":[{\"url\":\"http://u\"}]}")]
    [InlineData("delete", "Patient.birthDate", "", "],\"deceasedBoolean\":false}")]
    [InlineData("delete", "Patient.gender", "", "\"birthDate\"")]
    [InlineData("replace", "Patient.deceased", ",{\"name\":\"value\",\"valueDateTime\":\"2020\"}", "\"deceasedDateTime\":\"2020\"")]
    [InlineData("replace", "Patient.birthDate", ",{\"name\":\"value\",\"valueDate\":\"1975\"}", "\"birthDate\":\"1975\",\"deceasedBoolean\"")]
    [InlineData("replace", "Patient.active", ",{\"name\":\"value\",\"valueString\":\"false\"}", "\"active\":false")]
    [InlineData("replace", "Patient.extension.value", ",{\"name\":\"value\",\"valueDecimal\":2.00}", "\"valueDecimal\":2.00")]
    [InlineData("replace", "Patient.name[0].given[2]", ",{\"name\":\"value\",\"valueString\":\"Y\"}", "\"given\":[\"X\",null,\"Y\"]")]
    [InlineData("add", "Patient.birthDate", ",{\"name\":\"name\",\"valueString\":\"extension\"},{\"name\":\"value\",\"part\":[{\"name\":\"url\",\"valueUri\":\"http://v\"},{\"name\":\"value\",\"valueCode\":\"x\"}]}", "\"valueTime\":\"10:00:00\"},{\"url\":\"http://v\",\"valueCode\":\"x\"}]")]
    [InlineData("add", "Patient.name[0].given[0]", ",{\"name\":\"name\",\"valueString\":\"id\"},{\"name\":\"value\",\"valueString\":\"i\"}", "\"_given\":[{\"id\":\"i\"},{\"extension\"")]
    [InlineData("add", "Patient.name[1]", ",{\"name\":\"name\",\"valueString\":\"given\"},{\"name\":\"value\",\"valueString\":\"G\",\"_valueString\":{\"id\":\"g\"}}", "{\"text\":\"B\",\"given\":[\"G\"],\"_given\":[{\"id\":\"g\"}]}")]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"multipleBirth\"},{\"name\":\"value\",\"valueInteger\":2}", "\"multipleBirthInteger\":2")]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"contained\"},{\"name\":\"value\",\"resource\":{\"resourceType\":\"Organization\",\"name\":\"o\"}}", "\"contained\":[{\"resourceType\":\"Organization\",\"name\":\"o\"}]")]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"contact\"},{\"name\":\"value\",\"part\":[{\"name\":\"telecom\",\"valueContactPoint\":{\"value\":\"1\"}},{\"name\":\"telecom\",\"valueContactPoint\":{\"value\":\"2\"}}]}", "\"contact\":[{\"telecom\":[{\"value\":\"1\"},{\"value\":\"2\"}]}]")]
    [InlineData("insert", "Patient.name[0].given", ",{\"name\":\"index\",\"valueInteger\":1},{\"name\":\"value\",\"valueString\":\"W\"}", "\"given\":[\"X\",\"W\",null,\"Z\"],\"_given\":[null,null,{")]
    [InlineData("move", "Patient.name[0].given", ",{\"name\":\"source\",\"valueInteger\":2},{\"name\":\"destination\",\"valueInteger\":0}", "\"given\":[\"Z\",\"X\",null],\"_given\":[null,null,{")]
    public void A_FHIRPath_Patch_changes_what_it_says(string type, string path, string parts, string expected) =>
        Assert.Contains(expected, Patched(Operation(type, path, parts), PatchFormat.FhirPathInJson), StringComparison.Ordinal);

    [Theory]
    [InlineData("spam", "Patient.name", "", PatchFailure.InvalidPatch)]
    [InlineData("delete", "Patient.name[", "", PatchFailure.InvalidPatch)]
    [InlineData("replace", "Patient.active", "", PatchFailure.InvalidPatch)]
    [InlineData("replace", "Patient.active", ",{\"name\":\"value\",\"valueString\":\"maybe\"}", PatchFailure.InvalidPatch)]
    [InlineData("replace", "Patient.name[0]", ",{\"name\":\"value\",\"valueCoding\":{\"code\":\"x\"}}", PatchFailure.InvalidPatch)]
    [InlineData("insert", "Patient.name", ",{\"name\":\"value\",\"valueHumanName\":{\"text\":\"x\"}}", PatchFailure.InvalidPatch)]
    [InlineData("insert", "Patient.name", ",{\"name\":\"index\",\"valueInteger\":3},{\"name\":\"value\",\"valueHumanName\":{\"text\":\"x\"}}", PatchFailure.NotApplicable)]
    [InlineData("insert", "Patient.name.given", ",{\"name\":\"index\",\"valueInteger\":-1},{\"name\":\"value\",\"valueString\":\"x\"}", PatchFailure.NotApplicable)]
    [InlineData("move", "Patient.name.where(text = 'B')", ",{\"name\":\"source\",\"valueInteger\":0},{\"name\":\"destination\",\"valueInteger\":0}", PatchFailure.NotApplicable)]
    [InlineData("delete", "Patient.name", "", PatchFailure.NotApplicable)]
    [InlineData("delete", "Patient", "", PatchFailure.NotApplicable)]
    [InlineData("delete", "Patient.name.count()", "", PatchFailure.NotApplicable)]
    [InlineData("replace", "Patient.gender", ",{\"name\":\"value\",\"valueCode\":\"male\"}", PatchFailure.NotApplicable)]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"birthDate\"},{\"name\":\"value\",\"valueDate\":\"2000\"}", PatchFailure.NotApplicable)]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"deceased\"},{\"name\":\"value\",\"valueDateTime\":\"2000\"}", PatchFailure.NotApplicable)]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"gendre\"},{\"name\":\"value\",\"valueCode\":\"male\"}", PatchFailure.NotApplicable)]
    [InlineData("add", "Patient", ",{\"name\":\"name\",\"valueString\":\"link\"},{\"name\":\"value\",\"part\":[{\"name\":\"type\",\"valueCode\":\"refer\"}]}", PatchFailure.InvalidResult)]
    [InlineData("replace", "Patient.id", ",{\"name\":\"value\",\"valueId\":\"q\"}", PatchFailure.InvalidResult)]
    [InlineData("delete", "Patient.id", "", PatchFailure.InvalidResult)]
    public void A_FHIRPath_Patch_that_does_not_do_is_refused_whole(string type, string path, string parts, PatchFailure failure)
    {
        var result = Apply(Operation(type, path, parts), PatchFormat.FhirPathInJson);
        Assert.Null(result.Tree);
        Assert.Equal(failure, result.Failure);
        Assert.NotEmpty(result.Issues);
    }

    [Theory]
    [InlineData("<replace sel=\"f:Patient/f:active/@value\">false</replace>", "\"active\":false")]
    [InlineData("<replace sel=\"/Patient/active/@value\">false</replace>", "\"active\":false")]
    [InlineData("<remove sel=\"f:Patient/f:name[f:text/@value='B']\"/>", "\"given\":[\"X\",null,\"Z\"],\"_given\":[null,{\"extension\":[{\"url\":\"http://u\",\"valueCode\":\"unknown\"}]},null]}],\"birthDate\"")]
    [InlineData("<add sel=\"f:Patient\"><gender value=\"male\"/></add>", "\"gender\":\"male\",\"birthDate\"")]
    [InlineData("<add sel=\"f:Patient/f:name[1]\" pos=\"before\"><name><text value=\"é\"/></name></add>", "\"name\":[{\"text\":\"é\"},{\"family\"")]
    [InlineData("<add sel=\"f:Patient/f:name[last()]\" type=\"@id\">n</add>", "{\"id\":\"n\",\"text\":\"B\"}")]
    [InlineData("<remove sel=\"f:Patient/f:birthDate/f:extension[@url='http://t']\"/>", "\"birthDate\":\"1974-12-25\",\"deceasedBoolean\"")]
    [InlineData("<add sel=\"f:Patient\"><text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">x</div></text></add>", "\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"")]
    public void An_XML_Patch_changes_what_it_says(string operation, string expected) =>
        Assert.Contains(expected, Patched($"<diff xmlns=\"http://hl7.org/fhir\">{operation}</diff>", PatchFormat.Xml), StringComparison.Ordinal);

    [Theory]
    [InlineData("", PatchFailure.InvalidPatch)]
    [InlineData("<spam sel=\"f:Patient/f:active\"/>", PatchFailure.InvalidPatch)]
    [InlineData("<remove/>", PatchFailure.InvalidPatch)]
    [InlineData("<remove sel=\"f:Patient//f:given\"/>", PatchFailure.InvalidPatch)]
    [InlineData("<remove sel=\"x:Patient\"/>", PatchFailure.InvalidPatch)]
    [InlineData("<remove sel=\"f:Patient/f:name[count(f:given) &gt; 1]\"/>", PatchFailure.InvalidPatch)]
    [InlineData("<replace sel=\"f:Patient/f:active\">x</replace>", PatchFailure.InvalidPatch)]
    [InlineData("<add sel=\"f:Patient\" type=\"@a b\">x</add>", PatchFailure.InvalidPatch)]
    [InlineData("<remove sel=\"f:Patient/f:name\"/>", PatchFailure.NotApplicable)]
    [InlineData("<remove sel=\"f:Patient/f:gender\"/>", PatchFailure.NotApplicable)]
    [InlineData("<remove sel=\"f:Patient\"/>", PatchFailure.NotApplicable)]
    [InlineData("<add sel=\"f:Patient/f:active\" type=\"@value\">x</add>", PatchFailure.NotApplicable)]
    [InlineData("<replace sel=\"f:Patient/f:active/@value\">x</replace>", PatchFailure.InvalidResult)]
    [InlineData("<replace sel=\"f:Patient/f:id/@value\">x</replace>", PatchFailure.InvalidResult)]
    [InlineData("<add sel=\"f:Patient\"><active value=\"true\"/></add>", PatchFailure.InvalidResult)]
    public void An_XML_Patch_that_does_not_do_is_refused_whole(string operation, PatchFailure failure)
    {
        var result = Apply($"<diff xmlns=\"http://hl7.org/fhir\">{operation}</diff>", PatchFormat.Xml);
        Assert.Null(result.Tree);
        Assert.Equal(failure, result.Failure);
        Assert.NotEmpty(result.Issues);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><diff/>")]
    [InlineData("<diff>")]
    public void An_XML_Patch_that_is_not_plain_XML_is_refused(string patch) =>
        Assert.Equal(PatchFailure.InvalidPatch, Apply(patch, PatchFormat.Xml).Failure);

    [Theory]
    [InlineData(PatchFormat.Json, """[{"op":"add","path":"/name/-","value":{"text":"C~/"}},{"op":"copy","from":"/name/0","path":"/name/1"},{"op":"move","from":"/name/2","path":"/name/0"},{"op":"test","path":"/active","value":true}]""")]
    [InlineData(PatchFormat.Xml, "<diff xmlns=\"http://hl7.org/fhir\"><add sel=\"f:Patient/f:name[2]\" pos=\"before\"><name id='é'/></add><replace sel=\"f:Patient/f:active/@value\">false</replace><remove sel=\"f:Patient/f:name[f:text/@value='B']\"/></diff>")]
    [InlineData(PatchFormat.FhirPathInJson, """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"insert"},{"name":"path","valueString":"Patient.name[0].given"},{"name":"index","valueInteger":1},{"name":"value","valueString":"W","_valueString":{"id":"g"}}]}]}""")]
    public void A_damaged_patch_is_answered_and_never_thrown_at(PatchFormat format, string patch)
    {
        var resource = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(Patient)).Tree!;
        var whole = Encoding.UTF8.GetBytes(patch);
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var damaged = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                // Bytes of the patch itself change its meaning more often than others, which only break it.
                damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : whole[random.Next(whole.Length)];
            }

            var result = ResourcePatch.Apply(resource, format, damaged);
            Assert.Equal(result.Failure == PatchFailure.None, result.Tree is not null);
            Assert.True(result.Tree is not null || result.Issues.Count > 0);
        }

        Assert.True(ResourcePatch.Apply(resource, format, whole).Failure is PatchFailure.None or PatchFailure.InvalidResult);
    }
}
