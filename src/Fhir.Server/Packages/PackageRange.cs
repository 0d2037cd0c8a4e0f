// Which versions of a package a dependency asks for.

using System.Globalization;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// A version as dependencies name it: one, <c>1.0.x</c> (FHIR NPM package specification), <c>latest</c>, <c>current</c> and <c>dev</c>, and
/// what npm has beside: <c>^1.0.0</c>, <c>~1.0</c>, <c>&gt;=1.0 &lt;2.0</c>, <c>1.0 - 2.0</c>, <c>1.0.x || 2.0.x</c>.
/// </summary>
public sealed class PackageRange
{
    /// <summary>The range that asks for the latest version.</summary>
    public const string Latest = "latest";

    private const int LongestText = 256;

    private readonly string _text;
    private readonly List<List<Bound>> _alternatives = [];

    private PackageRange(string text) => _text = text;

    /// <summary>True if it is about the build of the day, which lies in a folder <c>NAME#current</c> or <c>NAME#dev</c>.</summary>
    public bool IsBuild => _text is "current" or "dev";

    /// <summary>True if it asks for the latest version there is.</summary>
    public bool IsLatest => _text is Latest or "current" or "dev";

    /// <summary>Reads a range; what is none of the forms is a version that is meant exactly.</summary>
    public static PackageRange Parse(string? text)
    {
        text = text?.Trim() ?? "";
        if (text.Length is 0 or > LongestText)
            text = text.Length == 0 ? Latest : text[..LongestText];
        var range = new PackageRange(text);
        foreach (var alternative in text.Split("||", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            range._alternatives.Add(alternative.Split(" - ", StringSplitOptions.TrimEntries) is [var low, var high]
                ? [Bound.Of(">=", low), Bound.Of("<=", high)]
                : [.. Joined(alternative).Select(Bound.Parse)]);
        }

        return range;
    }

    /// <summary>True if the version is one of those asked for.</summary>
    public bool Includes(string version) =>
        IsLatest || version == _text || _alternatives.Exists(bounds => bounds.TrueForAll(bound => bound.Includes(version)));

    /// <summary>The latest of the versions asked for, a release where there is one; null if none is.</summary>
    public T? Best<T>(IEnumerable<T> candidates, Func<T, string> version)
        where T : class => candidates
            .Where(candidate => Includes(version(candidate)))
            .OrderByDescending(candidate => version(candidate) == _text)
            .ThenBy(candidate => !IsBuild && version(candidate).Contains('-', StringComparison.Ordinal))
            .ThenByDescending(version, BusinessVersion.Order)
            .FirstOrDefault();

    /// <inheritdoc/>
    public override string ToString() => _text;

    // ">= 1.0" is ">=1.0".
    private static IEnumerable<string> Joined(string text)
    {
        var comparator = "";
        foreach (var word in text.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Trim('<', '>', '=', '^', '~').Length == 0)
            {
                comparator += word;
                continue;
            }

            yield return comparator + word;
            comparator = "";
        }
    }

    /// <summary>One comparison. Parts that are left out or wild fit any number.</summary>
    private sealed record Bound(string Comparator, string Version, int[] Parts, bool IsPartial)
    {
        public static Bound Parse(string text)
        {
            var length = text.AsSpan().IndexOfAnyExcept("<>=^~");
            return Of(text[..Math.Max(0, length)], text[Math.Max(0, length)..]);
        }

        public static Bound Of(string comparator, string version)
        {
            var given = version.Split('-')[0].Split('.');
            var parts = given.TakeWhile(static part => part is not ("x" or "X" or "*"))
                .Select(static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
            var isPartial = !parts.Contains(-1) && (parts.Length < given.Length || (parts.Length < 3 && !version.Contains('-', StringComparison.Ordinal)));
            return new Bound(comparator, isPartial ? string.Join('.', parts) : version, parts, isPartial);
        }

        public bool Includes(string version)
        {
            if (Comparator is "" or "=")
                return IsPartial ? Has(version, Parts.Length) : version == Version;
            var order = BusinessVersion.Order.Compare(version, Version);
            return Comparator switch
            {
                ">=" => order >= 0 || (IsPartial && Has(version, Parts.Length)),
                ">" => order > 0 && !(IsPartial && Has(version, Parts.Length)),
                "<=" => order <= 0 || (IsPartial && Has(version, Parts.Length)),
                "<" => order < 0,
                "~" => order >= 0 && Has(version, Math.Min(2, Parts.Length)),
                "^" => order >= 0 && Has(version, Math.Min(Parts.Length, Array.FindIndex(Parts, static part => part > 0) is >= 0 and var first ? first + 1 : Parts.Length)),
                _ => false,
            };
        }

        // True if the first parts of the version are these.
        private bool Has(string version, int count)
        {
            var parts = version.Split('-')[0].Split('.');
            for (var i = 0; i < count; i++)
            {
                if (i >= parts.Length || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number != Parts[i])
                    return false;
            }

            return true;
        }
    }
}
