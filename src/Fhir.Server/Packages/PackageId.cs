// What names a package: NAME#VERSION.

using System.Buffers;

namespace FhirHub.Server;

/// <summary>Name and version of a package (FHIR NPM package specification), such as <c>hl7.fhir.us.core#3.1.0</c>.</summary>
public sealed record PackageId(string Name, string Version)
{
    private const int LongestName = 128;
    private const int LongestVersion = 64;

    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>True for a name that a package can have.</summary>
    public static bool IsName(string text) => IsOf(text, LongestName);

    /// <summary>True for a version that a package can have.</summary>
    public static bool IsVersion(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsOf(text.Replace('+', '-'), LongestVersion);
    }

    /// <summary>Name and version of <c>NAME#VERSION</c>, <c>NAME@VERSION</c> or <c>NAME</c>, which asks for the latest; null for anything else.</summary>
    public static (string Name, string Range)? Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var mark = text.IndexOfAny(['#', '@']);
        var name = mark < 0 ? text : text[..mark];
        var range = mark < 0 ? PackageRange.Latest : text[(mark + 1)..].Trim();
        return IsName(name) && range.Length > 0 ? (name, range) : null;
    }

    /// <summary>The package that <c>NAME#VERSION</c> or <c>NAME@VERSION</c> names; null for anything else.</summary>
    public static PackageId? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny('#', '@') && Split(text) is ({ } name, { } version) && IsVersion(version) ? new PackageId(name, version) : null;
    }

    /// <summary>True if both are one package. Names are written in small letters, but not everywhere.</summary>
    public bool Is(PackageId? other) => other is not null && IsNamed(other.Name) && Version == other.Version;

    /// <summary>True if this is its name.</summary>
    public bool IsNamed(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}#{Version}";

    private static bool IsOf(string text, int longest) =>
        text.Length > 0 && text.Length <= longest && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(s_nameCharacters);
}
