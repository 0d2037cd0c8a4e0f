// A request without its transport: an HTTP request is one, and so is an entry of a batch.

using System.Text;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A request to a FHIR interaction.</summary>
public sealed record FhirCall
{
    private List<KeyValuePair<string, string>>? _parameters;

    /// <summary>What serves it.</summary>
    public required FhirServer Server { get; init; }

    /// <summary>What the client may see and do.</summary>
    public required AccessScope Scope { get; init; }

    /// <summary>The address.</summary>
    public required FhirRoute Route { get; init; }

    /// <summary>The FHIR base as the client sees it, without a slash at the end.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The query string without <c>?</c>, percent-encoded.</summary>
    public string Query
    {
        get;
        init
        {
            field = value;
            _parameters = null;
        }
    } = "";

    /// <summary>Parameters from the body of a <c>POST _search</c>, percent-encoded; they add to those of the address.</summary>
    public string FormQuery
    {
        get;
        init
        {
            field = value;
            _parameters = null;
        }
    } = "";

    /// <summary>True for POST, which operations that change something need.</summary>
    public bool IsPost { get; init; }

    /// <summary>The resource in the body of an operation, or null.</summary>
    public ResourceTree? Body { get; init; }

    /// <summary>What is wrong with the body, for an operation that judges it; the paths are those of what was sent.</summary>
    public IReadOnlyList<Issue> BodyIssues { get; init; } = [];

    /// <summary>The body where it lies in a Bundle; default if it was sent by itself.</summary>
    public ElementNode BodySource { get; init; }

    /// <summary>The header <c>If-None-Match</c>, or null.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>The header <c>If-Modified-Since</c>, or null.</summary>
    public DateTimeOffset? IfModifiedSince { get; init; }

    /// <summary>The header <c>Accept-Language</c>, or null.</summary>
    public string? AcceptLanguage { get; init; }

    /// <summary>The language of messages.</summary>
    public MessageLanguage Language => OutcomeLanguage.Of(AcceptLanguage);

    /// <summary>The header <c>Prefer</c>.</summary>
    public Preferences Preferences { get; init; }

    /// <summary>The decoded parameters of address and form, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters => _parameters ??= [.. Search.QueryString.Parse(Query), .. Search.QueryString.Parse(FormQuery)];

    /// <summary>Type and id of the address.</summary>
    public ResourceKey Key => new(Route.Type!, Route.Id!);

    /// <summary>Encodes parameters as a query string without <c>?</c>; what FHIR uses to structure values stays readable.</summary>
    public static string Encode(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (text.Length > 0)
                text.Append('&');
            text.Append(Escape(name)).Append('=').Append(Escape(value));
        }

        return text.ToString();
    }

    private static string Escape(string text) => Uri.EscapeDataString(text)
        .Replace("%3A", ":", StringComparison.Ordinal)
        .Replace("%2C", ",", StringComparison.Ordinal)
        .Replace("%2F", "/", StringComparison.Ordinal)
        .Replace("%7C", "|", StringComparison.Ordinal)
        .Replace("%24", "$", StringComparison.Ordinal);
}
