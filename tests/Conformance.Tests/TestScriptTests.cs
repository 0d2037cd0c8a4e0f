// Scripts are read as R4 defines them.

using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

public class TestScriptTests
{
    [Fact]
    public void A_script_is_taken_apart()
    {
        var script = Read(
            """
            {"resourceType":"TestScript","url":"http://example.org/TestScript/a","name":"a","status":"active",
             "fixture":[{"id":"patient","autocreate":true,"autodelete":false,"resource":{"reference":"#p"}}],
             "profile":[{"id":"base","reference":"http://hl7.org/fhir/StructureDefinition/Patient"}],
             "variable":[{"name":"id","expression":"Patient.id","sourceId":"created"}],
             "setup":{"action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"http://example.org"}}]},
             "test":[{"name":"Reads","action":[
               {"operation":{"type":{"code":"read"},"resource":"Patient","destination":2,"encodeRequestUrl":false,"requestHeader":[{"field":"If-Match","value":"W/\"1\""}]}},
               {"assert":{"response":"okay","warningOnly":true}}]}],
             "teardown":{"action":[{"operation":{"encodeRequestUrl":true,"type":{"code":"delete"},"targetId":"patient"}}]}}
            """);

        Assert.Equal(("patient", true, false, "#p"), (script.Fixtures[0].Id, script.Fixtures[0].IsCreated, script.Fixtures[0].IsDeleted, script.Fixtures[0].Reference));
        Assert.Equal(new ScriptProfile("base", "http://hl7.org/fhir/StructureDefinition/Patient"), script.Profiles[0]);
        Assert.Equal(("id", "Patient.id", "created"), (script.Variables[0].Name, script.Variables[0].Expression, script.Variables[0].SourceId));
        Assert.Equal("get", Assert.IsType<OperationAction>(script.Setup[0]).Method);
        var read = Assert.IsType<OperationAction>(script.Tests[0].Actions[0]);
        Assert.Equal(("read", "Patient", 2, false), (read.Code, read.Resource, read.Destination!.Value, read.EncodesUrl));
        Assert.Equal([("If-Match", "W/\"1\"")], read.RequestHeaders);
        Assert.True(Assert.IsType<AssertAction>(script.Tests[0].Actions[1]).IsWarningOnly);
        Assert.Equal("patient", Assert.IsType<OperationAction>(script.Teardown[0]).TargetId);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(",\"extension\":[{\"url\":\"http://hl7.org/fhir/5.0/StructureDefinition/extension-TestScript.test.action.assert.stopTestOnFail\",\"valueBoolean\":false}]", false)]
    public void A_test_ends_with_its_first_failure_unless_the_assert_says_otherwise(string extension, bool stops)
    {
        var script = Read(
            $$"""
            {"resourceType":"TestScript","url":"u","name":"a","status":"active",
             "test":[{"action":[{"assert":{"response":"okay","warningOnly":false {{extension}} } }]}]}
            """);

        Assert.Equal(stops, Assert.IsType<AssertAction>(script.Tests[0].Actions[0]).StopsTestOnFail);
    }

    [Fact]
    public void Another_resource_is_no_script()
    {
        var tree = ResourceParser.ParseJson("""{"resourceType":"Patient"}"""u8.ToArray()).Tree!;

        Assert.Equal("a.json is a Patient, not a TestScript.", Assert.Throws<ScriptException>(() => TestScript.Read(tree, "a.json")).Message);
    }

    private static TestScript Read(string json) => TestScript.Read(ResourceParser.ParseJson(System.Text.Encoding.UTF8.GetBytes(json)).Tree!, "a.json");
}
