// How verbs show long work: a bar on a terminal, a line now and then elsewhere.

using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace FhirHub.Server;

/// <summary>Shows the progress of a verb.</summary>
/// <param name="verb">Its name, for the bar.</param>
/// <param name="share">The part that is done, from 0 to 1.</param>
/// <param name="counts">What is counted, such as <c>12,000 resources, 3,000/s</c>.</param>
internal sealed class ProgressView(string verb, Func<double> share, Func<string> counts)
{
    private static readonly TimeSpan s_lineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_barEvery = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch _time = Stopwatch.StartNew();

    /// <summary>Time since it was made.</summary>
    public TimeSpan Elapsed => _time.Elapsed;

    private double Share => Math.Clamp(share(), 0, 1);

    /// <summary>So many in a second, since it was made.</summary>
    public double Rate(long count) => count / Math.Max(_time.Elapsed.TotalSeconds, 0.001);

    /// <summary>Shows the progress while the work runs; what it throws is thrown.</summary>
    /// <param name="work">The work.</param>
    /// <param name="output">Where lines go.</param>
    public async Task ShowAsync(Task work, TextWriter output)
    {
        if (Console.IsOutputRedirected || Console.IsErrorRedirected)
        {
            while (await Task.WhenAny(work, Task.Delay(s_lineEvery)) != work)
                await output.WriteLineAsync(Line());
        }
        else
        {
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async view =>
                {
                    var bar = view.AddTask(verb, maxValue: 1);
                    while (await Task.WhenAny(work, Task.Delay(s_barEvery)) != work)
                    {
                        bar.Value = Share;
                        bar.Description = Markup.Escape(counts());
                    }

                    bar.Value = bar.MaxValue;
                    bar.Description = Markup.Escape(counts());
                });
        }

        await work;
    }

    /// <summary>A time as people read it: <c>3.2 s</c>, <c>4:05</c>, <c>1:02:00</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds < 10
        ? time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture)
        : time.ToString(time.TotalHours >= 1 ? "h':'mm':'ss" : "m':'ss", CultureInfo.InvariantCulture);

    private string Line()
    {
        var left = Share is > 0 and < 1 ? $", {Duration(_time.Elapsed * ((1 - Share) / Share))} left" : "";
        return $"{Share:P0} {counts()}{left}";
    }
}
