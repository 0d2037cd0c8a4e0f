// All official examples of R4 against the base definitions and the profiles that they claim.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests.Walk;

public sealed class OfficialExampleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Official_examples_have_no_errors_but_those_that_are_listed()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("The official examples are not here; nothing was checked.");
            return;
        }

        var validator = new Validator(TestResources.R4);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var shown = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var files = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "r4-json"), "*.json").Order(StringComparer.Ordinal))
        {
            var parsed = ResourceParser.ParseJson(await File.ReadAllBytesAsync(file));
            if (!parsed.IsValid)
                continue;
            files++;
            foreach (var issue in await validator.ValidateAsync(parsed.Tree!.Root, ValidationRequest.Default, CancellationToken.None))
            {
                var kind = $"{issue.Severity} {issue.Detail?.Code ?? issue.Code}";
                if (issue.Detail?.Code.StartsWith("invariant", StringComparison.Ordinal) == true)
                    kind += " " + issue.Message!.Arguments[0];
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
                if (!shown.TryGetValue(kind, out var list))
                    shown.Add(kind, list = []);
                if (list.Count < 12)
                    list.Add($"{Path.GetFileName(file)} {issue.Expression}: {issue.Diagnostics}");
            }
        }

        output.WriteLine($"{files} resources");
        foreach (var (kind, count) in counts)
            output.WriteLine($"{count,6} {kind}");
        foreach (var (kind, list) in shown.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
            output.WriteLine($"\n== {kind}\n{string.Join('\n', list)}");
    }
}
