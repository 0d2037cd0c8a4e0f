// The forms of URIs that the standard gives rules for: absolute ones, OIDs and UUIDs.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>What is said of URIs beside their characters (R4 datatypes.html#uri).</summary>
internal static class UriRules
{
    /// <summary>True for a URI with a scheme (RFC 3986 section 4.3).</summary>
    public static bool IsAbsolute(ReadOnlySpan<char> uri)
    {
        var colon = uri.IndexOf(':');
        if (colon < 1 || colon == uri.Length - 1 || !char.IsAsciiLetter(uri[0]))
            return false;
        foreach (var c in uri[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
                return false;
        }

        return true;
    }

    /// <summary>True for <c>urn:oid:</c> with something behind it that is no OID.</summary>
    public static bool IsFaultyOid(ReadOnlySpan<char> uri) => uri.StartsWith("urn:oid:") && !IsValid(PrimitiveKind.Oid, uri);

    /// <summary>True for <c>urn:uuid:</c> with something behind it that is no UUID.</summary>
    public static bool IsFaultyUuid(ReadOnlySpan<char> uri) => uri.StartsWith("urn:uuid:") && !IsValid(PrimitiveKind.Uuid, uri);

    /// <summary>True for a UUID with capital letters, which is another string than that with small ones.</summary>
    public static bool IsCapitalUuid(ReadOnlySpan<char> uri) => uri.StartsWith("urn:uuid:") && uri.ContainsAnyInRange('A', 'F');

    /// <summary>The URI without the fragment or version that follows it.</summary>
    public static ReadOnlySpan<char> WithoutSuffix(ReadOnlySpan<char> uri)
    {
        var end = uri.IndexOfAny('#', '|');
        return end < 0 ? uri : uri[..end];
    }

    private static bool IsValid(PrimitiveKind kind, ReadOnlySpan<char> uri)
    {
        Span<byte> utf8 = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(uri, utf8, out var length) && PrimitiveFormat.IsValid(kind, utf8[..length]);
    }
}
