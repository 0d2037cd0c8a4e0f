// The folder of testscript run --report: a TestReport of each script as it ends, then the page and the JUnit file.

using System.Text;
using FhirHub.Conformance;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Writes reports into a folder. A file is there whole or not at all.</summary>
internal sealed class TestScriptReports
{
    private const string Prefix = "TestReport-";
    private const string JUnitFile = "junit.xml";
    private const string EnglishPage = "index.html";
    private const string ChinesePage = "index.zh.html";
    private const int MaxNameCharacters = 80;
    private const int MaxReportBytes = 64 * 1024 * 1024;

    private readonly string[] _files;

    private TestScriptReports(string path, string[] files)
    {
        Path = path;
        _files = files;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What a script's anchors on the page begin with.</summary>
    public static string Anchor(int index) => $"s{index + 1}-";

    /// <summary>Makes the folder if it is not there, and removes the TestReports of an earlier run from it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="scripts">The scripts of the run.</param>
    /// <exception cref="ScriptException">It can't be written.</exception>
    public static TestScriptReports Open(string path, IReadOnlyList<TestScript> scripts)
    {
        try
        {
            Directory.CreateDirectory(path);
            foreach (var file in Directory.EnumerateFiles(path, $"{Prefix}*.json").Where(IsOurs).ToList())
                File.Delete(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ScriptException($"--report {path}: {fault.Message}");
        }

        return new TestScriptReports(path, Names(scripts));
    }

    /// <summary>Writes the TestReport of a script.</summary>
    public async Task WriteAsync(int index, ScriptReport report, Redaction redaction) =>
        await WriteAsync(_files[index], TestReportResource.Write(report, redaction, new TestReportDetails { Page = $"{EnglishPage}#{Anchor(index)}" }));

    /// <summary>Writes what tells of all scripts.</summary>
    public async Task FinishAsync(ReportedRun run)
    {
        await WriteAsync(JUnitFile, JUnitReport.Write(run));
        foreach (var language in PageLanguages.All)
            await WriteAsync(Page(language), HtmlReport.Write(run, language, Page));
    }

    private static string Page(MessageLanguage language) => language == MessageLanguage.Chinese ? ChinesePage : EnglishPage;

    private async Task WriteAsync(string name, byte[] content)
    {
        var half = System.IO.Path.Combine(Path, $".{name}.{Environment.ProcessId}");
        await File.WriteAllBytesAsync(half, content, CancellationToken.None);
        File.Move(half, System.IO.Path.Combine(Path, name), overwrite: true);
    }

    // What somebody else put there stays.
    private static bool IsOurs(string file) =>
        new FileInfo(file).Length <= MaxReportBytes && ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree is { ResourceType: "TestReport" } report
        && report.Root.ChildValue("tester")?.StartsWith("FhirHub", StringComparison.Ordinal) == true;

    // Names of scripts are what their authors wrote; two of them may be alike, and some file systems take small and capital letters for one.
    private static string[] Names(IReadOnlyList<TestScript> scripts)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. scripts.Select(script =>
        {
            var safe = new StringBuilder();
            foreach (var c in script.Name.Length <= MaxNameCharacters ? script.Name : script.Name[..MaxNameCharacters])
                safe.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-');
            var name = safe.ToString().Trim('-') is { Length: > 0 } trimmed ? trimmed : "script";
            for (var number = 1; ; number++)
            {
                var file = number == 1 ? $"{Prefix}{name}.json" : $"{Prefix}{name}-{number}.json";
                if (taken.Add(file))
                    return file;
            }
        })];
    }
}
