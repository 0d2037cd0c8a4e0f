// What testscript run tells while it runs: a line for each script as it ends, the tests that failed with their reason, and a bar on a terminal.

using System.Globalization;
using FhirHub.Conformance;
using Spectre.Console;

namespace FhirHub.Server;

/// <summary>Progress and summary of a run.</summary>
internal sealed class TestScriptProgress(TextWriter output, int scripts)
{
    private const int MaxLineCharacters = 600;
    private const int ShownSlowest = 5;

    private static readonly TimeSpan s_worthTelling = TimeSpan.FromSeconds(1);

    private readonly bool _isTerminal = !Console.IsOutputRedirected && !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private int _begun;
    private int _done;
    private int _failed;

    /// <summary>A script is begun.</summary>
    public void Begin() => Interlocked.Increment(ref _begun);

    /// <summary>A script has ended.</summary>
    public void Add(ReportedScript script)
    {
        var isBad = script.Result is StepResult.Fail or StepResult.Error;
        lock (_lock)
        {
            _done++;
            _failed += isBad ? 1 : 0;
            Write(WordOf(script), ColorOf(script.Result), $"{script.Passed}/{script.Tests.Count} tests  {Time(script.Duration ?? TimeSpan.Zero),7}  {script.Source}  {script.Title}");
            if (isBad && script.Setup.FirstOrDefault(static step => step.Result is StepResult.Fail or StepResult.Error) is { } setup)
                Write("", null, $"setup: {Sentence(setup)}");
            if (script.Result == StepResult.Skip && script.Setup.Concat(script.Tests.SelectMany(static test => test.Steps)).FirstOrDefault(static step => step.Result == StepResult.Skip) is { } skipped)
                Write("", null, skipped.Message);
            foreach (var test in script.Tests)
            {
                foreach (var step in test.Steps.Where(static step => step.Result is StepResult.Fail or StepResult.Error))
                    Write("", null, $"{test.Name}: {Sentence(step)}");
            }

            var left = script.Teardown.Where(static step => step.Result is StepResult.Fail or StepResult.Error).ToList();
            if (left.Count > 0)
                Write("", null, $"teardown (does not count): {Sentence(left[0])}{(left.Count > 1 ? $" And {left.Count - 1:N0} more." : "")}");
        }
    }

    /// <summary>Says something between the lines.</summary>
    public void Say(string message)
    {
        lock (_lock)
            Write("", null, message);
    }

    /// <summary>Shows the progress while the work runs.</summary>
    public async Task ShowAsync(Task work)
    {
        if (!_isTerminal)
        {
            await work;
            return;
        }

        await AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async view =>
            {
                var bar = view.AddTask("testscript", maxValue: Math.Max(1, scripts));
                while (await Task.WhenAny(work, Task.Delay(250)) != work)
                {
                    lock (_lock)
                    {
                        bar.Value = _done;
                        bar.Description = Markup.Escape($"{_done:N0} of {scripts:N0} scripts, {_begun - _done} running{(_failed > 0 ? $", {_failed:N0} failed" : "")}");
                    }
                }

                bar.Value = bar.MaxValue;
            });
        await work;
    }

    /// <summary>The summary at the end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reports">The folder of the reports; null if there are none.</param>
    public void Summarize(ReportedRun run, string? reports)
    {
        var slowest = run.Scripts.Where(static script => script.Duration >= s_worthTelling).OrderByDescending(static script => script.Duration).Take(ShownSlowest).ToList();
        if (slowest.Count > 0 && run.Scripts.Count > 1)
            output.WriteLine($"Slowest: {string.Join(", ", slowest.Select(static script => $"{Printable(script.Source)} {Time(script.Duration!.Value)}"))}.");
        if (reports is not null)
            output.WriteLine($"Reports: {Path.Combine(reports, "index.html")}, junit.xml and {Amount.Of(run.Scripts.Count, "TestReport")} beside it.");
        if (IsAboutToken(run))
            output.WriteLine("Whatever failed was answered with 401: the server takes no request without a token, or not this one.");
        if (run.Problems.Count > 0)
            output.WriteLine($"{Amount.Of(run.Problems.Select(static problem => problem.Place.Split(':')[0]).Distinct().Count(), "TestScript")} can't be read: see above.");
        if (run.NotBegun > 0)
            output.WriteLine($"Interrupted before {Amount.Of(run.NotBegun, "script")} began.");
        var (warned, failed) = (run.Count(StepResult.Warning), run.Count(StepResult.Fail) + run.Count(StepResult.Error));
        var setups = run.Scripts.Count(static script => script.Setup.Any(static step => step.Result is StepResult.Fail or StepResult.Error));
        output.WriteLine(
            $"{Amount.Of(run.Scripts.Count, "script")} with {Amount.Of(run.Tests, "test")} in {Time(run.Duration)}: {run.Count(StepResult.Pass) + warned:N0} passed{(warned > 0 ? $" ({warned:N0} with warnings)" : "")}, "
            + $"{failed:N0} failed, {run.Count(StepResult.Skip):N0} skipped.{(setups > 0 ? $" {Amount.Of(setups, "script")} failed before the tests." : "")}");
    }

    private static bool IsAboutToken(ReportedRun run)
    {
        var first = run.Scripts.Where(static script => script.Result is StepResult.Fail or StepResult.Error)
            .Select(static script => script.Setup.Concat(script.Tests.SelectMany(static test => test.Steps)).FirstOrDefault(static step => step.Result is StepResult.Fail or StepResult.Error)).ToList();
        return first.Count > 0 && first.TrueForAll(static step => step?.Request.EndsWith("→ 401", StringComparison.Ordinal) == true);
    }

    private void Write(string word, string? color, string text)
    {
        var line = Printable(text);
        if (!_isTerminal)
            output.WriteLine($"{word,-6}{line}");
        else if (color is null)
            AnsiConsole.MarkupLine($"{word,-6}{Markup.Escape(line)}");
        else
            AnsiConsole.MarkupLine($"[{color}]{word,-6}[/]{Markup.Escape(line)}");
    }

    private static string Sentence(ReportedStep step) => step.Name.Length > 0 && !step.Message.StartsWith(step.Name, StringComparison.Ordinal) ? $"{step.Name}: {step.Message}" : step.Message;

    private static string WordOf(ReportedScript script) => script.IsStopped ? "ended" : script.Result switch
    {
        StepResult.Pass => "pass",
        StepResult.Warning => "pass",
        StepResult.Skip => "skip",
        _ => "FAIL",
    };

    private static string ColorOf(StepResult result) => result switch
    {
        StepResult.Pass => "green",
        StepResult.Warning => "yellow",
        StepResult.Skip => "grey",
        _ => "red",
    };

    // Scripts and servers write to this terminal only what can't command it.
    private static string Printable(string text)
    {
        var line = text.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\n', ' ');
        return PackageFile.Printable(line.Length <= MaxLineCharacters ? line : line[..MaxLineCharacters] + "…");
    }

    private static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture)
        : time.ToString(time.TotalHours >= 1 ? "h':'mm':'ss" : "m':'ss", CultureInfo.InvariantCulture);
}
