// Which letters each interaction needs (SMART App Launch 2.2.0, scopes-and-launch-context.html#scopes-for-requesting-fhir-resources).

using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>The rule of every interaction; one without a rule here can't be called.</summary>
/// <remarks>
/// A conditional interaction needs <c>s</c> beside its own letter: whether it creates, updates or answers 412 tells what a search with its criteria
/// would.
/// </remarks>
public static class InteractionAccess
{
    private const AccessLetter Create = AccessLetter.Create;
    private const AccessLetter Read = AccessLetter.Read;
    private const AccessLetter Update = AccessLetter.Update;
    private const AccessLetter Delete = AccessLetter.Delete;
    private const AccessLetter Search = AccessLetter.Search;

    private static readonly AccessRule s_operation = new(AccessTarget.Operation);
    private static readonly AccessRule s_search = new(AccessTarget.Type, Search);
    private static readonly AccessRule s_conditionalCreate = new(AccessTarget.Type, Create | Search);

    /// <summary>Every rule by the form of the address and the method; HEAD goes with GET.</summary>
    public static IReadOnlyDictionary<(RouteKind Kind, string Method), AccessRule> Rules { get; } = new Dictionary<(RouteKind, string), AccessRule>
    {
        [(RouteKind.Metadata, "GET")] = new(AccessTarget.Everybody),
        [(RouteKind.Instance, "GET")] = new(AccessTarget.Type, Read),
        [(RouteKind.Version, "GET")] = new(AccessTarget.Type, Read),
        [(RouteKind.InstanceHistory, "GET")] = new(AccessTarget.Type, Read),
        [(RouteKind.TypeHistory, "GET")] = s_search,
        [(RouteKind.SystemHistory, "GET")] = s_search,
        [(RouteKind.Type, "POST")] = new(AccessTarget.Type, Create),
        [(RouteKind.Instance, "PUT")] = new(AccessTarget.Type, Update),
        [(RouteKind.Type, "PUT")] = new(AccessTarget.Type, Update | Search),
        [(RouteKind.Instance, "PATCH")] = new(AccessTarget.Type, Update),
        [(RouteKind.Type, "PATCH")] = new(AccessTarget.Type, Update | Search),
        [(RouteKind.Instance, "DELETE")] = new(AccessTarget.Type, Delete),
        [(RouteKind.Type, "DELETE")] = new(AccessTarget.Type, Delete | Search),
        [(RouteKind.Type, "GET")] = s_search,
        [(RouteKind.TypeSearch, "POST")] = s_search,
        [(RouteKind.System, "GET")] = s_search,
        [(RouteKind.SystemSearch, "POST")] = s_search,
        [(RouteKind.Compartment, "GET")] = new(AccessTarget.Searched, Search),
        [(RouteKind.CompartmentSearch, "POST")] = new(AccessTarget.Searched, Search),
        [(RouteKind.CompartmentExplain, "GET")] = new(AccessTarget.Searched, Search),

        // Each entry is judged as the request that it is.
        [(RouteKind.System, "POST")] = new(AccessTarget.Token),
        [(RouteKind.SystemOperation, "GET")] = s_operation,
        [(RouteKind.SystemOperation, "POST")] = s_operation,
        [(RouteKind.TypeOperation, "GET")] = s_operation,
        [(RouteKind.TypeOperation, "POST")] = s_operation,
        [(RouteKind.InstanceOperation, "GET")] = s_operation,
        [(RouteKind.InstanceOperation, "POST")] = s_operation,
        [(RouteKind.VersionOperation, "GET")] = s_operation,
        [(RouteKind.VersionOperation, "POST")] = s_operation,

        // An export is for whoever asked for it.
        [(RouteKind.Export, "GET")] = new(AccessTarget.Token),
        [(RouteKind.Export, "DELETE")] = new(AccessTarget.Token),
        [(RouteKind.ExportFile, "GET")] = new(AccessTarget.Token),

        // So is a run of scripts.
        [(RouteKind.Run, "GET")] = new(AccessTarget.Token),
        [(RouteKind.Run, "DELETE")] = new(AccessTarget.Token),
    };

    /// <summary>Null if the scope has what a request needs; else what it lacks. That there is such an interaction is known.</summary>
    /// <param name="operations">The operations, of which the address may name one.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="route">The address.</param>
    /// <param name="method">The method.</param>
    /// <param name="ifNoneExist">True for a create with <c>If-None-Exist</c>.</param>
    /// <exception cref="RefusedException">There is no such operation.</exception>
    public static string? Lacking(Operations operations, AccessScope scope, FhirRoute route, string method, bool ifNoneExist)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.IsFull)
            return null;

        // Reads are most of what is asked.
        if (route.Kind == RouteKind.Instance && method == "GET")
            return scope.IsGranted(route.Type!, Read) ? null : $"{route.Type}.r";
        if (!Rules.TryGetValue((route.Kind, method == "HEAD" ? "GET" : method), out var rule))
            return "*.cruds";
        if (rule.Target == AccessTarget.Operation)
            rule = OperationAccess.Of(operations.Find(route), route);
        return (ifNoneExist && route.Kind == RouteKind.Type && method == "POST" ? s_conditionalCreate : rule).Lacking(scope, route);
    }

    /// <summary>Holds a search to the types that it comes to, which its address alone does not always tell.</summary>
    /// <exception cref="RefusedException">None of them is granted: 403.</exception>
    public static void RequireSearch(AccessScope scope, IReadOnlyList<string> types)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(types);
        if (scope.IsFull || types.Any(type => scope.IsGranted(type, Search)))
            return;
        throw Refusal(types.Count == 1 ? $"{types[0]}.s" : "*.s");
    }

    /// <summary>The refusal of a request that its token is not enough for.</summary>
    /// <param name="lacking">What it lacks.</param>
    public static RefusedException Refusal(string lacking) => new(403, "forbidden", HttpMessages.ScopeNeeded, lacking);
}
