// testscript run: FHIR TestScripts against servers, with reports for people and build servers.

using System.CommandLine;
using System.Globalization;
using FhirHub.Conformance;

namespace FhirHub.Server;

/// <summary>The verb <c>testscript</c> with its own verbs.</summary>
internal static class TestScriptCommand
{
    private const int AllGood = 0;
    private const int MaxParallel = 64;

    // The first ones say what is amiss with the rest.
    private const int ShownNotes = 5;

    // Arguments of a process are seen by others on the machine.
    private const string TokenVariable = "FHIRHUB_TOKEN";

    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "TestScripts: files, and folders with all that is below them, in JSON and XML",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> ServerUrl = new("--server") { Description = "FHIR base of the server under test, such as http://127.0.0.1:8080/fhir", HelpName = "URL" };

    private static readonly Option<string?> DicomwebUrl = new("--dicomweb") { Description = "Root of its DICOMweb service, where it has one", HelpName = "URL" };

    private static readonly Option<string?> Token = new("--token")
    {
        Description = $"Access token for it; others on the machine see arguments, so {TokenVariable} in the environment is better",
        HelpName = "TOKEN",
    };

    private static readonly Option<string?> Config = new("--config") { Description = "JSON file with several servers, clients with keys, and variables (docs/testscript.md)", HelpName = "FILE" };

    private static readonly Option<string[]> Variables = new("--variable") { Description = "Value of a variable of the scripts; may be given several times", HelpName = "NAME=VALUE" };

    private static readonly Option<string[]> Packages = new("--package")
    {
        Description = "FHIR package with profiles that scripts validate against: a .tgz file, a folder, or NAME#VERSION of ~/.fhir/packages; may be given several times",
        HelpName = "PACKAGE",
    };

    private static readonly Option<string[]> Filter = new("--filter")
    {
        Description = "Run only scripts that have this text in path, name, title or the name of a test; may be given several times",
        HelpName = "TEXT",
    };

    private static readonly Option<int?> Parallel = new("--parallel") { Description = "Scripts that run side by side (default: 4)", HelpName = "N" };

    private static readonly Option<string?> Report = new("--report") { Description = "Folder for index.html, junit.xml and a TestReport of each script", HelpName = "DIR" };

    private static readonly Option<bool> Mutate = new("--mutate")
    {
        Description = "Prove the scripts: put faults between them and the server, one after another, and see which they notice; the server may be broken by it",
    };

