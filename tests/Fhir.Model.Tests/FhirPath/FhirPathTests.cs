// What the official suites leave open: the variables and functions of R4, references, host delegates, limits, messages.

using System.Text;
using FhirHub.Model.FhirPath;

namespace FhirHub.Model.Tests.FhirPath;

public class FhirPathTests
{
    private const string Bundle = """
        {"resourceType":"Bundle","type":"collection","entry":[
          {"fullUrl":"http://hub.example/fhir/Patient/p1","resource":{"resourceType":"Patient","id":"p1","active":true,
            "name":[{"family":"Chalmers"}],"multipleBirthInteger":2}},
          {"fullUrl":"urn:uuid:6d6a1b9c-63a4-4b0c-9f0f-3b2d1d4a1c11","resource":{"resourceType":"Organization","name":"Good Health"}},
          {"fullUrl":"http://hub.example/fhir/Observation/o1","resource":{"resourceType":"Observation","id":"o1","status":"final",
            "contained":[{"resourceType":"Device","id":"d","deviceName":[{"name":"Scale","type":"other"}]}],
            "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},
            "subject":{"reference":"Patient/p1"},"performer":[{"reference":"urn:uuid:6d6a1b9c-63a4-4b0c-9f0f-3b2d1d4a1c11"}],
            "device":{"reference":"#d"},
            "valueQuantity":{"value":80.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"},
            "component":[{"code":{"text":"a"},"valueString":"x"},{"code":{"text":"b"},"valueInteger":3}]}}]}
        """;

    private static ElementNode Parse(string json) => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!.Root;

    private static string Evaluate(string expression, string json = Bundle, FhirPathContext? context = null) =>
        string.Join(", ", FhirPathExpression.Get(expression).Evaluate(Parse(json), context));

    private static ElementNode Observation() => Parse(Bundle).ChildrenOf("entry").ToList()[2].Child("resource");

    private static string OnObservation(string expression, FhirPathContext? context = null) =>
        string.Join(", ", FhirPathExpression.Get(expression).Evaluate(Observation(), context));

    [Theory]
    [InlineData("subject.resolve().name.family", "Chalmers")]
    [InlineData("performer.resolve().name", "Good Health")]
    [InlineData("performer.reference.resolve().name", "Good Health")]
    [InlineData("device.resolve().deviceName.name", "Scale")]
    [InlineData("contained.resolve()", "")]
    [InlineData("subject.resolve() is Patient", "true")]
    public void References_are_resolved_within_the_resource_and_its_bundle(string expression, string expected) =>
        Assert.Equal(expected, OnObservation(expression));

    [Fact]
    public void A_reference_that_leads_outside_is_left_to_the_host()
    {
        var outside = Parse("""{"resourceType":"Practitioner","id":"x","name":[{"family":"Careful"}]}""");
        var inside = Parse("""{"resourceType":"Observation","status":"final","code":{"text":"c"},"performer":[{"reference":"Practitioner/x"}]}""");
        var expression = FhirPathExpression.Get("performer.resolve().name.family");
        Assert.Empty(expression.Evaluate(inside));
        var context = new FhirPathContext { Resolve = (reference, _) => reference == "Practitioner/x" ? outside : default };
        Assert.Equal("Careful", Assert.Single(expression.Evaluate(inside, context)).ToString());
    }

    [Fact]
    public void Resource_and_root_resource_differ_within_a_contained_one()
    {
        var name = FhirPathExpression.Get("%resource.id & ' in ' & %rootResource.id & ' at ' & %context.name");
        var device = Observation().Child("contained").Child("deviceName");
        Assert.Equal("d in o1 at Scale", Assert.Single(name.Evaluate(device)).ToString());
    }

    [Theory]
    [InlineData("value", "Bundle.entry[2].resource.value")]
    [InlineData("value.value", "80.50")]
    [InlineData("value > 80 'kg'", "true")]
    [InlineData("value = 80500 'g'", "true")]
    [InlineData("value + 500 'g' = 81 'kg'", "true")]
    [InlineData("component.value.ofType(string)", "x")]
    [InlineData("(component.value as integer) + 1", "4")]
    [InlineData("component.where($index = 1).code.text", "b")]
    [InlineData("component.select(code.text & ':' & value.toString()).join(' ')", "a:x b:3")]
    [InlineData("code.coding.exists(system = %loinc and code = '29463-7')", "true")]
    [InlineData("status.hasValue()", "true")]
    [InlineData("status.getValue().type().namespace", "System")]
    [InlineData("status.value.type().name", "String")]
    [InlineData("value.type().name", "Quantity")]
    [InlineData("component.type().distinct().name", "BackboneElement")]
    [InlineData("value.toQuantity('g').value", "80500.00")]
    public void Elements_are_read_with_their_types(string expression, string expected) =>
        Assert.Equal(expected, OnObservation(expression));

