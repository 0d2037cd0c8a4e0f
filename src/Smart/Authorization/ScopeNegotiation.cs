// What of the scopes that an app asks for can be granted: what it is registered for, and the user has (SMART App Launch 2.2.0, scopes-and-launch-context.html).

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>A scope that a user may grant or refuse.</summary>
/// <param name="Text">As it is granted.</param>
/// <param name="Resource">What it means, if it is one for resources.</param>
internal sealed record OfferedScope(string Text, SmartScope? Resource)
{
    /// <summary>Narrower scopes that the user may grant instead; empty for none.</summary>
    public IReadOnlyList<ScopePart> Parts => Resource is null ? [] : ScopeParts.Of(Resource);
}

/// <summary>Works out what can be granted.</summary>
internal static class ScopeNegotiation
{
    private const string LaunchPrefix = "launch/";
    private const string OfflineAccess = "offline_access";
    private const string OnlineAccess = "online_access";

    /// <summary>
    /// What can be granted of a request, in its order; scopes that are unknown, not registered or not the user's to give are left out, as SMART allows and
    /// the answer tells.
    /// </summary>
    public static IReadOnlyList<OfferedScope> Offer(ScopeConstraints constraints, AuthorizationRequest request, Client client, Account account)
    {
        var registered = ScopeSet.Parse(client.Scope);
        var asked = ScopeSet.Parse(request.Scope);
        var offers = new List<OfferedScope>();
        foreach (var text in request.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
        {
            if (!IsScopeToken(text))
                continue;
            if (!SmartScope.TryParse(text, out var scope))
            {
                if (IsOffered(text, registered, asked, request.Launched, client, account))
                    offers.Add(new OfferedScope(text, null));
                continue;
            }

            // System scopes are a client's own: no user can give them.
            if (scope.Level == ScopeLevel.System || !constraints.IsUnderstood(scope))
                continue;
            foreach (var granted in Widest(registered.Resources.Select(limit => Intersect(scope, limit)).OfType<SmartScope>()))
            {
                if (Held(constraints, granted, client, account) is { } held && offers.TrueForAll(offer => offer.Text != held.ToString()))
                    offers.Add(new OfferedScope(held.ToString(), held));
            }
        }

        return offers;
    }

    /// <summary>Whether a scope lets the client do nothing that another does not.</summary>
    public static bool Covers(SmartScope wide, SmartScope narrow) =>
        wide.Level == narrow.Level
        && (wide.ResourceType is null || wide.ResourceType == narrow.ResourceType)
        && (wide.Letters & narrow.Letters) == narrow.Letters
        && (wide.Constraint is null || wide.Constraint == narrow.Constraint);

    /// <summary>Whether granting the scopes needs a patient in context.</summary>
    public static bool NeedsPatient(IEnumerable<OfferedScope> offers) =>
        offers.Any(static offer => offer.Resource is { Level: ScopeLevel.Patient } || Name(offer.Text) is "launch/patient" or "launch/encounter");

    /// <summary>Whether the app asks for an encounter in context.</summary>
    public static bool NeedsEncounter(IEnumerable<OfferedScope> offers) => offers.Any(static offer => Name(offer.Text) == "launch/encounter");

    // The role that a launch scope may name is a hint, and what there is is given (#requesting-context-with-scopes).
    private static string Name(string scope) => scope.StartsWith(LaunchPrefix, StringComparison.Ordinal) && scope.IndexOf('?', StringComparison.Ordinal) is > 0 and var end ? scope[..end] : scope;

    private static bool IsOffered(string text, ScopeSet registered, ScopeSet asked, LaunchContext? launched, Client client, Account account)
    {
        var name = Name(text);
        if (!registered.Has(name))
            return false;
        var mayRefresh = client.GrantTypes.Contains(Client.RefreshToken, StringComparer.Ordinal);
        return name switch
        {
            "openid" => true,

            // Who can't be represented by a resource can't be told as one (#scopes-for-requesting-identity-data).
            "fhirUser" or "profile" => account.FhirUser is not null,
            "launch" => launched is not null,
            "launch/patient" or "launch/encounter" => true,
            OfflineAccess => mayRefresh,

            // Offline access is the wider of the two, and a grant has one end.
            OnlineAccess => mayRefresh && !(asked.Has(OfflineAccess) && registered.Has(OfflineAccess)),
            _ => name.StartsWith(LaunchPrefix, StringComparison.Ordinal) && FhirContexts.HasType(launched?.FhirContext, name[LaunchPrefix.Length..]),
        };
    }

    private static SmartScope? Intersect(SmartScope asked, SmartScope registered)
    {
        var letters = asked.Letters & registered.Letters;
        if (asked.Level != registered.Level || letters == AccessLetter.None)
            return null;
        if (asked.ResourceType is not null && registered.ResourceType is not null && asked.ResourceType != registered.ResourceType)
            return null;
        var constraint = (asked.Constraint, registered.Constraint) switch
        {
            (null, var limit) => limit,
            (var limit, null) => limit,
            var (one, other) when one == other => one,

            // Parameters of a search that stand side by side all hold.
            var (one, other) => $"{one}&{other}",
        };
        return Written(asked with { ResourceType = asked.ResourceType ?? registered.ResourceType, Letters = letters, Constraint = constraint });
    }

    // What the account can't have at all for a type is not asked for: a user can't give it.
    private static SmartScope? Held(ScopeConstraints constraints, SmartScope scope, Client client, Account account)
    {
        if (scope.ResourceType is null)
            return scope;
        var access = UserAccess.Of(constraints, new ScopeSet([scope], []), UserAccess.PatientOf(account) ?? "any", client, account);
        var letters = AccessLetter.None;
        foreach (var letter in Enum.GetValues<AccessLetter>())
        {
            if (scope.Letters.HasFlag(letter) && letter != AccessLetter.None && access.FilterFor(scope.ResourceType, letter) is not SearchExpression.None)
                letters |= letter;
        }

        return letters == AccessLetter.None ? null : Written(scope with { Letters = letters });
    }

    // Version 1 has no words for fewer letters than it asks for, nor for constraints.
    private static SmartScope Written(SmartScope scope) => scope with
    {
        IsVersion1 = scope.IsVersion1 && scope.Constraint is null
            && scope.Letters is SmartScope.AllLetters or (AccessLetter.Read | AccessLetter.Search) or (AccessLetter.Create | AccessLetter.Update | AccessLetter.Delete),
    };

    private static IEnumerable<SmartScope> Widest(IEnumerable<SmartScope> scopes)
    {
        var all = scopes.Distinct().ToList();
        return all.Where(scope => !all.Exists(other => other != scope && Covers(other, scope) && !(Covers(scope, other) && all.IndexOf(other) > all.IndexOf(scope))));
    }

    // RFC 6749, 3.3: printable ASCII without quotes and backslashes.
    private static bool IsScopeToken(string text) => text.All(static c => c is '!' or (>= '#' and <= '[') or (>= ']' and <= '~'));
}
