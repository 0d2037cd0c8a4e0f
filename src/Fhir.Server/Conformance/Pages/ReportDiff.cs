// What changed between two runs: tests with another result, new ones, and those that are gone.

using FhirHub.Conformance;

namespace FhirHub.Server.Conformance;

/// <summary>A test in two runs.</summary>
/// <param name="Script">What the script is called.</param>
/// <param name="Test">What the test is called.</param>
/// <param name="From">Its result in the first; null if it was not in it.</param>
/// <param name="To">Its result in the second; null if it is not in it.</param>
internal sealed record TestChange(string Script, string Test, StepResult? From, StepResult? To)
{
    /// <summary>True if it held before and does not any more.</summary>
    public bool IsWorse => IsGood(From) && To is not null && !IsGood(To);

    private static bool IsGood(StepResult? result) => result is StepResult.Pass or StepResult.Warning;
}

/// <summary>The difference of two runs.</summary>
/// <param name="Worse">Tests that held and don't any more.</param>
/// <param name="Other">Other tests with another result.</param>
/// <param name="New">Tests that were not there.</param>
/// <param name="Gone">Tests that are not there any more.</param>
/// <param name="Same">The number of tests with the same result.</param>
internal sealed record ReportDiff(IReadOnlyList<TestChange> Worse, IReadOnlyList<TestChange> Other, IReadOnlyList<TestChange> New, IReadOnlyList<TestChange> Gone, int Same)
{
    /// <summary>Compares two runs; tests are the same by the name of their script and their own.</summary>
    public static ReportDiff Of(IEnumerable<ReportedScript> from, IEnumerable<ReportedScript> to)
    {
        var (before, after) = (Tests(from), Tests(to));
        var changes = before.Keys.Union(after.Keys).Select(key => new TestChange(key.Script, key.Number == 1 ? key.Test : $"{key.Test} ({key.Number})", Find(before, key), Find(after, key)))
            .OrderBy(static change => change.Script, StringComparer.Ordinal).ThenBy(static change => change.Test, StringComparer.Ordinal).ToLookup(static change => change switch
            {
                { From: null } => 'n',
                { To: null } => 'g',
                { IsWorse: true } => 'w',
                _ => change.From == change.To ? 's' : 'o',
            });
        return new ReportDiff([.. changes['w']], [.. changes['o']], [.. changes['n']], [.. changes['g']], changes['s'].Count());

        static StepResult? Find(Dictionary<TestKey, StepResult> tests, TestKey key) => tests.TryGetValue(key, out var result) ? result : null;
    }

    private static Dictionary<TestKey, StepResult> Tests(IEnumerable<ReportedScript> scripts)
    {
        var tests = new Dictionary<TestKey, StepResult>();
        foreach (var script in scripts)
        {
            foreach (var test in script.Tests)
            {
                // Tests of one name are told apart by their order.
                var key = new TestKey(script.Name, test.Name, 1);
                while (!tests.TryAdd(key, test.Result))
                    key = key with { Number = key.Number + 1 };
            }
        }

        return tests;
    }

    private readonly record struct TestKey(string Script, string Test, int Number);
}
