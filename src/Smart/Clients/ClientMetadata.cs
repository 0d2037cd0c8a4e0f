// Clients as JSON (RFC 7591, 2 and 3.2.1). Only the members named here are read, so nothing that an administrator decides can come in with them.

using System.Text.Json;

namespace FhirHub.Smart;

/// <summary>Reads and writes client metadata.</summary>
internal static class ClientMetadata
{
    /// <summary>Members of a list at most, whatever the list is; the rules say less.</summary>
    private const int MaxItems = 100;

    /// <summary>Reads what a client says of itself.</summary>
    /// <param name="json">The request.</param>
    /// <param name="kept">The client that the members are put into: a new one, or one whose other members stay.</param>
    /// <param name="problem">What can't be read; null if all can.</param>
    public static Client? Read(JsonElement json, Client kept, out ClientProblem? problem)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            problem = Wrong("metadata", "The body must be a JSON object.");
            return null;
        }

        if (json.TryGetProperty("software_statement", out _))
        {
            problem = new ClientProblem(
                ClientProblem.UnapprovedStatement, "software_statement", new("Software statements are not approved here; send the metadata themselves.", "本服务器不接受软件声明；请直接发送元数据。"));
            return null;
        }

        var reader = new MemberReader(json);
        var grants = reader.List("grant_types") ?? [Client.AuthorizationCode];
        var responses = reader.List("response_types") ?? (grants.Contains(Client.AuthorizationCode) ? ["code"] : []);
        var authentication = reader.Text("token_endpoint_auth_method") ?? "client_secret_basic";
        var type = reader.Text("application_type") ?? "web";
        var client = kept with
        {
            Name = reader.Text("client_name") ?? "",
            RedirectUris = reader.List("redirect_uris") ?? [],
            LaunchUris = [.. reader.List("launch_uris") ?? [], .. reader.Text("initiate_login_uri") is { } launch ? new[] { launch } : []],
            GrantTypes = grants,
            Scope = reader.Text("scope") ?? "",
            Contacts = reader.List("contacts") ?? [],
            LogoUri = reader.Text("logo_uri"),
            ClientUri = reader.Text("client_uri"),
            PolicyUri = reader.Text("policy_uri"),
            TosUri = reader.Text("tos_uri"),
            SoftwareId = reader.Text("software_id"),
            SoftwareVersion = reader.Text("software_version"),
            JwksUri = reader.Text("jwks_uri"),
            Jwks = reader.Object("jwks"),
            IsNative = type == "native",
            Authentication = authentication switch
            {
                "none" => ClientAuthentication.None,
                "private_key_jwt" => ClientAuthentication.PrivateKeyJwt,
                _ => ClientAuthentication.Secret,
            },
        };
        problem = reader.Problem
            ?? (authentication is not ("none" or "client_secret_basic" or "client_secret_post" or "private_key_jwt")
                ? Wrong("token_endpoint_auth_method", "token_endpoint_auth_method must be none, client_secret_basic, client_secret_post or private_key_jwt.") : null)
            ?? (type is not ("web" or "native") ? Wrong("application_type", "application_type must be web or native.") : null)
            ?? (responses.Any(static response => response != "code") || responses.Contains("code") != grants.Contains(Client.AuthorizationCode)
                ? Wrong("response_types", "response_types must be code for the grant authorization_code, and empty without it.") : null);
        return problem is null ? ClientRules.Complete(client) : null;
    }

    /// <summary>Writes the metadata of a client as members of an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, Client client)
    {
        json.WriteString("client_id", client.Id);
        json.WriteNumber("client_id_issued_at", client.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("client_name", client.Name);
        json.WriteString("application_type", client.IsNative ? "native" : "web");
        json.WriteString("token_endpoint_auth_method", client.Authentication switch
        {
            ClientAuthentication.None => "none",
            ClientAuthentication.PrivateKeyJwt => "private_key_jwt",
            _ => "client_secret_basic",
        });
        WriteList(json, "grant_types", client.GrantTypes);
        WriteList(json, "response_types", client.GrantTypes.Contains(Client.AuthorizationCode, StringComparer.Ordinal) ? ["code"] : []);
        WriteList(json, "redirect_uris", client.RedirectUris);
        if (client.LaunchUris.Count == 1)
            json.WriteString("initiate_login_uri", client.LaunchUris[0]);
        else if (client.LaunchUris.Count > 1)
            WriteList(json, "launch_uris", client.LaunchUris);
        json.WriteString("scope", client.Scope);
        if (client.Contacts.Count > 0)
            WriteList(json, "contacts", client.Contacts);
        foreach (var (name, value) in new[]
        {
            ("logo_uri", client.LogoUri), ("client_uri", client.ClientUri), ("policy_uri", client.PolicyUri), ("tos_uri", client.TosUri),
            ("software_id", client.SoftwareId), ("software_version", client.SoftwareVersion), ("jwks_uri", client.JwksUri),
        })
        {
            if (value is not null)
                json.WriteString(name, value);
        }

        if (client.Jwks is { } jwks)
        {
            json.WritePropertyName("jwks");
            json.WriteRawValue(jwks);
        }

        // Not of the standard: whether it may be used yet.
        json.WriteString("client_status", client.Status switch { ClientStatus.Active => "active", ClientStatus.Pending => "pending", _ => "disabled" });
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static ClientProblem Wrong(string member, string message) => new(ClientProblem.InvalidMetadata, member, new(message, message));

    // Null is as if the member were absent (RFC 7592, 2.2).
    private ref struct MemberReader(JsonElement json)
    {
        private readonly JsonElement _json = json;

        public ClientProblem? Problem { get; private set; }

        public string? Text(string name)
        {
            if (!_json.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
                return null;
            if (member.ValueKind == JsonValueKind.String && TextOf(member) is { } text)
                return text;
            Problem ??= Wrong(name, $"{name} must be a string.");
            return null;
        }

        public List<string>? List(string name)
        {
            if (!_json.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
                return null;
            var items = new List<string>();
            if (member.ValueKind == JsonValueKind.Array && member.GetArrayLength() <= MaxItems)
            {
                foreach (var item in member.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.String && TextOf(item) is { } text)
                        items.Add(text);
                }

                if (items.Count == member.GetArrayLength())
                    return items;
            }

            Problem ??= Wrong(name, $"{name} must be an array of at most {MaxItems} strings.");
            return null;
        }

        public string? Object(string name)
        {
            if (!_json.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
                return null;
            if (member.ValueKind == JsonValueKind.Object)
                return member.GetRawText();
            Problem ??= Wrong(name, $"{name} must be an object.");
            return null;
        }

        // A string whose escapes make no text, such as half of a surrogate pair, is none.
        private static string? TextOf(JsonElement element)
        {
            try
            {
                return element.GetString();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }
}
