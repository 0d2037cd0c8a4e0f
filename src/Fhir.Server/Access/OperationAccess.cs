// What each operation needs of the token of its call.

using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>
/// The rule of every operation. An operation sees what its call's scope grants, as the interactions that it stands for would; the rule says what there
/// must be for it to be called at all. One without a rule here is for administrators.
/// </summary>
public static class OperationAccess
{
    private const AccessLetter Read = AccessLetter.Read;
    private const AccessLetter Search = AccessLetter.Search;

    private static readonly AccessRule s_administrator = new(AccessTarget.Administrator);
    private static readonly AccessRule s_read = new(AccessTarget.Type, Read);
    private static readonly AccessRule s_search = new(AccessTarget.Type, Search);
    private static readonly AccessRule s_update = new(AccessTarget.Type, AccessLetter.Update);
    private static readonly AccessRule s_readOrSearch = new(AccessTarget.Type, Read | Search) { Any = true };

    // Whoever may write a resource may ask what is wrong with it.
    private static readonly AccessRule s_anyLetter = new(AccessTarget.Type, Smart.SmartScope.AllLetters) { Any = true };

    private static readonly AccessRule s_report = new(AccessTarget.Type, AccessLetter.Create) { OfType = "TestReport" };

    /// <summary>The rules by the operation's name, first for calls on the system or a type, then for those on a resource or a version.</summary>
    public static IReadOnlyDictionary<string, (AccessRule? Type, AccessRule? Instance)> Rules { get; } =
        new Dictionary<string, (AccessRule?, AccessRule?)>(StringComparer.Ordinal)
        {
            // Each goes through what it finds.
            ["export"] = (new(AccessTarget.Token), s_read),
            ["everything"] = (new(AccessTarget.Type, Read | Search), s_read),
            ["lastn"] = (s_search, null),
            ["stats"] = (s_search, null),
            ["match"] = (s_search, null),
            ["explain"] = (s_search, null),
            ["document"] = (s_read, s_read),
            ["graphql"] = (s_readOrSearch, s_read),
            ["meta"] = (s_search, s_read),
            ["meta-add"] = (null, s_update),
            ["meta-delete"] = (null, s_update),
            ["validate"] = (s_anyLetter, s_read),

            // Terminology tells of definitions, which are no patient's.
            ["lookup"] = (s_readOrSearch, null),
            ["validate-code"] = (s_readOrSearch, s_readOrSearch),
            ["subsumes"] = (s_readOrSearch, s_readOrSearch),
            ["find-matches"] = (s_readOrSearch, s_readOrSearch),
            ["expand"] = (s_readOrSearch, s_readOrSearch),
            ["translate"] = (s_readOrSearch, s_readOrSearch),
            ["closure"] = (s_readOrSearch with { OfType = "ConceptMap" }, null),

            // A run is told by a report, which is stored; the script is read, and the server asked, as by the caller itself.
            ["run"] = (s_report, s_report),

            // These change the server, or tell of all that it holds.
            ["reindex"] = (s_administrator, s_administrator),
            ["install"] = (s_administrator, null),
            ["uninstall"] = (s_administrator, null),
            ["dangling-references"] = (s_administrator, null),
            ["reconcile"] = (null, s_administrator),
            ["unlink"] = (null, s_administrator),
        };

    /// <summary>The rule of an operation that is called at an address.</summary>
    public static AccessRule Of(Operation operation, FhirRoute route)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var rules = Rules.GetValueOrDefault(operation.Name);
        return (route.Kind is RouteKind.InstanceOperation or RouteKind.VersionOperation ? rules.Instance : rules.Type) ?? s_administrator;
    }
}
