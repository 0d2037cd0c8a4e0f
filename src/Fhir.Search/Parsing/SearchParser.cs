// From the parameters of a search to its expression tree. The partials: criteria (names, modifiers, chains), values, results.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>
/// Reads searches (R4 search.html), also the conditions of conditional interactions (R4 http.html#cond-update). Safe to use
/// from several threads.
/// </summary>
public sealed class SearchParser(
    SearchParameterRegistry registry, SearchParserOptions? options = null, TimeProvider? clock = null, Schema? schema = null)
{
    private readonly SearchParserOptions _options = options ?? new SearchParserOptions();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Schema _schema = schema ?? Schema.R4;

    /// <summary>Reads a search. It never throws for what the client sent: whatever is wrong is an issue.</summary>
    public ParsedSearch Parse(SearchRequest request) =>
        new SearchParse(registry, _schema, _options, _clock.GetUtcNow(), request).Run();

    /// <summary>
    /// Reads the condition of a conditional interaction on a type, such as <c>identifier=urn:x|5</c>, with or without a leading
    /// question mark.
    /// </summary>
    public ParsedSearch ParseCondition(string resourceType, string query) =>
        Parse(new SearchRequest { ResourceType = resourceType, Parameters = QueryString.Parse(query) });
}
