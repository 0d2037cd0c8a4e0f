// Who looks at the pages: administrators, or anybody under FhirHub:Auth:Mode=Open; and the token by which a run of theirs asks this server.

using FhirHub.Search;
using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary>Who looks at the pages.</summary>
/// <param name="Scope">What they may see and do.</param>
/// <param name="SignedIn">The administrator; null under <c>FhirHub:Auth:Mode=Open</c>.</param>
internal sealed record ConformanceViewer(AccessScope Scope, SignedIn? SignedIn)
{
    private const string Everything = "user/*.cruds";

    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    /// <summary>Who looks; null for somebody who may not, who was sent to sign in or told so.</summary>
    public static async ValueTask<ConformanceViewer?> RequireAsync(FhirServer server, HttpContext http)
    {
        if (server.Smart is not { } smart)
            return new ConformanceViewer(AccessScope.Full, null);
        if (await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn)
            return null;
        return new ConformanceViewer(SmartAccessScope.Of(smart.Constraints, ScopeSet.Parse(Everything), GrantOf(smart, signedIn), BuiltInClients.Conformance, signedIn.Account), signedIn);
    }

    /// <summary>Begins a run in their name: with a token that is theirs, ends with their session, and is no good once the run has ended.</summary>
    /// <exception cref="RefusedException">Too many runs go on.</exception>
    public async Task<string> StartAsync(FhirServer server, ScriptRunPlan plan, CancellationToken cancel)
    {
        if (SignedIn is null || server.Smart is not { } smart)
            return await server.Runs.Jobs.StartAsync(plan, null, cancel);
        var life = TimeSpan.FromSeconds(server.Options.Conformance.RunSeconds) + s_margin;
        var grant = await smart.Grants.CreateAsync(GrantOf(smart, SignedIn), server.Clock.GetUtcNow() + life, cancel);
        try
        {
            var owned = plan with
            {
                Owner = new RequestOwner(BuiltInClients.Conformance.Id, SignedIn.Account.Id, grant, Everything, null),
                Token = plan.Servers.Count == 0 ? await smart.Grants.IssueAsync(grant, Everything, life, hasIdToken: false, cancel) : null,
            };
            return await server.Runs.Jobs.StartAsync(owned, () => smart.Grants.EndAsync(grant, "run ended", CancellationToken.None), cancel);
        }
        catch
        {
            await smart.Grants.EndAsync(grant, "run not begun", CancellationToken.None);
            throw;
        }
    }

    private static Grant GrantOf(SmartService smart, SignedIn signedIn) => new()
    {
        ClientId = BuiltInClients.Conformance.Id,
        AccountId = signedIn.Account.Id,
        Scope = Everything,
        SessionId = signedIn.SessionId,
        AuthenticatedAt = signedIn.Session.AuthenticatedAt,
        CreatedAt = smart.Clock.GetUtcNow(),
    };
}
