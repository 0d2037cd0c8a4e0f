// A whole launch over HTTP as a browser does it: sign in, choose a patient, consent, and be sent to the app.

using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace FhirHub.Server.Tests;

/// <summary>What an app asks for, and what its user does.</summary>
/// <param name="Scope">The scopes.</param>
public sealed record LaunchPlan(string Scope)
{
    /// <summary>The client, as <see cref="SmartFixture.AddClientAsync"/> made it.</summary>
    public string ClientId { get; init; } = "test";

    public string RedirectUri { get; init; } = "http://127.0.0.1:9/callback";

    /// <summary>The <c>launch</c> parameter of an EHR launch.</summary>
    public string? Launch { get; init; }

    /// <summary>The patient whom the user chooses, if asked.</summary>
    public string? Patient { get; init; }

    /// <summary>The encounter that the user chooses, if asked; empty for none.</summary>
    public string Encounter { get; init; } = "";

    /// <summary>Scopes that the user clears.</summary>
    public IReadOnlyCollection<string> Refused { get; init; } = [];

    /// <summary>Narrower scopes that the user ticks in place of the wide ones that they are parts of.</summary>
    public IReadOnlyCollection<string> Parts { get; init; } = [];

    /// <summary>True if the user ticks that this need not be asked again.</summary>
    public bool Remember { get; init; }

    public string State { get; init; } = "0123456789abcdef";

    public string Verifier { get; init; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Changes the parameters of the request; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Change { get; init; } = new Dictionary<string, string?>();

    /// <summary>True to send the request as a form.</summary>
    public bool ByPost { get; init; }

    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
}

/// <summary>What the app's redirect address was called with.</summary>
/// <param name="Plan">What was asked.</param>
/// <param name="Address">The address with its parameters.</param>
public sealed record LaunchAnswer(LaunchPlan Plan, Uri Address)
{
    /// <summary>A parameter of the answer.</summary>
    public string? this[string name] => QueryHelpers.ParseQuery(Address.Query).TryGetValue(name, out var value) ? value.ToString() : null;

