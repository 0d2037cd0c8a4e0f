// Entity tags: FHIR's are weak and hold the version number.

using System.Globalization;

namespace FhirHub.Server;

/// <summary>Entity tags of resources (R4 http.html#versioning).</summary>
public static class EntityTags
{
    private const int MaxTags = 50;

    /// <summary>The tag of a version: <c>W/"3"</c>.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"W/\"{version}\"");

    /// <summary>
    /// Reads a list of tags or <c>*</c>. Strong tags and bare numbers are taken too, since clients send them; tags that are no
    /// version numbers match nothing.
    /// </summary>
    public static bool TryParse(string value, out bool any, out IReadOnlyList<long> versions)
    {
        any = false;
        versions = [];
        var text = value.AsSpan().Trim();
        if (text is "*")
        {
            any = true;
            return true;
        }

        var found = new List<long>(1);
        var tags = 0;
        foreach (var range in text.Split(','))
        {
            var tag = text[range].Trim();
            if (++tags > MaxTags)
                return false;
            var isWeak = tag.StartsWith("W/", StringComparison.OrdinalIgnoreCase);
            if (isWeak)
                tag = tag[2..];
            var isQuoted = tag.Length >= 2 && tag[0] == '"' && tag[^1] == '"';
            if (isQuoted)
                tag = tag[1..^1];
            else if (isWeak || tag.IsEmpty || tag.Contains('"'))
                return false;
            if (long.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                found.Add(version);
            else if (!isQuoted)
                return false;
        }

        versions = found;
        return true;
    }
}
