// What an administrator writes about a client.

using FhirHub.Html;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Writes and reads the form of a client.</summary>
internal static class ClientForm
{
    private static readonly (string Value, Label Label)[] s_kinds =
    [
        ("public", ClientLabels.KindPublic),
        ("secret", ClientLabels.KindSecret),
        ("signed", ClientLabels.KindSigned),
        ("service", ClientLabels.KindService),
    ];

    /// <summary>The client with the fields as they were posted; whatever else was posted is not looked at.</summary>
    public static Client Read(IFormCollection form, Client client)
    {
        var kind = form["kind"].ToString();
        var isService = kind == "service";
        var keys = form["jwks"].ToString().Trim();
        return ClientRules.Complete(client with
        {
            Name = form["name"].ToString().Trim(),
            Authentication = kind switch
            {
                "secret" => ClientAuthentication.Secret,
                "signed" or "service" => ClientAuthentication.PrivateKeyJwt,
                _ => ClientAuthentication.None,
            },
            GrantTypes = isService ? [Client.ClientCredentials] : form.ContainsKey("refresh") ? [Client.AuthorizationCode, Client.RefreshToken] : [Client.AuthorizationCode],
            RedirectUris = isService ? [] : Lines(form["redirect-uris"]),
            LaunchUris = isService ? [] : Lines(form["launch-uris"]),
            Origins = Lines(form["origins"]),
            Scope = string.Join(' ', Words(form["scope"])),
            JwksUri = form["jwks-uri"].ToString().Trim() is { Length: > 0 } address ? address : null,
            Jwks = keys.Length > 0 ? keys : null,
            IsNative = form.ContainsKey("native"),
            Organization = form["organization"].ToString().Trim() is { Length: > 0 } organization ? organization : null,
            MayIntrospect = form.ContainsKey("may-introspect"),
            MayLaunch = form.ContainsKey("may-launch"),
        });
    }

    /// <summary>Everything that is wrong with a client, with the Organization that it names.</summary>
    public static async Task<IReadOnlyList<ClientProblem>> CheckAsync(SmartService smart, Client client, CancellationToken cancel)
    {
        var problems = smart.Clients.Rules.Check(client);
        return client.Organization is not { } organization || await IsHereAsync(smart, organization, cancel)
            ? problems
            : [.. problems, new ClientProblem(ClientProblem.InvalidMetadata, "organization", ClientLabels.OrganizationWrong)];
    }

    /// <summary>Writes the fields.</summary>
    public static void Write(SmartPage page, Client client, IReadOnlyList<ClientProblem> problems)
    {
        var html = page.Html;
        if (problems.Count > 0)
        {
            html.Open("div", ("role", "alert"), ("class", "problem"), ("id", "problems")).Element("p", ClientLabels.Check).Open("ul");
            foreach (var problem in problems)
                html.Element("li", problem.Message);
            html.Close().Close();
        }

        var isService = client.GrantTypes.Contains(Client.ClientCredentials, StringComparer.Ordinal);
        new FormField("name", ClientLabels.Name) { Value = client.Name, IsRequired = true, Longest = 100, Hint = ClientLabels.NameHint.In(page.Language) }.Write(page);
        var kind = isService ? "service" : client.Authentication switch { ClientAuthentication.Secret => "secret", ClientAuthentication.PrivateKeyJwt => "signed", _ => "public" };
        html.Open("fieldset").Element("legend", ClientLabels.Kind);
        foreach (var (value, label) in s_kinds)
        {
            html.Open("div", ("class", "choice")).Empty("input", ("type", "radio"), ("name", "kind"), ("id", $"kind-{value}"), ("value", value), ("checked", kind == value ? "checked" : null));
            html.Element("label", label, ("for", $"kind-{value}")).Close();
        }

        html.Close();
        Area(page, "scope", ClientLabels.Scopes, ClientLabels.ScopesHint, client.Scope, HasProblem("scope"));
        Area(page, "redirect-uris", ClientLabels.RedirectUris, ClientLabels.RedirectHint, string.Join('\n', client.RedirectUris), HasProblem("redirect_uris"));
        Area(page, "launch-uris", ClientLabels.LaunchUris, ClientLabels.LaunchHint, string.Join('\n', client.LaunchUris), HasProblem("initiate_login_uri"));
        Area(page, "origins", ClientLabels.Origins, ClientLabels.OriginsHint, string.Join('\n', client.Origins.Except(client.RedirectUris.Concat(client.LaunchUris).Select(ClientAddresses.OriginOf))), HasProblem("origins"));
        Choice(page, "native", ClientLabels.Native, client.IsNative);
        Choice(page, "refresh", ClientLabels.Refresh, client.GrantTypes.Contains(Client.RefreshToken, StringComparer.Ordinal));
        new FormField("jwks-uri", ClientLabels.KeysUri) { Type = "url", Value = client.JwksUri, Longest = ClientAddresses.MaxLength, Hint = ClientLabels.KeysHint.In(page.Language) }.Write(page);
        Area(page, "jwks", ClientLabels.Keys, ClientLabels.KeysReminder, client.Jwks ?? "", HasProblem("jwks"));
        new FormField("organization", ClientLabels.Organization) { Value = client.Organization, Longest = 100, Hint = ClientLabels.OrganizationHint.In(page.Language) }.Write(page);
        Choice(page, "may-introspect", ClientLabels.MayIntrospect, client.MayIntrospect);
        Choice(page, "may-launch", ClientLabels.MayLaunch, client.MayLaunch);

        bool HasProblem(string member) => problems.Any(problem => problem.Member == member);
    }

    private static void Area(SmartPage page, string name, Label label, Label hint, string value, bool isWrong)
    {
        var html = page.Html;
        html.Element("label", label, ("for", name)).Element("p", hint, ("class", "hint"), ("id", $"{name}-hint"));
        html.Element(
            "textarea", value, ("id", name), ("name", name), ("rows", "3"), ("autocomplete", "off"), ("autocapitalize", "none"), ("spellcheck", "false"), ("aria-invalid", isWrong ? "true" : null),
            ("aria-describedby", isWrong ? $"{name}-hint problems" : $"{name}-hint"));
    }

    private static void Choice(SmartPage page, string name, Label label, bool isSet)
    {
        page.Html.Open("div", ("class", "choice")).Empty("input", ("type", "checkbox"), ("id", name), ("name", name), ("value", "true"), ("checked", isSet ? "checked" : null));
        page.Html.Element("label", label, ("for", name)).Close();
    }

    private static string[] Lines(string? text) => (text ?? "").Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string[] Words(string? text) => (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static async Task<bool> IsHereAsync(SmartService smart, string organization, CancellationToken cancel) =>
        organization.Split('/') is ["Organization", { Length: > 0 and <= 64 } id] && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')
        && await smart.Resources.ReadAsync(AccessScope.Full, new ResourceKey("Organization", id), cancel) is { IsDeleted: false };
}
