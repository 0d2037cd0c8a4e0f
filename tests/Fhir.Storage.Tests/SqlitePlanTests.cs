// Plans that rest on how SQLite's own planner works: a later version of it that thinks otherwise would be slow, not wrong.

using FhirHub.Search;
using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests;

public sealed class SqlitePlanTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-plan-").FullName;
    private SqliteResourceStore _store = null!;

    public Task InitializeAsync()
    {
        _store = SqliteResourceStore.Open(new SqliteStoreOptions { Path = Path.Combine(_folder, "fhir.db"), Extract = TestResource.Extract });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_page_of_everything_in_order_is_walked_without_sorting(bool descending)
    {
        await SeedAsync();

        foreach (var parameter in new[] { Parameters.Name, Parameters.BirthDate })
        {
            var plan = await PlanAsync(new SearchExpression.All(), [new SortKey(parameter.Code, parameter, descending)]);
            Assert.DoesNotContain(plan, static line => line.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
            Assert.Contains(plan, static line => line.Contains("USING PRIMARY KEY (parameter=?", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Conditions_around_a_union_are_not_written_out_for_each_of_its_parts()
    {
        await SeedAsync();
        const int Parts = 30;

        var plan = await PlanAsync(new SearchExpression.And([Names("a"), Names("b")]), []);

        Assert.InRange(plan.Count(static line => line.Contains("SEARCH", StringComparison.Ordinal)), 1, 4 * Parts);

        static SearchExpression Names(string letter) => new SearchExpression.Or(
            [.. Enumerable.Range(0, Parts).Select(i => new SearchExpression.Parameter(Parameters.Name, new StringPredicate(StringMatch.StartsWith, $"{letter}{i}")))]);
    }

    private Task<CommitResult> SeedAsync() => _store.CommitAsync(
        AccessScope.Full,
        new ResourceTransaction
        {
            Writes = [.. Enumerable.Range(0, 50).Select(i => new PutResource(
                new ResourceKey("Patient", $"p{i:00}"),
                new TestResource($"{i}").String(Parameters.Name, $"a{i}").Date(Parameters.BirthDate, $"19{i:00}-01-01").Prepare(),
                WriteMethod.Put))],
        },
        CancellationToken.None);

    private async Task<List<string>> PlanAsync(SearchExpression expression, IReadOnlyList<SortKey> sort)
    {
        var query = new SearchQuery { ResourceTypes = ["Patient"], Expression = expression, Sort = sort, Count = 10, Explain = true };
        var page = await _store.SearchAsync(AccessScope.Full, query, CancellationToken.None);
        return [.. page.Explanation.Where(static step => step.Name == "find keys").SelectMany(static step => step.Statements).SelectMany(static statement => statement.Plan)];
    }
}
