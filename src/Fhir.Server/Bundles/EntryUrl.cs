// The address of an interaction as a Bundle entry writes it.

using System.Buffers;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>An address relative to the FHIR base (R4 bundle-definitions.html#Bundle.entry.request.url).</summary>
/// <param name="Text">The address without base and first slash.</param>
/// <param name="Query">What follows the question mark, still encoded; empty if nothing does.</param>
/// <param name="Route">The path, taken apart.</param>
internal sealed record EntryUrl(string Text, string Query, FhirRoute Route)
{
    // Ids and types need no escapes, so whoever escapes here means to be read as something else further on.
    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("\\%#\0");

    /// <summary>True for <c>Type/id</c> without anything else.</summary>
    public bool IsInstance => Route.Kind == RouteKind.Instance && Query.Length == 0;

    /// <summary>True for <c>Type</c> alone.</summary>
    public bool IsType => Route.Kind == RouteKind.Type && Query.Length == 0;

    /// <summary>True for <c>Type?criteria</c>.</summary>
    public bool IsConditional => Route.Kind == RouteKind.Type && Query.Length > 0;

    /// <summary>True for operations and searches, which may be POSTed without being writes.</summary>
    public bool IsOperationOrSearch => Route.Kind
        is RouteKind.SystemOperation or RouteKind.TypeOperation or RouteKind.InstanceOperation or RouteKind.VersionOperation
        or RouteKind.SystemSearch or RouteKind.TypeSearch or RouteKind.CompartmentSearch;

    /// <summary>Reads an address; null with a reason where it is not one of this server.</summary>
    /// <param name="text">As the entry has it; absolute only below <paramref name="baseUrl"/>.</param>
    /// <param name="baseUrl">The server's FHIR base without a slash at the end, or null if there is none (import).</param>
    /// <param name="problem">What is wrong.</param>
    public static EntryUrl? Parse(string text, string? baseUrl, out Issue? problem)
    {
        problem = null;
        var rest = text.AsSpan();
        if (rest.StartsWith("http://", StringComparison.Ordinal) || rest.StartsWith("https://", StringComparison.Ordinal))
        {
            if (baseUrl is null || !rest.StartsWith(baseUrl, StringComparison.Ordinal) || (rest.Length > baseUrl.Length && rest[baseUrl.Length] is not ('/' or '?')))
            {
                problem = Issue.Error("value", $"'{text}' is not an address of this server; write it relative to the FHIR base.");
                return null;
            }

            rest = rest[baseUrl.Length..];
        }

        rest = rest is ['/', ..] ? rest[1..] : rest;
        var mark = rest.IndexOf('?');
        var path = mark < 0 ? rest : rest[..mark];
        try
        {
            var route = path.ContainsAny(NotInPaths) ? default : FhirRoute.Parse(path);
            if (route.Kind != RouteKind.Unknown && (route.Id is null || ResourceId.IsValid(route.Id)))
                return new EntryUrl(rest.ToString(), mark < 0 ? "" : rest[(mark + 1)..].ToString(), route);
            problem = Issue.Error("value", $"'{text}' is not an address of a FHIR interaction.");
        }
        catch (RefusedException unknown)
        {
            problem = unknown.Issues[0];
        }

        return null;
    }
}
