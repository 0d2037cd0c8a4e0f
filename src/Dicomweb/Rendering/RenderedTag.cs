// Entity tags of rendered resources: known before anything is rendered, so that what a client has is never made again.

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>The headers by which a client knows what it has (PS3.18 8.4.3, RFC 9110 8.8.3).</summary>
internal static class RenderedTag
{
    // Another number where the same request gives another image than before.
    private const string Rendering = "1";

    /// <summary>The tag of what becomes of some instances by some parameters.</summary>
    public static string Of(IReadOnlyList<StoredInstance> instances, params ReadOnlySpan<string> parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var instance in instances)
            hash.AppendData(instance.Sha256.Span);
        hash.AppendData(Encoding.UTF8.GetBytes(Rendering));
        foreach (var parameter in parameters)
        {
            hash.AppendData("|"u8);
            hash.AppendData(Encoding.UTF8.GetBytes(parameter));
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return $"\"{Convert.ToHexStringLower(digest[..16])}\"";
    }

    /// <summary>What tells frames from others of the same instance.</summary>
    public static string TextOf(IReadOnlyList<int> frames) => frames is AllFrames ? "all" : string.Join(',', frames);

    /// <summary>Sets the headers of an answer, and its status to 304 if the client has it already.</summary>
    /// <returns>Whether there is nothing more to send: the client has it, or asked for headers only.</returns>
    public static bool Settle(HttpContext http, string tag, IReadOnlyList<StoredInstance> instances, string contentType)
    {
        if (new Representation(tag, instances.Max(instance => instance.StoredAt)).AnswersNotModified(http))
            return true;
        http.Response.ContentType = contentType;
        return HttpMethods.IsHead(http.Request.Method);
    }
}
