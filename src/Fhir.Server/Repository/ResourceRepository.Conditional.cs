// Search criteria of conditional interactions: what they find now, and the precondition that they still find it at the commit.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>What the criteria of a conditional interaction find.</summary>
/// <param name="Refusal">Not null if the criteria can't be used.</param>
/// <param name="Matches">The matches; more than one is as good as many.</param>
/// <param name="Precondition">That the search still finds exactly these; null on a refusal.</param>
public sealed record CriteriaMatch(InteractionResult? Refusal, IReadOnlyList<StoredVersion> Matches, Precondition? Precondition);

public sealed partial class ResourceRepository
{
    /// <summary>Searches for the resources of one type that the criteria of a conditional interaction or reference are about.</summary>
    /// <param name="scope">What the client may see.</param>
    /// <param name="type">The resource type.</param>
    /// <param name="criteria">The query string without <c>?</c>, percent-encoded.</param>
    /// <param name="limit">Greatest number of matches wanted; two tell one from many.</param>
    /// <param name="letter">What is to be done with the matches beside finding them.</param>
    /// <param name="cancel">Stops the search.</param>
    public async Task<CriteriaMatch> MatchAsync(AccessScope scope, string type, string criteria, int limit, AccessLetter letter, CancellationToken cancel)
    {
        var search = await _searchParameters.Current.Parser.ParseConditionAsync(type, criteria, cancel);
        if (search.Query is not { } query || query.Expression is SearchExpression.All)
        {
            var refusal = search.Issues.Any(i => i.Severity is IssueSeverity.Error or IssueSeverity.Fatal)
                ? InteractionResult.Refused(400, search.Issues)
                : InteractionResult.Refused(
                    412, "required", RepositoryMessages.NoCriteria, criteria, type);
            return new CriteriaMatch(refusal, [], null);
        }

        // What a commit depends on is looked at in the commit, and the full-text index comes after it.
        if (query.Expression.AsksForText)
        {
            return new CriteriaMatch(
                InteractionResult.Refused(400, "not-supported", RepositoryMessages.TextCriteria),
                [],
                null);
        }

        // It would find the resources that contain a match, which are of other types.
        if (query.Contained != ContainedMode.None)
        {
            return new CriteriaMatch(
                InteractionResult.Refused(400, "not-supported", RepositoryMessages.ContainedCriteria), [], null);
        }

        query = query with { Count = limit, Includes = [], Sort = [], Total = TotalMode.None };
        var matches = new List<StoredVersion>();
        for (string? cursor = null; ;)
        {
            var page = await Store.SearchAsync(scope, query with { Cursor = cursor }, cancel);
            matches.AddRange(page.Matches);
            cursor = page.Next;
            if (cursor is null || matches.Count >= limit)
                break;
        }

        // That they are there, the client knows from the search, so the refusal tells nothing more.
        if (letter != AccessLetter.Search && !scope.IsUnfiltered(type, letter))
        {
            foreach (var match in matches)
            {
                if (await Store.ReadAsync(scope.By(letter), match.Key, cancel) is null)
                    return new CriteriaMatch(InteractionResult.Refused(403, "forbidden", RepositoryMessages.NotGranted), [], null);
            }
        }

        return new CriteriaMatch(null, matches, new Precondition(query, [.. matches.Select(m => m.Key)]));
    }

    private static InteractionResult ManyMatch(string type, string criteria) => InteractionResult.Refused(
        412, "multiple-matches", RepositoryMessages.ManyMatch, type, criteria);
}
