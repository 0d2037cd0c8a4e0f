// A request and its response, kept for asserts and reports.

namespace FhirHub.Conformance;

/// <summary>What was sent and what came back.</summary>
/// <param name="Destination">The number of the server, from 1.</param>
/// <param name="Method">The HTTP method, in upper case.</param>
/// <param name="Url">The whole address.</param>
/// <param name="RequestHeaders">The header fields that were sent, with what they carry of secrets replaced.</param>
/// <param name="RequestBody">What was sent.</param>
/// <param name="Response">What came back; null if nothing did.</param>
/// <param name="Failure">Why nothing came back; null if something did.</param>
/// <param name="Duration">The time until the whole response was there.</param>
public sealed record Exchange(
    int Destination,
    string Method,
    string Url,
    IReadOnlyList<KeyValuePair<string, string>> RequestHeaders,
    Payload RequestBody,
    Response? Response,
    string? Failure,
    TimeSpan Duration);

/// <summary>What a server answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">All header fields, those of the content too; one that came several times stands here several times.</param>
/// <param name="Body">The body, decompressed.</param>
public sealed record Response(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, Payload Body)
{
    /// <summary>The value of a header field, several joined by a comma (RFC 9110, 5.2); null if it did not come.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }
}
