// Every script of tests/Conformance against our own server, as anybody would run it against theirs.

using System.Text;
using System.Text.RegularExpressions;
using FhirHub.Model;
using FhirHub.Terminology;
using FhirHub.Validation;

namespace FhirHub.Conformance.Tests;

public sealed partial class ConformanceScriptsTests(ConformanceServer server) : IClassFixture<ConformanceServer>
{
    // What of a body helps to see what went wrong.
    private const int ShownBody = 1_500;

    public static TheoryData<string> Paths => [.. ConformanceServer.Scripts.Scripts.Select(ConformanceServer.PathOf).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_script_passes(string path) => AssertPasses(await server.ReportAsync(path));

    [Fact]
    public async Task All_scripts_pass_again_on_a_server_that_they_have_run_on()
    {
        foreach (var script in ConformanceServer.Scripts.Scripts)
            await server.ReportAsync(ConformanceServer.PathOf(script));

        foreach (var (_, report) in await server.RunAllAsync())
            AssertPasses(report);
    }

    [Fact]
    public void Every_file_is_a_script_that_can_be_read() =>
        AssertNone(ConformanceServer.Scripts.Problems.Concat(ConformanceServer.Scripts.Notes).Select(static problem => $"{problem.Place}: {problem.Message}"));

    [Fact]
    public async Task Every_script_is_a_valid_TestScript()
    {
        var validator = new Validator(new LocalConformanceResources(new TerminologyLibrary([new R4TerminologySource()], [new StandardSystems()])));
        var broken = new List<string>();
        foreach (var script in ConformanceServer.Scripts.Scripts)
        {
            // With its variables put in, for no format allows them; what a script sends may claim profiles that nobody knows here, the script itself claims none.
            var text = Variable().Replace(Encoding.UTF8.GetString(script.Tree.Json.Span), static match => match.Groups["kind"].Value switch
            {
                "$uuid" => new Guid(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(match.Value)).AsSpan(0, 16)).ToString(),
                "$now" or "$today" => "2026-11-22",
                "$base" => "http://example.org/fhir",
                _ => "a1",
            });
            var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(text));
            Assert.True(parsed.Tree is not null, $"{ConformanceServer.PathOf(script)}: {string.Join(' ', parsed.Issues.Select(static issue => issue.Diagnostics))}");
            var issues = await validator.ValidateAsync(parsed.Tree.Root, new ValidationRequest { HonorsMetaProfile = false, AppliesVitalSigns = false }, CancellationToken.None);
            broken.AddRange(issues.Where(static issue => (issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal) && !IsForEngine(issue)).Select(issue => $"{ConformanceServer.PathOf(script)}: {issue.Expression}: {issue.Diagnostics}"));
        }

        AssertNone(broken);
    }

    [Fact]
    public void Every_script_has_its_own_name_and_says_what_it_proves()
    {
        var scripts = ConformanceServer.Scripts.Scripts;

        AssertNone(scripts.Where(static script => string.IsNullOrWhiteSpace(script.Description) || script.Tree.Root.ChildValue("title") is null).Select(ConformanceServer.PathOf));
        AssertNone(scripts.GroupBy(static script => script.Url).Where(static group => group.Count() > 1 || group.Key.Length == 0).Select(static group => group.Key));
        AssertNone(scripts.GroupBy(static script => script.Name).Where(static group => group.Count() > 1).Select(static group => group.Key));
    }

    [Fact]
    public void Every_test_asserts_something_and_has_a_name_of_its_own_in_the_script()
    {
        foreach (var script in ConformanceServer.Scripts.Scripts)
        {
            var path = ConformanceServer.PathOf(script);
            AssertNone(script.Tests.Where(static test => !test.Actions.OfType<AssertAction>().Any()).Select(test => $"{path}: {test.Name}"));
            AssertNone(script.Tests.GroupBy(static test => test.Name).Where(static group => group.Count() > 1).Select(group => $"{path}: {group.Key}"));
        }
    }

    // R4 has no form for a fixture in a file beside the script.
    private static bool IsForEngine(Issue issue) =>
        issue.Message?.Template.Id == "reference-form" && issue.Expression?.StartsWith("TestScript.fixture[", StringComparison.Ordinal) == true;

    private static void AssertNone(IEnumerable<string> found)
    {
        var all = found.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static void AssertPasses(ScriptReport report)
    {
        var text = new StringBuilder();
        Tell("setup", report.Setup, isSkipTold: true);
        foreach (var test in report.Tests)
            Tell(test.Test.Name, test.Steps, isSkipTold: test.Result == StepResult.Skip);
        Assert.True(text.Length == 0 && report.IsPass, $"{ConformanceServer.PathOf(report.Script)}: {text}");

        void Tell(string place, IReadOnlyList<StepReport> steps, bool isSkipTold)
        {
            foreach (var step in steps.Where(step => step.Result is StepResult.Fail or StepResult.Error || (isSkipTold && step.Result == StepResult.Skip && text.Length == 0)))
                text.Append('\n').Append(place).Append(": ").Append(step.Message).Append(Describe(step.Exchange));
        }
    }

    private static string Describe(Exchange? exchange) => exchange is null ? ""
        : $"\n  {exchange.Method} {exchange.Url} {exchange.Response?.Status.ToString() ?? exchange.Failure}\n  {Short(exchange.RequestBody)}\n  {(exchange.Response is { } response ? Short(response.Body) : "")}";

    private static string Short(Payload body) => body.Text is { Length: > ShownBody } text ? $"{text[..ShownBody]}…" : body.Text;

    [GeneratedRegex(@"\$\{(?<kind>\$?[^}:+-]*)[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
