// What search and history have in common: page links, self links, _count.

using System.Globalization;

namespace FhirHub.Server;

/// <summary>Pages of a Bundle (R4 http.html#paging).</summary>
public static class Paging
{
    /// <summary>A call whose page link, if it had one, is replaced with what it stands for.</summary>
    public static (FhirCall Call, string? Cursor) Resolve(FhirCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (!call.Query.Contains(PageLinks.Parameter, StringComparison.Ordinal))
            return (call, null);
        string? token = null;
        var others = new List<KeyValuePair<string, string>>();
        foreach (var parameter in call.Parameters)
        {
            if (parameter.Key == PageLinks.Parameter)
                token = parameter.Value;
            else
                others.Add(parameter);
        }

        if (token is null)
            return (call, null);
        if (others.FirstOrDefault(p => p.Key is not ("_format" or "_pretty")) is { Key: { } extra })
            throw new RefusedException(400, "invalid", $"A page link can't be changed; leave '{(extra.Length <= 64 ? extra : extra[..64])}' out, or start the search anew.");
        if (call.Server.PageLinks.Unprotect(token, PathOf(call.Route)) is not { } link)
            throw new RefusedException(400, "invalid", "The page link is not one that this server gave for this address; start the search anew.");
        var query = others.Count == 0 ? link.Query : $"{link.Query}&{FhirCall.Encode(others)}";
        return (call with { Query = query, FormQuery = "" }, link.Cursor);
    }

    /// <summary>The URL of another page.</summary>
    public static string PageLink(FhirCall call, string cursor, string? query = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        var path = PathOf(call.Route);
        var token = call.Server.PageLinks.Protect(new PageLink(path, query ?? FhirCall.Encode(call.Parameters), cursor));
        return $"{call.BaseUrl}{(path.Length > 0 ? "/" : "")}{path}?{PageLinks.Parameter}={token}";
    }

    /// <summary>The URL of what was asked, in the form that was understood.</summary>
    public static string SelfLink(FhirCall call, string? query = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        var path = PathOf(call.Route);
        query ??= FhirCall.Encode(call.Parameters);
        return $"{call.BaseUrl}{(path.Length > 0 ? "/" : "")}{path}{(query.Length > 0 ? "?" : "")}{query}";
    }

    /// <summary>A page's size: <c>_count</c>, or the limit if that is less.</summary>
    public static int ParseCount(string value, LimitOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw new RefusedException(400, "value", "_count is a whole number from 0.");
        return (int)Math.Min(count, limits.MaxPageSize);
    }

    private static string PathOf(FhirRoute route) => route.Kind switch
    {
        RouteKind.SystemHistory => "_history",
        RouteKind.Type or RouteKind.TypeSearch => route.Type!,
        RouteKind.TypeHistory => $"{route.Type}/_history",
        RouteKind.InstanceHistory => $"{route.Type}/{route.Id}/_history",
        RouteKind.Compartment or RouteKind.CompartmentSearch => $"{route.Type}/{route.Id}/{route.Name}",
        RouteKind.SystemOperation => route.Name!,
        RouteKind.TypeOperation => $"{route.Type}/{route.Name}",
        RouteKind.InstanceOperation => $"{route.Type}/{route.Id}/{route.Name}",
        _ => "",
    };
}
