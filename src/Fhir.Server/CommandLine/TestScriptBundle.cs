// testscript bundle: scripts and their fixtures in one file, for servers that run them.

using System.CommandLine;
using FhirHub.Conformance;

namespace FhirHub.Server;

/// <summary>The verb <c>testscript bundle</c>.</summary>
internal static class TestScriptBundle
{
    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "TestScripts: files, and folders with all that is below them, in JSON and XML",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Out = new("--out") { Description = "The NDJSON file to write", HelpName = "FILE", Required = true };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var bundle = new Command("bundle", "Write TestScripts with their fixtures as NDJSON that 'import' takes") { Paths, Out };
        bundle.Options.Add(VerbHelp.Option(
            """
            Fixtures that lie in files become Binary resources, to which the scripts then refer, so that a server can run the scripts by
            TestScript/[id]/$run and on its pages at /conformance.

            Exit codes: 0 written, 1 a script or fixture can't be read, 2 usage, 130 interrupted.
            """));
        bundle.SetAction((parsed, _) => RunAsync(parsed.GetValue(Paths)!, parsed.GetValue(Out)!));
        return bundle;
    }

    private static async Task<int> RunAsync(string[] paths, string file)
    {
        if (!await DataFolderVerb.AreThereAsync(paths, "testscript bundle"))
            return FhirHubCommand.UsageError;
        using var stop = new InterruptSignals();
        try
        {
            var folder = ScriptFolder.Open(paths);
            foreach (var problem in folder.Problems)
                await Console.Error.WriteLineAsync($"{problem.Place}: {problem.Message}");
            var fixtures = await WriteAsync(folder, file, stop.Token);
            await Console.Out.WriteLineAsync($"{Amount.Of(folder.Scripts.Count, "script")} with {Amount.Of(fixtures, "fixture")}: {file}");
            return folder.Problems.Count == 0 ? 0 : DataFolderVerb.Failed;
        }
        catch (Exception fault) when (fault is ScriptException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return DataFolderVerb.Failed;
        }
        catch (OperationCanceledException) when (stop.HasCome)
        {
            return DataFolderVerb.Interrupted;
        }
    }

    // A bundle that could not be finished is none, and leaves the one before.
    private static async Task<int> WriteAsync(ScriptFolder folder, string file, CancellationToken cancel)
    {
        var part = $"{file}.part";
        try
        {
            int fixtures;
            await using (var output = File.Create(part))
                fixtures = await ScriptBundle.WriteAsync(folder, output, cancel);
            File.Move(part, file, overwrite: true);
            return fixtures;
        }
        finally
        {
            if (File.Exists(part))
                File.Delete(part);
        }
    }
}
