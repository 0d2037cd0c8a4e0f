// search of a type, of the system and in a compartment, by GET and POST (R4 http.html#search, search.html).

using System.Diagnostics;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The search interactions.</summary>
public static class SearchInteraction
{
    /// <summary>search: a page of matches with what they include.</summary>
    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        var (paged, cursor) = Paging.Resolve(call);
        var (parsed, shape, page, explanation) = await FindAsync(paged, cursor, Explanation.IsAsked(paged), cancel);
        var accepted = FhirCall.Encode(parsed.Accepted);
        var bundle = new BundleWriter("searchset", paged.BaseUrl, shape, page.Total, Links(paged, page, accepted));
        for (var i = 0; i < page.Matches.Count; i++)
        {
            if (page.ContainedIds.Count > 0 && page.ContainedIds[i] is { } containedId)
                bundle.AddContained(page.Matches[i], containedId);
            else
                bundle.AddResult(page.Matches[i], "match");
        }

        foreach (var version in page.Included)
            bundle.AddResult(version, "include");
        IReadOnlyList<Issue> issues = [.. Remarks(parsed.Issues, page, paged.Server.Options.Limits), .. explanation?.ToIssues() ?? []];
        if (issues.Count > 0)
            bundle.AddOutcome(issues, call.Language);
        return new FhirAnswer(200)
        {
            Json = bundle.End(),
            Html = explanation is null ? null : ExplanationPage.Write(explanation),
            Shape = ResourceShape.Whole with { Pretty = shape.Pretty },
        };
    }

    /// <summary>Runs a search for its explanation, which is the whole answer.</summary>
    public static async ValueTask<FhirAnswer> ExplainAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        var (parsed, shape, page, explanation) = await FindAsync(call, cursor: null, isExplained: true, cancel);
        return new FhirAnswer(200)
        {
            Json = OutcomeWriter.ToJson([.. Remarks(parsed.Issues, page, call.Server.Options.Limits), .. explanation!.ToIssues()], null, call.Language),
            Html = ExplanationPage.Write(explanation),
            Shape = ResourceShape.Whole with { Pretty = shape.Pretty },
        };
    }

    private static async ValueTask<(ParsedSearch Parsed, ResourceShape Shape, SearchPage Page, Explanation? Explanation)> FindAsync(
        FhirCall call, string? cursor, bool isExplained, CancellationToken cancel)
    {
        var start = isExplained ? Stopwatch.GetTimestamp() : 0;
        var parsed = await call.Server.SearchParser.ParseAsync(ToRequest(call), cancel);
        if (parsed.Query is not { } query)
            throw new RefusedException(400, parsed.Issues);
        InteractionAccess.RequireSearch(call.Scope, query.ResourceTypes);
        var shape = ResourceShape.Of(parsed.Options, call.Parameters);
        if (shape.Summary == SummaryMode.Count || query.Count == 0)
            query = query with { Count = 0, Total = TotalMode.Accurate };
        var explanation = isExplained ? Explanation.Of(parsed, query, start) : null;
        var page = await call.Server.Store.SearchAsync(call.Scope, query with { Cursor = cursor, Explain = isExplained }, cancel);
        explanation?.Add(page);
        return (parsed, shape, page, explanation);
    }

    /// <summary>POST _search: the parameters are in the body, or some of them in the address.</summary>
    public static async Task HandleFormAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _ = exchange.ResponseType;
        var call = exchange.ToCall();
        var body = await RequestBody.ReadAsync(exchange);
        if (!body.IsEmpty)
        {
            if (!RequestBody.IsForm(exchange.Http.Request.ContentType))
                throw new RefusedException(415, "not-supported", "The parameters of a POST _search are sent as application/x-www-form-urlencoded in UTF-8.");
            call = call with { FormQuery = System.Text.Encoding.UTF8.GetString(body.Span) };
        }

        await AnswerWriter.WriteAsync(exchange, await AnswerAsync(call, exchange.Cancel));
    }

    private static SearchRequest ToRequest(FhirCall call) => new()
    {
        ResourceType = call.Route.Kind switch
        {
            RouteKind.System or RouteKind.SystemSearch => null,
            RouteKind.Compartment or RouteKind.CompartmentSearch => call.Route.Name == "*" ? null : call.Route.Name,
            _ => call.Route.Type,
        },
        Compartment = call.Route.Kind is RouteKind.Compartment or RouteKind.CompartmentSearch ? CompartmentOf(call.Route) : null,
        Parameters = call.Parameters,
        Handling = call.Preferences.IsLenient ? SearchHandling.Lenient : SearchHandling.Strict,
        BaseUrl = call.BaseUrl,
    };

    private static SearchExpression.InCompartment CompartmentOf(FhirRoute route) =>
        CompartmentRules.CompartmentTypes.Contains(route.Type!)
            ? new SearchExpression.InCompartment(route.Type!, route.Id!)
            : throw new RefusedException(
                404, "not-supported", $"{route.Type} has no compartment; {string.Join(", ", CompartmentRules.CompartmentTypes)} have one.");

    private static IEnumerable<(string Relation, string Url)> Links(FhirCall call, SearchPage page, string accepted)
    {
        yield return ("self", Paging.SelfLink(call, accepted));
        foreach (var (relation, cursor) in new[] { ("first", page.First), ("previous", page.Previous), ("next", page.Next), ("last", page.Last) })
        {
            if (cursor is not null)
                yield return (relation, Paging.PageLink(call, cursor, accepted));
        }
    }

    private static IReadOnlyList<Issue> Remarks(IReadOnlyList<Issue> issues, SearchPage page, LimitOptions limits) =>
        !page.IncludesCut
            ? issues
            : [.. issues, Issue.Warning(
                "too-costly", $"The page leaves out resources that _include or _revinclude ask for: there are more than {limits.Includes} (FhirHub:Limits:Includes). Ask for fewer matches with _count.")];
}
