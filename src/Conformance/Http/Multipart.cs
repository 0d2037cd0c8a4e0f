// Bodies of several parts (RFC 2046, 5.1; RFC 2387), as DICOMweb sends them.

using System.Net.Http.Headers;
using Microsoft.AspNetCore.WebUtilities;
using HeaderUtilities = Microsoft.Net.Http.Headers.HeaderUtilities;
using MediaType = Microsoft.Net.Http.Headers.MediaTypeHeaderValue;

namespace FhirHub.Conformance;

/// <summary>A part.</summary>
/// <param name="Body">What it holds, with its media type.</param>
/// <param name="Location">Its <c>Content-Location</c>; null if it has none.</param>
internal sealed record BodyPart(Payload Body, string? Location);

/// <summary>Takes bodies of several parts apart and puts them together.</summary>
internal static class Multipart
{
    private const int MaxParts = 10_000;
    private const int MaxBoundary = 200;

    /// <summary>True for a body of several parts.</summary>
    public static bool Is(Payload body) => body.MediaType.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>The parts of a body.</summary>
    /// <exception cref="StepException">It is broken.</exception>
    public static IReadOnlyList<BodyPart> Read(Payload body)
    {
        if (!MediaType.TryParse(body.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MaxBoundary } boundary)
            throw new StepException($"The body is {body.ContentType}, which names no boundary between its parts.");
        try
        {
            // Nothing waits where all bytes are there.
            return ReadAsync(body.Bytes, boundary).GetAwaiter().GetResult();
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            throw new StepException($"The body is {body.MediaType}, and its parts can't be read: {broken.Message}");
        }
    }

    /// <summary>A body of <c>multipart/related</c> whose parts have these media types.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="type">The media type of the root, which <c>type</c> tells.</param>
    /// <param name="cancel">Ends the writing.</param>
    public static async Task<Payload> WriteAsync(IReadOnlyList<Payload> parts, string type, CancellationToken cancel)
    {
        using var content = new MultipartContent("related", Guid.NewGuid().ToString("N"));
        foreach (var part in parts)
        {
            var body = new ReadOnlyMemoryContent(part.Bytes);
            if (part.ContentType is { } own)
                body.Headers.TryAddWithoutValidation("Content-Type", own);
            content.Add(body);
        }

        content.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", $"\"{type}\""));
        return new Payload(await content.ReadAsByteArrayAsync(cancel), content.Headers.ContentType.ToString());
    }

    private static async Task<IReadOnlyList<BodyPart>> ReadAsync(ReadOnlyMemory<byte> bytes, string boundary)
    {
        var reader = new MultipartReader(boundary, new MemoryStream(bytes.ToArray(), writable: false));
        var parts = new List<BodyPart>();
        while (await reader.ReadNextSectionAsync(CancellationToken.None) is { } section)
        {
            if (parts.Count == MaxParts)
                throw new InvalidDataException($"there are more than {MaxParts}.");
            using var part = new MemoryStream();
            await section.Body.CopyToAsync(part, CancellationToken.None);
            var location = section.Headers is { } headers && headers.TryGetValue("Content-Location", out var value) ? value.ToString() : null;
            parts.Add(new BodyPart(new Payload(part.ToArray(), section.ContentType), location));
        }

        return parts;
    }
}
