// Holds docs/conformance-smart.md to the tests: each numbered requirement names those that prove it, or says why there are none.

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public partial class ConformanceTableTests
{
    private const string SmartHeading = "## SMART App Launch 2.2.0";
    private const string InfernoHeading = "## Checks of the certification kits";

    [Fact]
    public async Task Every_requirement_names_its_tests_or_says_why_it_has_none()
    {
        var root = RepositoryRoot();
        var path = Path.Combine(root, "docs", "conformance-smart.md");
        var written = await File.ReadAllTextAsync(path);
        var told = Tell(written, Proofs(root), out var unproved);
        if (Environment.GetEnvironmentVariable("FHIRHUB_WRITE_CONFORMANCE") == "1")
            await File.WriteAllTextAsync(path, told);
        else
            Assert.Equal(written, told);
        Assert.True(unproved.Count == 0, $"Rows with neither a test nor a reason: {string.Join(", ", unproved)}");
    }

    private static string Tell(string document, ILookup<(string List, int Number), string> proofs, out List<string> unproved)
    {
        unproved = [];
        var list = "";
        var lines = document.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("## ", StringComparison.Ordinal))
                list = lines[i].StartsWith(SmartHeading, StringComparison.Ordinal) ? CoversAttribute.Smart : lines[i] == InfernoHeading ? CoversAttribute.Inferno : "";
            if (list.Length == 0 || Row().Match(lines[i]) is not { Success: true } row)
                continue;
            var number = int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture);
            string[] tests = [.. proofs[(list, number)].Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            var reason = row.Groups["proof"].Value.Trim() is { } text && text.StartsWith("– ", StringComparison.Ordinal) ? text : "";
            if (tests.Length == 0 && reason.Length == 0 && IsBinding(row.Groups["level"].Value))
                unproved.Add($"{list} {number}");
            lines[i] = $"{row.Groups["head"].Value} {(tests.Length > 0 ? string.Join(", ", tests.Select(static test => $"`{test}`")) : reason)} |";
        }

        return string.Join('\n', lines);
    }

    private static bool IsBinding(string level) =>
        level.StartsWith("SHALL", StringComparison.Ordinal) || level.StartsWith("SHOULD", StringComparison.Ordinal) || level == "MUST";

    // By the sources, as the tests that prove a row are in several assemblies.
    private static ILookup<(string List, int Number), string> Proofs(string root) => Directory
        .EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText)
        .Where(static source => source.Contains("[Covers(", StringComparison.Ordinal))
        .SelectMany(static source => Marked().Matches(source))
        .SelectMany(static method => Mark().Matches(method.Groups["marks"].Value).SelectMany(mark => mark.Groups["numbers"].Value
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(number => (List: mark.Groups["list"].Value.ToLowerInvariant(), Number: int.Parse(number, CultureInfo.InvariantCulture), Test: method.Groups["test"].Value))))
        .ToLookup(static proof => (proof.List, proof.Number), static proof => proof.Test);

    private static string RepositoryRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    [GeneratedRegex(@"^(?<head>\| (?<number>\d+) \| (?<level>[^|]+?) \| [^|]+ \|)(?<proof>[^|]*)\|$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<marks>(\[[^\r\n]*\]\s+)*\[Covers\([^\r\n]*\]\s+(\[[^\r\n]*\]\s+)*)public (async )?\S+ (?<test>\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Marked();

    [GeneratedRegex(@"Covers\(CoversAttribute\.(?<list>Smart|Inferno)(?<numbers>[\d\s,]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Mark();
}
