// What a request needs of its token before anything is looked up: it depends on the token and the address alone, never on data.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>Of which resource types letters are needed.</summary>
public enum AccessTarget
{
    /// <summary>None: everybody may ask.</summary>
    Everybody,

    /// <summary>None, but a good token.</summary>
    Token,

    /// <summary>The type of the address; where it names none, any type.</summary>
    Type,

    /// <summary>The type that is searched in a compartment; for <c>*</c> any type.</summary>
    Searched,

    /// <summary>Whatever the operation of the address needs (<see cref="OperationAccess"/>).</summary>
    Operation,

    /// <summary>None, but an administrator, or a backend service that is granted everything.</summary>
    Administrator,
}

/// <summary>A row of <see cref="InteractionAccess"/> or <see cref="OperationAccess"/>.</summary>
/// <param name="Target">Of which types.</param>
/// <param name="Letters">Which letters.</param>
public sealed record AccessRule(AccessTarget Target, AccessLetter Letters = AccessLetter.None)
{
    private static readonly IReadOnlyList<string> s_allTypes = [.. Schema.R4.ResourceTypes.Select(static type => type.Name)];

    private static readonly AccessLetter[] s_letters = [AccessLetter.Create, AccessLetter.Read, AccessLetter.Update, AccessLetter.Delete, AccessLetter.Search];

    /// <summary>True if one of the letters is enough.</summary>
    public bool Any { get; init; }

    /// <summary>The type, where the address does not name the one that counts; else null.</summary>
    public string? OfType { get; init; }

    /// <summary>Null if the scope has what the rule asks for; else what is lacking, as the right side of a scope such as <c>Observation.s</c>.</summary>
    public string? Lacking(AccessScope scope, FhirRoute route)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.IsFull)
            return null;
        var type = OfType ?? (Target == AccessTarget.Searched ? route.Name : route.Type);
        if (type == "*")
            type = null;
        return Target switch
        {
            AccessTarget.Everybody or AccessTarget.Token => null,
            AccessTarget.Administrator => scope.Subject is { IsAdministrator: true } ? null : "*.cruds",
            _ => Has(scope, type) ? null : $"{type ?? "*"}.{Name}",
        };
    }

    /// <summary>The letters as scopes write them.</summary>
    public string Name => NameOf(Letters);

    /// <summary>Letters as scopes write them.</summary>
    public static string NameOf(AccessLetter letters) =>
        string.Concat(s_letters.Where(letter => letters.HasFlag(letter)).Select(static letter => char.ToLowerInvariant(letter.ToString()[0])));

    private bool Has(AccessScope scope, string? type)
    {
        foreach (var letter in s_letters)
        {
            if (!Letters.HasFlag(letter))
                continue;
            var has = type is null ? HasAnyType(scope, letter) : scope.IsGranted(type, letter);
            if (has == Any)
                return has;
        }

        return !Any;
    }

    /// <summary>Whether a scope grants a letter of any type.</summary>
    public static bool HasAnyType(AccessScope scope, AccessLetter letter)
    {
        ArgumentNullException.ThrowIfNull(scope);
        foreach (var type in s_allTypes)
        {
            if (scope.IsGranted(type, letter))
                return true;
        }

        return false;
    }
}
