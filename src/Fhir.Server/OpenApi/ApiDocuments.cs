// The OpenAPI documents: one for each part of the server, so that the page is quick, and one of all, for generators of clients.

using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace FhirHub.Server.OpenApi;

/// <summary>Makes and keeps the documents (OpenAPI 3.0.4).</summary>
/// <param name="server">The server.</param>
/// <param name="routes">What ASP.NET routes; FHIR takes its addresses apart itself.</param>
internal sealed class ApiDocuments(FhirServer server, EndpointDataSource routes) : ISwaggerProvider
{
    /// <summary>The document of the FHIR interactions.</summary>
    public const string Fhir = "fhir";

    /// <summary>The document of the FHIR operations.</summary>
    public const string Operations = "operations";

    /// <summary>The document of the image service.</summary>
    public const string Dicomweb = "dicomweb";

    /// <summary>The document of the authorization server.</summary>
    public const string Authorization = "auth";

    /// <summary>The document of what administrators do, of probes and pages.</summary>
    public const string Administration = "admin";

    /// <summary>The document of everything, with the whole schema of every resource type.</summary>
    public const string All = "fhirhub";

    private static readonly string s_version =
        typeof(ApiDocuments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "1.0.0";

    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>The names and titles of the documents that there are here.</summary>
    public IReadOnlyList<(string Name, string Title)> Titles =>
    [
        (Fhir, "FHIR: resources"),
        (Operations, "FHIR: operations"),
        .. server.Images is null ? [] : ((string, string)[])[(Dicomweb, "DICOMweb")],
        .. server.Smart is null ? [] : ((string, string)[])[(Authorization, "Authorization")],
        (Administration, "Administration, health, pages"),
        (All, "Everything"),
    ];

    /// <summary>A document as bytes; null if there is none of that name. It is made anew when the search parameters have changed.</summary>
    public WrittenDocument? Find(string name)
    {
        if (Titles.All(title => title.Name != name))
            return null;

        // Search parameters that packages add make a new registry, so its identity tells of every change.
        var basis = server.SearchParameters;
        var kept = _kept.AddOrUpdate(name, _ => Make(), (_, last) => ReferenceEquals(last.Basis, basis) ? last : Make());
        return kept.Document.Value;

        Kept Make() => new(basis, new Lazy<WrittenDocument>(() => Write(GetSwagger(name))));
    }

    /// <inheritdoc/>
    public OpenApiDocument GetSwagger(string documentName, string? host = null, string? basePath = null)
    {
        if (Titles.FirstOrDefault(title => title.Name == documentName).Title is not { } title)
            throw new UnknownSwaggerDocument(documentName, Titles.Select(static one => one.Name));
        var isAll = documentName == All;
        var draft = new ApiDraft(
            $"FhirHub — {title}", DescriptionOf(documentName), s_version, isAll ? SchemaDepth.Whole : SchemaDepth.Shallow, server.Smart is not null);
        if (isAll || documentName == Fhir)
            new InteractionPaths(server, draft).Add();
        if (isAll || documentName == Operations)
            new OperationPaths(server, draft).Add(ofAdministrators: false);
        if (isAll || documentName == Administration)
            new OperationPaths(server, draft).Add(ofAdministrators: true);
        // Where nobody signs in, what is left of the authorization server has no document of its own.
        new MappedPaths(routes, draft).Add(name => isAll || name == documentName || (name == Authorization && documentName == Administration && server.Smart is null));
        return draft.Document;
    }

    private static string DescriptionOf(string name) =>
        (name switch
        {
            Fhir => "Every interaction of every resource type, as `/fhir/metadata` claims them (R4 http.html), with the search parameters that can be searched by now.",
            Operations => "Every operation at each level at which it can be called (R4 operations.html).",
            Dicomweb => "Storing (STOW-RS), searching (QIDO-RS), retrieving and rendering (WADO-RS, WADO-URI), as PS3.18 has them.",
            Authorization => "SMART App Launch 2.2.0, OAuth 2.0 and OpenID Connect: endpoints for programs, and the pages that people see.",
            Administration => "What administrators do, probes, pages and apps.",
            _ => "All that this server serves, with the whole schema of every resource type: the document to generate clients from.",
        })
        + " HEAD answers what GET does, without the body."
        + (name is Fhir or Operations ? $" Resources are described by their own elements here; the whole schemas are in [{All}](../{All}/{SwaggerEndpoint.File})." : "");

    private static WrittenDocument Write(OpenApiDocument document)
    {
        using var text = new StringWriter(new StringBuilder(1024 * 1024));
        document.SerializeAsV3(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        return new WrittenDocument(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private sealed record Kept(object Basis, Lazy<WrittenDocument> Document);
}