    public string Code => this["code"] ?? throw new InvalidOperationException($"There is no code: {Address}");
}

/// <content>Launching.</content>
public partial class SmartFixture
{
    /// <summary>The parameters of an authorization request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ParametersOf(LaunchPlan plan)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = plan.ClientId,
            ["redirect_uri"] = plan.RedirectUri,
            ["scope"] = plan.Scope,
            ["state"] = plan.State,
            ["aud"] = Base,
            ["code_challenge"] = plan.Challenge,
            ["code_challenge_method"] = "S256",
            ["launch"] = plan.Launch,
        };
        foreach (var (name, value) in plan.Change)
            parameters[name] = value;
        return [.. parameters.Where(static parameter => parameter.Value is not null).Select(static parameter => KeyValuePair.Create(parameter.Key, parameter.Value!))];
    }

    /// <summary>Sends an authorization request and follows the server until it shows a page or sends the browser away.</summary>
    public async Task<HttpResponseMessage> AuthorizeAsync(HttpClient browser, LaunchPlan plan)
    {
        var parameters = ParametersOf(plan);
        if (!plan.ByPost)
            return await FollowAsync(browser, await browser.GetAsync(QueryHelpers.AddQueryString("auth/authorize", parameters!)));
        using var form = new FormUrlEncodedContent(parameters);
        return await FollowAsync(browser, await browser.PostAsync("auth/authorize", form));
    }

    /// <summary>Follows redirects for as long as they stay on this server's pages.</summary>
    public async Task<HttpResponseMessage> FollowAsync(HttpClient browser, HttpResponseMessage answer)
    {
        while (answer.Headers.Location is { } location)
        {
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
            var next = new Uri(browser.BaseAddress!, location);
            if (!next.AbsoluteUri.StartsWith($"{Root}/auth/", StringComparison.Ordinal))
                break;
            answer = await browser.GetAsync(next);
        }

        return answer;
    }

    /// <summary>
    /// Launches an app in a browser of <see cref="SignInAsync(FhirHub.Smart.Account)"/>: chooses the patient and the encounter of the plan and grants all that is
    /// offered but for what the plan refuses.
    /// </summary>
    public async Task<LaunchAnswer> LaunchAsync(HttpClient browser, LaunchPlan plan)
    {
        var answer = await AuthorizeAsync(browser, plan);
        while (answer.Headers.Location is null)
        {
            var html = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, html);
            answer = await FollowAsync(browser, answer.RequestMessage!.RequestUri!.AbsolutePath switch
            {
                "/auth/patient" when html.Contains("name=\"encounter\"", StringComparison.Ordinal) => await browser.SubmitAsync(html, "/auth/patient", ("encounter", plan.Encounter)),
                "/auth/patient" => await browser.SubmitAsync(html, "/auth/patient", ("patient", plan.Patient ?? throw new InvalidOperationException("The plan has no patient."))),
                "/auth/authorize" => await browser.SubmitAsync(html, "/auth/consent", ConsentOf(html, plan)),
                var path => throw new InvalidOperationException($"{path}: {html}"),
            });
        }

        return new LaunchAnswer(plan, new Uri(browser.BaseAddress!, answer.Headers.Location));
    }

    /// <summary>Launches an app of <see cref="LaunchPlan"/>, which is made if need be, for a new account.</summary>
    public async Task<LaunchAnswer> LaunchAsync(LaunchPlan plan, FhirHub.Smart.AccountRole role = FhirHub.Smart.AccountRole.Practitioner, string? fhirUser = null)
    {
        if (await Smart.State.Clients.FindAsync(plan.ClientId, default) is null)
            await AddClientAsync(plan.ClientId);
        using var browser = await SignInAsync(role, fhirUser);
        return await LaunchAsync(browser, plan);
    }

    /// <summary>Exchanges the code of a launch as a public client does.</summary>
    /// <param name="answer">The launch.</param>
    /// <param name="change">Changes the parameters; null removes one.</param>
    public async Task<HttpResponseMessage> ExchangeAsync(LaunchAnswer answer, params (string Name, string? Value)[] change)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = answer["code"],
            ["redirect_uri"] = answer.Plan.RedirectUri,
            ["code_verifier"] = answer.Plan.Verifier,
            ["client_id"] = answer.Plan.ClientId,
        };
        foreach (var (name, value) in change)
            parameters[name] = value;
        using var form = new FormUrlEncodedContent(parameters.Where(static parameter => parameter.Value is not null).Select(static parameter => KeyValuePair.Create(parameter.Key, parameter.Value!)));
        using var app = new HttpClient();
        return await app.PostAsync($"{Root}/auth/token", form);
    }

    /// <summary>The boxes of a consent page as its user leaves them.</summary>
    public static (string Name, string Value)[] ConsentOf(string html, LaunchPlan plan)
    {
        var fields = new List<(string, string)> { ("decision", "allow") };
        foreach (var scope in Boxes(html, "checkbox", "scope").Where(scope => !plan.Refused.Contains(scope)))
            fields.Add(("scope", scope));
        var parts = Boxes(html, "checkbox", "part").Where(plan.Parts.Contains).ToList();
        fields.AddRange(parts.Select(static part => ("part", part)));
        foreach (var choice in Choice().Matches(html).Select(static match => WebUtility.HtmlDecode(match.Groups[1].Value)).Distinct())
        {
            var scope = choice["choice:".Length..];
            var stem = scope.Split('.')[0].Replace("*", "", StringComparison.Ordinal);
            fields.Add((choice, plan.Refused.Contains(scope) ? "none" : parts.Exists(part => part.StartsWith(stem, StringComparison.Ordinal)) ? "part" : "all"));
        }

        if (plan.Remember)
            fields.Add(("remember", "true"));
        return [.. fields];
    }

    /// <summary>The values of the boxes of a name.</summary>
    public static IReadOnlyList<string> Boxes(string html, string type, string name) =>
        [.. Regex.Matches(html, $"<input type=\"{type}\" id=\"[^\"]*\" name=\"{name}\" value=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(static match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    [GeneratedRegex("<input type=\"radio\" id=\"[^\"]*\" name=\"(choice:[^\"]*)\" value=\"all\"", RegexOptions.None, 1_000)]
    private static partial Regex Choice();
}
