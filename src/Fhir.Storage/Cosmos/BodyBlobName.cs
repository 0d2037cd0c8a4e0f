// The names of blobs: made by the store alone, with the time in them.

using System.Globalization;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// A UUIDv7 as 32 hexadecimal digits (RFC 9562 section 5.7): names sort by the time at which they were made, so a walk through
/// those of a period reads no others, and the age of a blob does not depend on what copied it.
/// </summary>
public static class BodyBlobName
{
    private const int Length = 32;
    private const int TimeLength = 12;

    /// <summary>A new name, which nobody can guess.</summary>
    public static string Create(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");

    /// <summary>True for text that could be a name: what is not is never made a part of a path.</summary>
    public static bool IsName(string? text) => text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The beginning that no name made before the moment reaches.</summary>
    internal static string Bound(DateTimeOffset before) =>
        Math.Max(0, before.ToUnixTimeMilliseconds()).ToString($"x{TimeLength}", CultureInfo.InvariantCulture);

    /// <summary>The name itself.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static string Check(string name) =>
        IsName(name) ? name : throw new ArgumentException("The name of a blob is 32 lower-case hexadecimal digits.", nameof(name));
}
