// Observation/$lastn: the most recent observations of each code.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// <c>Observation/$lastn</c> (R4 observation-operation-lastn.html). All parameters of a search on Observation but those of order and
/// page apply; what they find is grouped by code, and of each group the last <c>max</c> are answered, more where times are equal.
/// </summary>
public static class LastObservations
{
    // All that the search finds has to be looked at, since any of it may join two groups.
    private const int MaxObservations = 50_000;

    private static readonly string[] Unsuited = ["_sort", "_count", "_contained", "_containedType", "_total"];

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } =
        Operation.OfR4("Observation-lastn", "lastn", OperationLevels.Type, ["Observation"], AnswerAsync) with { TakesSearch = true };

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, Operation.Parameters, takesOthers: true);
        Check(call, input);
        var parsed = await call.Server.SearchParser.ParseAsync(
            new SearchRequest
            {
                ResourceType = "Observation",
                Parameters = input.Others,
                Handling = call.Preferences.IsLenient ? SearchHandling.Lenient : SearchHandling.Strict,
            },
            cancel);
        if (parsed.Query is not { } query)
            throw new RefusedException(400, parsed.Issues);

        var last = (await GroupAsync(call, query, cancel)).Last(input.Integer("max") ?? 1);
        var accepted = parsed.Accepted.ToList();
        if (input.Text("max") is { } max)
            accepted.Add(new("max", max));
        var shape = ResourceShape.Of(parsed.Options, call.Parameters);
        var bundle = new BundleWriter(
            "searchset", call.BaseUrl, shape, last.Count, [("self", Paging.SelfLink(call, FhirCall.Encode(accepted)))]);
        if (shape.Summary != SummaryMode.Count)
            await AddAsync(call, query, last, bundle, cancel);
        if (parsed.Issues.Count > 0)
            bundle.AddOutcome(parsed.Issues, call.Language);
        return new FhirAnswer(200) { Json = bundle.End(), Shape = ResourceShape.Whole with { Pretty = shape.Pretty } };
    }

    private static void Check(FhirCall call, OperationInput input)
    {
        var names = input.Others.Select(p => p.Key.Split(':', '.')[0]).ToHashSet(StringComparer.Ordinal);
        if (Unsuited.FirstOrDefault(names.Contains) is { } unsuited)
            throw new RefusedException(400, "not-supported", $"$lastn answers the most recent observations first and all at once, so it has no {unsuited}; max says how many of each code.");
        if (!names.Contains("patient") && !names.Contains("subject"))
            throw new RefusedException(400, "required", "$lastn needs the parameter patient or subject.");
        if (!names.Any(name => name == "category" || LooksAtCode(call.Server.SearchParameters.Find("Observation", name))))
            throw new RefusedException(400, "required", "$lastn needs the parameter category or one that looks at codes, such as code.");
    }

    private static bool LooksAtCode(SearchParameter? parameter) => parameter is not null
        && (parameter.Expression?.Split('|').Any(part => part.Trim().EndsWith(".code", StringComparison.Ordinal)) == true
            || parameter.Components.Any(component => component.Expression is "code"));

    private static async Task<CodeGroups> GroupAsync(FhirCall call, SearchQuery query, CancellationToken cancel)
    {
        var groups = new CodeGroups(new LiteralReferences([call.BaseUrl, .. call.Server.Options.BaseUrls]));
        query = query with { Includes = [], Sort = [], Total = TotalMode.None, Count = call.Server.Options.Limits.MaxPageSize };
        await foreach (var version in call.Server.Store.MatchesAsync(call.Scope, query, cancel))
        {
            groups.Add(version.Key, call.Server.Repository.Preparer.Read(version).Root);
            if (groups.Count > MaxObservations)
                throw new RefusedException(400, "too-costly", $"$lastn looks at up to {MaxObservations:N0} observations, and there are more; narrow it with date, code or category.");
        }

        return groups;
    }

    private static async Task AddAsync(
        FhirCall call, SearchQuery query, IReadOnlyList<ResourceKey> last, BundleWriter bundle, CancellationToken cancel)
    {
        foreach (var key in last)
        {
            if (await call.Server.Store.ReadAsync(call.Scope, key, cancel) is { IsDeleted: false } version)
                bundle.AddResult(version, "match");
        }

        if (query.Includes.Count == 0 || last.Count == 0)
            return;
        var page = await call.Server.Store.SearchAsync(
            call.Scope,
            query with
            {
                Expression = new SearchExpression.IdIn([.. last.Select(k => k.Id)]),
                Sort = [],
                Total = TotalMode.None,
                Count = last.Count,
            },
            cancel);
        foreach (var version in page.Included)
            bundle.AddResult(version, "include");
        if (page.IncludesCut)
        {
            bundle.AddOutcome([Issue.Warning(
                "too-costly", $"Resources that _include or _revinclude ask for are left out: there are more than {call.Server.Options.Limits.Includes} (FhirHub:Limits:Includes).")], call.Language);
        }
    }
}
