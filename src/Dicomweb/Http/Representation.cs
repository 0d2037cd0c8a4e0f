// What an answer is of: its validators, what is asked of them, and ranges of it (RFC 9110 8.8, 13, 14).

using System.Globalization;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Dicomweb;

/// <summary>The validators of an answer.</summary>
/// <param name="Tag">The ETag with its quotes; weak if two answers of it need not have the same bytes.</param>
/// <param name="Modified">When it was last modified; null where that can't be told, as of a study from which something was deleted.</param>
internal readonly record struct Representation(string Tag, DateTimeOffset? Modified)
{
    /// <summary>
    /// Whether the client has it already: the answer is then 304 and done. Sets the headers that either answer has. What is medical is not kept by shared
    /// caches, and asked for anew each time, as access may have ended.
    /// </summary>
    public bool AnswersNotModified(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ETag = Tag;
        headers.CacheControl = "private, no-cache";
        headers.Vary = "Accept, Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        if (Modified is { } modified)
            headers.LastModified = modified.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        if (!IsNotModified(http.Request))
            return false;
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    /// <summary>Sends stretches of a source as one part, or the range of them that the request asks for.</summary>
    public async Task SendAsync(HttpContext http, ByteSource source, IReadOnlyList<ByteStretch> stretches, string contentType)
    {
        var response = http.Response;
        var total = 0L;
        foreach (var stretch in stretches)
            total += stretch.Length;
        response.ContentType = contentType;
        response.Headers.AcceptRanges = "bytes";
        var (first, length) = (0L, total);
        if (RangeOf(http.Request, total) is { } range)
        {
            if (range.Length == 0)
            {
                // The failure's answer begins with no headers of this one.
                response.OnStarting(() =>
                {
                    response.Headers.ContentRange = $"bytes */{total}";
                    return Task.CompletedTask;
                });
                throw new DicomwebException(StatusCodes.Status416RangeNotSatisfiable, $"There are {total:N0} bytes, and the range begins behind them.");
            }

            (first, length) = range;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {first}-{first + length - 1}/{total}";
        }

        response.ContentLength = length;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        foreach (var stretch in stretches)
        {
            if (length == 0)
                break;
            if (first >= stretch.Length)
            {
                first -= stretch.Length;
                continue;
            }

            var count = Math.Min(length, stretch.Length - first);
            await ByteCopy.CopyAsync(source, stretch.Offset + first, count, response.BodyWriter, http.RequestAborted);
            length -= count;
            first = 0;
        }
    }

    private bool IsNotModified(HttpRequest request)
    {
        if (request.Headers.IfNoneMatch.Count > 0)
        {
            if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags))
                return false;
            var mine = EntityTagHeaderValue.Parse(Tag);
            foreach (var tag in tags)
            {
                if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(mine, useStrongComparison: false))
                    return true;
            }

            return false;
        }

        // The header has whole seconds, so an instance that came in the same one counts as the same.
        return Modified is { } modified && request.Headers.IfModifiedSince.Count > 0
            && HeaderUtilities.TryParseDate(request.Headers.IfModifiedSince.ToString(), out var since)
            && modified.ToUnixTimeSeconds() <= since.ToUnixTimeSeconds();
    }

    // One range; of several, of other units and of what can't be read everything is sent, as RFC 9110 14.2 allows.
    private (long First, long Length)? RangeOf(HttpRequest request, long total)
    {
        if (request.Headers.Range.Count != 1 || !HttpMethods.IsGet(request.Method) || !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header))
            return null;
        if (!header.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || header.Ranges.Count != 1 || !HoldsIfRange(request))
            return null;
        var range = header.Ranges.Single();
        if (range.From is not { } from)
            return range.To is > 0 and { } last && total > 0 ? (Math.Max(0, total - last), Math.Min(last, total)) : (0, 0);
        return from >= total ? (0, 0) : (from, Math.Min(range.To ?? long.MaxValue, total - 1) - from + 1);
    }

    private bool HoldsIfRange(HttpRequest request)
    {
        if (request.Headers.IfRange.Count == 0)
            return true;
        if (!RangeConditionHeaderValue.TryParse(request.Headers.IfRange.ToString(), out var condition))
            return false;
        if (condition.EntityTag is { } tag)
            return tag.Compare(EntityTagHeaderValue.Parse(Tag), useStrongComparison: true);
        return Modified is { } modified && condition.LastModified is { } since && modified.ToUnixTimeSeconds() == since.ToUnixTimeSeconds();
    }
}
