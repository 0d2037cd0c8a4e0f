// All official examples against the base definitions and the profiles that they claim: what is reported as an error is a fault of theirs.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests.Official;

public class OfficialExampleTests(ITestOutputHelper output)
{
    // docs/conformance.md, "Validation", says why each is faulty: file, message, number of elements.
    private static readonly string Faults = Path.Combine(SharedMaterial.ProjectRoot, "tests", "Fhir.Validation.Tests", "Official", "faulty-examples.txt");

    [Fact]
    public async Task Official_examples_have_no_errors_but_their_own()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("The official examples are not beside the project; nothing was run.");
            return;
        }

        var validator = new Validator(TestResources.R4, ValidationSettings.Default with { MaxIssues = int.MaxValue });
        var found = new List<string>();
        var (files, refused) = (0, 0);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "r4-json"), "*.json").Order(StringComparer.Ordinal))
        {
            files++;
            var parsed = ResourceParser.ParseJson(File.ReadAllBytes(file));
            if (!parsed.IsValid)
            {
                refused++;
                continue;
            }

            var issues = await validator.ValidateAsync(parsed.Tree!.Root, ValidationRequest.Default, CancellationToken.None);
            foreach (var issue in issues)
            {
                var kind = $"{issue.Severity} {issue.Detail?.Code ?? issue.Code}";
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }

            var errors = issues.Where(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();
            foreach (var kind in errors.GroupBy(static issue => issue.Detail?.Code ?? issue.Code))
            {
                found.Add($"{Path.GetFileNameWithoutExtension(file)} | {kind.Key} | {kind.Count()}");
                output.WriteLine($"{found[^1]} | {kind.First().Expression}: {kind.First().Diagnostics}");
            }
        }

        foreach (var (kind, count) in counts)
            output.WriteLine($"{kind}: {count:N0}");
        output.WriteLine($"{files:N0} files, {refused} refused by the parser.");
        var known = (await File.ReadAllLinesAsync(Faults)).Where(static line => line.Contains(" | ", StringComparison.Ordinal));
        Assert.Equal(known.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }
}
