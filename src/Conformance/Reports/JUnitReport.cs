// A run as JUnit XML, the form that build servers read: a suite for each script, a case for each test.

using System.Globalization;
using System.Text;
using System.Xml;

namespace FhirHub.Conformance;

/// <summary>
/// Writes JUnit XML as Ant's task began it and Jenkins, GitLab and the actions of GitHub read it: <c>failure</c> for what does not hold, <c>error</c> for what
/// could not be done, <c>skipped</c> for what was not done.
/// </summary>
public static class JUnitReport
{
    // A file with more is refused or cut by the readers (GitLab: 20 MB each).
    private const int MaxShownCharacters = 8_000_000;
    private const int MaxBodyCharacters = 4_000;
    private const int MaxFolders = 3;

    /// <summary>The document as UTF-8.</summary>
    public static byte[] Write(ReportedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
            new Writer(xml).Write(run);
        return output.ToArray();
    }

    /// <summary>The request and answer of a step as text.</summary>
    internal static string Text(ReportedExchange exchange, int maxBodyCharacters)
    {
        var text = new StringBuilder(exchange.Request).Append('\n');
        Part(text, exchange.RequestHeaders, exchange.RequestBody, maxBodyCharacters);
        text.Append('\n').Append(exchange.Status is { } status ? $"HTTP {status}" : $"No answer: {exchange.Failure}").Append('\n');
        Part(text, exchange.ResponseHeaders, exchange.ResponseBody, maxBodyCharacters);
        return text.ToString();
    }

    private static void Part(StringBuilder text, IReadOnlyList<KeyValuePair<string, string>> headers, ReportedBody? body, int maxBodyCharacters)
    {
        foreach (var (name, value) in headers)
            text.Append(name).Append(": ").Append(value).Append('\n');
        if (body is null)
            return;
        var shown = Math.Min(body.Text.Length, maxBodyCharacters);
        text.Append('\n').Append(body.Text, 0, shown).Append('\n');
        if (shown < body.Text.Length || !body.IsWhole)
            text.Append(CultureInfo.InvariantCulture, $"[{body.Length:N0} bytes of {(body.ContentType.Length > 0 ? body.ContentType : "no type")}, not all shown]\n");
    }

    private sealed class Writer(XmlWriter xml)
    {
        private int _shown;

        public void Write(ReportedRun run)
        {
            var cases = run.Scripts.Sum(static script => Cases(script).Count());
            xml.WriteStartDocument();
            xml.WriteStartElement("testsuites");
            Attribute("name", "TestScripts");
            Attribute("tests", (cases + run.Problems.Count).ToString(CultureInfo.InvariantCulture));
            Attribute("failures", run.Scripts.Sum(static script => Count(script, StepResult.Fail)).ToString(CultureInfo.InvariantCulture));
            Attribute("errors", (run.Scripts.Sum(static script => Count(script, StepResult.Error)) + run.Problems.Count).ToString(CultureInfo.InvariantCulture));
            Attribute("time", Seconds(run.Duration));
            foreach (var script in run.Scripts)
                Suite(script);
            if (run.Problems.Count > 0)
                Problems(run);
            xml.WriteEndElement();
        }

        private void Suite(ReportedScript script)
        {
            var cases = Cases(script).ToList();
            Begin(script.Title, cases.Count, Count(script, StepResult.Fail), Count(script, StepResult.Error), cases.Count(static test => test.Result == StepResult.Skip), script.Duration, script.Started);
            xml.WriteStartElement("properties");
            Property("script", script.Source);
            foreach (var (server, index) in script.Servers.Select(static (server, index) => (server, index)))
                Property($"destination {index + 1}", server);
            xml.WriteEndElement();
            var className = ClassName(script);
            foreach (var test in cases)
                Case(test, className);

            // Teardown does not count, but who looks for what it left behind finds it here.
            var faults = script.Teardown.Where(static step => step.Result is StepResult.Fail or StepResult.Error).ToList();
            if (faults.Count > 0)
                Element("system-err", $"Teardown:\n{string.Join('\n', faults.Select(Line))}");
            xml.WriteEndElement();
        }

