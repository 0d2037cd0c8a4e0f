// memberOf(), subsumes() and subsumedBy() in FHIRPath.

using System.Text;
using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Terminology.Tests;

public sealed class FhirPathTerminologyTests : ValueSetTestBase
{
    [Theory]
    [InlineData("code.memberOf('urn:vs:birds')", true)]
    [InlineData("code.coding.first().memberOf('urn:vs:birds')", true)]
    [InlineData("code.coding.last().memberOf('urn:vs:birds')", false)]
    [InlineData("code.coding.first().code.memberOf('urn:vs:birds')", true)]
    [InlineData("code.memberOf('urn:vs:nowhere')", null)]
    [InlineData("code.coding.last().subsumes(code.coding.first())", true)]
    [InlineData("code.coding.first().subsumes(code.coding.last())", false)]
    [InlineData("code.coding.first().subsumedBy(code.coding.last())", true)]
    [InlineData("code.coding.first().subsumes(interpretation.coding)", null)]
    public void Terminology_answers_what_expressions_ask(string expression, bool? expected)
    {
        Post("birds", """{"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"bird"}]}]}""");
        var observation = ResourceParser.ParseJson(Encoding.UTF8.GetBytes("""
            {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:animals","code":"duck"},{"system":"urn:animals","code":"animal"}]},
            "interpretation":[{"coding":[{"system":"urn:x","code":"duck"}]}]}
            """)).Tree!;
        var terminology = new FhirPathTerminology(Library, default);
        var context = new FhirPathContext { MemberOf = terminology.MemberOf, Subsumes = terminology.Subsumes };
        var result = FhirPathExpression.Compile(expression).Evaluate(observation.Root, context);
        Assert.Equal(expected is { } value ? value ? "true" : "false" : "", string.Join(' ', result.Select(static item => item.ToString())));
    }
}
