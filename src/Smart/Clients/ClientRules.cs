// What a client must be like, whether it registers itself or an administrator does.

using System.Globalization;
using FhirHub.Html;
using FhirHub.Model;

namespace FhirHub.Smart;

/// <summary>Holds clients to the rules (RFC 7591, 2; SMART App Launch 2.2.0 app-launch.html#register-app-with-ehr).</summary>
/// <param name="mayFetch">Whether keys could be fetched from an address.</param>
internal sealed class ClientRules(Func<string, bool> mayFetch)
{
    private const int MaxName = 100;
    private const int MaxAddresses = 20;
    private const int MaxScopes = 200;
    private const int MaxScopeText = 8_000;
    private const int MaxContacts = 10;
    private const int MaxText = 200;

    private static readonly string[] s_scopes = ["openid", "fhirUser", "profile", "launch", "offline_access", "online_access"];

    /// <summary>What a client becomes before it is checked and kept: lists without doubles, scopes that there are, what follows from the rest.</summary>
    public static Client Complete(Client client)
    {
        string[] redirects = [.. client.RedirectUris.Distinct(StringComparer.Ordinal)];
        string[] launches = [.. client.LaunchUris.Distinct(StringComparer.Ordinal)];
        var scope = string.Join(' ', client.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Where(IsScope));
        var grants = client.GrantTypes.Distinct(StringComparer.Ordinal).ToList();

        // A scope of RFC 7591 that needs refresh tokens says that they are wanted.
        if (grants.Contains(Client.AuthorizationCode) && !grants.Contains(Client.RefreshToken) && scope.Split(' ').Any(static word => word is "offline_access" or "online_access"))
            grants.Add(Client.RefreshToken);
        var signs = client.Authentication == ClientAuthentication.PrivateKeyJwt;
        return client with
        {
            RedirectUris = redirects,
            LaunchUris = launches,
            Scope = scope,
            GrantTypes = grants,
            Origins = [.. client.Origins.Concat(redirects.Concat(launches).Select(ClientAddresses.OriginOf).OfType<string>()).Distinct(StringComparer.Ordinal)],
            Jwks = signs ? client.Jwks : null,
            JwksUri = signs ? client.JwksUri : null,
            SecretHash = client.Authentication == ClientAuthentication.Secret ? client.SecretHash : null,
        };
    }

