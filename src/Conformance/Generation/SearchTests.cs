// The tests of search: every parameter with what it finds, what it leaves out and what it refuses, and what is included with it.

using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>Writes the tests of search of one type.</summary>
internal static class SearchTests
{
    private const string Standard = "http://hl7.org/fhir/R4/search.html";

    // Whatever else is on the server, a test looks at what its script created.
    private const string All = "_id=${created}";

    private static readonly HashSet<string> s_results = ["_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total", "_contained", "_containedType", "_format"];

    /// <summary>Adds the tests.</summary>
    public static void Add(ScriptDraft script, GenerationSource source, ResourceCapability resource, FixturePlan plan)
    {
        script.Prove(Standard);
        script.Value("created", string.Join(',', plan.Mains.Select(static main => main.Variable)));
        AddWhole(script, resource, plan);
        foreach (var capability in resource.Parameters.Where(static parameter => !s_results.Contains(parameter.Name)))
        {
            if (source.FindParameter(resource.Type, capability.Name, capability.Definition) is not { } parameter)
                continue;
            script.Prove($"{Standard}#{parameter.Type}");
            var cases = new SearchCases(source, plan, parameter);
            AddParameter(script, resource, plan, parameter, cases);
            AddBad(script, resource, parameter, cases.Bad());
        }

        foreach (var include in resource.Includes)
            AddInclude(script, source, resource, plan, include);
    }

    /// <summary>Prepares what refers to the fixtures, before the script is set up.</summary>
    public static IReadOnlyList<(string Include, Fixture Referrer, Fixture Main)> Referrers(GenerationSource source, ResourceCapability resource, FixturePlan plan)
    {
        var found = new List<(string, Fixture, Fixture)>();
        foreach (var include in resource.RevIncludes)
        {
            if (include.Split(':') is [var type, var code, ..] && source.FindParameter(type, code, null) is { } parameter && plan.AddReferrer(type, parameter) is { } pair)
                found.Add((include, pair.Referrer, pair.Main));
        }

        return found;
    }

    /// <summary>Adds the tests of <c>_revinclude</c>.</summary>
    public static void AddReferrers(ScriptDraft script, ResourceCapability resource, IReadOnlyList<(string Include, Fixture Referrer, Fixture Main)> referrers)
    {
        foreach (var (include, referrer, main) in referrers)
        {
            script.Prove($"{Standard}#revinclude");
            script.Test($"_revinclude={include} brings what refers to it", $"A search for a {resource.Type} by id brings the {referrer.Type} that refers to it, marked as included.")
                .Send(Search(resource.Type, $"_id={main.Variable}&_revinclude={include}", null))
                .Status(200).Answers("Bundle").True("It finds the resource itself.", Found([main]))
                .True($"The {referrer.Type} is included.", $"Bundle.entry.where(search.mode = 'include').resource.ofType({referrer.Type}).id.where($this = '{referrer.Variable}').count() = 1");
        }
    }

    private static void AddWhole(ScriptDraft script, ResourceCapability resource, FixturePlan plan)
    {
        var test = script.Test($"A search gives whole {resource.Type} resources", "The Bundle says what was searched for; each entry has its address, its search mode and the resource as it is read.")
            .Send(Search(resource.Type, All, null))
            .Status(200).Answers("Bundle")
            .True("It is the result of a search.", "Bundle.type = 'searchset'")
            .True("Those that were created are found, each once.", Found(plan.Mains))
            .True("The link to itself says what was searched for.", "Bundle.link.where(relation = 'self' and url.contains('_id=')).count() = 1")
            .True("Each entry has its own address.", $"Bundle.entry.all(fullUrl.endsWith('/{resource.Type}/' + resource.id))")
            .True("Each entry says that it is a match.", "Bundle.entry.all(search.mode = 'match')")
            .True("Each resource has a version and the time of its change.", "Bundle.entry.resource.all(meta.versionId.exists() and meta.lastUpdated.exists())");
        foreach (var main in plan.Mains.Where(static main => main.Identifier is not null))
        {
            test.True(
                $"What was sent for {main.Id} comes back.",
                $"Bundle.entry.resource.where(id = '{main.Variable}').identifier.where(system = 'urn:ietf:rfc:3986' and value = '{main.Identifier![(main.Identifier!.IndexOf('|', StringComparison.Ordinal) + 1)..]}').count() = 1");
        }
    }

