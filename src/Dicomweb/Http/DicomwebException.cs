// A request that is answered with a failure, and how that is told (PS3.18 8.6).

using FhirHub.Dicom;
using FhirHub.Sqlite;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirHub.Dicomweb;

/// <summary>The request can't be done; the message says why, and what to do. It holds no patient data.</summary>
public sealed class DicomwebException(int status, string message) : Exception(message)
{
    /// <summary>The status of the answer.</summary>
    public int Status { get; } = status;

    /// <summary>After which time it is worth to ask again; null if that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The methods of the address where another was used; null if that is not what is wrong.</summary>
    public string? Allow { get; init; }

    /// <summary>Nothing is there by that address, or nothing that the request may see.</summary>
    public static DicomwebException NotFound() => new(StatusCodes.Status404NotFound, "There is no such study, series or instance.");
}

/// <summary>Answers failures as <c>application/problem+json</c> (RFC 9457), with the request's id and no stack trace.</summary>
internal static class DicomwebFailure
{
    public static Task AnswerAsync(HttpContext http, Exception failure, ILogger log)
    {
        var (status, detail) = failure switch
        {
            DicomwebException refused => (refused.Status, refused.Message),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),

            // What is in the archive was read before, so these are pixels that no codec here can show.
            DicomException { Fault: DicomFault.Unsupported } unsupported => (StatusCodes.Status406NotAcceptable, unsupported.Message),
            ArchiveException => (StatusCodes.Status503ServiceUnavailable, "The archive can't do this now: its disk is full or fails. The log tells more; ask again when it is mended."),
            DatabaseTimeoutException => (StatusCodes.Status503ServiceUnavailable, "This takes longer than the server allows; ask for less."),
            DicomException broken => (StatusCodes.Status422UnprocessableEntity, broken.Message),
            _ => (StatusCodes.Status500InternalServerError, "The server failed; its log tells more under the id of this request."),
        };
        if (status is StatusCodes.Status500InternalServerError || failure is ArchiveException)
            log.LogError(failure, "Request {RequestId} failed.", http.TraceIdentifier);
        http.Response.Clear();
        http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
        if (failure is DicomwebException { RetryAfter: { } retryAfter })
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(retryAfter.TotalSeconds)).ToString();
        if (failure is DicomwebException { Allow: { } allow })
            http.Response.Headers.Allow = allow;
        return TypedResults.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["requestId"] = http.TraceIdentifier }).ExecuteAsync(http);
    }
}
