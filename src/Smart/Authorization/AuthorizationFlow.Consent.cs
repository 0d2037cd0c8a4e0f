// The page on which a user grants or refuses, and what its form does.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <content>Consent.</content>
internal sealed partial class AuthorizationFlow
{
    private const string ScopeField = "scope";
    private const string PartField = "part";
    private const string ChoicePrefix = "choice:";
    private const string All = "all";
    private const string SomeParts = "part";
    private const string Nothing = "none";

    // A code that is not exchanged within its minute leaves no grant behind.
    private static readonly TimeSpan s_unusedGrant = TimeSpan.FromMinutes(5);

    /// <summary>The form of the consent page.</summary>
    public async Task HandleConsentAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form)
            return;
        var secret = form[Pending].ToString();
        var boundTo = (await smart.Sessions.FindAsync(http))?.SessionId;
        if (secret.Length is 0 or > 64 || (await smart.State.AuthorizationRequests.FindAsync(Secret.HashOf(secret), http.RequestAborted))?.Value is not { } request)
        {
            await RefuseAsync(http, AuthorizationLabels.RequestOver);
            return;
        }

        // Whoever has signed in meanwhile is asked, not taken at another's word.
        if (boundTo is null || boundTo != request.SessionId)
        {
            SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
            return;
        }

        if (await StepAsync(http, secret) is not { } step)
            return;
        if (form["decision"] != "allow")
        {
            await FailAsync(http, step.Kept, new AuthorizationError(AuthorizationError.AccessDenied, "The user refused."));
            return;
        }

        if (step is not Step.Consent consent)
        {
            SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
            return;
        }

        var granted = GrantedBy(form, consent.Offers);
        if (granted.Count == 0)
        {
            await FailAsync(http, step.Kept, new AuthorizationError(AuthorizationError.AccessDenied, "The user refused all of it."));
            return;
        }

        if (form["remember"] == "true" && RedirectUris.IsAssured(consent.Client, consent.Request.RedirectUri))
            await smart.Consents.RememberAsync(consent.User.Account.Id, consent.Client.Id, string.Join(' ', granted), http.RequestAborted);
        await GrantAsync(http, consent, granted);
    }

    // What was ticked of what was offered: anything else in the form is nothing that the user was shown.
    private static List<string> GrantedBy(IFormCollection form, IReadOnlyList<OfferedScope> offers)
    {
        var scopes = form[ScopeField].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var parts = form[PartField].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var granted = new List<string>();
        foreach (var offer in offers)
        {
            if (offer.Parts is not { Count: > 0 } narrower)
            {
                if (scopes.Contains(offer.Text))
                    granted.Add(offer.Text);
            }
            else if (form[ChoicePrefix + offer.Text] is [All])
            {
                granted.Add(offer.Text);
            }
            else if (form[ChoicePrefix + offer.Text] is [SomeParts])
            {
                granted.AddRange(narrower.Select(static part => part.Text).Where(parts.Contains));
            }
        }

        return granted;
    }

    // An earlier consent stands for this one only if nobody else can have sent the request or get its answer.
    private async Task ConsentAsync(HttpContext http, string secret, Step.Consent consent)
    {
        if (!consent.Request.Prompts("consent")
            && RedirectUris.IsAssured(consent.Client, consent.Request.RedirectUri)
            && await smart.Consents.CoversAsync(consent.User.Account.Id, consent.Client.Id, consent.Offers, http.RequestAborted))
        {
            await GrantAsync(http, consent, [.. consent.Offers.Select(static offer => offer.Text)]);
        }
        else if (consent.Request.Prompts("none"))
        {
            await FailAsync(http, consent.Kept, new AuthorizationError(AuthorizationError.ConsentRequired, "The user has to consent."));
        }
        else
        {
            await ShowConsentAsync(http, secret, consent);
        }
    }

    // One write decides who answers a request: whoever removes it.
    private async Task GrantAsync(HttpContext http, Step.Consent consent, IReadOnlyList<string> granted)
    {
        var (request, client, user) = (consent.Request, consent.Client, consent.User);
        if (!await smart.State.AuthorizationRequests.RemoveAsync(consent.Kept, http.RequestAborted))
        {
            await RefuseAsync(http, AuthorizationLabels.RequestOver);
            return;
        }

        var now = smart.Clock.GetUtcNow();
        var scopes = ScopeSet.Parse(string.Join(' ', granted));
        var grantId = await smart.Grants.CreateAsync(
            new Grant
            {
                ClientId = client.Id,
                AccountId = user.Account.Id,
                Scope = string.Join(' ', granted),
                Context = await ContextOfAsync(http, request, client, user.Account, scopes),
                Audience = request.Audience,
                SessionId = scopes.Has("online_access") && !scopes.Has("offline_access") ? user.SessionId : null,
                Nonce = request.Nonce,
                AuthenticatedAt = user.Session.AuthenticatedAt,
                CreatedAt = now,
                LastUsed = now,
            },
            now + smart.Options.CodeLife + s_unusedGrant,
            http.RequestAborted);
        var code = Secret.Create();
        await smart.State.Codes.AddAsync(
            Secret.HashOf(code),
            new AuthorizationCode
            {
                GrantId = grantId,
                ClientId = client.Id,
                RedirectUri = request.RedirectUri,
                CodeChallenge = request.CodeChallenge,
                SessionId = user.SessionId,
            },
            grantId,
            now + smart.Options.CodeLife,
            http.RequestAborted);
        SeeOther(http, RedirectUris.With(request.RedirectUri, ("code", code), ("state", request.State), ("iss", smart.IssuerOf(http))));
    }

    // What the app is told of where it was launched: what belongs to what was granted, and to nothing that was refused.
    private async Task<LaunchContext> ContextOfAsync(HttpContext http, AuthorizationRequest request, Client client, Account account, ScopeSet scopes)
    {
        var isLaunched = request.Launched is not null && scopes.Has("launch");
        var launched = isLaunched ? request.Launched! : LaunchContext.None;
        var tellsEncounter = isLaunched || scopes.Others.Any(static scope => scope.StartsWith("launch/encounter", StringComparison.Ordinal));
        var tellsPatient = tellsEncounter
            || scopes.Resources.Any(static scope => scope.Level == ScopeLevel.Patient)
            || scopes.Others.Any(static scope => scope.StartsWith("launch/patient", StringComparison.Ordinal));
        var patient = tellsPatient ? request.Patient : null;
        return new LaunchContext
        {
            Patient = patient,
            Encounter = patient is not null && tellsEncounter ? request.Encounter : null,
            FhirContext = await ContextOfAsync(launched.FhirContext, client, account, http.RequestAborted),
            Intent = launched.Intent,

            // Outside of an EHR there is none around the app that would show whose records they are.
            NeedPatientBanner = launched.NeedPatientBanner ?? (patient is null ? null : true),
            SmartStyleUrl = launched.SmartStyleUrl ?? smart.IssuerOf(http) + StyleDocument.Path,
            Tenant = launched.Tenant,
        };
    }

    private async Task ShowConsentAsync(HttpContext http, string secret, Step.Consent consent)
    {
        var (request, client) = (consent.Request, consent.Client);
        var directory = new PatientDirectory(smart, UserAccess.Of(smart, client, consent.User.Account));
        var patient = request.Patient is null ? null : await directory.FindPatientAsync(request.Patient, http.RequestAborted);
        var encounter = request.Encounter is null || patient is null ? null : await directory.FindEncounterAsync(request.Encounter, patient.Id, http.RequestAborted);
        await SmartPage.AnswerAsync(
            http,
            StatusCodes.Status200OK,
            AuthorizationLabels.ConsentTitle,
            page =>
            {
                var html = page.Html;
                html.Open("p").Element("strong", client.Name).Text(AuthorizationLabels.Asks).Close();
                html.Open("p", ("class", "hint")).Text(AuthorizationLabels.SignedInAs).Text(NameOf(consent.User.Account)).Close();
                WriteClient(html, client, request);
                if (patient is not null)
                {
                    html.Element("h2", AuthorizationLabels.ThePatient);
                    PatientPage.WritePatient(page, patient);
                    if (encounter is not null)
                        html.Open("p").Text(AuthorizationLabels.TheEncounter).Text(": ").Text(PatientPage.Describe(encounter, page.Language)).Close();
                    if (request.Launched?.Patient is null && UserAccess.PatientOf(consent.User.Account) is null)
                        html.Open("p").Element("a", AuthorizationLabels.ChangePatient, ("href", http.Request.PathBase + AddressOf(PatientPath, secret))).Close();
                }

                SmartForm.Open(page, ConsentPath);
                html.Empty("input", ("type", "hidden"), ("name", Pending), ("value", secret));
                html.Element("h2", AuthorizationLabels.Allowed).Element("p", AuthorizationLabels.AllowedHint, ("class", "hint"));
                for (var i = 0; i < consent.Offers.Count; i++)
                    WriteOffer(html, consent.Offers[i], $"s{i}");
                if (RedirectUris.IsAssured(client, request.RedirectUri))
                {
                    html.Open("div", ("class", "choice")).Empty("input", ("type", "checkbox"), ("id", "remember"), ("name", "remember"), ("value", "true"));
                    html.Element("label", AuthorizationLabels.Remember, ("for", "remember")).Close();
                }

                html.Element("p", AuthorizationLabels.EndLater, ("class", "hint"));
                html.Element("button", AuthorizationLabels.Allow, ("type", "submit"), ("name", "decision"), ("value", "allow"));
                html.Element("button", AuthorizationLabels.Deny, ("type", "submit"), ("name", "decision"), ("value", "deny"), ("class", "second"));
                html.Close();
            },
            RedirectUris.SourceOf(request.RedirectUri));
    }

    private static string NameOf(Account account) => account.DisplayName.Length > 0 ? $"{account.DisplayName} ({account.UserName})" : account.UserName;

    // The addresses are told as text beside their names: a name can be anybody's.
    private static void WriteClient(HtmlWriter html, Client client, AuthorizationRequest request)
    {
        html.Element("h2", AuthorizationLabels.AboutApp).Open("ul");
        foreach (var (label, address) in new[]
        {
            (AuthorizationLabels.Website, client.ClientUri),
            (AuthorizationLabels.Policy, client.PolicyUri),
            (AuthorizationLabels.Terms, client.TosUri),
            (AuthorizationLabels.Logo, client.LogoUri),
        })
        {
            if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
                html.Open("li").Text(label).Text(": ").Element("a", uri.AbsoluteUri, ("href", uri.AbsoluteUri), ("rel", "noreferrer noopener"), ("target", "_blank")).Close();
        }

        if (client.Contacts.Count > 0)
            html.Open("li").Text(AuthorizationLabels.Contacts).Text(": ").Text(string.Join(", ", client.Contacts)).Close();
        html.Open("li").Text(AuthorizationLabels.AnswersTo).Text(": ").Element("code", Where(request.RedirectUri)).Close().Close();
    }

    private static string Where(string address)
    {
        var end = address.IndexOf('?', StringComparison.Ordinal);
        return end < 0 ? address : address[..end];
    }

    private static void WriteOffer(HtmlWriter html, OfferedScope offer, string id)
    {
        var words = ScopeWords.Of(offer);
        if (offer.Parts is not { Count: > 0 } parts)
        {
            html.Open("div", ("class", "choice"));
            html.Empty("input", ("type", "checkbox"), ("id", id), ("name", ScopeField), ("value", offer.Text), ("checked", "checked"), ("aria-describedby", $"{id}-code"));
            html.Open("label", ("for", id)).Text(words).Empty("br").Element("code", offer.Text, ("id", $"{id}-code"), ("class", "hint")).Close().Close();
            return;
        }

        html.Open("fieldset").Open("legend").Text(words).Close().Element("code", offer.Text, ("class", "hint"));
        foreach (var (value, label) in new[] { (All, AuthorizationLabels.All), (SomeParts, AuthorizationLabels.Part), (Nothing, AuthorizationLabels.None) })
        {
            html.Open("div", ("class", "choice"));
            html.Empty("input", ("type", "radio"), ("id", $"{id}-{value}"), ("name", ChoicePrefix + offer.Text), ("value", value), ("checked", value == All ? "checked" : null));
            html.Element("label", label, ("for", $"{id}-{value}")).Close();
        }

        html.Open("details").Element("summary", AuthorizationLabels.Part);
        for (var i = 0; i < parts.Count; i++)
        {
            html.Open("div", ("class", "choice"));
            html.Empty("input", ("type", "checkbox"), ("id", $"{id}-p{i}"), ("name", PartField), ("value", parts[i].Text));
            html.Element("label", parts[i].Label, ("for", $"{id}-p{i}")).Close();
        }

        html.Close().Close();
    }
}
