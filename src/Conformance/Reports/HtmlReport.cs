// A run as a page that people read: it stands alone in one file, and needs no JavaScript.

using System.Globalization;
using System.Reflection;
using FhirHub.Html;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Writes the page of a run, and the part of it that other pages show too.</summary>
public static partial class HtmlReport
{
    private static readonly byte[] s_style = ReadStyle();

    /// <summary>The style sheet of the reports; a page that holds one has the class <c>report-page</c> or styles of its own around the class <c>report</c>.</summary>
    public static ReadOnlyMemory<byte> Style => s_style;

    /// <summary>The page.</summary>
    /// <param name="run">The run.</param>
    /// <param name="language">The language of its labels.</param>
    /// <param name="addressOf">The address of the page in a language.</param>
    public static byte[] Write(ReportedRun run, MessageLanguage language, Func<MessageLanguage, string> addressOf)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(addressOf);
        var html = new HtmlWriter(language);
        html.Open("html", ("lang", PageLanguages.Tag(language))).Open("head").Empty("meta", ("charset", "utf-8"));
        html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));

        // Whatever a server answered, nothing of it runs here.
        html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"));
        html.Element("title", $"{(run.IsPass ? s_runPassed : s_runFailed).In(language)} · {s_title.In(language)}").Style(s_style).Close();
        html.Open("body", ("class", "report-page")).Element("a", s_skip, ("class", "skip"), ("href", "#content"));
        html.Open("header").Element("strong", "FhirHub").Open("nav", ("aria-label", s_languages.In(language)));
        foreach (var other in PageLanguages.All)
        {
            html.Element(
                "a", PageLanguages.Name(other), ("href", addressOf(other)), ("lang", PageLanguages.Tag(other)), ("hreflang", PageLanguages.Tag(other)),
                ("aria-current", other == language ? "true" : null)).Text(" ");
        }

        html.Close().Close().Open("main", ("id", "content"), ("tabindex", "-1")).Element("h1", s_title);
        html.Open("div", ("class", "report"));
        Summary(html, run);
        Problems(html, run);
        html.Close();
        WriteScripts(html, run.Scripts);
        html.Close().Open("footer").Element("p", TestReportResource.EngineName).Close();
        return html.Close().Close().ToUtf8();
    }

    private static void Summary(HtmlWriter html, ReportedRun run)
    {
        var language = html.Language;
        html.Open("p", ("class", "verdict"));
        Mark(html, run.IsPass ? StepResult.Pass : StepResult.Fail, run.IsPass ? s_runPassed : s_runFailed);
        html.Close().Open("dl", ("class", "facts"));
        Fact(s_scripts, run.Scripts.Count.ToString("N0", CultureInfo.InvariantCulture));
        Fact(s_tests, run.Tests.ToString("N0", CultureInfo.InvariantCulture));
        Fact(s_passed, (run.Count(StepResult.Pass) + run.Count(StepResult.Warning)).ToString("N0", CultureInfo.InvariantCulture));
        Fact(s_failed, (run.Count(StepResult.Fail) + run.Count(StepResult.Error)).ToString("N0", CultureInfo.InvariantCulture));
        Fact(s_skipped, run.Count(StepResult.Skip).ToString("N0", CultureInfo.InvariantCulture));
        if (run.NotBegun > 0)
            Fact(s_notBegun, run.NotBegun.ToString("N0", CultureInfo.InvariantCulture));
        Fact(s_duration, Time(run.Duration));
        Fact(s_started, run.Started.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture));
        foreach (var (server, index) in run.Servers.Select(static (server, index) => (server, index)))
            Fact(new Label($"{s_server.English} {index + 1}", $"{s_server.Chinese} {index + 1}"), server);
        html.Close();

        void Fact(Label name, string value) => html.Open("div").Element("dt", name.In(language)).Element("dd", value).Close();
    }

    private static void Problems(HtmlWriter html, ReportedRun run)
    {
        if (run.Problems.Count == 0)
            return;
        html.Element("h2", s_problems).Open("ul");
        foreach (var problem in run.Problems)
            html.Open("li").Element("code", problem.Place).Text(" ").Element("span", problem.Message, ("lang", "en")).Close();
        html.Close();
    }

    private static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        _ => time.ToString(time.TotalHours >= 1 ? "h':'mm':'ss" : "m':'ss", CultureInfo.InvariantCulture),
    };

    private static byte[] ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
