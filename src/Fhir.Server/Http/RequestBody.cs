// Reading a request's body: bounded, also after decompression, and parsed in the format that its media type names.

using System.Globalization;
using FhirHub.Model;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>Bodies of requests.</summary>
public static class RequestBody
{
    /// <summary>Reads and parses a resource.</summary>
    /// <exception cref="RefusedException">415, 413 or 400, with all that is wrong with the resource.</exception>
    public static async Task<ResourceTree> ReadResourceAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return Checked(await ParseAsync(exchange), exchange.Server.Options.ValidationOnWrite);
    }

    /// <summary>Reads and parses a resource; what is wrong with it is the caller's to judge.</summary>
    /// <exception cref="RefusedException">415 or 413.</exception>
    public static async Task<ParseResult> ParseAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (BinaryContent.IsSent(exchange))
            return Parse(await BinaryContent.ReadAsync(exchange), ResourceFormat.Json);
        var format = MediaTypes.OfRequest(exchange.Http.Request.ContentType) ?? throw new RefusedException(
            415, "not-supported", HttpMessages.ContentType);
        var bytes = await ReadAsync(exchange);
        return bytes.IsEmpty ? throw new RefusedException(400, "required", HttpMessages.EmptyBody) : Parse(bytes, format);
    }

    /// <summary>Parses bytes in a format.</summary>
    public static ParseResult Parse(ReadOnlyMemory<byte> bytes, ResourceFormat format) =>
        format == ResourceFormat.Json ? ResourceParser.ParseJson(bytes) : ResourceParser.ParseXml(bytes);

    /// <summary>
    /// The tree of a parse that may be written under the configured validation. Where validation is off, what is missing or has an
    /// odd value passes; what the tree could not keep (unknown elements, wrong kinds) and active content in narratives never does.
    /// </summary>
    public static ResourceTree Checked(ParseResult parsed, WriteValidation validation)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return IsWritable(parsed, validation) ? parsed.Tree! : throw new RefusedException(400, parsed.Issues);
    }

    /// <summary>True if what was parsed may be written under the configured validation.</summary>
    public static bool IsWritable(ParseResult parsed, WriteValidation validation)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.Tree is not null && !parsed.Issues.Any(i => Forbids(i, validation));
    }

    /// <summary>True for an issue that forbids the writing under the configured validation.</summary>
    public static bool Forbids(Issue issue, WriteValidation validation)
    {
        ArgumentNullException.ThrowIfNull(issue);
        return issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal
            && !(validation == WriteValidation.Off && issue is { Severity: IssueSeverity.Error, Code: "required" or "value" });
    }

    /// <summary>True for a form, as a <c>POST _search</c> sends one.</summary>
    public static bool IsForm(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && MediaTypes.IsUtf8(type);

    /// <summary>Reads the whole body.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var request = exchange.Http.Request;
        var limit = exchange.Server.Options.Limits.BodyBytes;
        if (request.Headers.ContainsKey(HeaderNames.ContentEncoding))
            throw new RefusedException(415, "not-supported", HttpMessages.Compression);
        if (request.ContentLength > limit)
            throw TooLong(limit);

        // The announced length sizes the buffer only as far as one is likely to send it; more is taken when it has come.
        var buffer = new byte[(int)Math.Min(Math.Max((request.ContentLength ?? 0) + 1, 4096), 1024 * 1024)];
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), exchange.Cancel);
            if (read == 0)
                return buffer.AsMemory(0, length);
            length += read;
            if (length > limit)
                throw TooLong(limit);
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, Math.Max(limit + 1L, buffer.Length + 1L)));
        }
    }

    private static RefusedException TooLong(int limit) => new(
        413, "too-long", HttpMessages.BodyTooLong, limit.ToString("N0", CultureInfo.InvariantCulture));
}