    [Theory]
    [InlineData("@2014 + 23 months", "2015")]
    [InlineData("@2014-01-31 + 1 month", "2014-02-28")]
    [InlineData("@2014-01 + 40 days", "2014-02")]
    [InlineData("@2014-01-01T10:00:00Z - 36 hours", "2013-12-30T22:00:00Z")]
    [InlineData("@9999-12-31 + 1 day", "")]
    [InlineData("@0001-01-01 - 1 month", "")]
    [InlineData("@2012-04-15T15:00:00+02:00 = @2012-04-15T13:00:00Z", "true")]
    [InlineData("@2012-01-01T00:30:00+02:00 < @2012-01-01", "")]
    [InlineData("1 year = 12 months", "true")]
    [InlineData("1 year = 1 'a'", "")]
    [InlineData("1 year ~ 1 'a'", "true")]
    [InlineData("1 'cm' = 1 's'", "")]
    [InlineData("37 'Cel' > 300 'K'", "true")]
    [InlineData("2147483647 + 1", "")]
    [InlineData("79228162514264337593543950335.0 * 10", "")]
    [InlineData("(1 | 2 | 3).aggregate($total + $this, 0)", "6")]
    [InlineData("'a,b'.split(',').select($this & '!').join('')", "a!b!")]
    [InlineData("'x'.lastIndexOf('x')", "0")]
    [InlineData("'Ab'.matches('ab', 'i')", "true")]
    [InlineData("'aa'.matches('(a)\\\\1')", "true")]
    [InlineData("('a' | 'b') contains 'b'", "true")]
    [InlineData("(1 'g').combine(1000 'mg').combine(1 'kg').combine(1 'g').combine(2 'g').combine(3 'g').combine(4 'g').combine(5 'g').combine(0.001 'kg').distinct().count()", "6")]
    [InlineData("('1' | '2').combine(1 | 1.0 | 2 | 3.0 | 3 | 4 | 5 | 6 | 7 | 8).distinct().count()", "10")]
    [InlineData("%`ext-birthPlace`", "http://hl7.org/fhir/StructureDefinition/birthPlace")]
    [InlineData("10 'mg'.toString()", "10 'mg'")]
    [InlineData("3 months.toString()", "3 months")]
    [InlineData("-7 mod 2", "-1")]
    [InlineData("2.power(-1)", "0.5")]
    public void System_values_are_computed_as_the_standard_says(string expression, string expected) =>
        Assert.Equal(expected, Evaluate(expression));

    [Fact]
    public void The_clock_is_the_hosts_and_stands_still_during_an_evaluation()
    {
        var context = new FhirPathContext { TimeProvider = new FixedClock() };
        Assert.Equal("2020-02-29T12:30:00.000Z", Evaluate("now()", context: context));
        Assert.Equal("2020-02-29", Evaluate("today()", context: context));
        Assert.Equal("12:30:00.000", Evaluate("timeOfDay()", context: context));
        Assert.Equal("true", Evaluate("now() = now()"));
    }

    [Fact]
    public void Terminology_is_the_hosts_and_empty_without_it()
    {
        Assert.Equal("", OnObservation("code.memberOf('http://vs')"));
        Assert.Equal("", OnObservation("code.coding.subsumes(code.coding)"));
        var context = new FhirPathContext
        {
            MemberOf = (code, valueSet) => valueSet == "http://vs" && code.Node?.Type.Name == "CodeableConcept",
            Subsumes = (a, b) => a == b,
            ConformsTo = (_, profile) => profile == "http://profile" ? true : null,
        };
        Assert.Equal("true", OnObservation("code.memberOf('http://vs')", context));
        Assert.Equal("true", OnObservation("code.coding.subsumedBy(code.coding)", context));
        Assert.Equal("true", OnObservation("conformsTo('http://profile')", context));
        Assert.Equal("false", OnObservation("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", context));
    }

    [Fact]
    public void Traced_values_reach_the_host()
    {
        var traced = new List<string>();
        var context = new FhirPathContext { Trace = (name, values) => traced.Add($"{name}: {string.Join(", ", values)}") };
        Assert.Equal("2", OnObservation("component.trace('codes', code.text).count()", context));
        Assert.Equal("codes: a, b", Assert.Single(traced));
    }

