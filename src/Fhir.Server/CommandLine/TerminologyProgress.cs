// What terminology import tells while it runs: a bar on a terminal, a line now and then elsewhere.

using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace FhirHub.Server;

/// <summary>Progress of one release.</summary>
/// <param name="concepts">Concepts so far.</param>
/// <param name="share">The part of the files that is read.</param>
internal sealed class TerminologyProgress(Func<int> concepts, Func<double> share)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _time = Stopwatch.StartNew();

    /// <summary>True once all is read, and what finds it is made.</summary>
    public bool IsIndexing { get; set; }

    /// <summary>Time and rate.</summary>
    public string Summary => $"{Duration(_time.Elapsed)}, {Rate:N0} a second";

    private double Rate => concepts() / Math.Max(_time.Elapsed.TotalSeconds, 0.001);

    /// <summary>Shows the progress while the work runs.</summary>
    public async Task ShowAsync(Task work)
    {
        if (Console.IsOutputRedirected || Console.IsErrorRedirected)
        {
            while (await Task.WhenAny(work, Task.Delay(LineEvery)) != work)
                Console.WriteLine(Line());
        }
        else
        {
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async view =>
                {
                    var bar = view.AddTask("terminology", maxValue: 1);
                    while (await Task.WhenAny(work, Task.Delay(250)) != work)
                    {
                        bar.Value = Share;
                        bar.Description = Markup.Escape(Counts());
                    }

                    bar.Value = bar.MaxValue;
                });
        }

        await work;
    }

    private double Share => Math.Clamp(share(), 0, 1);

    private string Counts() => IsIndexing ? $"{concepts():N0} concepts, making their index" : $"{concepts():N0} concepts, {Rate:N0}/s";

    private string Line()
    {
        var left = !IsIndexing && Share is > 0 and < 1 ? $", {Duration(_time.Elapsed * ((1 - Share) / Share))} left" : "";
        return $"{Share:P0} {Counts()}{left}";
    }

    private static string Duration(TimeSpan time) => time.TotalSeconds < 10
        ? time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture)
        : time.ToString(time.TotalHours >= 1 ? "h':'mm':'ss" : "m':'ss", CultureInfo.InvariantCulture);
}