    private static readonly Option<bool> NoProbe = new("--no-probe") { Description = "Begin without asking the servers for their CapabilityStatements" };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var run = new Command("run", "Run TestScripts against a server") { Paths, ServerUrl, DicomwebUrl, Token, Config, Variables, Packages, Filter, Parallel, Report, Mutate, NoProbe };
        run.Options.Add(VerbHelp.Option(
            """
            The server may be any FHIR R4 server. Folders are searched for TestScripts; folders called 'fixtures' and files of other
            kinds are passed over. A script reads fixtures below its own folder and the folders above it up to PATH, and nothing
            outside. R4's own profiles and those of the exchange's package are always known.

            Ctrl-C ends the run: what a script made is removed by its teardown, and reports tell what was done; a second one does not
            wait. Reports hold no tokens and passwords, but they hold what servers answered.

            With --mutate a proxy on this machine breaks answers, or hides conditions, parameters and tokens from the server, in one way
            after another; a fault is noticed if a test that passed fails with it and passes again without. Only against a server that
            holds nothing of worth: deletes are lost on the way, too. The table of faults goes to mutation.md in the folder of --report.

            Exit codes: 0 all passed (with --mutate: 90 % of the faults noticed), 1 some failed or the server can't be asked, 2 usage, 130 interrupted.
            """));
        Parallel.Validators.Add(option =>
        {
            // The text and not the value: asking for a value that can't be read throws.
            var isNumber = int.TryParse(option.Tokens is [var token, ..] ? token.Value : null, NumberStyles.None, CultureInfo.InvariantCulture, out var parallel);
            if (!isNumber || parallel is < 1 or > MaxParallel)
                option.AddError($"--parallel is a number from 1 to {MaxParallel}.");
        });
        run.SetAction((parsed, _) => RunAsync(parsed));
        return new Command("testscript", "Work on FHIR TestScripts") { run, TestScriptBundle.Create(), TestScriptGenerateCommand.Create() };
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var paths = parsed.GetValue(Paths)!;
        if (!await DataFolderVerb.AreThereAsync(paths, "testscript run"))
            return FhirHubCommand.UsageError;
        return await TestScriptVerb.RunAsync(
            parsed.GetValue(Mutate) ? "Interrupted before every fault was tried." : "Interrupted before a script was begun.", stop => RunAsync(parsed, paths, stop));
    }

    private static async Task<int> RunAsync(ParseResult parsed, string[] paths, InterruptSignals stop)
    {
        var folder = ScriptFolder.Open(paths);
        var filters = parsed.GetValue(Filter) ?? [];
        var scripts = Chosen(folder, filters);
        var problems = folder.Problems.Where(problem => IsChosen(problem, filters)).ToList();
        var notes = folder.Notes.Where(note => IsChosen(note, filters)).ToList();
        foreach (var problem in problems.Concat(notes.Take(ShownNotes)))
            await Console.Error.WriteLineAsync($"{problem.Place}: {problem.Message}");
        if (notes.Count > ShownNotes)
            await Console.Error.WriteLineAsync($"{notes.Count - ShownNotes:N0} more scripts leave out what R4 wants; they are run all the same.");
        var redaction = new Redaction();
        var token = parsed.GetValue(Token) ?? (parsed.GetValue(ServerUrl) is not null ? Environment.GetEnvironmentVariable(TokenVariable) : null);
        using var servers = await TestScriptServers.ReadAsync(
            parsed.GetValue(Config), parsed.GetValue(ServerUrl), parsed.GetValue(DicomwebUrl), token, parsed.GetValue(Variables) ?? [], redaction, stop.Token);
        var definitions = TestScriptDefinitions.Read(parsed.GetValue(Packages) ?? []);
        if (!parsed.GetValue(NoProbe) && await servers.ProbeAsync(stop.Token) is { } unreachable)
        {
            await Console.Error.WriteLineAsync(unreachable);
            return DataFolderVerb.Failed;
        }

        // Not before, since it takes the reports of an earlier run away.
        var reports = parsed.GetValue(Report) is { } report ? TestScriptReports.Open(report, scripts) : null;
        var options = new EngineOptions
        {
            Destinations = servers.Destinations,
            Variables = servers.Variables,
            Definitions = definitions,
            ReadFixture = folder.ReadFixtureAsync,
            FindScript = folder.FindScriptAsync,
        };
        if (parsed.GetValue(Mutate))
            return await TestScriptMutation.RunAsync(options, scripts, parsed.GetValue(Parallel) ?? 4, redaction, reports?.Path, stop.Token) ? AllGood : DataFolderVerb.Failed;
        return await RunAsync(new TestScriptEngine(options), scripts, problems, parsed.GetValue(Parallel) ?? 4, redaction, reports, stop);
    }

    private static async Task<int> RunAsync(
        TestScriptEngine engine, IReadOnlyList<TestScript> scripts, IReadOnlyList<ScriptProblem> problems, int parallel, Redaction redaction, TestScriptReports? reports, InterruptSignals stop)
    {
        var progress = new TestScriptProgress(Console.Out, scripts.Count);
        using var stopping = stop.Token.Register(() => progress.Say("Stopping: the scripts at hand clean up."));
        var running = new TestScriptRun(engine, redaction, progress, reports).RunAsync(scripts, problems, parallel, stop.Token);
        await progress.ShowAsync(running);
        var run = await running;
        if (reports is not null)
            await reports.FinishAsync(run);
        progress.Summarize(run, reports?.Path);
        if (stop.HasCome)
            return DataFolderVerb.Interrupted;
        return run.IsPass ? AllGood : DataFolderVerb.Failed;
    }

    // A script is chosen whole: its tests may stand on what those before them made.
    private static IReadOnlyList<TestScript> Chosen(ScriptFolder folder, string[] filters)
    {
        if (folder.Scripts.Count == 0)
        {
            throw new ScriptException(folder.Problems.Count == 0
                ? "There is no TestScript; name files, or folders that have some."
                : string.Join(Environment.NewLine, folder.Problems.Select(static problem => $"{problem.Place}: {problem.Message}")));
        }

        var chosen = filters.Length == 0 ? folder.Scripts : [.. folder.Scripts.Where(script => Array.Exists(filters, filter => Has(script, filter)))];
        return chosen.Count > 0 ? chosen : throw new ScriptException($"None of {Amount.Of(folder.Scripts.Count, "TestScript")} has '{string.Join("' or '", filters)}' in its path, name or title, or in the name of a test.");
    }

    private static bool IsChosen(ScriptProblem problem, string[] filters) =>
        filters.Length == 0 || Array.Exists(filters, filter => problem.Place.Contains(filter, StringComparison.OrdinalIgnoreCase));

    private static bool Has(TestScript script, string text) =>
        new[] { script.Source, script.Name, script.Title }.Concat(script.Tests.Select(static test => test.Name)).Any(name => name.Contains(text, StringComparison.OrdinalIgnoreCase));
}
