// Resources with one fault each: it is found where it is, and nothing else is said.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests.Official;

public class VariantTests(ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(SharedMaterial.ProjectRoot, "tests", "Fhir.Validation.Tests", "Official", "Variants");

    private static readonly Lazy<Validator> Ours = new(() => new Validator(TestResources.OfFolder(Path.Combine(Folder, "definitions"))));

    private static readonly Lazy<string?> Examples = new(() => SharedMaterial.Folder("r4-examples"));

    private static readonly Lazy<Dictionary<string, ResourceTree>> Targets = new(() => Directory.EnumerateFiles(Path.Combine(Folder, "resources"), "*.json")
        .Select(static file => ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree!)
        .Where(static tree => tree.Id is not null)
        .DistinctBy(static tree => (tree.ResourceType, tree.Id))
        .ToDictionary(static tree => $"{tree.ResourceType}/{tree.Id}", StringComparer.Ordinal));

    public static TheoryData<string> Resources => [.. Directory.EnumerateFiles(Path.Combine(Folder, "resources"), "*.json").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<int> OurVariants => [.. Enumerable.Range(0, Variant.Read(Table("variants")).Count)];

    public static TheoryData<int> OfficialVariants => [.. Enumerable.Range(0, Variant.Read(Table("official")).Count)];

    private static string Table(string name) => Path.Combine(Folder, name + ".txt");

    // What the parser refuses is not validated.
    private static async Task<IReadOnlyList<(IssueSeverity Severity, string Kind, string Text)>> ValidateAsync(byte[] json)
    {
        var parsed = ResourceParser.ParseJson(json);
        IReadOnlyList<Issue> issues = parsed.Issues;
        if (parsed.IsValid)
        {
            // One fault each: a blood pressure breaks R4's profile of vital signs too.
            var request = ValidationRequest.Default with { AppliesVitalSigns = false, Resolve = static (reference, _) => ValueTask.FromResult(Targets.Value.GetValueOrDefault(reference)) };
            issues = [.. issues, .. await Ours.Value.ValidateAsync(parsed.Tree!.Root, request, CancellationToken.None)];
        }

        return [.. issues.Select(static issue => (issue.Severity, $"{KindOf(issue)} | {issue.Expression}", issue.Diagnostics))];
    }

    private static string KindOf(Issue issue)
    {
        var kind = issue.Detail?.Code ?? issue.Code;
        return kind.StartsWith("invariant-", StringComparison.Ordinal) ? $"{kind} {issue.Message!.Arguments[0]}" : kind;
    }

    private static byte[] Resource(string name) => File.ReadAllBytes(Path.Combine(Folder, "resources", name + ".json"));

    private static async Task CheckAsync(Variant variant, byte[] json)
    {
        var prepared = variant.Prepare(json);
        var before = await ValidateAsync(prepared);
        var added = (await ValidateAsync(variant.Break(prepared))).Except(before).ToList();

        // Base definition and profile may say the same of one element, one of them as an error.
        var worst = added.Count == 0 ? "nothing" : added.Min(static issue => issue.Severity).ToString().ToLowerInvariant();
        var actual = string.Join('\n', added.Select(issue => $"{worst} {issue.Kind}").Distinct(StringComparer.Ordinal));
        Assert.True(
            actual == $"{variant.Message} | {variant.Expression}",
            $"{variant}\nexpected {variant.Message} | {variant.Expression}\n{actual}\n\n{string.Join('\n', added)}");
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task A_resource_without_a_fault_has_no_issue(string name) =>
        Assert.Empty(await ValidateAsync(Resource(name)));

    [Fact]
    public void There_are_more_than_two_hundred_faults_and_each_is_of_one_rule()
    {
        var variants = Variant.Read(Table("variants")).Concat(Variant.Read(Table("official"))).ToList();
        Assert.True(variants.Count > 200);
        Assert.Equal(variants.Count, variants.DistinctBy(static variant => variant.ToString()).Count());
        foreach (var rule in variants.GroupBy(static variant => variant.Rule))
            output.WriteLine($"{rule.Count()} {rule.Key}");
    }

    [Theory]
    [MemberData(nameof(OurVariants))]
    public async Task A_fault_is_found_where_it_is_and_nothing_else_is_said(int line)
    {
        var variant = Variant.Read(Table("variants"))[line];
        await CheckAsync(variant, Resource(variant.Resource));
    }

    [Theory]
    [MemberData(nameof(OfficialVariants))]
    public async Task A_fault_in_an_official_example_is_found_where_it_is_and_nothing_else_is_said(int line)
    {
        if (Examples.Value is not { } folder)
        {
            output.WriteLine("The official examples are not beside the project; nothing was run.");
            return;
        }

        var variant = Variant.Read(Table("official"))[line];
        await CheckAsync(variant, File.ReadAllBytes(Path.Combine(folder, "r4-json", variant.Resource + ".json")));
    }
}
