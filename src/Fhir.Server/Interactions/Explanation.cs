// _explain=true and $explain: what a search means to this server, how it was planned, and what each step cost.

using System.Diagnostics;
using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Explains searches. <c>_explain=true</c> adds the explanation to the answer as an OperationOutcome (an entry with
/// <c>search.mode</c> <c>outcome</c>, R4 search.html#2.21.1.3); <c>[base]/[type]/$explain?…</c> answers it alone. A browser gets a page.
/// </summary>
/// <remarks>The values of the search are in it: it goes to whoever asked, and never into a log.</remarks>
public sealed class Explanation
{
    /// <summary>The parameter that asks for an explanation.</summary>
    public const string Parameter = "_explain";

    private readonly List<ExplainStep> _steps = [];

    private Explanation(ParsedSearch parsed, SearchQuery query, TimeSpan parsing)
    {
        Query = FhirCall.Encode(parsed.Accepted.Where(static p => p.Key != Parameter));
        Types = query.ResourceTypes;
        Expression = ExpressionText.Of(query.Expression);
        _steps.Add(new ExplainStep("parse", parsing - parsed.TerminologyTime));
        if (parsed.TerminologyTime > TimeSpan.Zero)
            _steps.Add(new ExplainStep("terminology", parsed.TerminologyTime));
    }

    /// <summary>The <c>$explain</c> operation.</summary>
    public static Operation Operation { get; } = new(
        "explain",
        OperationLevels.System | OperationLevels.Type,
        [],
        OperationDefinitions.AddressOf("explain"),
        AffectsState: false,
        static (call, cancel) => SearchInteraction.ExplainAsync(ToSearch(call), cancel))
    {
        HasPage = true,
        TakesSearch = true,
        Description = "Explains a search: takes the parameters of one, and answers how it is understood and planned, and what each step costs.",
        Parameters = [new("return", "OperationOutcome", "The explanation, an issue for each step.") { IsOutput = true, IsRequired = true }],
    };

    /// <summary>The parameters as they were understood, percent-encoded.</summary>
    public string Query { get; }

    /// <summary>The types searched.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>The expression tree of the search.</summary>
    public string Expression { get; }

    /// <summary>The steps in their order.</summary>
    public IReadOnlyList<ExplainStep> Steps => _steps;

    /// <summary>Matches on the page.</summary>
    public int Matches { get; private set; }

    /// <summary>Resources added to them.</summary>
    public int Included { get; private set; }

    /// <summary>True if the call asks for an explanation.</summary>
    /// <exception cref="RefusedException">The parameter is neither true nor false.</exception>
    public static bool IsAsked(FhirCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var isAsked = false;
        foreach (var (name, value) in call.Parameters)
        {
            if (name == Parameter)
                isAsked = value switch
                {
                    "true" => true,
                    "false" => false,
                    _ => throw new RefusedException(400, "value", $"{Parameter} is true or false."),
                };
        }

        return isAsked;
    }

    /// <summary>The explanation of a search that was parsed since <paramref name="start"/>; the store's steps come with the page.</summary>
    public static Explanation Of(ParsedSearch parsed, SearchQuery query, long start)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(query);
        return new Explanation(parsed, query, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Adds what the store tells.</summary>
    public void Add(SearchPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        _steps.AddRange(page.Explanation);
        Matches = page.Matches.Count;
        Included = page.Included.Count;
    }

    /// <summary>The explanation as issues of an OperationOutcome, one for each thing to tell.</summary>
    public IReadOnlyList<Issue> ToIssues()
    {
        var issues = new List<Issue> { Tell($"Search of {string.Join(", ", Types.Take(20))}{(Types.Count > 20 ? ", …" : "")} for\n{Expression}") };
        foreach (var step in Steps)
        {
            issues.Add(Tell(string.Join('\n', [$"{step.Name}: {Milliseconds(step.Time)}", .. step.Notes])));
            issues.AddRange(step.Statements.Select(statement => Tell(
                string.Join('\n', [$"{step.Name}, statement {Cost(statement)}", statement.Text, .. Values(statement), .. statement.Plan.Select(static line => "  " + line)]))));
        }

        issues.Add(Tell($"{Matches} matches on the page, {Included} included; {Milliseconds(TimeSpan.FromTicks(Steps.Sum(static step => step.Time.Ticks)))} in all."));
        return issues;

        static Issue Tell(string text) => new(IssueSeverity.Information, "informational", text);
    }

    /// <summary>What a statement cost.</summary>
    internal static string Cost(ExplainStatement statement)
    {
        var runs = statement.Runs == 1 ? "run once" : $"run {statement.Runs} times";
        var counters = string.Concat(statement.Counters.Select(static counter => $", {counter.Key} {counter.Value}"));
        return $"{runs}: {Milliseconds(statement.Time)}, rows {statement.Rows}{counters}";
    }

    /// <summary>The values of a statement, if it has any.</summary>
    internal static IEnumerable<string> Values(ExplainStatement statement) =>
        statement.Values.Count == 0 ? [] : [$"with {string.Join(", ", statement.Values)}"];

    internal static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture) + " ms";

    /// <summary>The search that an address below which <c>$explain</c> stands would be.</summary>
    internal static FhirCall ToSearch(FhirCall call) => call with
    {
        Route = call.Route.Kind switch
        {
            RouteKind.TypeOperation => new FhirRoute(RouteKind.Type, call.Route.Type),
            RouteKind.CompartmentExplain => new FhirRoute(RouteKind.Compartment, call.Route.Type, call.Route.Id, call.Route.Name),
            _ => new FhirRoute(RouteKind.System),
        },
    };
}
