// import: records from files, folders and archives into the data folder, without a server.

using System.CommandLine;
using System.Globalization;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The verb <c>import</c>.</summary>
internal static class ImportCommand
{
    private const int AllGood = 0;

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

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Also take accounts, clients, grants and keys from this file, which export --state wrote",
        HelpName = "FILE",
    };

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
            State,
        };
        command.Options.Add(VerbHelp.Option(
            """
            Transaction Bundles are done whole or not at all, with the references among their entries resolved. Resources
            with an id keep it, and replace what has it; others get one. What was imported is noted in the data folder, so
            an interrupted run (Ctrl-C finishes the work at hand) goes on where it stopped when the same command is given.

            Histories (Bundles of type history, as export --versions all writes them) are restored: every version with its
            number, time and method. The data folder must have no later records of its own.

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
        var state = parsed.GetValue(State);
        if (!await DataFolderVerb.AreThereAsync(state is null ? paths : [.. paths, state], "import"))
            return FhirHubCommand.UsageError;

        var settings = new ImportSettings { StopOnError = parsed.GetValue(StopOnError), Again = parsed.GetValue(Again) };
        if (parsed.GetValue(Jobs) is { } jobs)
            settings = settings with { Jobs = jobs };
        return await DataFolderVerb.RunAsync(parsed, server => ImportAsync(server, paths, settings, state));
    }

    private static async Task<int> ImportAsync(FhirServer server, string[] paths, ImportSettings settings, string? state)
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

        using var stop = new InterruptSignals();
        using var stopping = stop.Token.Register(() =>
        {
            importer.Stop();
            progress.Say("Stopping after the documents at hand.");
        });
        await progress.ShowAsync(importer.RunAsync(reader.Read(files)));
        progress.Summarize();
        if (stop.HasCome)
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on; what is imported is skipped.");
            return DataFolderVerb.Interrupted;
        }

        if (importer.HasRestored && Reindex.Due(server) is not null)
            Console.WriteLine("Search parameters wait for resources to be indexed for them: run reindex.");
        if (progress.Failed > 0)
            return DataFolderVerb.Failed;
        return state is null ? AllGood : await RestoreStateAsync((IStateStore)server.Store, state);
    }

    private static async Task<int> RestoreStateAsync(IStateStore store, string path)
    {
        try
        {
            Console.WriteLine($"{await StateFile.RestoreAsync(store, path, CancellationToken.None):N0} records of the server's own.");
            return AllGood;
        }
        catch (InvalidDataException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return DataFolderVerb.Failed;
        }
    }
}
