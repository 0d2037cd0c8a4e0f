// import: records from files, folders and archives into the data folder, without a server.

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>The verb <c>import</c>.</summary>
internal static class ImportCommand
{
    private const int AllGood = 0;
    private const int Interrupted = 130;

    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Files, folders and archives: .json and .xml (a resource or a Bundle), .ndjson, .gz, .tar, .tar.gz, .tgz, .zip",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<int?> Jobs = new("--jobs", "-j")
    {
        Description = "Documents in work side by side (default: twice the cores)",
        HelpName = "N",
    };

    private static readonly Option<bool> StopOnError = new("--stop-on-error") { Description = "End at the first document that fails" };

    private static readonly Option<bool> Again = new("--again") { Description = "Import also what an earlier run has done" };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var command = new Command(
            "import",
            "Import resources and Bundles from files, folders and archives")
        {
            Paths,
            DataFolderVerb.Data,
            Jobs,
            StopOnError,
            Again,
        };
        command.Options.Add(VerbHelp.Option(
            """
            Transaction Bundles are done whole or not at all, with the references among their entries resolved. Resources
            with an id keep it, and replace what has it; others get one. What was imported is noted in the data folder, so
            an interrupted run (Ctrl-C finishes the work at hand) goes on where it stopped when the same command is given.

            No server may run on the data folder. Exit codes: 0 all imported, 1 some failed, 2 usage, 130 interrupted.
            """));
        Jobs.Validators.Add(option =>
        {
            // The text and not the value: asking for a value that can't be read throws.
            var isNumber = int.TryParse(option.Tokens is [var token, ..] ? token.Value : null, NumberStyles.None, CultureInfo.InvariantCulture, out var jobs);
            if (!isNumber || jobs is < 1 or > 256)
                option.AddError("--jobs is a number from 1 to 256.");
        });
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var paths = parsed.GetValue(Paths)!;
        foreach (var path in paths)
        {
            if (File.Exists(path) || Directory.Exists(path))
                continue;
            await Console.Error.WriteLineAsync(path.StartsWith('-')
                ? $"'{path}' is not an option of import. Try 'fhirhub import --help'."
                : $"There is no file or folder '{path}'.");
            return FhirHubCommand.UsageError;
        }

        var settings = new ImportSettings { StopOnError = parsed.GetValue(StopOnError), Again = parsed.GetValue(Again) };
        if (parsed.GetValue(Jobs) is { } jobs)
            settings = settings with { Jobs = jobs };
        return await DataFolderVerb.RunAsync(parsed, server => ImportAsync(server, paths, settings));
    }

    private static async Task<int> ImportAsync(FhirServer server, string[] paths, ImportSettings settings)
    {
        var progress = new ImportProgress(Console.Out, Console.Error);
        using var journal = await ImportJournal.OpenAsync(
            server.Options.DataPath,
            async key => await server.Store.ReadAsync(AccessScope.Full, key, CancellationToken.None) is not null,
            CancellationToken.None);
        var importer = new Importer(server.Repository, new TransactionInteraction(server.Repository, Patch.Read), journal, progress, settings);
        var reader = new ImportReader(
            new ImportLimits { DocumentBytes = server.Options.Limits.BodyBytes },
            (name, why) => progress.Say($"{name}: left out, {why}"));
        var files = ImportReader.Files(paths);
        progress.TotalBytes = files.Sum(f => f.Length);
        progress.BytesRead = () => reader.BytesRead;

        var signals = 0;
        void OnSignal(PosixSignalContext context)
        {
            // The first signal ends the reading; a second one is left to end the process, which the store survives as any crash.
            if (Interlocked.Increment(ref signals) > 1)
                return;
            context.Cancel = true;
            importer.Stop();
            progress.Say("Stopping after the documents at hand.");
        }

        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        await progress.ShowAsync(importer.RunAsync(reader.Read(files)));
        progress.Summarize();
        if (signals > 0)
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on; what is imported is skipped.");
            return Interrupted;
        }

        return progress.Failed > 0 ? DataFolderVerb.Failed : AllGood;
    }
}
