// Closure tables as a client keeps them: what each addition tells, and what can be asked for again.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class ClosureTests
{
    private readonly MemorySource _source = new MemorySource().With(Animals("1"));
    private readonly TerminologyLibrary _library;
    private readonly ClosureTables _closures = new(new MemoryClosureStore(), new ClosureLimits { Concepts = 6 });

    public ClosureTests() => _library = new TerminologyLibrary([_source]);

    [Fact]
    public async Task Each_addition_tells_only_what_is_new()
    {
        Assert.Equal("1: ", Text(await _closures.InitialiseAsync("t", default)));
        Assert.Equal("2: ", Text(await AddAsync("duck")));
        Assert.Equal("3: duck<animal", Text(await AddAsync("animal")));
        Assert.Equal("4: duck<bird bird<animal cat<animal", Text(await AddAsync("bird", "cat")));
        Assert.Equal("4: ", Text(await AddAsync("bird")));
    }

    [Fact]
    public async Task What_came_after_a_version_can_be_asked_for_again()
    {
        await _closures.InitialiseAsync("t", default);
        await AddAsync("duck");
        await AddAsync("animal");
        await AddAsync("bird");
        Assert.Equal("4: duck<bird bird<animal", Text(await _closures.ReplayAsync("t", "3", default)));
        Assert.Equal("4: duck<animal duck<bird bird<animal", Text(await _closures.ReplayAsync("t", "1", default)));
        Assert.Equal("4: ", Text(await _closures.ReplayAsync("t", "4", default)));
        await FailsAsync("invalid", "has no version '5'", () => _closures.ReplayAsync("t", "5", default));
        await FailsAsync("invalid", "has no version 'x'", () => _closures.ReplayAsync("t", "x", default));
    }

    [Fact]
    public async Task A_table_that_is_initialised_again_is_empty_and_its_old_versions_are_refused()
    {
        await _closures.InitialiseAsync("t", default);
        await AddAsync("duck", "bird");
        Assert.Equal("3: ", Text(await _closures.InitialiseAsync("t", default)));
        await FailsAsync("invalid", "initialised anew", () => _closures.ReplayAsync("t", "2", default));
        Assert.Equal("4: ", Text(await AddAsync("animal")));
    }

    [Fact]
    public async Task A_table_that_nobody_initialised_is_told()
    {
        await FailsAsync("not-found", "initialise it by calling $closure with its name alone", () => AddAsync("duck"));
        await FailsAsync("not-found", "no closure table t", () => _closures.ReplayAsync("t", "1", default));
        await FailsAsync("invalid", "1 to 255 characters", () => _closures.InitialiseAsync("", default));
    }

    [Fact]
    public async Task An_unknown_code_or_system_adds_nothing()
    {
        await _closures.InitialiseAsync("t", default);
        await FailsAsync("not-found", "has no code 'unicorn'", () => AddAsync("duck", "unicorn"));
        await FailsAsync("not-found", "urn:nothing is not known here", () => _closures.AddAsync(Scope(), "t", [new("urn:nothing", null, "a")], default));
        await FailsAsync("invalid", "has no system", () => _closures.AddAsync(Scope(), "t", [new(null, null, "a")], default));
        Assert.Equal("1: ", Text(await _closures.ReplayAsync("t", "1", default)));
    }

    [Fact]
    public async Task A_table_is_bounded()
    {
        await _closures.InitialiseAsync("t", default);
        await FailsAsync("too-costly", "6 concepts at most", () => AddAsync("animal", "bird", "duck", "cat", "a", "b", "c"));
    }

    [Fact]
    public async Task A_table_stays_with_the_version_that_it_began_with()
    {
        await _closures.InitialiseAsync("t", default);
        await AddAsync("duck");
        _source.With(Animals("2"));
        Assert.Equal("3: duck<bird", Text(await AddAsync("bird")));
        await FailsAsync("invalid", "in version 1, not 2", () => _closures.AddAsync(Scope(), "t", [new("urn:animals", "2", "cat")], default));
    }

    [Fact]
    public async Task The_answer_is_a_valid_concept_map()
    {
        await _closures.InitialiseAsync("t", default);
        var json = ClosureConceptMap.Write(await AddAsync("duck", "bird"), new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));
        var parsed = ResourceParser.ParseJson(json);
        Assert.True(parsed.IsValid, Encoding.UTF8.GetString(json.Span));
        Assert.Equal(
            """
            {"resourceType":"ConceptMap","version":"2","name":"ClosureUpdate","title":"Updates for the closure table t","status":"active","experimental":true,"date":"2026-11-22T08:00:00Z","group":[{"source":"urn:animals","sourceVersion":"1","target":"urn:animals","targetVersion":"1","element":[{"code":"duck","display":"Duck","target":[{"code":"bird","equivalence":"subsumes"}]}]}]}
            """,
            Encoding.UTF8.GetString(json.Span));
    }

    private static string Animals(string version) => $$"""
        {"resourceType":"CodeSystem","url":"urn:animals","version":"{{version}}","status":"active","content":"complete","hierarchyMeaning":"is-a",
        "concept":[{"code":"animal","concept":[{"code":"bird","concept":[{"code":"duck","display":"Duck"}]},{"code":"cat"}]},{"code":"a"},{"code":"b"},{"code":"c"}]}
        """;

    private static string Text(ClosureAnswer answer) =>
        $"{answer.Version}: {string.Join(' ', answer.Entries.Select(entry => $"{entry.Source.Code}<{entry.Target.Code}"))}";

    private static async Task FailsAsync(string code, string part, Func<ValueTask<ClosureAnswer>> act)
    {
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await act());
        Assert.Equal(code, refused.Code);
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    private TerminologyScope Scope() => _library.OpenAsync(null, default).AsTask().GetAwaiter().GetResult();

    private async ValueTask<ClosureAnswer> AddAsync(params string[] codes) =>
        await _closures.AddAsync(await _library.OpenAsync(null, default), "t", [.. codes.Select(code => new CodingValue("urn:animals", null, code))], default);
}
