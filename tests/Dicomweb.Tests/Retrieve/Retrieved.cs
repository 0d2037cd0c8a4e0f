// An answer of WADO-RS, taken apart by the parser of ASP.NET and not by ours.

using System.Net;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Dicomweb.Tests;

/// <summary>A part of an answer.</summary>
internal sealed record RetrievedPart(string ContentType, string? Location, byte[] Content);

/// <summary>Asks the service and reads what it answers.</summary>
internal static class Retrieved
{
    public static async Task<HttpResponseMessage> SendAsync(this DicomwebFixture fixture, string path, string? accept = null, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, fixture.Base + path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await fixture.Client.SendAsync(request);
    }

    /// <summary>The parts of a multipart answer, whose root type has to be that of its parts.</summary>
    public static async Task<IReadOnlyList<RetrievedPart>> PartsAsync(this DicomwebFixture fixture, string path, string? accept = null)
    {
        using var response = await fixture.SendAsync(path, accept);
        return await PartsAsync(response);
    }

    public static async Task<IReadOnlyList<RetrievedPart>> PartsAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {(response.StatusCode == HttpStatusCode.OK ? "" : System.Text.Encoding.UTF8.GetString(body))}");
        var type = MediaTypeHeaderValue.Parse(response.Content.Headers.ContentType!.ToString());
        Assert.Equal("multipart/related", type.MediaType.Value);
        var root = HeaderUtilities.RemoveQuotes(type.Parameters.Single(parameter => parameter.Name == "type").Value).Value!;
        if (response.Content.Headers.ContentLength is { } length)
            Assert.Equal(length, body.Length);
        var reader = new Microsoft.AspNetCore.WebUtilities.MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, new MemoryStream(body));
        var parts = new List<RetrievedPart>();
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            using var content = new MemoryStream();
            await section.Body.CopyToAsync(content);
            Assert.StartsWith(root, section.ContentType, StringComparison.Ordinal);
            parts.Add(new(section.ContentType!, section.Headers!.TryGetValue("Content-Location", out var location) ? location.ToString() : null, content.ToArray()));
        }

        return parts;
    }
}
