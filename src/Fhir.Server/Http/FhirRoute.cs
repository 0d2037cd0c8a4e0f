// The addresses below /fhir, taken apart by hand: one pass over the path is what keeps a read near the speed of bare Kestrel.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>What an address names (R4 http.html#summary).</summary>
public enum RouteKind
{
    /// <summary>Nothing that FHIR has.</summary>
    Unknown,

    /// <summary><c>/</c>.</summary>
    System,

    /// <summary><c>/metadata</c>.</summary>
    Metadata,

    /// <summary><c>/_history</c>.</summary>
    SystemHistory,

    /// <summary><c>/_search</c>.</summary>
    SystemSearch,

    /// <summary><c>/$name</c>.</summary>
    SystemOperation,

    /// <summary><c>/[type]</c>.</summary>
    Type,

    /// <summary><c>/[type]/_history</c>.</summary>
    TypeHistory,

    /// <summary><c>/[type]/_search</c>.</summary>
    TypeSearch,

    /// <summary><c>/[type]/$name</c>.</summary>
    TypeOperation,

    /// <summary><c>/[type]/[id]</c>.</summary>
    Instance,

    /// <summary><c>/[type]/[id]/_history</c>.</summary>
    InstanceHistory,

    /// <summary><c>/[type]/[id]/_history/[vid]</c>.</summary>
    Version,

    /// <summary><c>/[type]/[id]/$name</c>.</summary>
    InstanceOperation,

    /// <summary><c>/[type]/[id]/_history/[vid]/$name</c>.</summary>
    VersionOperation,

    /// <summary><c>/[compartment]/[id]/[type]</c> or <c>/[compartment]/[id]/*</c>.</summary>
    Compartment,

    /// <summary><c>/[compartment]/[id]/[type]/_search</c>.</summary>
    CompartmentSearch,

    /// <summary><c>/[compartment]/[id]/[type]/$explain</c>.</summary>
    CompartmentExplain,

    /// <summary><c>/_export/[job]</c>.</summary>
    Export,

    /// <summary><c>/_export/[job]/[file]</c>.</summary>
    ExportFile,

    /// <summary><c>/_run/[job]</c>.</summary>
    Run,
}

/// <summary>An address below <c>/fhir</c>, taken apart.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Type">The resource type (the compartment's for a compartment search).</param>
/// <param name="Id">The logical id.</param>
/// <param name="Name">Operation with <c>$</c>, version id, export, run, or the type searched in a compartment (<c>*</c> for all).</param>
/// <param name="Version">The version id, where <paramref name="Name"/> is an operation on a version; the file of an export.</param>
public readonly record struct FhirRoute(RouteKind Kind, string? Type = null, string? Id = null, string? Name = null, string? Version = null)
{
    /// <summary>Takes apart the decoded path after <c>/fhir</c>, with or without its first slash. A wrong type gives a refusal.</summary>
    public static FhirRoute Parse(ReadOnlySpan<char> path)
    {
        if (path is ['/', ..])
            path = path[1..];
        if (path is [.., '/'])
            path = path[..^1];
        if (path.IsEmpty)
            return new FhirRoute(RouteKind.System);

        var first = Next(ref path);
        if (first.IsEmpty)
            return default;
        if (first[0] is '$' or '_' or 'm' or '.')
        {
            if (!path.IsEmpty)
            {
                return first switch
                {
                    Export.ExportEndpoint.Segment => BelowExport(path),
                    Conformance.RunEndpoint.Segment when !path.Contains('/') => new FhirRoute(RouteKind.Run, Name: path.ToString()),
                    _ => default,
                };
            }

            return first switch
            {
                "metadata" => new FhirRoute(RouteKind.Metadata),
                "_history" => new FhirRoute(RouteKind.SystemHistory),
                "_search" => new FhirRoute(RouteKind.SystemSearch),
                ['$', ..] => new FhirRoute(RouteKind.SystemOperation, Name: first.ToString()),
                _ => default,
            };
        }

        var type = FindType(first);
        if (path.IsEmpty)
            return new FhirRoute(RouteKind.Type, type);
        var second = Next(ref path);
        if (second.IsEmpty)
            return default;
        if (path.IsEmpty)
        {
            return second switch
            {
                "_history" => new FhirRoute(RouteKind.TypeHistory, type),
                "_search" => new FhirRoute(RouteKind.TypeSearch, type),
                ['$', ..] => new FhirRoute(RouteKind.TypeOperation, type, Name: second.ToString()),
                _ => new FhirRoute(RouteKind.Instance, type, second.ToString()),
            };
        }

        return Below(type, second.ToString(), path);
    }

    private static FhirRoute BelowExport(ReadOnlySpan<char> path)
    {
        var job = Next(ref path);
        if (job.IsEmpty || path.Contains('/'))
            return default;
        return path.IsEmpty ? new FhirRoute(RouteKind.Export, Name: job.ToString()) : new FhirRoute(RouteKind.ExportFile, Name: job.ToString(), Version: path.ToString());
    }

    private static FhirRoute Below(string type, string id, ReadOnlySpan<char> path)
    {
        var third = Next(ref path);
        if (third.IsEmpty)
            return default;
        if (third is "_history")
        {
            if (path.IsEmpty)
                return new FhirRoute(RouteKind.InstanceHistory, type, id);
            var version = Next(ref path);
            if (path.IsEmpty)
                return new FhirRoute(RouteKind.Version, type, id, version.ToString());
            return path[0] == '$' && !path.Contains('/')
                ? new FhirRoute(RouteKind.VersionOperation, type, id, path.ToString(), version.ToString())
                : default;
        }

        if (third[0] == '$')
            return path.IsEmpty ? new FhirRoute(RouteKind.InstanceOperation, type, id, third.ToString()) : default;
        var searched = third is "*" ? "*" : FindType(third);
        if (path.IsEmpty)
            return new FhirRoute(RouteKind.Compartment, type, id, searched);
        return path switch
        {
            "_search" => new FhirRoute(RouteKind.CompartmentSearch, type, id, searched),
            "$explain" => new FhirRoute(RouteKind.CompartmentExplain, type, id, searched),
            _ => default,
        };
    }

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        var segment = slash < 0 ? path : path[..slash];
        path = slash < 0 ? default : path[(slash + 1)..];
        return segment;
    }

    private static string FindType(ReadOnlySpan<char> name)
    {
        if (Schema.R4.FindResourceType(name) is { } type)
            return type.Name;
        var text = name.Length <= 64 ? name.ToString() : name[..64].ToString();
        var near = Schema.R4.ResourceTypes.FirstOrDefault(t => t.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
        throw near is null
            ? new RefusedException(404, "not-supported", HttpMessages.UnknownType, text)
            : new RefusedException(404, "not-supported", HttpMessages.TypeInOtherCase, text, near.Name);
    }
}
