// What a client demands of the stored state before its write is done, as headers or Bundle.entry.request carry it.

using System.Globalization;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Conditions of a write (R4 http.html#concurrency and http.html#ccreate).</summary>
/// <param name="IfMatch">Value of <c>If-Match</c> or <c>Bundle.entry.request.ifMatch</c>.</param>
/// <param name="IfNoneMatch">Value of <c>If-None-Match</c>.</param>
public readonly record struct WriteConditions(string? IfMatch = null, string? IfNoneMatch = null)
{
    /// <summary>No conditions.</summary>
    public static WriteConditions None => default;

    /// <summary>True if there are no conditions.</summary>
    public bool IsEmpty => IfMatch is null && IfNoneMatch is null;

    /// <summary>Null if the conditions hold for the current version (null or a tombstone: there is none), else why not.</summary>
    public InteractionResult? Check(StoredVersion? current)
    {
        var exists = current is { IsDeleted: false };
        if (IfMatch is not null)
        {
            if (!EntityTags.TryParse(IfMatch, out var any, out var versions))
            {
                return InteractionResult.Refused(
                    400, "value", RepositoryMessages.NotAnEntityTag, Shorten(IfMatch));
            }

            if (!exists)
                return InteractionResult.Refused(412, "conflict", RepositoryMessages.NothingToMatch);
            if (!any && !versions.Contains(current!.Version))
            {
                return InteractionResult.Refused(
                    412, "conflict", RepositoryMessages.VersionDiffers, Shorten(IfMatch), current.Version.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (IfNoneMatch is not null && exists)
        {
            if (!EntityTags.TryParse(IfNoneMatch, out var any, out var versions))
                return InteractionResult.Refused(400, "value", RepositoryMessages.IfNoneMatchFormat, Shorten(IfNoneMatch));
            if (any || versions.Contains(current!.Version))
            {
                return InteractionResult.Refused(
                    412, "conflict", RepositoryMessages.ExistsAlready, current!.Version.ToString(CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    private static string Shorten(string value) => value.Length <= 64 ? value : value[..64];
}
