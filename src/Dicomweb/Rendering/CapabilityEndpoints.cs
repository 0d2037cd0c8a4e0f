// What the service can do, told from the addresses that are mapped (PS3.18 8.9), and what answers those that are not.

using System.Text.Json;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Dicomweb;

/// <summary>Capabilities, allowed methods, and addresses that are none.</summary>
internal static class CapabilityEndpoints
{
    private const string Wadl = "application/vnd.sun.wadl+xml";
    private const string WadlNamespace = "http://wadl.dev.java.net/2009/02";
    private static readonly MediaRange[] Offers = [MediaRange.Of(Wadl), MediaRange.Of("application/json")];

    // What addresses that end so answer; others are those of retrieval and search.
    private static readonly (string End, string[] Types)[] MediaTypes =
    [
        ("/rendered", ["image/jpeg", "image/png", "image/gif", "multipart/related; type=\"image/jpeg\"", "text/html", "application/pdf"]),
        ("/thumbnail", ["image/jpeg", "image/png", "image/gif"]),
        ("/metadata", ["application/dicom+json", "multipart/related; type=\"application/dicom+xml\""]),
        ("/frames/{frames}", ["multipart/related; type=\"application/octet-stream\"", "application/octet-stream"]),
        ("/pixeldata", ["multipart/related; type=\"application/octet-stream\""]),
        ("/bulkdata", ["multipart/related; type=\"application/octet-stream\""]),
        ("/capabilities", [Wadl, "application/json"]),
        ("/wado", ["image/jpeg", "image/png", "image/gif", "application/dicom", "text/html", "application/pdf"]),
        ("/studies", ["application/dicom+json", "multipart/related; type=\"application/dicom+xml\""]),
        ("/series", ["application/dicom+json", "multipart/related; type=\"application/dicom+xml\""]),
        ("/instances", ["application/dicom+json", "multipart/related; type=\"application/dicom+xml\""]),
        ("/studies/{study}", ["multipart/related; type=\"application/dicom\"", "application/zip"]),
        ("/series/{series}", ["multipart/related; type=\"application/dicom\"", "application/zip"]),
        ("/instances/{instance}", ["application/dicom", "multipart/related; type=\"application/dicom\""]),
    ];

    /// <summary>Maps the addresses, and all those that no other class has mapped.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        group.MapMethods("/", ["OPTIONS"], service.Answer(CapabilitiesAsync));
        group.MapMethods("/capabilities", ["GET", "HEAD"], service.Answer(CapabilitiesAsync));
        group.Map("/{**path}", service.Answer(RefuseAsync));
    }

    /// <summary>What a GET of a mapped address answers.</summary>
    public static IReadOnlyList<string> MediaTypesOf(string route) =>
        Array.Find(MediaTypes, known => route.EndsWith(known.End, StringComparison.Ordinal)).Types ?? ["application/json"];

    private static async Task CapabilitiesAsync(DicomwebService service, HttpContext http)
    {
        var chosen = AcceptedMedia.Parse(http.Request).Choose(Offers);
        var resources = Resources(http);
        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.CacheControl = "no-cache";
        if (HttpMethods.IsOptions(http.Request.Method))
            http.Response.Headers.Allow = "OPTIONS";
        http.Response.ContentType = chosen.MediaType == Wadl ? $"{Wadl}; charset=utf-8" : chosen.MediaType;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        var output = new MemoryStream();
        if (chosen.MediaType == Wadl)
            WriteWadl(output, RequestBase.Of(http), resources);
        else
            WriteJson(output, RequestBase.Of(http), resources);
        http.Response.ContentLength = output.Length;
        await http.Response.Body.WriteAsync(output.GetBuffer().AsMemory(0, (int)output.Length), http.RequestAborted);
    }

    // Whatever is asked for by no mapped method: an address that is none, or another method of one that is.
    private static Task RefuseAsync(DicomwebService service, HttpContext http)
    {
        var path = http.Request.Path;
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var resource in Resources(http))
        {
            if (new TemplateMatcher(TemplateParser.Parse(resource.Route), []).TryMatch(path, []))
                methods.UnionWith(resource.Methods);
        }

        if (methods.Count == 0)
            throw new DicomwebException(StatusCodes.Status404NotFound, "There is no such address; GET /dicomweb/capabilities lists those that there are.");
        methods.Add("OPTIONS");
        var allow = string.Join(", ", methods);
        if (!HttpMethods.IsOptions(http.Request.Method))
            throw new DicomwebException(StatusCodes.Status405MethodNotAllowed, $"The method {http.Request.Method} is none of this address; it has {allow}.") { Allow = allow };
        http.Response.Headers.Allow = allow;
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static List<Resource> Resources(HttpContext http)
    {
        const string Prefix = DicomwebService.Root + "/";
        var resources = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var endpoint in http.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.RoutePattern.RawText is not { } route || endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { HttpMethods.Count: > 0 } methods)
                continue;
            if (!route.StartsWith('/'))
                route = "/" + route;
            if (!route.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            if (!resources.TryGetValue(route, out var known))
                resources[route] = known = new(StringComparer.Ordinal);
            known.UnionWith(methods.HttpMethods);
        }

        return [.. resources.Select(resource => new Resource(resource.Key, [.. resource.Value]))];
    }

    private static void WriteWadl(MemoryStream output, string root, List<Resource> resources)
    {
        using var xml = XmlWriter.Create(output, new() { Indent = true, Encoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
        xml.WriteStartElement("application", WadlNamespace);
        xml.WriteStartElement("resources", WadlNamespace);
        xml.WriteAttributeString("base", root);
        foreach (var resource in resources)
        {
            xml.WriteStartElement("resource", WadlNamespace);
            xml.WriteAttributeString("path", resource.Path);
            foreach (var name in resource.Names)
            {
                xml.WriteStartElement("param", WadlNamespace);
                xml.WriteAttributeString("name", name);
                xml.WriteAttributeString("style", "template");
                xml.WriteAttributeString("required", "true");
                xml.WriteEndElement();
            }

            foreach (var method in resource.Methods)
            {
                xml.WriteStartElement("method", WadlNamespace);
                xml.WriteAttributeString("name", method);
                if (method == "GET")
                {
                    xml.WriteStartElement("response", WadlNamespace);
                    xml.WriteAttributeString("status", "200");
                    foreach (var type in resource.MediaTypes)
                    {
                        xml.WriteStartElement("representation", WadlNamespace);
                        xml.WriteAttributeString("mediaType", type);
                        xml.WriteEndElement();
                    }

                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteJson(MemoryStream output, string root, List<Resource> resources)
    {
        using var json = new Utf8JsonWriter(output, new() { Indented = true });
        json.WriteStartObject();
        json.WriteString("base", root);
        json.WriteStartArray("resources");
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            json.WriteString("path", resource.Path);
            json.WriteStartArray("methods");
            foreach (var method in resource.Methods)
                json.WriteStringValue(method);
            json.WriteEndArray();
            json.WriteStartArray("mediaTypes");
            foreach (var type in resource.MediaTypes)
                json.WriteStringValue(type);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A mapped address.</summary>
    private sealed record Resource(string Route, string[] Methods)
    {
        /// <summary>The address below the root.</summary>
        public string Path => Route[(DicomwebService.Root.Length + 1)..];

        /// <summary>The names in braces.</summary>
        public IEnumerable<string> Names => TemplateParser.Parse(Route).Parameters.Select(parameter => parameter.Name!);

        /// <summary>What a GET answers.</summary>
        public IReadOnlyList<string> MediaTypes => MediaTypesOf(Route);
    }
}