        // A problem is a case too: a reader that sees none would call the run good.
        private void Problems(ReportedRun run)
        {
            Begin("Scripts that can't be read", run.Problems.Count, 0, run.Problems.Count, 0, TimeSpan.Zero, run.Started);
            foreach (var problem in run.Problems)
            {
                xml.WriteStartElement("testcase");
                Attribute("name", problem.Place);
                Attribute("classname", "TestScript");
                Attribute("time", Seconds(TimeSpan.Zero));
                Outcome("error", "script", problem.Message, problem.Message);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        private void Begin(string name, int tests, int failures, int errors, int skipped, TimeSpan? time, DateTimeOffset started)
        {
            xml.WriteStartElement("testsuite");
            Attribute("name", name);
            Attribute("tests", tests.ToString(CultureInfo.InvariantCulture));
            Attribute("failures", failures.ToString(CultureInfo.InvariantCulture));
            Attribute("errors", errors.ToString(CultureInfo.InvariantCulture));
            Attribute("skipped", skipped.ToString(CultureInfo.InvariantCulture));
            Attribute("time", Seconds(time ?? TimeSpan.Zero));

            // The format's timestamps have no zone.
            Attribute("timestamp", started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        }

        private void Case(ReportedTest test, string className)
        {
            xml.WriteStartElement("testcase");
            Attribute("name", test.Name);
            Attribute("classname", className);
            Attribute("time", Seconds(test.Duration ?? TimeSpan.Zero));
            var worst = test.Steps.FirstOrDefault(step => step.Result == test.Result);
            if (test.Result == StepResult.Skip)
            {
                xml.WriteStartElement("skipped");
                Attribute("message", worst?.Message ?? "");
                xml.WriteEndElement();
            }
            else if (test.Result is StepResult.Fail or StepResult.Error && worst is not null)
            {
                var all = string.Join('\n', test.Steps.Where(static step => step.Result is StepResult.Fail or StepResult.Error).Select(Line));
                Outcome(test.Result == StepResult.Fail ? "failure" : "error", worst.Kind == StepKind.Assert ? "assert" : "operation", worst.Message, all);
            }

            Output(test);
            xml.WriteEndElement();
        }

        private void Output(ReportedTest test)
        {
            var text = new StringBuilder();
            foreach (var step in Told(test.Steps))
            {
                if (step.Result == StepResult.Warning)
                    text.Append("Warning: ").Append(Line(step)).Append('\n');
                else if (step.Exchange is { } exchange && _shown < MaxShownCharacters)
                    text.Append(JUnitReport.Text(exchange, MaxBodyCharacters)).Append('\n');
            }

            _shown += text.Length;
            if (text.Length > 0)
                Element("system-out", text.ToString());
        }

        // What a subtest found stands in its own steps.
        private static IEnumerable<ReportedStep> Told(IReadOnlyList<ReportedStep> steps) => steps
            .Where(static step => step.Result is StepResult.Warning or StepResult.Fail or StepResult.Error)
            .SelectMany(static step => step.Subtests.SelectMany(static subtest => subtest.Setup.Concat(subtest.Tests.SelectMany(static test => test.Steps)))
                .Where(static inner => inner.Result is StepResult.Fail or StepResult.Error).Prepend(step));

        private void Outcome(string element, string type, string message, string text)
        {
            xml.WriteStartElement(element);
            Attribute("message", message);
            Attribute("type", type);
            xml.WriteString(ReportText.Clean(text));
            xml.WriteEndElement();
        }

        private void Property(string name, string value)
        {
            xml.WriteStartElement("property");
            Attribute("name", name);
            Attribute("value", value);
            xml.WriteEndElement();
        }

        private void Element(string name, string text) => xml.WriteElementString(name, ReportText.Clean(text));

        private void Attribute(string name, string value) => xml.WriteAttributeString(name, ReportText.Clean(value));

        // Setup is a case where it failed, so that what is wrong stands beside the tests that it kept from running.
        private static IEnumerable<ReportedTest> Cases(ReportedScript script)
        {
            var setup = ReportedScript.Worst(script.Setup.Select(static step => step.Result));
            if (setup is StepResult.Fail or StepResult.Error)
                yield return new ReportedTest("Setup", null, setup, null, script.Setup);
            foreach (var test in script.Tests)
                yield return test;
        }

        private static int Count(ReportedScript script, StepResult result) => Cases(script).Count(test => test.Result == result);

        private static string Line(ReportedStep step) => step.Name.Length > 0 ? $"{step.Name}: {step.Message}" : step.Message;

        // Readers take what stands before the last dot for a package: the folders, as far as they tell scripts apart.
        private static string ClassName(ReportedScript script)
        {
            var folders = (Path.GetDirectoryName(script.Source) ?? "").Split('/', '\\').Where(static step => step.Trim('.').Length > 0).Select(NoDots).TakeLast(MaxFolders);
            return string.Join('.', folders.DefaultIfEmpty("TestScript").Append(NoDots(script.Name)));
        }

        private static string NoDots(string name) => name.Replace('.', '-');

        private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
    }
}
