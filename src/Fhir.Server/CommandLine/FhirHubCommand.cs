// The command line: one executable, a verb for each thing that it does, serve where none is given.

using System.CommandLine;

namespace FhirHub.Server;

/// <summary>The root of the command line.</summary>
public static class FhirHubCommand
{
    /// <summary>Exit code of a command line that can't be understood.</summary>
    public const int UsageError = 2;

    /// <summary>Runs the verb that the arguments name; the value is the exit code of the process.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var root = new RootCommand("FhirHub: a FHIR R4 repository in one process. Without a verb it serves.");
        root.Add(ServeCommand.Create());
        root.Add(DemoCommand.Create());
        root.Add(ImportCommand.Create());
        root.Add(ExportCommand.Create());
        root.Add(ReindexCommand.Create());
        root.Add(TerminologyCommand.Create());
        root.Add(PackageCommand.Create());
        root.Add(TestScriptCommand.Create());
        root.Add(DoctorCommand.Create());
        root.Add(PixelWorkerCommand.Create());

        // Settings (--FhirHub:Key=value) belong to the configuration system, so serving takes what the parser does not know and
        // checks it itself.
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction(ServeCommand.RunAsync);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"Try '{Usage(parsed)} --help'.");
            return UsageError;
        }

        // The verbs handle Ctrl-C themselves, since they have something to finish.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    private static string Usage(ParseResult parsed)
    {
        var verb = parsed.CommandResult.Command;
        return verb is RootCommand ? "fhirhub" : $"fhirhub {string.Join(' ', verb.Parents.OfType<Command>().Where(static parent => parent is not RootCommand).Select(static parent => parent.Name).Append(verb.Name))}";
    }
}
