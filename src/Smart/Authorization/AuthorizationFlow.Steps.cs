// What a request that is kept still needs: each time it is asked for, all is checked anew.

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <content>From a kept request to its next step.</content>
internal sealed partial class AuthorizationFlow
{
    private static readonly AuthorizationError s_badLaunch =
        AuthorizationError.Invalid("The launch is over, was used already, or is one of another app or user; launch the app again.");

    private static readonly AuthorizationError s_noPatient = new(AuthorizationError.AccessDenied, "The user can not see the patient or encounter of this launch.");

    /// <summary>What comes next for a request.</summary>
    private abstract record Step(Kept<AuthorizationRequest> Kept, Client Client, SignedIn User, IReadOnlyList<OfferedScope> Offers)
    {
        public AuthorizationRequest Request => Kept.Value;

        /// <summary>The user chooses the patient or, if there is one, the encounter.</summary>
        public sealed record Choose(Kept<AuthorizationRequest> Kept, Client Client, SignedIn User, IReadOnlyList<OfferedScope> Offers) : Step(Kept, Client, User, Offers);

        /// <summary>The user grants or refuses.</summary>
        public sealed record Consent(Kept<AuthorizationRequest> Kept, Client Client, SignedIn User, IReadOnlyList<OfferedScope> Offers) : Step(Kept, Client, User, Offers);
    }

    /// <summary>The next step; null if the request was answered: by an error, or by the page that signs in.</summary>
    private async Task<Step?> StepAsync(HttpContext http, string secret)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (secret.Length > 64 || await smart.State.AuthorizationRequests.FindAsync(Secret.HashOf(secret), http.RequestAborted) is not { } kept)
            {
                await RefuseAsync(http, AuthorizationLabels.RequestOver);
                return null;
            }

            // An administrator may have changed the client meanwhile.
            var request = kept.Value;
            if (await smart.State.Clients.FindAsync(request.ClientId, http.RequestAborted) is not { Value: { Status: ClientStatus.Active } client }
                || !RedirectUris.IsRegistered(client, request.RedirectUri, smart.IssuerOf(http)))
            {
                await RefuseAsync(http, AuthorizationLabels.UnknownClient);
                return null;
            }

            if (await smart.Sessions.FindAsync(http) is not { } user || IsTooOld(request, user.Session))
            {
                if (request.Prompts("none"))
                    await FailAsync(http, kept, new AuthorizationError(AuthorizationError.LoginRequired, "The user has to sign in."));
                else
                    SeeOther(http, $"{http.Request.PathBase}{LoginPage.Address}?{LoginPage.Again}=true&{LocalAddress.Parameter}={Uri.EscapeDataString(AddressOf(AuthorizePath, secret))}");
                return null;
            }

            var (error, bound) = await BindAsync(request, user, http.RequestAborted);
            if (error is null)
            {
                var offers = ScopeNegotiation.Offer(smart.Constraints, bound, client, user.Account);
                (error, bound, var isComplete) = offers.Count == 0
                    ? (new AuthorizationError(AuthorizationError.InvalidScope, "Nothing of what was asked for can be granted to this app by this user."), bound, false)
                    : await SituateAsync(bound, client, user, offers, http.RequestAborted);
                if (error is null)
                {
                    // Who has written it meanwhile has decided something: look again.
                    if ((bound == request ? kept : await smart.State.AuthorizationRequests.PutAsync(kept with { Value = bound }, http.RequestAborted)) is not { } written)
                        continue;
                    return isComplete ? new Step.Consent(written, client, user, offers) : new Step.Choose(written, client, user, offers);
                }
            }

            await FailAsync(http, kept, error);
            return null;
        }

        await RefuseAsync(http, AuthorizationLabels.RequestOver);
        return null;
    }

    // OpenID Connect Core 1.0, 3.1.2.1: prompt=login and max_age ask that the user proves anew who they are.
    private static bool IsTooOld(AuthorizationRequest request, Session session) =>
        request.Prompts("login") || request.Prompts("select_account")
            ? session.AuthenticatedAt < request.CreatedAt
            : request.MaxAge is { } seconds && session.AuthenticatedAt < request.CreatedAt - TimeSpan.FromSeconds(seconds);

    // To the session, and to the launch: that is used up here, by whoever it was made for.
    private async Task<(AuthorizationError? Error, AuthorizationRequest Request)> BindAsync(AuthorizationRequest request, SignedIn user, CancellationToken cancel)
    {
        if (request.SessionId != user.SessionId)
        {
            if (request.AccountId is { } other && other != user.Account.Id)
            {
                if (request.Launched is not null)
                    return (s_badLaunch, request);
                request = request with { Patient = null, Encounter = null, EncounterAsked = false, Search = null };
            }

            request = request with { AccountId = user.Account.Id, SessionId = user.SessionId };
        }

        if (request.LaunchHash is null || request.Launched is not null)
            return (null, request);
        if (await smart.State.Launches.FindAsync(request.LaunchHash, cancel) is not { } launch
            || launch.Value.ClientId != request.ClientId
            || launch.Value.AccountId != user.Account.Id
            || !await smart.State.Launches.RemoveAsync(launch, cancel))
        {
            return (s_badLaunch, request);
        }

        return (null, request with { Launched = launch.Value.Context });
    }

    // Patient and encounter: those of the launch, the user's own, or those that the user chooses; each is seen by the user's own access first.
    private async Task<(AuthorizationError? Error, AuthorizationRequest Request, bool IsComplete)> SituateAsync(
        AuthorizationRequest request, Client client, SignedIn user, IReadOnlyList<OfferedScope> offers, CancellationToken cancel)
    {
        var directory = new PatientDirectory(smart, UserAccess.Of(smart, client, user.Account));
        var needsPatient = ScopeNegotiation.NeedsPatient(offers);
        if ((request.Patient ?? request.Launched?.Patient ?? (needsPatient ? UserAccess.PatientOf(user.Account) : null)) is { } given)
        {
            if (await directory.FindPatientAsync(given, cancel) is null)
                return (s_noPatient, request, false);
            if (request.Patient is null)
                request = request with { Patient = given };
        }

        if (request.Patient is null && needsPatient)
        {
            return user.Account.Role == AccountRole.Patient
                ? (new AuthorizationError(AuthorizationError.AccessDenied, "The account is of no patient."), request, false)
                : (null, request, false);
        }

        if (request.Encounter is null && !request.EncounterAsked && request.Patient is { } patient)
        {
            if (request.Launched?.Encounter is { } encounter)
            {
                if (await directory.FindEncounterAsync(encounter, patient, cancel) is null)
                    return (s_noPatient, request, false);
                request = request with { Encounter = encounter, EncounterAsked = true };
            }
            else if (!ScopeNegotiation.NeedsEncounter(offers) || (await directory.EncountersAsync(patient, cancel)).Count == 0)
            {
                request = request with { EncounterAsked = true };
            }
            else
            {
                return (null, request, false);
            }
        }

        return (null, request, true);
    }

    // What of the further context of a launch the user can see; the rest is none of the app's business.
    private async Task<JsonArray?> ContextOfAsync(JsonArray? items, Client client, Account account, CancellationToken cancel)
    {
        var directory = new PatientDirectory(smart, UserAccess.Of(smart, client, account));
        var seen = new JsonArray();
        foreach (var item in items?.OfType<JsonObject>() ?? [])
        {
            if (FhirContexts.KeyOf(item) is not { } key || await directory.CanSeeAsync(key, cancel))
                seen.Add(item.DeepClone());
        }

        return seen.Count == 0 ? null : seen;
    }
}
