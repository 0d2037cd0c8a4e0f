// The address of an interaction as a Bundle entry writes it, taken apart.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>An address relative to the FHIR base (R4 bundle-definitions.html#Bundle.entry.request.url).</summary>
/// <param name="Path">The path without a slash in front; empty for the base itself.</param>
/// <param name="Query">What follows the question mark, still encoded; empty if nothing does.</param>
/// <param name="Type">The resource type, or null where the path starts with something else.</param>
/// <param name="Id">The logical id, or null.</param>
/// <param name="Rest">What follows type and id: <c>_history</c>, <c>_search</c>, an operation; empty if nothing does.</param>
internal sealed record RequestUrl(string Path, string Query, string? Type, string? Id, string Rest)
{
    /// <summary>True for <c>Type/id</c> without anything else.</summary>
    public bool IsInstance => Id is not null && Rest.Length == 0 && Query.Length == 0;

    /// <summary>True for <c>Type</c> alone.</summary>
    public bool IsType => Type is not null && Id is null && Rest.Length == 0 && Query.Length == 0;

    /// <summary>True for <c>Type?criteria</c>.</summary>
    public bool IsConditional => Type is not null && Id is null && Rest.Length == 0 && Query.Length > 0;

    /// <summary>True if the path ends in an operation (<c>$name</c>).</summary>
    public bool IsOperation => Path.LastIndexOf('/') is var slash && Path.AsSpan(slash + 1).StartsWith("$", StringComparison.Ordinal);

    /// <summary>The resource, for an instance address.</summary>
    public string Reference => $"{Type}/{Id}";

    /// <summary>Reads an address; null with a reason where it is not one of this server.</summary>
    /// <param name="text">As the entry has it; absolute only below <paramref name="baseUrl"/>.</param>
    /// <param name="baseUrl">The server's FHIR base without a slash at the end, or null if there is none (import).</param>
    /// <param name="problem">What is wrong.</param>
    public static RequestUrl? Parse(string text, string? baseUrl, out string problem)
    {
        problem = "";
        var rest = text.AsSpan();
        if (text.Contains("://", StringComparison.Ordinal) && text.IndexOf("://", StringComparison.Ordinal) is var scheme && !text.AsSpan(0, scheme).ContainsAny('?', '/'))
        {
            if (baseUrl is null || !text.StartsWith(baseUrl, StringComparison.Ordinal) || (text.Length > baseUrl.Length && text[baseUrl.Length] is not ('/' or '?')))
            {
                problem = $"'{text}' is not an address of this server; write it relative to the FHIR base.";
                return null;
            }

            rest = rest[baseUrl.Length..];
        }

        rest = rest.TrimStart('/');
        if (rest.Contains('#'))
        {
            problem = $"'{text}' has a fragment, which an interaction's address can't have.";
            return null;
        }

        var mark = rest.IndexOf('?');
        var query = mark < 0 ? "" : rest[(mark + 1)..].ToString();
        var path = (mark < 0 ? rest : rest[..mark]).TrimEnd('/').ToString();
        var steps = path.Split('/');
        foreach (var step in steps)
        {
            if (step is "." or ".." || (step.Length == 0 && path.Length > 0) || step.AsSpan().ContainsAny("\\%\0"))
            {
                problem = $"'{text}' is not an address of a FHIR interaction.";
                return null;
            }
        }

        if (Schema.R4.FindResourceType(steps[0]) is null)
            return new RequestUrl(path, query, null, null, path);
        if (steps.Length == 1)
            return new RequestUrl(path, query, steps[0], null, "");
        return steps[1].StartsWith('_') || steps[1].StartsWith('$')
            ? new RequestUrl(path, query, steps[0], null, string.Join('/', steps[1..]))
            : new RequestUrl(path, query, steps[0], steps[1], string.Join('/', steps[2..]));
    }
}
