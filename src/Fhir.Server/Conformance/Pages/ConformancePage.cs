// What the pages of conformance tests have in common: their style, their navigation, tables and results.

using System.Globalization;
using System.Reflection;
using FhirHub.Conformance;
using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary>Writes the pages.</summary>
internal static class ConformancePage
{
    /// <summary>The path of the pages.</summary>
    public const string Root = "/conformance";

    private static readonly byte[] s_style = ReadStyle();

    /// <summary>Answers with a page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="title">The heading.</param>
    /// <param name="content">Writes what stands below heading and navigation.</param>
    public static Task AnswerAsync(HttpContext http, int status, Label title, Action<SmartPage> content) => SmartPage.AnswerAsync(http, status, title, page =>
    {
        var html = page.Html;
        html.Open("div", ("class", "report"));
        html.Open("nav", ("class", "crumbs"), ("aria-label", ConformanceLabels.Where.In(html.Language)));
        Link(Root, ConformanceLabels.Suites);
        Link($"{Root}/history", ConformanceLabels.History);
        html.Close();
        content(page);
        html.Close();

        void Link(string address, Label label) => html.Element("a", label, ("href", http.Request.PathBase + address), ("aria-current", http.Request.Path == address ? "page" : null)).Text(" ");
    }, style: s_style);

    /// <summary>Answers that there is nothing at the address.</summary>
    public static Task AnswerNothingAsync(HttpContext http, Label title, Label reason) =>
        AnswerAsync(http, StatusCodes.Status404NotFound, title, page => page.Html.Element("p", reason, ("role", "alert"), ("class", "problem")));

    /// <summary>A label with its places filled.</summary>
    public static Label Fill(Label label, params object?[] values) =>
        new(string.Format(CultureInfo.InvariantCulture, label.English, values), string.Format(CultureInfo.InvariantCulture, label.Chinese, values));

    /// <summary>Opens a table and its body; the caller closes both and what is around.</summary>
    public static void OpenTable(HtmlWriter html, Label name, params IReadOnlyList<Label> heads)
    {
        html.Open("div", ("class", "scroll"), ("role", "group"), ("tabindex", "0"), ("aria-label", name.In(html.Language))).Open("table");
        html.Element("caption", name, ("class", "hidden")).Open("thead").Open("tr");
        foreach (var head in heads)
            html.Element("th", head, ("scope", "col"));
        html.Close().Close().Open("tbody");
    }

    /// <summary>Closes what <see cref="OpenTable"/> opened.</summary>
    public static void CloseTable(HtmlWriter html) => html.Close().Close().Close();

    /// <summary>A cell with a result.</summary>
    public static void Result(HtmlWriter html, StepResult? result)
    {
        html.Open("td");
        if (result is { } known)
            HtmlReport.WriteResult(html, known);
        else
            html.Element("span", ConformanceLabels.NotRun, ("class", "quiet"));
        html.Close();
    }

    /// <summary>The address of a report's page.</summary>
    public static string AddressOf(HttpContext http, ListedReport report) => $"{http.Request.PathBase}{Root}/reports/{report.Id}";

    /// <summary>A link to a report's page that says when it was made.</summary>
    public static void LinkTo(SmartPage page, ListedReport report) =>
        page.Html.Open("a", ("href", AddressOf(page.Http, report))).Element("time", ScriptCatalog.Time(report.Report.Started), ("datetime", report.Report.Started.ToString("O", CultureInfo.InvariantCulture))).Close();

    /// <summary>A choice of the server that scripts are run against; nothing where there is no choice.</summary>
    public static void ServerChoice(SmartPage page, FhirServer server, string id)
    {
        if (server.Runs.Servers.Names.Count == 0)
            return;
        var html = page.Html;
        html.Open("div").Element("label", ConformanceLabels.Server, ("for", id)).Open("select", ("id", id), ("name", "server"));
        html.Element("option", ConformanceLabels.ThisServer, ("value", TestServers.Self));
        foreach (var name in server.Runs.Servers.Names)
            html.Element("option", name, ("value", name));
        html.Close().Close();
    }

    private static byte[] ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("conformance.css")!;
        using var copy = new MemoryStream();
        copy.Write(HtmlReport.Style.Span);
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
