// history of a resource, a type and the system (R4 http.html#history).

using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The history interactions.</summary>
public static class History
{
    /// <summary>history: a page of versions, newest first.</summary>
    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        var paged = Paging.Resolve(call);
        call = paged.Call;
        var shape = ResourceShape.Parse(call.Parameters, forSearch: true);
        var query = Parse(call) with { Cursor = paged.Cursor };
        var countOnly = shape.Summary == SummaryMode.Count || query.Count == 0;
        var page = await call.Server.Repository.HistoryAsync(call.Scope, countOnly ? query with { Count = 1 } : query, cancel);
        if (page is null)
            return FhirAnswer.Refused(404, "not-found", $"There is no {call.Key} here, and there never was.");

        var links = new List<(string, string)> { ("self", Paging.SelfLink(call)) };
        if (page.Next is not null && !countOnly)
            links.Add(("next", Paging.PageLink(call, page.Next)));
        var bundle = new BundleWriter("history", call.BaseUrl, shape, page.Total, links);
        if (!countOnly)
        {
            foreach (var version in page.Versions)
                bundle.AddVersion(version);
        }

        return new FhirAnswer(200) { Json = bundle.End(), Shape = ResourceShape.Whole with { Pretty = shape.Pretty } };
    }

    private static HistoryQuery Parse(FhirCall call)
    {
        var query = new HistoryQuery
        {
            Type = call.Route.Type,
            Id = call.Route.Id,
            Count = call.Server.Options.Limits.PageSize,
        };
        foreach (var (name, value) in call.Parameters)
        {
            switch (name)
            {
                case "_since":
                    query = query with { Since = ParseTime(name, value).Low };
                    break;
                case "_at":
                    query = query with { At = ParseTime(name, value) };
                    break;
                case "_count":
                    query = query with { Count = Paging.ParseCount(value, call.Server.Options.Limits) };
                    break;
                case "_format" or "_pretty" or "_summary" or "_elements":
                    break;
                default:
                    if (!call.Preferences.IsLenient)
                        throw new RefusedException(400, "not-supported", $"A history knows _since, _at and _count, not '{(name.Length <= 64 ? name : name[..64])}'.");
                    break;
            }
        }

        return query;
    }

    private static (DateTimeOffset Low, DateTimeOffset High) ParseTime(string name, string value) =>
        PartialInstant.TryParse(value.Replace(' ', '+'), out var low, out var high)
            ? (low, high)
            : throw new RefusedException(400, "value", $"{name} is an instant or a date, such as 2026-01-31T09:30:00Z or 2026-01, which this is not.");
}
