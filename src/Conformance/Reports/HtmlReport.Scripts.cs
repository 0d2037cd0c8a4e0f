// The scripts of a run on a page: a table, then each script with its tests and their steps.

using System.Globalization;
using System.Text;
using FhirHub.Html;

namespace FhirHub.Conformance;

public static partial class HtmlReport
{
    /// <summary>Characters of requests and answers on one page; what fails a thousand times fails for the same reason.</summary>
    public const int MaxShownCharacters = 24_000_000;

    // Subtests of subtests that are shown.
    private const int MaxDepth = 4;

    /// <summary>Writes scripts with a filter by result, a table of them if they are several, and their tests; steps that failed with request and answer.</summary>
    /// <param name="html">Where to; its language is that of the labels.</param>
    /// <param name="scripts">The scripts.</param>
    public static void WriteScripts(HtmlWriter html, IReadOnlyList<ReportedScript> scripts)
    {
        ArgumentNullException.ThrowIfNull(html);
        ArgumentNullException.ThrowIfNull(scripts);
        html.Open("div", ("class", "report"));
        if (scripts.Count == 0)
        {
            html.Element("p", s_noScripts).Close();
            return;
        }

        Filter(html, scripts);
        if (scripts.Count > 1)
            Table(html, scripts);
        var budget = new Budget(MaxShownCharacters);
        foreach (var script in scripts)
            Script(html, script, budget, 0);
        html.Close();
    }

    /// <summary>Writes a result as a word in its colour, within an element of the class <c>report</c>.</summary>
    public static void WriteResult(HtmlWriter html, StepResult result)
    {
        ArgumentNullException.ThrowIfNull(html);
        Mark(html, result);
    }

    private static void Filter(HtmlWriter html, IReadOnlyList<ReportedScript> scripts)
    {
        html.Open("fieldset").Element("legend", s_show);
        Choice("all", s_all, scripts.Sum(static script => script.Tests.Count), isChosen: true);
        Choice("fail", s_failed, Count(StepResult.Fail) + Count(StepResult.Error));
        Choice("warning", s_warned, Count(StepResult.Warning));
        Choice("skip", s_skipped, Count(StepResult.Skip));
        Choice("pass", s_passed, Count(StepResult.Pass) + Count(StepResult.Warning));
        html.Close();

        int Count(StepResult result) => scripts.Sum(script => script.Count(result));

        void Choice(string name, Label label, int count, bool isChosen = false)
        {
            html.Open("label").Empty("input", ("type", "radio"), ("name", "show"), ("class", $"show-{name}"), ("checked", isChosen ? "" : null));
            html.Text($" {label.In(html.Language)} ({count.ToString("N0", CultureInfo.InvariantCulture)})").Close();
        }
    }

    private static void Table(HtmlWriter html, IReadOnlyList<ReportedScript> scripts)
    {
        html.Element("h2", s_scripts);
        html.Open("div", ("class", "scroll"), ("role", "group"), ("tabindex", "0"), ("aria-label", s_scripts.In(html.Language))).Open("table");
        html.Element("caption", s_scripts, ("class", "hidden")).Open("thead").Open("tr");
        html.Element("th", s_result, ("scope", "col")).Element("th", s_script, ("scope", "col")).Element("th", s_passed, ("scope", "col"), ("class", "number"));
        html.Element("th", s_duration, ("scope", "col"), ("class", "number optional")).Close().Close().Open("tbody");
        foreach (var script in scripts)
        {
            html.Open("tr", ("class", $"row {Classes(script)}")).Open("td");
            Mark(html, script.Result);
            html.Close().Open("th", ("scope", "row")).Element("a", script.Title, ("href", $"#{script.Anchor}script"));
            html.Element("div", script.Source, ("class", "quiet")).Close();
            html.Element("td", $"{script.Passed}/{script.Tests.Count}", ("class", "number"));
            html.Element("td", script.Duration is { } time ? Time(time) : "", ("class", "number optional")).Close();
        }

        html.Close().Close().Close();
    }

    private static void Script(HtmlWriter html, ReportedScript script, Budget budget, int depth)
    {
        // What a subtest is called may come again, so only the scripts themselves can be linked to.
        string? Id(string name) => depth == 0 ? script.Anchor + name : null;
        html.Open("section", ("class", $"script {Classes(script)}"), ("id", Id("script"))).Open("header");
        Mark(html, script.Result);
        html.Element("h3", script.Title).Close();
        html.Open("p", ("class", "quiet")).Text(script.Source);
        if (script.Duration is { } time)
            html.Text($" · {Time(time)}");
        html.Close();
        if (script.Description is { } description)
            html.Element("p", description, ("class", "message"));
        if (script.IsStopped)
            html.Element("p", s_stopped, ("class", "is-warning"));
        Part(html, script.Setup, s_setup, Id("setup"), budget, depth);
        foreach (var (test, index) in script.Tests.Select(static (test, index) => (test, index)))
            Test(html, test, Id($"test-{index + 1}"), budget, depth);
        Part(html, script.Teardown, s_teardown, Id("teardown"), budget, depth);
        html.Close();
    }

