// Which versions a version with wildcards means, and how versions of one resource compare.

namespace FhirHub.Terminology;

/// <summary>Versions that are asked for in part: <c>1.x</c>, <c>1.0.*</c>, or an edition of SNOMED CT without a date.</summary>
public static class VersionRange
{
    private const string Snomed = "http://snomed.info/";

    /// <summary>True if the version asked for may mean more than one.</summary>
    public static bool IsRange(string asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return IsEdition(asked) || asked.Split('.').Any(IsWild);
    }

    /// <summary>True if a version is the one asked for, or one of those. A wildcard at the end stands for all parts that follow.</summary>
    public static bool Matches(string asked, string? version)
    {
        ArgumentNullException.ThrowIfNull(asked);
        if (version is null || asked == version)
            return version is not null;
        if (IsEdition(asked))
            return version.StartsWith(asked.TrimEnd('/') + "/version/", StringComparison.Ordinal);
        var wanted = asked.Split('.');
        var parts = version.Split('.');
        for (var i = 0; i < wanted.Length; i++)
        {
            if (IsWild(wanted[i]))
            {
                if (i == wanted.Length - 1)
                    return i < parts.Length || i > 0;
            }
            else if (i >= parts.Length || wanted[i] != parts[i])
            {
                return false;
            }
        }

        return wanted.Length == parts.Length && wanted.Any(IsWild);
    }

    /// <summary>The order that a resource's version algorithm names; without one, that of <see cref="BusinessVersion"/>, which suits all but alpha.</summary>
    public static IComparer<string?> Order(string? algorithm) => algorithm == "alpha" ? StringComparer.Ordinal : BusinessVersion.Order;

    private static bool IsWild(string part) => part is "x" or "X" or "*";

    private static bool IsEdition(string asked) => asked.StartsWith(Snomed, StringComparison.Ordinal) && !asked.Contains("/version/", StringComparison.Ordinal);
}