    private static void AddParameter(
        ScriptDraft script, ResourceCapability resource, FixturePlan plan, SearchParameterDefinition parameter, SearchCases cases)
    {
        var searches = cases.Make().Select(search => (Search: search, Results: plan.Mains.Select(main => (Main: main, Matches: search.Matches(main))).ToList()))
            .Where(static search => !search.Results.TrueForAll(static result => result.Matches is null)).ToList();

        // A test without an action is none (R4 testscript-definitions.html#TestScript.test.action).
        if (searches.Count == 0)
            return;
        var test = script.Test($"{parameter.Code} finds what has the value, and nothing else", $"{parameter.Code} is a search parameter of type {parameter.Type}: each search must find exactly those of the created {resource.Type} resources that match.");
        var isFirst = true;
        foreach (var (search, results) in searches)
        {
            var query = parameter.Code == "_id" ? search.Query : $"{All}&{search.Query}";
            test.Send(Search(resource.Type, query, $"{Sentence(search.Says)}.")).Status(200);
            if (isFirst)
                test.Answers("Bundle").True("The link to itself says what was searched for.", $"Bundle.link.where(relation = 'self').url.contains('{parameter.Code}')");
            isFirst = false;
            Judge(test, results);
        }
    }

    private static void Judge(TestDraft test, List<(Fixture Main, bool? Matches)> results)
    {
        if (results.TrueForAll(static result => result.Matches is not null))
        {
            test.True("It finds these and no others.", Found([.. results.Where(static result => result.Matches == true).Select(static result => result.Main)]));
            return;
        }

        foreach (var (main, matches) in results)
        {
            if (matches is { } must)
                test.True(must ? $"It finds {main.Id}." : $"It does not find {main.Id}.", $"Bundle.entry.where(resource.id = '{main.Variable}'){(must ? ".exists()" : ".empty()")}");
        }
    }

    private static void AddBad(ScriptDraft script, ResourceCapability resource, SearchParameterDefinition parameter, (string Query, string Says) bad) =>
        script.Test($"{parameter.Code} refuses what it can't read", $"A search with {bad.Query} is refused: {bad.Says}.")
            .Send(Search(resource.Type, bad.Query, null)).Refused(400);

    private static void AddInclude(ScriptDraft script, GenerationSource source, ResourceCapability resource, FixturePlan plan, string include)
    {
        if (include.Split(':') is not [_, var code, ..] || source.FindParameter(resource.Type, code, null) is not { } parameter)
            return;
        foreach (var main in plan.Mains)
        {
            var references = SearchValues.Of(main, parameter).References.Distinct().ToList();
            var targets = plan.Fixtures.Where(fixture => references.Contains($"{fixture.Type}/{fixture.Id}")).ToList();
            if (targets.Count == 0 || targets.Count != references.Count)
                continue;
            script.Prove($"{Standard}#include");
            script.Test($"_include={include} brings what it refers to", $"A search for a {resource.Type} by id brings what its {code} refers to, marked as included, and nothing else.")
                .Send(Search(resource.Type, $"_id={main.Variable}&_include={include}", null))
                .Status(200).Answers("Bundle").True("It finds the resource itself.", Found([main]))
                .True("What it refers to is included, and nothing else.", $"Bundle.entry.where(search.mode = 'include').resource.id ~ {Ids(targets)}");
            return;
        }
    }

    private static OperationDraft Search(string type, string query, string? says) => new("search", type) { Description = says, Params = $"?{query}" };

    private static string Found(IReadOnlyList<Fixture> fixtures) =>
        fixtures.Count == 0 ? "Bundle.entry.where(search.mode = 'match').empty()" : $"Bundle.entry.where(search.mode = 'match').resource.id ~ {Ids(fixtures)}";

    private static string Ids(IReadOnlyList<Fixture> fixtures) => $"({string.Join(" | ", fixtures.Select(static fixture => $"'{fixture.Variable}'"))})";

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
