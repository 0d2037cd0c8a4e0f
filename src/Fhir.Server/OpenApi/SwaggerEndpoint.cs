// /swagger: the documents, and Swashbuckle's copy of Swagger UI, which fetches nothing from elsewhere.

using Microsoft.Net.Http.Headers;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace FhirHub.Server.OpenApi;

/// <summary>Serves the documents and their page.</summary>
internal sealed class SwaggerEndpoint(FhirServer server, ApiDocuments documents)
{
    /// <summary>The path of the page.</summary>
    public const string Root = "/swagger";

    /// <summary>The last step of the address of a document.</summary>
    public const string File = "swagger.json";

    /// <summary>The client by which the page signs users in.</summary>
    public const string ClientId = "swagger-ui";

    /// <summary>Where codes come back to.</summary>
    public const string Redirect = $"{Root}/oauth2-redirect.html";

    /// <summary>Maps the addresses.</summary>
    public void Map(WebApplication app)
    {
        app.MapMethods($"{Root}/{{document}}/{File}", [HttpMethods.Get, HttpMethods.Head], DocumentAsync);

        // Swashbuckle's page is a middleware; as the end of a route it costs no other request anything.
        var page = ((IApplicationBuilder)app).New();
        page.UseSwaggerUI(Configure);
        var show = page.Build();
        app.MapMethods($"{Root}/{{**file}}", [HttpMethods.Get, HttpMethods.Head], http => PageAsync(http, show));
    }

    private void Configure(SwaggerUIOptions options)
    {
        options.RoutePrefix = Root[1..];
        options.DocumentTitle = "FhirHub API";
        foreach (var (name, title) in documents.Titles)
            options.SwaggerEndpoint($"{name}/{File}", title);
        options.DocExpansion(DocExpansion.None);
        options.EnableDeepLinking();
        options.EnableFilter();
        options.DisplayRequestDuration();

        // Schemas stand with the operations; a list of all of them takes long to draw.
        options.DefaultModelsExpandDepth(-1);
        if (server.Smart is not null)
        {
            options.OAuthClientId(ClientId);
            options.OAuthAppName("FhirHub API");
            options.OAuthUsePkce();
        }
    }

    private async Task DocumentAsync(HttpContext http)
    {
        if (documents.Find((string)http.GetRouteValue("document")!) is not { } document)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var address = $"{http.Request.Scheme}://{http.Request.Host.Value}{http.Request.PathBase.Value}";
        var issuer = server.Smart?.IssuerOf(http) ?? address;
        var tag = document.ETagFor(address, issuer);
        var headers = http.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var parts = document.For(address, issuer);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = parts.Sum(static part => (long)part.Length);
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        foreach (var part in parts)
            await http.Response.Body.WriteAsync(part, http.RequestAborted);
    }

    private async Task PageAsync(HttpContext http, RequestDelegate show)
    {
        // Swagger UI sets styles of its elements and has its pictures within its style sheet. Nothing is fetched from elsewhere, but a token of an
        // issuer that is configured to have another address; the header Host says nothing here.
        var issuer = server.Smart is null ? null : server.Options.Smart.Issuer;
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'{(issuer is null ? "" : $" {new Uri(issuer).GetLeftPart(UriPartial.Authority)}")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";

        // A route that was found keeps the middleware from answering.
        http.SetEndpoint(null);
        await show(http);
    }
}
