// What import tells while it runs: a bar on a terminal, a line now and then elsewhere, and each failure as it comes.

using System.Diagnostics;
using System.Globalization;
using FhirHub.Model;
using Spectre.Console;

namespace FhirHub.Server;

/// <summary>Counts and messages of an import.</summary>
internal sealed class ImportProgress(TextWriter output, TextWriter errors)
{
    // Issues of one document that are shown; the first ones say what is wrong with the rest.
    private const int ShownIssues = 5;

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private long _resources;
    private long _failed;
    private long _done;
    private long _skipped;

    /// <summary>Bytes of all files.</summary>
    public long TotalBytes { get; set; }

    /// <summary>Bytes read so far.</summary>
    public Func<long> BytesRead { get; set; } = () => 0;

    /// <summary>Resources written.</summary>
    public long Resources => Volatile.Read(ref _resources);

    /// <summary>Documents that were not imported.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Documents that an earlier run had done.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>Documents were imported.</summary>
    public void AddDone(int documents, int resources)
    {
        Interlocked.Add(ref _done, documents);
        Interlocked.Add(ref _resources, resources);
    }

    /// <summary>A document was left out, because an earlier run did it.</summary>
    public void AddSkipped() => Interlocked.Increment(ref _skipped);

    /// <summary>A document, or a part of it, could not be imported.</summary>
    public void AddFailure(ImportDocument document, IEnumerable<Issue> issues)
    {
        Interlocked.Increment(ref _failed);
        var errorsOnly = issues.Where(i => i.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();
        lock (_lock)
        {
            foreach (var issue in errorsOnly.Take(ShownIssues))
            {
                var line = document.Line > 0 || issue.Line == 0 ? document.Place : $"{document.Place}:{issue.Line.ToString(CultureInfo.InvariantCulture)}";
                errors.WriteLine(issue.Expression is null ? $"{line}: {issue.Diagnostics}" : $"{line}: {issue.Expression}: {issue.Diagnostics}");
            }

            if (errorsOnly.Count > ShownIssues)
                errors.WriteLine($"{document.Place}: and {errorsOnly.Count - ShownIssues} more");
        }
    }

    /// <summary>Says something between the progress.</summary>
    public void Say(string message)
    {
        lock (_lock)
            errors.WriteLine(message);
    }

    /// <summary>Shows the progress while the work runs.</summary>
    public async Task ShowAsync(Task work)
    {
        if (Console.IsOutputRedirected || Console.IsErrorRedirected)
            await ShowLinesAsync(work);
        else
            await ShowBarAsync(work);
        await work;
    }

    /// <summary>The summary at the end.</summary>
    public void Summarize()
    {
        var seconds = Math.Max(_time.Elapsed.TotalSeconds, 0.001);
        output.WriteLine($"{Resources:N0} resources of {Volatile.Read(ref _done):N0} documents in {Duration(_time.Elapsed)}, {Resources / seconds:N0} a second.");
        if (Skipped > 0)
            output.WriteLine($"{Skipped:N0} documents were skipped, since an earlier run imported them; --again imports them once more.");
        if (Failed > 0)
            output.WriteLine($"{Failed:N0} documents or entries failed; they are named above, and a run of the same command tries them again.");
    }

    private async Task ShowLinesAsync(Task work)
    {
        while (await Task.WhenAny(work, Task.Delay(LineEvery)) != work)
            output.WriteLine(Line());
    }

    private async Task ShowBarAsync(Task work)
    {
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async view =>
            {
                var bar = view.AddTask("import", maxValue: Math.Max(1, TotalBytes));
                while (await Task.WhenAny(work, Task.Delay(250)) != work)
                {
                    bar.Value = BytesRead();
                    bar.Description = Markup.Escape(Counts());
                }

                bar.Value = bar.MaxValue;
                bar.Description = Markup.Escape(Counts());
            });
    }

    private string Counts() =>
        $"{Resources:N0} resources, {Resources / Math.Max(_time.Elapsed.TotalSeconds, 0.001):N0}/s{(Failed > 0 ? $", {Failed:N0} failed" : "")}";

    private string Line()
    {
        var share = TotalBytes == 0 ? 0 : Math.Min(1, (double)BytesRead() / TotalBytes);
        var left = share is > 0 and < 1 ? $", {Duration(_time.Elapsed * ((1 - share) / share))} left" : "";
        return $"{share:P0} {Counts()}{left}";
    }

    private static string Duration(TimeSpan time) => time.TotalSeconds < 10
        ? time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture)
        : time.ToString(time.TotalHours >= 1 ? "h':'mm':'ss" : "m':'ss", CultureInfo.InvariantCulture);
}