    private static void Part(HtmlWriter html, IReadOnlyList<ReportedStep> steps, Label name, string? id, Budget budget, int depth)
    {
        if (steps.Count > 0)
            Test(html, new ReportedTest(name.In(html.Language), null, ReportedScript.Worst(steps.Select(static step => step.Result)), null, steps), id, budget, depth);
    }

    private static void Test(HtmlWriter html, ReportedTest test, string? id, Budget budget, int depth)
    {
        html.Open("details", ("class", $"test {Class(test.Result)}"), ("id", id), ("open", test.Result is StepResult.Fail or StepResult.Error ? "" : null));
        html.Open("summary");
        Mark(html, test.Result);
        html.Text($" {test.Name}");
        if (test.Duration is { } time)
            html.Element("span", $" · {Time(time)}", ("class", "quiet"));
        html.Close();
        if (test.Description is { } description)
            html.Element("p", description, ("class", "quiet message"));
        html.Open("ol", ("class", "steps"));
        foreach (var step in test.Steps)
        {
            html.Open("li");
            Step(html, step, budget, depth);
            html.Close();
        }

        html.Close().Close();
    }

    private static void Step(HtmlWriter html, ReportedStep step, Budget budget, int depth)
    {
        Mark(html, step.Result);
        if (step.Name.Length > 0)
            html.Text(" ").Element("strong", step.Name);
        if (step.Request.Length > 0 && step.Kind != StepKind.Assert && !step.Message.StartsWith(step.Request.Split(" → ")[0], StringComparison.Ordinal))
            html.Text(" ").Element("code", step.Request);
        if (step.Message.Length > 0)
            html.Element("div", step.Message, ("class", "message"), ("lang", "en"));
        if (step.Exchange is { } exchange)
            Exchange(html, exchange, budget);
        if (step.Subtests.Count == 0 || depth == MaxDepth)
            return;
        html.Open("details", ("open", step.Result is StepResult.Fail or StepResult.Error ? "" : null)).Element("summary", s_subtest);
        foreach (var subtest in step.Subtests)
            Script(html, subtest, budget, depth + 1);
        html.Close();
    }

    private static void Exchange(HtmlWriter html, ReportedExchange exchange, Budget budget)
    {
        html.Open("details", ("class", "exchange"), ("open", "")).Element("summary", s_exchange);
        html.Element("h4", s_request);
        Pre(html, s_request, Head(exchange.Request, exchange.RequestHeaders));
        Body(html, s_request, exchange.RequestBody, budget);
        html.Element("h4", $"{s_answer.In(html.Language)} · {Time(exchange.Duration)}");
        if (exchange.Status is { } status)
            Pre(html, s_answer, Head($"HTTP {status}", exchange.ResponseHeaders));
        else
            html.Element("p", $"{s_noAnswer.In(html.Language)}: {exchange.Failure}", ("class", "message is-fail"));
        Body(html, s_answer, exchange.ResponseBody, budget);
        html.Close();
    }

    private static void Body(HtmlWriter html, Label name, ReportedBody? body, Budget budget)
    {
        if (body is null)
            return;
        if (body.Text.Length > 0 && budget.Take(body.Text.Length))
        {
            Pre(html, name, body.Text);
            if (!body.IsWhole)
                html.Element("p", NotWhole(body), ("class", "quiet"));
        }
        else
        {
            html.Element("p", NotWhole(body with { Text = "" }), ("class", "quiet"));
        }
    }

    private static void Pre(HtmlWriter html, Label name, string text) =>
        html.Open("pre", ("tabindex", "0"), ("role", "group"), ("aria-label", name.In(html.Language))).Element("code", text).Close();

    private static string Head(string line, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var text = new StringBuilder(line);
        foreach (var (name, value) in headers)
            text.Append('\n').Append(name).Append(": ").Append(value);
        return text.ToString();
    }

    private static void Mark(HtmlWriter html, StepResult result, Label? label = null) =>
        html.Element("span", label ?? ResultLabel(result), ("class", $"result is-{Word(result)}"));

    private static string Classes(ReportedScript script) =>
        string.Join(' ', script.Tests.Select(static test => test.Result).Append(script.Result).SelectMany(static result => Class(result).Split(' ')).Distinct());

    // An error is looked for among the failures, and what passed with a warning among both.
    private static string Class(StepResult result) => result == StepResult.Warning ? "has-warning has-pass" : $"has-{Word(result)}";

    private static string Word(StepResult result) => result switch
    {
        StepResult.Pass => "pass",
        StepResult.Skip => "skip",
        StepResult.Warning => "warning",
        _ => "fail",
    };

    private sealed class Budget(int characters)
    {
        private int _left = characters;

        public bool Take(int length)
        {
            if (length > _left)
                return false;
            _left -= length;
            return true;
        }
    }
}
