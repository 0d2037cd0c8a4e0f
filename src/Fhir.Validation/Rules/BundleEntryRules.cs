// Entries of Bundles: whether a request and the resource beside it fit together, and scores of searches.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of one entry (R4 http.html#transaction, bundle-definitions.html#Bundle.entry.search.score).</summary>
internal static class BundleEntryRules
{
    /// <summary>Checks an entry.</summary>
    public static void Check(ValidationWalk walk, ElementNode entry, string? bundleType)
    {
        if (entry.Child("search").Child("score") is { Exists: true } score && score.GetDecimal() is < 0 or > 1)
            walk.Report(score, IssueSeverity.Error, "value", ResourceMessages.SearchScore, score.GetString() ?? "");
        if (bundleType is not ("transaction" or "batch") || entry.Child("request") is not { Exists: true } request)
            return;
        var url = request.Child("url");
        if (url.Exists && url.GetString() is { } address)
            CheckRequest(walk, entry.Child("resource"), entry, url, address, request.ChildValue("method"));
    }

    private static void CheckRequest(ValidationWalk walk, ElementNode resource, ElementNode entry, ElementNode url, string address, string? method)
    {
        var query = address.IndexOf('?', StringComparison.Ordinal);
        var steps = (query < 0 ? address : address[..query]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        // Operations and searches have bodies of their own, or none.
        if (method is not ("PUT" or "POST" or "PATCH") || steps.Any(static step => step.StartsWith('$') || step.StartsWith('_')))
            return;
        if (!resource.Exists)
        {
            walk.Report(entry, IssueSeverity.Error, "required", ResourceMessages.RequestWithoutResource, method, address);
            return;
        }

        var named = method switch
        {
            "POST" => steps.Length > 0 ? steps[^1] : null,
            "PUT" when query >= 0 => steps.Length > 0 ? steps[^1] : null,
            "PUT" => steps.Length > 1 ? $"{steps[^2]}/{steps[^1]}" : null,
            _ => null,
        };
        var type = resource.Type.Name;
        var actual = named?.Contains('/', StringComparison.Ordinal) == true && resource.ChildValue("id") is { } id ? $"{type}/{id}" : type;
        if (named is not null && named != actual && !(actual == type && named.StartsWith(type + "/", StringComparison.Ordinal)))
            walk.Report(url, IssueSeverity.Error, "value", ResourceMessages.RequestMismatch, method, address, actual);
    }
}