    [Fact]
    public void Given_variables_are_known()
    {
        var context = new FhirPathContext
        {
            Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>> { ["limit"] = [FhirPathValue.Of(80m, "kg")] },
        };
        Assert.Equal("true", OnObservation("value > %limit", context));
        var fault = Assert.Throws<FhirPathException>(() => OnObservation("value > %other"));
        Assert.Contains("%other", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_modifier_extension_stops_the_evaluation()
    {
        const string json = """
            {"resourceType":"Basic","code":{"text":"x"},"modifierExtension":[{"url":"http://m","valueBoolean":true}]}
            """;
        Assert.Equal("x", Evaluate("checkModifiers('http://m').code.text", json));
        Assert.Contains("http://m", Assert.Throws<FhirPathException>(() => Evaluate("checkModifiers('http://n').code", json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_is_checked_by_the_rules_of_narratives()
    {
        const string json = """
            {"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}
            """;
        Assert.Equal("true", Evaluate("text.`div`.htmlChecks()", json));
        Assert.Equal("false", Evaluate("'<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>'.htmlChecks()", json));
    }

    [Theory]
    [InlineData("name.where(", "character 12")]
    [InlineData("name.foo()", "no function foo()")]
    [InlineData("name.substring()", "takes 1 to 2 arguments")]
    [InlineData("'open", "no closing quote")]
    [InlineData("@2015-13-01", "is no date")]
    [InlineData("$that", "$this, $index and $total")]
    [InlineData("name is Foo", "There is no type Foo")]
    [InlineData("99999999999", "at most 2147483647")]
    [InlineData("a ! b", "'!'")]
    public void A_wrong_expression_is_refused_with_its_place(string expression, string message)
    {
        var fault = Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(expression));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Observation.valueQuantity", "no element 'valueQuantity'")]
    [InlineData("component.where(cod.text = 'a')", "no element 'cod'")]
    [InlineData("Patient.name", "The context is Observation")]
    [InlineData("code.startsWith('a')", "works on strings")]
    [InlineData("component.value.ofType(Quantity).cod", "no element 'cod'")]
    [InlineData("iif(status, 1, 2)", "must be a boolean")]
    public void With_a_context_type_names_that_do_not_exist_are_refused(string expression, string message)
    {
        var fault = Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(expression, Schema.R4.FindType("Observation")));
        Assert.Equal(FhirPathFault.Semantic, fault.Fault);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_and_long_expressions_are_refused()
    {
        foreach (var hostile in new[]
        {
            new string('(', 100_000), new string('(', 20_000) + "1" + new string(')', 10_000), string.Join("", Enumerable.Repeat("-", 20_000)) + "1",
            "a" + string.Concat(Enumerable.Repeat(".a", 10_000)), "1" + string.Concat(Enumerable.Repeat("+1", 10_000)),
            "a" + string.Concat(Enumerable.Repeat("[0]", 5_000)), string.Concat(Enumerable.Repeat("iif(a,", 4_000)), string.Concat(Enumerable.Repeat("1 is ", 4_000)),
        })
        {
            Assert.Equal(FhirPathFault.Syntax, Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(hostile)).Fault);
        }
    }

    [Theory]
    [InlineData("(1|2|3|4|5|6|7|8|9).repeat($this.combine($this + 1))")]
    [InlineData("Bundle.descendants().select(%context.descendants().select(%context.descendants().count()))")]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(?=(a+)+$)')")]
    [InlineData("(1|2|3|4|5|6|7|8|9).aggregate($total.select($this & $this & $this & $this & $this & $this & $this & $this), 'aaaaaaaaa')")]
    [InlineData("(1|2|3|4|5|6|7|8|9).aggregate($total.replace('', $total), 'aaaaaaaaa')")]
    public void An_evaluation_that_costs_too_much_is_given_up(string expression)
    {
        var context = new FhirPathContext { MaxSteps = 20_000 };
        var fault = Assert.Throws<FhirPathException>(() => Evaluate(expression, context: context));
        Assert.Equal(FhirPathFault.TooCostly, fault.Fault);
    }

    [Fact]
    public void The_cache_gives_the_same_expression_again_and_stays_bounded()
    {
        var expression = FhirPathExpression.Get("name.family");
        Assert.Same(expression, FhirPathExpression.Get("name.family"));
        for (var i = 0; i < 5_000; i++)
            FhirPathExpression.Get($"{i}");
        Assert.Equal("name.family", FhirPathExpression.Get("name.family").Text);
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2020, 2, 29, 12, 30, 0, TimeSpan.Zero);
    }
}
