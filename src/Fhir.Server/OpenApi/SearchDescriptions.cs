// The search parameters of a type as parameters of its searches: meaning, forms of values, and an example that the server takes.

using FhirHub.Search;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes search parameters (R4 search.html).</summary>
/// <param name="server">The server, whose registered parameters these are.</param>
/// <param name="draft">The document.</param>
internal sealed class SearchDescriptions(FhirServer server, ApiDraft draft)
{
    private const string Prefixes = "A value may begin with eq, ne, gt, lt, ge, le, sa, eb or ap.";

    /// <summary>The parameters that the search of every type takes, beside those of its own.</summary>
    private static readonly (string Name, string Text, string Example, JsonSchemaType Type)[] s_results =
    [
        ("_sort", "The order: parameters separated by commas, descending with a minus.", "-_lastUpdated", JsonSchemaType.String),
        ("_count", "How many resources a page has.", "10", JsonSchemaType.Integer),
        ("_total", "Whether the number of all matches is told: none, estimate or accurate.", "accurate", JsonSchemaType.String),
        ("_summary", "How much of each resource is sent: true, text, data, count or false.", "true", JsonSchemaType.String),
        ("_elements", "The elements that are sent, separated by commas.", "id,meta", JsonSchemaType.String),
        ("_include", "What matches refer to: TYPE:PARAMETER, TYPE:PARAMETER:TARGET or *.", "*", JsonSchemaType.String),
        ("_revinclude", "What refers to matches: TYPE:PARAMETER.", "Provenance:target", JsonSchemaType.String),
        ("_contained", "Whether contained resources are searched: false, true or both.", "false", JsonSchemaType.String),
        ("_containedType", "What is returned for a contained match: container or contained.", "container", JsonSchemaType.String),
    ];

    private static readonly (string Name, string Text, string Example)[] s_criteria =
    [
        ("_has", "Resources that others refer to; the name goes on: _has:TYPE:REFERENCE:PARAMETER.", ""),
        ("_list", "Members of a List, by its id.", "example"),
        ("_filter", "An expression over the other parameters (R4 search_filter.html).", "_lastUpdated gt 2020-01-01"),
    ];

    /// <summary>What shapes any answer.</summary>
    public IReadOnlyList<IOpenApiParameter> Shape =>
    [
        draft.Parameter("_format", static () => ApiDraft.Query("_format", "json or xml, or a media type; goes before the header Accept.")),
        draft.Parameter("_pretty", static () => ApiDraft.Query("_pretty", "true to indent.", new OpenApiSchema { Type = JsonSchemaType.Boolean })),
    ];

    /// <summary>What shapes the answer of a read.</summary>
    public IReadOnlyList<IOpenApiParameter> ReadShape => [Result("_summary"), Result("_elements"), .. Shape];

    /// <summary>The parameters of a search of a type.</summary>
    public IReadOnlyList<IOpenApiParameter> OfSearch(string type) => [.. Criteria(type), .. s_results.Select(result => Result(result.Name)), .. Shape];

    /// <summary>The parameters of a search of several types: those that all types have.</summary>
    /// <param name="namesTypes">Whether <c>_type</c> may name the types.</param>
    public IReadOnlyList<IOpenApiParameter> OfAny(bool namesTypes) =>
    [
        .. namesTypes ? [draft.Parameter("_type", static () => ApiDraft.Query("_type", "The types that are searched, separated by commas. Example: `Patient,Observation`"))] : (IOpenApiParameter[])[],
        .. Searchable("Patient").Where(static parameter => parameter.Code.StartsWith('_')).Select(Described),
        Further,
        .. s_results.Select(result => Result(result.Name)),
        .. Shape,
    ];

    /// <summary>The criteria of a conditional interaction.</summary>
    public IReadOnlyList<IOpenApiParameter> Criteria(string type) =>
        [.. Searchable(type).Select(Described), .. s_criteria.Where(static criterion => criterion.Example.Length > 0).Select(Criterion), Further];

    /// <summary>The names that a form of a search may have.</summary>
    public OpenApiSchema FormOf(string? type) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = (type is null ? Searchable("Patient").Where(static parameter => parameter.Code.StartsWith('_')) : Searchable(type)).Select(static parameter => parameter.Code)
            .Concat(s_criteria.Where(static criterion => criterion.Example.Length > 0).Select(static criterion => criterion.Name))
            .Concat(s_results.Select(static result => result.Name))
            .Concat(type is null ? ["_type"] : Array.Empty<string>())
            .ToDictionary(static name => name, static IOpenApiSchema (_) => new OpenApiSchema { Type = JsonSchemaType.String }),
        AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    // Names that go on (modifiers, chains, _has) can't be listed; this puts any names into the query.
    private OpenApiParameterReference Further => draft.Further(
        "search.further", "Parameters whose names go on, by name: modifiers (`name:exact`), chains (`subject:Patient.name`), `_has:Observation:patient:code`.");

    private IEnumerable<SearchParameter> Searchable(string type) => Capabilities.SearchableBy(server, type);

    private OpenApiParameterReference Result(string name)
    {
        var (_, text, example, type) = s_results.First(result => result.Name == name);
        return draft.Parameter(name, () => ApiDraft.Query(name, $"{text} Example: `{example}`", new OpenApiSchema { Type = type }));
    }

    private OpenApiParameterReference Criterion((string Name, string Text, string Example) criterion) =>
        draft.Parameter(criterion.Name, () => ApiDraft.Query(criterion.Name, $"{criterion.Text} Example: `{criterion.Example}`"));

    // What every type has is said once.
    private OpenApiParameterReference Described(SearchParameter parameter) =>
        draft.Parameter(parameter.Code.StartsWith('_') ? $"search.{parameter.Code}" : $"search.{parameter.ResourceType}.{parameter.Code}", () =>
        {
            var meaning = ElementTexts.OfParameter(parameter.Url, parameter.ResourceType) ?? $"Defined by {parameter.Url}.";
            var targets = parameter.TargetTypes is { Count: > 0 and <= 5 } types ? $" of {string.Join(", ", types)}" : "";
            return ApiDraft.Query(
                parameter.Code,
                $"{parameter.Type.ToString().ToLowerInvariant()}{targets}: {meaning.TrimEnd('.')}.{(parameter.Type is SearchParameterType.Date or SearchParameterType.Number or SearchParameterType.Quantity ? $" {Prefixes}" : "")} Example: `{ExampleOf(parameter)}`");
        });

    private static string ExampleOf(SearchParameter parameter) => parameter.Type switch
    {
        SearchParameterType.Number => "5",
        SearchParameterType.Date => "ge2020-01-01",
        SearchParameterType.String => "wang",
        SearchParameterType.Token => parameter.Code == "_id" ? "example" : "code",
        SearchParameterType.Reference => parameter.TargetTypes is [var target, ..] ? $"{target}/example" : "Patient/example",
        SearchParameterType.Quantity => "5.4|http://unitsofmeasure.org|mg",
        SearchParameterType.Uri => "https://example.org/example",
        SearchParameterType.Composite => string.Join('$', parameter.Components.Select(static component => ExampleOf(component.Parameter))),
        _ => parameter.Code is "_text" or "_content" ? "fever" : parameter.Code == "near" ? "39.9|116.4|10|km" : "example",
    };
}
