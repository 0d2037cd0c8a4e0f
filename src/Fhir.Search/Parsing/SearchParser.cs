// From the parameters of a search to its expression tree. The partials: criteria (names, modifiers, chains), values, results.

using System.Diagnostics;
using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>
/// Reads searches (R4 search.html), also the conditions of conditional interactions (R4 http.html#cond-update). Safe to use
/// from several threads.
/// </summary>
/// <param name="registry">The search parameters.</param>
/// <param name="options">Bounds and defaults.</param>
/// <param name="terminology">Answers <c>:in</c>, <c>:not-in</c>, <c>:above</c> and <c>:below</c>; without it they are refused.</param>
/// <param name="clock">The time that <c>ap</c> looks at.</param>
/// <param name="schema">The resource types.</param>
public sealed class SearchParser(
    SearchParameterRegistry registry,
    SearchParserOptions? options = null,
    ITerminology? terminology = null,
    TimeProvider? clock = null,
    Schema? schema = null)
{
    /// <summary>The search parameters that it reads by.</summary>
    public SearchParameterRegistry Parameters => registry;

    private readonly SearchParserOptions _options = options ?? new SearchParserOptions();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Schema _schema = schema ?? Schema.R4;

    /// <summary>
    /// Reads a search and has terminology answer what it asks. It never throws for what the client sent: whatever is wrong is an
    /// issue. It completes at once unless the search asks terminology.
    /// </summary>
    public ValueTask<ParsedSearch> ParseAsync(SearchRequest request, CancellationToken cancel)
    {
        var parse = new SearchParse(registry, _schema, _options, terminology is not null, _clock.GetUtcNow(), request);
        parse.Read();
        return parse.AsksTerminology && terminology is not null ? ResolveAsync(parse, terminology, cancel) : new ValueTask<ParsedSearch>(parse.Result());
    }

    /// <summary>
    /// Reads the condition of a conditional interaction on a type, such as <c>identifier=urn:x|5</c>, with or without a leading
    /// question mark.
    /// </summary>
    public ValueTask<ParsedSearch> ParseConditionAsync(string resourceType, string query, CancellationToken cancel) =>
        ParseAsync(new SearchRequest { ResourceType = resourceType, Parameters = QueryString.Parse(query) }, cancel);

    private async ValueTask<ParsedSearch> ResolveAsync(SearchParse parse, ITerminology known, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        await parse.ResolveAsync(new TerminologyResolution(known, _options.MaxTerminologyQuestions, cancel));
        return parse.Result() with { TerminologyTime = Stopwatch.GetElapsedTime(start) };
    }
}
