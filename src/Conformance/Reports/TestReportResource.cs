// A run of a script as a TestReport resource (R4 testreport.html).

using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Conformance;

/// <summary>What a TestReport says beside the run itself.</summary>
public sealed record TestReportDetails
{
    /// <summary>The id of the resource; none if null.</summary>
    public string? Id { get; init; }

    /// <summary>The reference of the script; from the script itself if null.</summary>
    public string? TestScript { get; init; }

    /// <summary>Who ran it, where that is not just the engine.</summary>
    public string? Tester { get; init; }

    /// <summary>Where the page with the requests and answers has this script, which steps link to: an address up to the start of the anchors, such as <c>index.html#s1-</c>.</summary>
    public string? Page { get; init; }
}

/// <summary>Writes TestReports.</summary>
public static class TestReportResource
{
    // Addresses and names are of scripts and servers; nobody reads longer ones.
    private const int MaxCharacters = 4_000;

    private const string Engine = "https://fhirhub.dev/fhir/testscript-engine";

    /// <summary>What the engine calls itself.</summary>
    public static string EngineName { get; } = $"FhirHub {typeof(TestReportResource).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>The report as JSON, without secrets.</summary>
    /// <param name="report">The run.</param>
    /// <param name="redaction">Hides secrets.</param>
    /// <param name="details">What else it says.</param>
    public static byte[] Write(ScriptReport report, Redaction redaction, TestReportDetails? details = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(redaction);
        details ??= new TestReportDetails();
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true }))
            new Writer(json, report, redaction, details).Write();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>R4 report-result-codes: what was skipped, or not reached, is still to be done.</summary>
    internal static string ResultOf(ScriptReport report)
    {
        if (report.IsPass && !report.IsStopped)
            return "pass";
        var results = report.Tests.Select(static test => test.Result).Append(ScriptReport.Worst(report.Setup));
        return results.Any(static result => result is StepResult.Fail or StepResult.Error) ? "fail" : "pending";
    }

    private sealed class Writer(Utf8JsonWriter json, ScriptReport report, Redaction redaction, TestReportDetails details)
    {
        public void Write()
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "TestReport");
            Text("id", details.Id);
            Text("name", report.Script.Name);
            json.WriteString("status", report.IsStopped ? "stopped" : "completed");
            TestScript();
            json.WriteString("result", ResultOf(report));
            json.WriteNumber("score", report.Score);
            Text("tester", details.Tester ?? EngineName);
            json.WriteString("issued", report.Started.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            json.WriteStartArray("participant");
            Participant("test-engine", Engine, EngineName);

            // The engine is the client of every origin.
            foreach (var origin in report.Script.Tree.Root.ChildrenOf("origin"))
                Participant("client", Engine, $"{EngineName}, origin {origin.ChildValue("index")}");
            foreach (var destination in report.Destinations)
                Participant("server", destination.FhirBase.AbsoluteUri, destination.Name);
            json.WriteEndArray();
            Actions("setup", report.Setup, "setup");
            Tests();

            // R4 has no asserts in teardown.
            Actions("teardown", [.. report.Teardown.Where(static step => step.Action is not AssertAction)], "teardown");
            json.WriteEndObject();
        }

        private void TestScript()
        {
            var script = report.Script;
            json.WriteStartObject("testScript");
            Text("reference", details.TestScript ?? (script.Source.StartsWith("TestScript/", StringComparison.Ordinal) ? script.Source : Uri.IsWellFormedUriString(script.Url, UriKind.Absolute) ? script.Url : null));
            json.WriteString("type", "TestScript");
            Text("display", script.Title);
            json.WriteEndObject();
        }

        private void Participant(string type, string uri, string display)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("uri", uri);
            Text("display", display);
            json.WriteEndObject();
        }

        private void Tests()
        {
            if (report.Tests.Count == 0)
                return;
            json.WriteStartArray("test");
            foreach (var test in report.Tests)
            {
                json.WriteStartObject();
                Text("name", test.Test.Name);
                Text("description", test.Test.Description);
                WriteActions(test.Steps.Count > 0 ? test.Steps : [new StepReport(null, StepResult.Pass, "The test does nothing.", null)], $"test-{test.Test.Number}");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        private void Actions(string name, IReadOnlyList<StepReport> steps, string anchor)
        {
            if (steps.Count == 0)
                return;
            json.WriteStartObject(name);
            WriteActions(steps, anchor);
            json.WriteEndObject();
        }

        private void WriteActions(IReadOnlyList<StepReport> steps, string anchor)
        {
            json.WriteStartArray("action");
            foreach (var step in steps)
            {
                var isAssert = step.Action is AssertAction;
                json.WriteStartObject();
                json.WriteStartObject(isAssert ? "assert" : "operation");
                json.WriteString("result", Code(step.Result));
                Text("message", step.Name.Length == 0 || step.Message.Length == 0 ? $"{step.Name}{step.Message}" : $"{step.Name}: {step.Message}");

                // Here an operation's detail is an address and an assert's a text.
                if (isAssert)
                    Text("detail", step.Exchange is { } exchange ? ReportedExchange.Line(exchange, redaction) : null);
                else
                    Text("detail", details.Page is { } page ? $"{page}{anchor}" : null);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        // FHIR's strings hold no control characters but white space, and are not blank (R4 datatypes.html#string).
        private void Text(string name, string? text)
        {
            if (string.IsNullOrWhiteSpace(text))
                return;
            var told = redaction.Text(ReportText.Clean(text).Trim());
            json.WriteString(name, told.Length <= MaxCharacters ? told : $"{told[..(char.IsHighSurrogate(told[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)]}…");
        }

        private static string Code(StepResult result) => result switch
        {
            StepResult.Pass => "pass",
            StepResult.Skip => "skip",
            StepResult.Fail => "fail",
            StepResult.Warning => "warning",
            _ => "error",
        };
    }
}