    /// <summary>Whether a scope is one that there is.</summary>
    public static bool IsScope(string scope) =>
        SmartScope.TryParse(scope, out _) || s_scopes.Contains(scope, StringComparer.Ordinal)
        || (scope.StartsWith("launch/", StringComparison.Ordinal) && scope[7..].Split('?')[0] is { Length: > 0 } type
            && Schema.R4.ResourceTypes.Any(known => known.Name.Equals(type, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Everything that is wrong with a client.</summary>
    public IReadOnlyList<ClientProblem> Check(Client client)
    {
        var problems = new List<ClientProblem>();
        void Wrong(string member, Label message, string error = ClientProblem.InvalidMetadata) => problems.Add(new ClientProblem(error, member, message));

        if (!IsText(client.Name, MaxName))
            Wrong("client_name", new($"client_name must be what users call it: 1 to {MaxName} characters, without control characters.", $"名称必须是用户所称的名字：1 到 {MaxName} 个字符，不含控制字符。"));
        var usesCode = client.GrantTypes.Contains(Client.AuthorizationCode, StringComparer.Ordinal);
        var isService = client.GrantTypes.Contains(Client.ClientCredentials, StringComparer.Ordinal);
        if (client.GrantTypes.Any(static grant => grant is not (Client.AuthorizationCode or Client.RefreshToken or Client.ClientCredentials)) || usesCode == isService
            || (isService && client.GrantTypes.Count > 1))
        {
            Wrong("grant_types", new(
                "grant_types must be authorization_code, with refresh_token if it is wanted, or client_credentials alone; register two clients if you need both.",
                "授权类型必须是 authorization_code（可带 refresh_token），或单独的 client_credentials；两者都需要时请注册两个客户端。"));
        }

        if (isService && client.Authentication != ClientAuthentication.PrivateKeyJwt)
        {
            Wrong("token_endpoint_auth_method", new(
                "A backend service signs its requests: token_endpoint_auth_method must be private_key_jwt.", "后台服务须对请求签名：认证方式必须是 private_key_jwt。"));
        }

        CheckAddresses(client, usesCode, Wrong);
        CheckKeys(client, Wrong);
        CheckScopes(client, isService, Wrong);
        if (client.Contacts.Count > MaxContacts || client.Contacts.Any(static contact => !IsText(contact, MaxText)))
            Wrong("contacts", new($"contacts must be at most {MaxContacts} texts of 1 to {MaxText} characters.", $"联系方式最多 {MaxContacts} 项，每项 1 到 {MaxText} 个字符。"));
        foreach (var (member, text) in new[] { ("software_id", client.SoftwareId), ("software_version", client.SoftwareVersion) })
        {
            if (text is not null && !IsText(text, MaxText))
                Wrong(member, new($"{member} must be a text of 1 to {MaxText} characters.", $"{member} 必须是 1 到 {MaxText} 个字符。"));
        }

        return problems;
    }

    private static void CheckAddresses(Client client, bool usesCode, Action<string, Label, string> wrong)
    {
        if (usesCode ? client.RedirectUris.Count is 0 or > MaxAddresses : client.RedirectUris.Count > 0)
        {
            wrong(
                "redirect_uris",
                usesCode ? new($"redirect_uris must be 1 to {MaxAddresses} addresses.", $"重定向地址必须有 1 到 {MaxAddresses} 个。") : new("A backend service has no redirect_uris.", "后台服务没有重定向地址。"),
                ClientProblem.InvalidRedirectUri);
        }

        foreach (var address in client.RedirectUris)
        {
            if (!ClientAddresses.IsRedirect(address, client.IsNative) && !(client.IsBuiltIn && address.StartsWith('/')))
            {
                wrong(
                    "redirect_uris",
                    new(
                        $"'{Shown(address)}' can't be a redirect address: it must be whole, begin with https:// (or http:// on localhost, or a scheme of its own with a dot for application_type native), and have no fragment, wildcard or user.",
                        $"“{Shown(address)}” 不能作为重定向地址：必须是完整地址，以 https:// 开头（本机可用 http://；原生应用可用带点的自有协议），不含片段、通配符和用户名。"),
                    ClientProblem.InvalidRedirectUri);
            }
        }

        void CheckPages(string member, IReadOnlyList<string> addresses, Func<string, bool> isGood)
        {
            if (addresses.Count > MaxAddresses)
                wrong(member, new($"{member} must be at most {MaxAddresses} addresses.", $"{member} 最多 {MaxAddresses} 个地址。"), ClientProblem.InvalidMetadata);
            foreach (var address in addresses.Where(address => !isGood(address)))
            {
                wrong(
                    member,
                    new($"'{Shown(address)}' can't be used for {member}: it must begin with https:// (or http:// on localhost).", $"“{Shown(address)}” 不能用于 {member}：必须以 https:// 开头（本机可用 http://）。"),
                    ClientProblem.InvalidMetadata);
            }
        }

        CheckPages("initiate_login_uri", client.LaunchUris, ClientAddresses.IsPage);
        CheckPages("origins", client.Origins, ClientAddresses.IsOrigin);
        CheckPages("logo_uri", Some(client.LogoUri), ClientAddresses.IsPage);
        CheckPages("client_uri", Some(client.ClientUri), ClientAddresses.IsPage);
        CheckPages("policy_uri", Some(client.PolicyUri), ClientAddresses.IsPage);
        CheckPages("tos_uri", Some(client.TosUri), ClientAddresses.IsPage);
    }

    private void CheckKeys(Client client, Action<string, Label, string> wrong)
    {
        if (client.Authentication != ClientAuthentication.PrivateKeyJwt)
            return;
        if (client.Jwks is null == client.JwksUri is null)
        {
            wrong("jwks", new("private_key_jwt needs jwks_uri or jwks, and not both.", "private_key_jwt 需要 jwks_uri 或 jwks，二者只能有一个。"), ClientProblem.InvalidMetadata);
            return;
        }

        if (client.JwksUri is { } address && (address.Length > ClientAddresses.MaxLength || !mayFetch(address)))
        {
            wrong("jwks_uri", new("jwks_uri must be an https address on the public internet.", "jwks_uri 必须是公网上的 https 地址。"), ClientProblem.InvalidMetadata);
        }
        else if (client.Jwks is { } inline)
        {
            if (!KeySet.TryParse(inline, out var keys, out var problem))
                wrong("jwks", new($"jwks can't be used. {problem}", $"jwks 无法使用。{problem}"), ClientProblem.InvalidMetadata);
            else if (keys.Count == 0 || keys.Any(static key => key.Kid is null) || keys.DistinctBy(static key => (key.Kid, key.Kty)).Count() != keys.Count)
                wrong("jwks", new("jwks needs public RSA (2048 bits or more) or EC keys, each with a kid of its own.", "jwks 须含公钥：RSA（至少 2048 位）或 EC，每个都有各自的 kid。"), ClientProblem.InvalidMetadata);
        }
    }

    private static void CheckScopes(Client client, bool isService, Action<string, Label, string> wrong)
    {
        var words = client.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > MaxScopes || client.Scope.Length > MaxScopeText)
        {
            wrong(
                "scope",
                new(
                    $"scope must say what the client may ask for, such as 'launch/patient openid fhirUser patient/*.rs' or 'system/*.rs': 1 to {MaxScopes} scopes that there are.",
                    $"scope 必须说明客户端可以请求什么，例如 launch/patient openid fhirUser patient/*.rs 或 system/*.rs：1 到 {MaxScopes} 个有效范围。"),
                ClientProblem.InvalidMetadata);
        }
        else if (words.Any(word => isService != word.StartsWith("system/", StringComparison.Ordinal)))
        {
            wrong(
                "scope",
                isService ? new("A backend service has scopes that begin with system/ only.", "后台服务只能有以 system/ 开头的范围。")
                    : new("scope holds system/ scopes, which are for backend services (grant_types client_credentials) only.", "以 system/ 开头的范围仅用于后台服务（授权类型 client_credentials）。"),
                ClientProblem.InvalidMetadata);
        }
    }

    // Names are shown where users decide: no control characters, and none that turn the direction of the text or can't be seen.
    private static bool IsText(string text, int most) =>
        text.Length <= most && !string.IsNullOrWhiteSpace(text)
        && text.EnumerateRunes().All(static rune => System.Text.Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate) && rune != System.Text.Rune.ReplacementChar);

    private static string Shown(string address) => address.Length > 100 ? address[..100] + "…" : address;

    private static IReadOnlyList<string> Some(string? address) => address is null ? [] : [address];
}
