// export: all records of the data folder, or what was committed since the last time, into files, without a server.

using System.CommandLine;
using System.Globalization;
using FhirHub.Storage;
using Schema = FhirHub.Model.Schema;

namespace FhirHub.Server;

/// <summary>The verb <c>export</c>.</summary>
internal static class ExportCommand
{
    private const int AllGood = 0;
    private const string Current = "current";
    private const string All = "all";

    private static readonly Option<string> Out = new("--out", "-o")
    {
        Description = "Folder for the files, or one file whose name ends in .ndjson or .ndjson.gz",
        HelpName = "FOLDER|FILE",
        Required = true,
    };

    private static readonly Option<string> Versions = new("--versions")
    {
        Description = "current: resources as they are now, a file set for each type; all: every version, in the order of their commits",
        DefaultValueFactory = static _ => Current,
    };

    private static readonly Option<string[]> Types = new("--type", "-t")
    {
        Description = "Only resources of this type; may be given several times",
        HelpName = "TYPE",
    };

    private static readonly Option<string?> Since = new("--since")
    {
        Description = "Only what was committed at or after this instant, such as 2026-01-31T09:30:00Z",
        HelpName = "INSTANT",
    };

    private static readonly Option<bool> Compress = new("--compress") { Description = "Write .ndjson.gz" };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Also write accounts, clients, grants and protected keys to this file, which only its owner can read",
        HelpName = "FILE",
    };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var command = new Command("export", "Export records as NDJSON, to be imported elsewhere") { Out, Versions, Types, Since, Compress, State, DataFolderVerb.Data };
        Versions.AcceptOnlyFromAmong(Current, All);
        Types.Validators.Add(static option =>
        {
            foreach (var token in option.Tokens)
            {
                if (Schema.R4.FindResourceType(token.Value) is null)
                    option.AddError($"'{token.Value}' is not a resource type of R4.");
            }
        });
        Since.Validators.Add(static option =>
        {
            if (option.Tokens is [var token, ..] && Instant(token.Value) is null)
                option.AddError("--since is an instant, such as 2026-01-31T09:30:00Z.");
        });
        command.Options.Add(VerbHelp.Option(
            """
            The same command once more goes on: where it was interrupted (Ctrl-C), or with what was committed since it ended, in
            new files. With --versions all, import restores numbers, times and deletions as they were, so that a store can be
            moved. docs/export.md tells the formats.

            No server may run on the data folder. Exit codes: 0 all exported, 1 failed, 2 usage, 130 interrupted.
            """));
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            await Console.Error.WriteLineAsync($"'{parsed.UnmatchedTokens[0]}' is not an option of export. Try 'fhirhub export --help'.");
            return FhirHubCommand.UsageError;
        }

        var path = parsed.GetValue(Out)!;
        var settings = new ExportSettings(
            parsed.GetValue(Versions) == All,
            parsed.GetValue(Types) is { Length: > 0 } types ? types : null,
            parsed.GetValue(Since) is { } since ? Instant(since) : null,
            parsed.GetValue(Compress) || ExportTarget.IsCompressedFile(path));
        if (ExportTarget.IsFile(path) && settings.IsCompressed != ExportTarget.IsCompressedFile(path))
        {
            await Console.Error.WriteLineAsync("A compressed file has a name that ends in .ndjson.gz.");
            return FhirHubCommand.UsageError;
        }

        return await DataFolderVerb.RunAsync(parsed, server => ExportAsync(server, path, settings, parsed.GetValue(State)));
    }

    private static async Task<int> ExportAsync(FhirServer server, string path, ExportSettings settings, string? statePath)
    {
        using var stop = new InterruptSignals();
        var export = new StoreExport(server.Store, path, server.Options.BaseUrls[0]);
        ProgressView? view = null;
        view = new ProgressView("export", () => export.Share, () => $"{export.Versions:N0} versions, {view!.Rate(export.Versions):N0}/s");
        bool isWhole;
        try
        {
            var work = export.RunAsync(settings, stop.Token);
            await view.ShowAsync(work, Console.Out);
            isWhole = await work;
        }
        catch (OperationCanceledException) when (stop.HasCome)
        {
            isWhole = false;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidCursorException)
        {
            await Console.Error.WriteLineAsync($"The export can't go on: {e.Message}");
            return DataFolderVerb.Failed;
        }

        Console.WriteLine($"{export.Versions:N0} versions in {ProgressView.Duration(view.Elapsed)}, {view.Rate(export.Versions):N0} a second.");
        if (!isWhole)
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on; what is written is kept.");
            return DataFolderVerb.Interrupted;
        }

        if (statePath is not null)
            Console.WriteLine($"{await StateFile.WriteAsync((IStateStore)server.Store, statePath, stop.Token):N0} records of the server's own, in '{statePath}'.");
        return AllGood;
    }

    private static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;
}
