// What the parser is asked and what it answers.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>What happens to parameters that are unknown or malformed (R4 search.html#errors, <c>Prefer: handling</c>).</summary>
public enum SearchHandling
{
    /// <summary>They are errors: the default, since a filter that is dropped shows what nobody asked for.</summary>
    Strict,

    /// <summary>They are left out, with a warning each, and are missing from the self link.</summary>
    Lenient,
}

/// <summary>A search as it came: names and values percent-decoded, in their order.</summary>
public sealed record SearchRequest
{
    /// <summary>The type searched; null for a search over several types.</summary>
    public string? ResourceType { get; init; }

    /// <summary>The compartment searched (R4 search.html#2.21.1.2: <c>Patient/23/Observation</c>), or null.</summary>
    public SearchExpression.InCompartment? Compartment { get; init; }

    /// <summary>The parameters, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    /// <summary>What happens to parameters that are unknown or malformed.</summary>
    public SearchHandling Handling { get; init; }

    /// <summary>
    /// The base address that the search was sent to, if it was sent to one: references below it are to resources here, as those below
    /// <see cref="SearchParserOptions.BaseUrls"/> are (R4 search.html#reference).
    /// </summary>
    public string? BaseUrl { get; init; }
}

/// <summary>The parts of a resource that an answer shows (R4 search.html#summary).</summary>
public enum SummaryMode
{
    /// <summary>All of it.</summary>
    False,

    /// <summary>Elements marked as summary.</summary>
    True,

    /// <summary>Narrative, id, meta and mandatory elements.</summary>
    Text,

    /// <summary>All but the narrative.</summary>
    Data,

    /// <summary>No resource, only the number of matches.</summary>
    Count,
}

/// <summary>How the matches are shown: what a store need not know.</summary>
public sealed record SearchResponseOptions
{
    /// <summary><c>_summary</c>.</summary>
    public SummaryMode Summary { get; init; }

    /// <summary><c>_elements</c>; empty for all.</summary>
    public IReadOnlyList<string> Elements { get; init; } = [];
}

/// <summary>The answer of a parse.</summary>
/// <param name="Query">The search for a store; null if there are errors.</param>
/// <param name="Options">How to show the matches.</param>
/// <param name="Accepted">The parameters that count, as they came, for the self link.</param>
/// <param name="Issues">Errors (the search must not run) and warnings (the answer says them).</param>
public sealed record ParsedSearch(
    SearchQuery? Query,
    SearchResponseOptions Options,
    IReadOnlyList<KeyValuePair<string, string>> Accepted,
    IReadOnlyList<Issue> Issues)
{
    /// <summary>How long terminology took to answer what the search asks it.</summary>
    public TimeSpan TerminologyTime { get; init; }

    /// <summary>True if the search may run.</summary>
    public bool IsValid => Query is not null;
}

/// <summary>Bounds and defaults of searches.</summary>
public sealed record SearchParserOptions
{
    /// <summary>The server's own base addresses, as in <see cref="IndexOptions.BaseUrls"/>.</summary>
    public IReadOnlyList<string> BaseUrls { get; init; } = [];

    /// <summary>Names that the host handles itself; they are accepted and go into the self link.</summary>
    public IReadOnlyCollection<string> HostParameters { get; init; } = ["_format", "_pretty", "_explain"];

    /// <summary>False where there is no full-text index, so that <c>_text</c> and <c>_content</c> are refused.</summary>
    public bool FullText { get; init; } = true;

    /// <summary>Matches on a page where <c>_count</c> does not say.</summary>
    public int DefaultCount { get; init; } = 20;

    /// <summary>Greatest number of matches on a page.</summary>
    public int MaxCount { get; init; } = 1000;

    /// <summary>Greatest number of parameters.</summary>
    public int MaxParameters { get; init; } = 200;

    /// <summary>Greatest length of a value.</summary>
    public int MaxValueLength { get; init; } = 64 * 1024;

    /// <summary>Greatest number of values joined by commas.</summary>
    public int MaxAlternatives { get; init; } = 2000;

    /// <summary>Greatest number of steps in a chain, <c>_has</c> included.</summary>
    public int MaxChainDepth { get; init; } = 8;

    /// <summary>Greatest number of conditions that one search may come to, once untyped chains are spread over all types.</summary>
    public int MaxConditions { get; init; } = 10_000;

    /// <summary>Greatest number of value sets and hierarchies that one search may ask terminology for.</summary>
    public int MaxTerminologyQuestions { get; init; } = 100;
}
