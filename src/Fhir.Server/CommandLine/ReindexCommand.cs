// reindex: indexes stored resources anew, without a server.

using System.CommandLine;
using System.Diagnostics;
using FhirHub.Storage;
using Spectre.Console;

namespace FhirHub.Server;

/// <summary>The verb <c>reindex</c>.</summary>
internal static class ReindexCommand
{
    private const int AllGood = 0;

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private static readonly Option<string[]> Urls = new("--parameter", "-p")
    {
        Description = "Canonical URL of a search parameter; may be given several times",
        HelpName = "URL",
    };

    private static readonly Option<bool> Full = new("--full") { Description = "Index for all search parameters anew" };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var command = new Command("reindex", "Index stored resources for search parameters that were added or changed") { DataFolderVerb.Data, Urls, Full };
        command.Options.Add(VerbHelp.Option(
            """
            Without options it does what is due: the parameters that wait, or all after a change of the program, of
            FhirHub:Http:BaseUrls or of FhirHub:Search:Pinyin. A run that was interrupted (Ctrl-C) goes on where it stopped,
            here or in a server.

            No server may run on the data folder; a running one does the same by POST /fhir/$reindex.
            Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted.
            """));
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            await Console.Error.WriteLineAsync($"'{parsed.UnmatchedTokens[0]}' is not an option of reindex. Try 'fhirhub reindex --help'.");
            return FhirHubCommand.UsageError;
        }

        return await DataFolderVerb.RunAsync(parsed, server => RunAsync(server, parsed.GetValue(Urls) ?? [], parsed.GetValue(Full)));
    }

    private static async Task<int> RunAsync(FhirServer server, string[] urls, bool isFull)
    {
        var request = isFull
            ? ReindexRequest.All
            : urls.Length > 0 ? Reindex.Of(server, urls) : await server.Store.FindReindexAsync(CancellationToken.None) ?? Reindex.Due(server);
        if (request is not null)
            return await ReindexAsync(server, request);
        if (urls.Length > 0)
        {
            await Console.Error.WriteLineAsync($"No search parameter in use has the url {string.Join(", ", urls)}.");
            return DataFolderVerb.Failed;
        }

        Console.WriteLine("Nothing is due: all resources are indexed for all search parameters. --full indexes them anew.");
        return AllGood;
    }

    /// <summary>Indexes with progress until it is done or interrupted; the value is the exit code.</summary>
    public static async Task<int> ReindexAsync(FhirServer server, ReindexRequest request)
    {
        using var stop = new InterruptSignals();
        var progress = new LatestProgress();
        var time = Stopwatch.StartNew();
        try
        {
            await ShowAsync(server.Store.ReindexAsync(request, progress, stop.Token), progress, time);
        }
        catch (OperationCanceledException) when (stop.HasCome)
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on; what is done is kept.");
            return DataFolderVerb.Interrupted;
        }

        await server.SearchParameterSet.RefreshAsync(server.Store, CancellationToken.None);
        Console.WriteLine($"{progress.Latest.Done:N0} resources indexed in {time.Elapsed.TotalSeconds:N1} s, {progress.Rate(time.Elapsed):N0} a second.");
        return AllGood;
    }

    private static async Task ShowAsync(Task work, LatestProgress progress, Stopwatch time)
    {
        if (Console.IsOutputRedirected || Console.IsErrorRedirected)
        {
            while (await Task.WhenAny(work, Task.Delay(LineEvery)) != work)
                Console.WriteLine(Line(progress, time));
        }
        else
        {
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async view =>
                {
                    var bar = view.AddTask("reindex", maxValue: 1);
                    while (await Task.WhenAny(work, Task.Delay(250)) != work)
                    {
                        bar.MaxValue = Math.Max(1, progress.Latest.Total);
                        bar.Value = progress.Latest.Done;
                        bar.Description = Markup.Escape(Line(progress, time));
                    }

                    bar.Value = bar.MaxValue;
                });
        }

        await work;
    }

    private static string Line(LatestProgress progress, Stopwatch time)
    {
        var (done, total, isSweeping) = progress.Latest;
        return isSweeping ? "removing what is replaced" : $"{done:N0} of {total:N0} resources, {progress.Rate(time.Elapsed):N0}/s";
    }

    private sealed class LatestProgress : IProgress<ReindexProgress>
    {
        private readonly Lock _lock = new();
        private ReindexProgress _latest;
        private long? _before;

        public ReindexProgress Latest
        {
            get
            {
                lock (_lock)
                    return _latest;
            }
        }

        public double Rate(TimeSpan elapsed)
        {
            lock (_lock)
                return (_latest.Done - (_before ?? 0)) / Math.Max(elapsed.TotalSeconds, 0.001);
        }

        public void Report(ReindexProgress value)
        {
            lock (_lock)
            {
                _before ??= value.Done;
                _latest = value;
            }
        }
    }
}
