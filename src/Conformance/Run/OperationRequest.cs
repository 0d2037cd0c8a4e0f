// A request as an operation of a script makes it, before it is sent.

namespace FhirHub.Conformance;

/// <summary>What is to be sent, with all variables put in.</summary>
/// <param name="Destination">The number of the server, from 1.</param>
/// <param name="Method">The HTTP method, in upper case.</param>
/// <param name="Url">The whole address, not yet encoded.</param>
/// <param name="Headers">The header fields, those of the content too; the access token is none of them.</param>
/// <param name="Body">The body; <see cref="Payload.None"/> for none.</param>
internal sealed record OperationRequest(int Destination, string Method, string Url, IReadOnlyList<KeyValuePair<string, string>> Headers, Payload Body)
{
    /// <summary>False where the script wants its address to go out as it stands.</summary>
    public bool EncodesUrl { get; init; } = true;
}
