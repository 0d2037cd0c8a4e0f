// Runs as JUnit XML: what the readers of build servers have in common (junit.xsd), and what they show of a failure.

using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using FhirHub.Tests;

namespace FhirHub.Conformance.Tests;

public class JUnitReportTests
{
    [Fact]
    public void A_script_is_a_suite_and_a_test_a_case()
    {
        var xml = Valid([Samples.Failed()]);

        Assert.Equal(("2", "1", "0"), ((string?)xml.Attribute("tests"), (string?)xml.Attribute("failures"), (string?)xml.Attribute("errors")));
        var suite = Assert.Single(xml.Elements("testsuite"));
        Assert.Equal(("A sample <script>", "1.500", "2026-01-01T19:04:05"), ((string?)suite.Attribute("name"), (string?)suite.Attribute("time"), (string?)suite.Attribute("timestamp")));
        Assert.Equal(["base/sample.json", "Test server"], suite.Descendants("property").Select(static property => (string?)property.Attribute("value")));
        var (passed, failed) = (suite.Elements("testcase").First(), suite.Elements("testcase").Last());
        Assert.Equal(("Reads", "base.sample", "0.250", 0), ((string?)passed.Attribute("name"), (string?)passed.Attribute("classname"), (string?)passed.Attribute("time"), passed.Elements().Count()));
        var failure = Assert.Single(failed.Elements("failure"));
        Assert.Equal(("Expected okay (200), found 404.", "status: Expected okay (200), found 404."), ((string?)failure.Attribute("message"), failure.Value));
        var shown = (string?)failed.Element("system-out");
        Assert.StartsWith("GET http://test.example/fhir/Patient/1\nAccept: application/fhir+json\nAuthorization: Bearer ***\n", shown, StringComparison.Ordinal);
        Assert.Contains("HTTP 404\nContent-Type: application/fhir+json\n\n{\n  \"resourceType\": \"OperationOutcome\"\n}", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_skips_warnings_and_a_failed_teardown_are_told_apart()
    {
        var xml = Valid(
        [
            Samples.Report(static script => [new StepReport(script.Tests[1].Actions[0], StepResult.Error, "No answer: refused.", null)]),
            Samples.Report(static script => [new StepReport(script.Tests[1].Actions[0], StepResult.Skip, "Skipped, since the run has no destination 2.", null)]),
            Samples.Report(static script => [new StepReport(script.Tests[1].Actions[1], StepResult.Warning, "Late.", null)]) with { Teardown = [new StepReport(null, StepResult.Error, "403", null) { Name = "Delete" }] },
        ]);

        var suites = xml.Elements("testsuite").ToList();
        Assert.Equal("operation", (string?)suites[0].Descendants("error").Single().Attribute("type"));
        Assert.Equal(("1", "Skipped, since the run has no destination 2."), ((string?)suites[1].Attribute("skipped"), (string?)suites[1].Descendants("skipped").Single().Attribute("message")));
        Assert.Equal(("0", "0"), ((string?)suites[2].Attribute("failures"), (string?)suites[2].Attribute("errors")));
        Assert.Equal("Warning: status: Late.\n", (string?)suites[2].Descendants("system-out").Single());
        Assert.Equal("Teardown:\nDelete: 403", (string?)suites[2].Element("system-err"));
    }

    [Fact]
    public void A_failed_setup_is_a_case_of_its_own()
    {
        var report = Samples.Report(static script => [.. script.Tests[1].Actions.Select(static action => new StepReport(action, StepResult.Skip, "Skipped, since the setup failed.", null))]);

        var xml = Valid([report with { Setup = [new StepReport(null, StepResult.Error, "PUT failed.", Samples.Exchange(status: 500)) { Name = "Create" }] }]);

        Assert.Equal(("3", "1"), ((string?)xml.Attribute("tests"), (string?)xml.Attribute("errors")));
        var setup = xml.Descendants("testcase").First();
        Assert.Equal(("Setup", "PUT failed."), ((string?)setup.Attribute("name"), (string?)setup.Element("error")!.Attribute("message")));
        Assert.Contains("HTTP 500", (string?)setup.Element("system-out"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_can_not_be_read_is_an_error_that_readers_see()
    {
        var xml = Valid([], new ScriptProblem("a.json:1:2", "Unknown element 'tets'."));

        Assert.Equal(("1", "1"), ((string?)xml.Attribute("tests"), (string?)xml.Attribute("errors")));
        Assert.Equal("a.json:1:2", (string?)xml.Descendants("testcase").Single().Attribute("name"));
    }

    [Fact]
    public void Hostile_texts_and_large_bodies_make_no_invalid_document()
    {
        var body = $"\u0001\ud800]]><script>\u001b[2J{new string('x', 100_000)}";

        var xml = Valid([Samples.Failed("a\u0000b\u001b[31m ]]> <&\"' \ud83d\ude00 \ud800", Samples.Exchange(body: body, contentType: "text/html"))]);

        Assert.Equal("a\uFFFDb\uFFFD[31m ]]> <&\"' \ud83d\ude00 \uFFFD", (string?)xml.Descendants("failure").Single().Attribute("message"));
        var shown = (string)xml.Descendants("system-out").Single();
        Assert.InRange(shown.Length, 4_000, 6_000);
        Assert.Contains("bytes of text/html, not all shown]", shown, StringComparison.Ordinal);
    }

    private static XElement Valid(IReadOnlyList<ScriptReport> reports, params ScriptProblem[] problems)
    {
        var redaction = new Redaction();
        var bytes = JUnitReport.Write(new ReportedRun([.. reports.Select(report => ReportedScript.Of(report, redaction))], problems) { Started = Samples.Failed().Started, Duration = TimeSpan.FromSeconds(3) });
        var schemas = new XmlSchemaSet();
        schemas.Add(null, Path.Combine(SharedMaterial.ProjectRoot, "tests", "Conformance.Tests", "Reports", "junit.xsd"));
        var faults = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = schemas, CheckCharacters = true };
        settings.ValidationEventHandler += (_, fault) => faults.Add(fault.Message);
        using var reader = XmlReader.Create(new MemoryStream(bytes), settings);
        var xml = XElement.Load(reader);
        Assert.Empty(faults);
        return xml;
    }
}
