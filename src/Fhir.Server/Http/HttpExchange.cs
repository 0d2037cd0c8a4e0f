// One HTTP request to /fhir with what is known of it; what costs time to find out is found out when it is asked for.

using FhirHub.Search;
using FhirHub.Smart;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>An HTTP request and its answer.</summary>
public sealed class HttpExchange(HttpContext http, FhirServer server, FhirRoute route)
{
    private ResponseType? _responseType;
    private Preferences? _preferences;

    /// <summary>The HTTP side.</summary>
    public HttpContext Http { get; } = http;

    /// <summary>What serves it.</summary>
    public FhirServer Server { get; } = server;

    /// <summary>The address.</summary>
    public FhirRoute Route { get; } = route;

    /// <summary>What the client may see and do.</summary>
    public AccessScope Scope { get; set; } = server?.Smart is null ? AccessScope.Full : SmartAccessScope.Nothing;

    /// <summary>The interactions, which store the Provenance of the header <c>X-Provenance</c> with their writes.</summary>
    /// <exception cref="RefusedException">The header does not hold a Provenance.</exception>
    public ResourceRepository Repository =>
        XProvenance.Of(this) is { Exists: true } provenance ? Server.Repository.With(provenance) : Server.Repository;

    /// <summary>Ends when the client goes away.</summary>
    public CancellationToken Cancel => Http.RequestAborted;

    /// <summary>The FHIR base as the client sees it, without a slash at the end.</summary>
    public string BaseUrl => $"{Http.Request.Scheme}://{Http.Request.Host.Value}{Http.Request.PathBase.Value}{FhirEndpoint.Base}";

    /// <summary>The query string without <c>?</c>, percent-encoded.</summary>
    public string Query => Http.Request.QueryString.Value is { Length: > 1 } query ? query[1..] : "";

    /// <summary>The header <c>Prefer</c>.</summary>
    public Preferences Preferences => _preferences ??= Preferences.Parse(Http.Request.Headers["Prefer"]);

    /// <summary>The headers <c>If-Match</c> and <c>If-None-Match</c> of a write.</summary>
    public WriteConditions Conditions => new(Header(HeaderNames.IfMatch), Header(HeaderNames.IfNoneMatch));

    /// <summary>The media type to answer with.</summary>
    /// <exception cref="RefusedException">The client accepts none that there is.</exception>
    public ResponseType ResponseType => _responseType ??= Negotiate() ?? throw new RefusedException(
        406, "not-supported", HttpMessages.NotAcceptable);

    /// <summary>The media type for an error: JSON where the client accepts nothing.</summary>
    public ResponseType ErrorType => _responseType ??= Negotiate() ?? ResponseType.FhirJson;

    /// <summary>True if the client says which format of FHIR it wants.</summary>
    public bool NamesFhir => MediaTypes.NamesFhir(Format(), Header(HeaderNames.Accept));

    /// <summary>True if the client would rather have a page than a resource, as browsers would.</summary>
    public bool PrefersHtml => MediaTypes.PrefersHtml(Format(), Header(HeaderNames.Accept));

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name)
    {
        var values = Http.Request.Headers[name];
        return StringValues.IsNullOrEmpty(values) ? null : values.ToString();
    }

    /// <summary>The request without HTTP.</summary>
    public FhirCall ToCall() => new()
    {
        Server = Server,
        Scope = Scope,
        Route = Route,
        BaseUrl = BaseUrl,
        Query = Query,
        IsPost = HttpMethods.IsPost(Http.Request.Method),
        IfNoneMatch = Header(HeaderNames.IfNoneMatch),
        IfModifiedSince = HeaderUtilities.TryParseDate(Http.Request.Headers.IfModifiedSince.ToString(), out var since) ? since : null,
        AcceptLanguage = Header(HeaderNames.AcceptLanguage),
        Preferences = Preferences,
    };

    private ResponseType? Negotiate() => MediaTypes.Negotiate(Format(), Header(HeaderNames.Accept));

    private string? Format()
    {
        string? format = null;
        if (Http.Request.QueryString.HasValue && Http.Request.QueryString.Value!.Contains("_format", StringComparison.Ordinal))
        {
            foreach (var (name, value) in Search.QueryString.Parse(Query))
            {
                if (name == "_format" && value.Length > 0)
                    format = value;
            }
        }

        return format;
    }
}
