// The scripts of the server in suites, and the reports of their runs, as the pages list them.

using System.Globalization;
using FhirHub.Conformance;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary>A report in a list.</summary>
/// <param name="Id">The id of the TestReport.</param>
/// <param name="Run">The run that it is of; null for one that was not made here.</param>
/// <param name="Report">What it tells.</param>
/// <param name="Score">The part of the tests that passed, from 0 to 100; null if it does not say.</param>
internal sealed record ListedReport(string Id, string? Run, ReportedScript Report, string? Score);

/// <summary>A script in a list.</summary>
/// <param name="Script">The script.</param>
/// <param name="Last">Its last report; null if it was not run.</param>
internal sealed record ListedScript(TestScript Script, ListedReport? Last);

/// <summary>Scripts that belong together.</summary>
/// <param name="Key">What they have in common: the beginning of their URLs, or their publisher.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Scripts">The scripts, by title.</param>
internal sealed record ScriptSuite(string Key, string Name, IReadOnlyList<ListedScript> Scripts);

/// <summary>Finds scripts and reports.</summary>
/// <param name="server">The server.</param>
/// <param name="scope">What may be seen.</param>
internal sealed class ScriptCatalog(FhirServer server, AccessScope scope)
{
    private const string Report = "TestReport";
    private const int MostReports = 2_000;

    /// <summary>The scripts in suites, by name; of more than <see cref="ConformanceOptions.Scripts"/> scripts the first.</summary>
    public async Task<IReadOnlyList<ScriptSuite>> SuitesAsync(CancellationToken cancel)
    {
        var scripts = new List<(string Key, string Name, ListedScript Script)>();
        if (await ParseAsync(StoredScripts.Type, cancel, ("_sort", "_id")) is not { } query)
            return [];
        await foreach (var version in server.Store.MatchesAsync(scope, query with { Count = 100 }, cancel))
        {
            if (scripts.Count == server.Options.Conformance.Scripts)
                break;
            if (Read(version) is not { } script)
                continue;
            var (key, name) = SuiteOf(script);
            scripts.Add((key, name, new ListedScript(script, await ReportsAsync(script.Source, 1, cancel) is [var last] ? last : null)));
        }

        return [.. scripts.GroupBy(static script => (script.Key, script.Name)).OrderBy(static suite => suite.Key.Name, StringComparer.Ordinal)
            .Select(static suite => new ScriptSuite(suite.Key.Key, suite.Key.Name, [.. suite.Select(static script => script.Script).OrderBy(static script => script.Script.Title, StringComparer.Ordinal)]))];
    }

    /// <summary>The last reports of a script, the newest first.</summary>
    public async Task<IReadOnlyList<ListedReport>> ReportsAsync(string script, int count, CancellationToken cancel) =>
        (await ReportsAsync(script, count, null, cancel)).Reports;

    /// <summary>A page of reports, the newest first.</summary>
    /// <param name="script">The script; null for all.</param>
    /// <param name="count">Reports of a page.</param>
    /// <param name="cursor">Where the page begins; null for the first.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<(IReadOnlyList<ListedReport> Reports, string? Next)> ReportsAsync(string? script, int count, string? cursor, CancellationToken cancel)
    {
        (string, string)[] parameters = script is null ? [("_sort", "-issued")] : [("testscript", script), ("_sort", "-issued")];
        if (await ParseAsync(Report, cancel, parameters) is not { } query)
            return ([], null);
        var page = await server.Store.SearchAsync(scope, query with { Count = count, Cursor = cursor, Total = TotalMode.None }, cancel);
        return ([.. page.Matches.Select(ReadReport)], page.Next);
    }

    /// <summary>The report of an id, or all reports of a run; none if it is neither.</summary>
    public async Task<IReadOnlyList<ListedReport>> FindAsync(string id, CancellationToken cancel)
    {
        if (!ResourceId.IsValid(id))
            return [];
        if (await server.Store.ReadAsync(scope, new ResourceKey(Report, id), cancel) is { IsDeleted: false } version)
            return [ReadReport(version)];
        if (await ParseAsync(Report, cancel, ("identifier", $"{ScriptRuns.RunSystem}|{id}"), ("_sort", "issued")) is not { } query)
            return [];
        var reports = new List<ListedReport>();
        await foreach (var match in server.Store.MatchesAsync(scope, query with { Count = 200 }, cancel))
        {
            if (reports.Count == MostReports)
                break;
            reports.Add(ReadReport(match));
        }

        return reports;
    }

    /// <summary>The report of the same script before another; null if there is none.</summary>
    public async Task<ListedReport?> BeforeAsync(ListedReport report, CancellationToken cancel) => report.Report.Source.Length == 0
        ? null
        : (await ReportsAsync(report.Report.Source, 50, cancel)).Where(other => other.Id != report.Id && other.Report.Started < report.Report.Started).MaxBy(static other => other.Report.Started);

    /// <summary>The suite of a script: what comes before the first hyphen in the last part of its URL, else the rest of its URL, else its publisher.</summary>
    public static (string Key, string Name) SuiteOf(TestScript script)
    {
        var slash = script.Url.LastIndexOf('/');
        if (slash > 0)
        {
            var last = script.Url[(slash + 1)..];
            var hyphen = last.IndexOf('-', StringComparison.Ordinal);
            return hyphen > 0 ? (script.Url[..(slash + 1 + hyphen)], last[..hyphen]) : (script.Url[..slash], script.Url[..slash]);
        }

        var publisher = script.Tree.Root.ChildValue("publisher") ?? "—";
        return (publisher, publisher);
    }

    private static TestScript? Read(StoredVersion version)
    {
        try
        {
            return ResourceParser.ParseJson(version.Body.ToArray(version)).Tree is { } tree ? TestScript.Read(tree, version.Key.ToString()) : null;
        }
        catch (ScriptException)
        {
            // What can't be run is not offered to be.
            return null;
        }
    }

    private ListedReport ReadReport(StoredVersion version)
    {
        var root = server.Repository.Preparer.Read(version).Root;
        var identifier = root.Child("identifier");
        var run = identifier.Exists && identifier.ChildValue("system") == ScriptRuns.RunSystem ? identifier.ChildValue("value") : null;
        return new ListedReport(version.Key.Id, run, ReportedScript.Of(root), root.ChildValue("score"));
    }

    private async Task<SearchQuery?> ParseAsync(string type, CancellationToken cancel, params (string Name, string Value)[] parameters) =>
        (await server.SearchParser.ParseAsync(new SearchRequest { ResourceType = type, Parameters = [.. parameters.Select(static p => KeyValuePair.Create(p.Name, p.Value))] }, cancel)).Query;

    /// <summary>A moment as the pages write it.</summary>
    public static string Time(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
