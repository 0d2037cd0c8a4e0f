// QIDO-RS (PS3.18 10.6): the addresses of searches, and their answers as DICOM JSON or XML.

using System.Globalization;
using System.Text;
using FhirHub.Dicom;
using FhirHub.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>Searches for studies, series and instances.</summary>
internal static class SearchEndpoints
{
    private static readonly MediaRange Json = MediaRange.Of("application/dicom+json");
    private static readonly MediaRange PlainJson = MediaRange.Of("application/json");
    private static readonly MediaRange Xml = MediaRange.Of("multipart/related; type=\"application/dicom+xml\"");

    // The resources of PS3.18 10.6.1-1.
    private static readonly (string Path, IndexLevel Level)[] Resources =
    [
        ("/studies", IndexLevel.Study),
        ("/series", IndexLevel.Series),
        ("/instances", IndexLevel.Instance),
        ("/studies/{study}/series", IndexLevel.Series),
        ("/studies/{study}/instances", IndexLevel.Instance),
        ("/studies/{study}/series/{series}/instances", IndexLevel.Instance),
    ];

    /// <summary>Maps the addresses of searches, and of the numbers of what they find.</summary>
    internal static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        foreach (var (path, level) in Resources)
        {
            group.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], service.Answer((parts, http) => SearchAsync(parts, http, level)));
            group.MapMethods(path + "/count", [HttpMethods.Get, HttpMethods.Head], service.Answer((parts, http) => CountAsync(parts, http, level)));
        }
    }

    private static async Task SearchAsync(DicomwebService service, HttpContext http, IndexLevel level)
    {
        var accepted = AcceptedMedia.Parse(http.Request);
        var media = accepted.Choose(Json, PlainJson, Xml);
        if (!accepted.AcceptsUtf8)
            throw new DicomwebException(StatusCodes.Status406NotAcceptable, "Answers are UTF-8; accept that character set.");
        var request = Read(service, http, level);
        var address = RequestBase.Of(http);
        using var answer = new AnswerBuffer();
        answer.Append((byte)'[');
        var writer = new MatchWriter(request, address, answer);
        var found = await service.Archive.ReadAsync(
            connection =>
            {
                var search = new ImageSearch(connection, service.ScopeOf(http), request, service.Archive.Catalog, address, writer);
                try
                {
                    search.Run();
                }
                catch (DatabaseTimeoutException)
                {
                    request.Warnings.Add($"The search ended after {service.Options.SearchSeconds} s before everything was looked at; make it narrower.");
                }

                return search;
            },
            http.RequestAborted);
        answer.Append((byte)']');
        if (found.HasMore)
            request.Warnings.Add("There are additional results that can be requested; ask for them with offset and limit.");
        Warn(http, request);
        http.Response.Headers.CacheControl = "no-store";
        if (ReferenceEquals(media, Xml))
        {
            await AnswerXmlAsync(http, answer);
            return;
        }

        http.Response.ContentType = media.MediaType;
        http.Response.ContentLength = answer.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(answer.Written, http.RequestAborted);
    }

    private static async Task CountAsync(DicomwebService service, HttpContext http, IndexLevel level)
    {
        var request = Read(service, http, level);
        long count;
        try
        {
            count = await service.Archive.ReadAsync(
                connection =>
                {
                    var search = new ImageSearch(connection, service.ScopeOf(http), request, service.Archive.Catalog, "", null);
                    search.Run();
                    return search.Found;
                },
                http.RequestAborted);
        }
        catch (DatabaseTimeoutException)
        {
            throw new DicomwebException(StatusCodes.Status413PayloadTooLarge, $"Counting took longer than {service.Options.SearchSeconds} s; make the search narrower.");
        }

        Warn(http, request);
        var body = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"count\":{count}}}"));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static SearchRequest Read(DicomwebService service, HttpContext http, IndexLevel level) => SearchParameters.Read(
        http.Request.QueryString.Value, level, (string?)http.GetRouteValue("study"), (string?)http.GetRouteValue("series"), service.Archive.Catalog, service.Options);

    private static void Warn(HttpContext http, SearchRequest request)
    {
        foreach (var warning in request.Warnings)
            WarningHeader.Append(http, warning);
    }

    // A multipart body has at least one part, so that an answer without any has no body (PS3.18 Table 10.6.3-1).
    private static async Task AnswerXmlAsync(HttpContext http, AnswerBuffer answer)
    {
        var matches = DicomJsonReader.ReadAll(answer.Written.Span);
        if (matches.Count == 0)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        const string PartType = "application/dicom+xml";
        var parts = new MultipartWriter(PartType);
        http.Response.ContentType = parts.ContentType;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        foreach (var match in matches)
        {
            parts.Write(http.Response.BodyWriter, PartType, location: null, NativeXmlWriter.ToUtf8(match));
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }

        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }
}
