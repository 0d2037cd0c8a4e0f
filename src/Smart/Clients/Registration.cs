// Dynamic registration (RFC 7591) and its management by the client itself (RFC 7592): POST /auth/register, GET, PUT and DELETE of what it answers.

using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Smart;

/// <summary>Takes registrations; each waits until an administrator approves it.</summary>
internal sealed class Registration : IDisposable
{
    private const int MaxBytes = 128 * 1024;
    private const string Scheme = "Bearer ";

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = GuardedFetch.MaxDepth, AllowDuplicateProperties = false };

    // What only the server says (RFC 7592, 2.2).
    private static readonly string[] s_servers = ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

    private readonly SmartService _smart;
    private readonly PartitionedRateLimiter<HttpContext> _limiter;

    /// <summary>Takes registrations of a server.</summary>
    public Registration(SmartService smart)
    {
        _smart = smart;
        var each = new FixedWindowRateLimiterOptions { PermitLimit = smart.Options.RegistrationsPerHour, Window = TimeSpan.FromHours(1), QueueLimit = 0 };
        _limiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetFixedWindowLimiter(NeighbourhoodOf(http), _ => each));
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();

    /// <summary>POST: registers a client (RFC 7591, 3).</summary>
    public async Task RegisterAsync(HttpContext http)
    {
        if (!_smart.Options.Registration)
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, "access_denied", "Clients are registered by the administrators of this server.");
            return;
        }

        if (_smart.Options.InitialAccessToken is { } expected && (BearerOf(http) is not { } token || !Secret.AreEqual(token, expected)))
        {
            await ChallengeAsync(http, "Registration needs the initial access token that the administrators of this server hand out.");
            return;
        }

        using var lease = _limiter.AttemptAcquire(http);
        if (!lease.IsAcquired || !await _smart.Clients.HasRoomAsync(http.RequestAborted))
        {
            http.Response.Headers.RetryAfter = "3600";
            await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "temporarily_unavailable", "Too many registrations were asked for; try again in an hour, or ask the administrators of this server.");
            return;
        }

        if (await ReadAsync(http, new Client { Id = "", Name = "", Status = ClientStatus.Pending }) is not { } asked)
            return;
        var management = Secret.Create();
        var (client, secret) = await _smart.Clients.AddAsync(asked with { RegistrationTokenHash = Secret.HashOf(management) }, http.RequestAborted);
        await AnswerAsync(http, StatusCodes.Status201Created, client, secret, management);
    }

    /// <summary>GET: what is registered (RFC 7592, 2.1).</summary>
    public async Task ReadAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } client)
            return;
        var management = Secret.Create();
        if (await ChangeAsync(http, client, now => now with { RegistrationTokenHash = Secret.HashOf(management) }) is { } read)
            await AnswerAsync(http, StatusCodes.Status200OK, read, null, management);
    }

    /// <summary>PUT: replaces what is registered (RFC 7592, 2.2). What an administrator approved is not what it was any more, unless only keys and contacts changed.</summary>
    public async Task ReplaceAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } client || await ReadAsync(http, client) is not { } asked)
            return;
        var management = Secret.Create();
        var (changed, secret) = ClientRegistry.WithSecret(asked with
        {
            Status = client.Status == ClientStatus.Active && IsApproved(asked, client) ? ClientStatus.Active : ClientStatus.Pending,
            RegistrationTokenHash = Secret.HashOf(management),
        });
        if (await ChangeAsync(http, client, now => ClientRegistry.FingerprintOf(now) == ClientRegistry.FingerprintOf(client) && now.Status == client.Status ? changed : null) is { } kept)
            await AnswerAsync(http, StatusCodes.Status200OK, kept, secret, management);
    }

    /// <summary>DELETE: forgets the client and all that was granted to it (RFC 7592, 2.3).</summary>
    public async Task RemoveAsync(HttpContext http)
    {
        if (await FindAsync(http) is not { } client)
            return;
        await _smart.Clients.RemoveAsync(client.Id, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Keys and ways to reach its makers are the client's own business; all else was shown to whoever approved it.
    private static bool IsApproved(Client asked, Client before) =>
        ClientRegistry.FingerprintOf(asked) == ClientRegistry.FingerprintOf(before with { Jwks = asked.Jwks, JwksUri = asked.JwksUri, Contacts = asked.Contacts, SoftwareVersion = asked.SoftwareVersion });

    private static string? BearerOf(HttpContext http) =>
        http.Request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;

    // Whoever has one address of IPv6 has all of its network.
    private static string NeighbourhoodOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } ? Convert.ToHexString(address.GetAddressBytes(), 0, 8) : address?.MapToIPv4().ToString() ?? "";
    }

    private async Task<Client?> ChangeAsync(HttpContext http, Client client, Func<Client, Client?> change)
    {
        // Of two who use the same token, one has used it up.
        if (await _smart.Clients.ChangeAsync(client.Id, now => now.RegistrationTokenHash == client.RegistrationTokenHash ? change(now) : null, http.RequestAborted) is { } changed)
            return changed;
        await ChallengeAsync(http, "The registration access token was used meanwhile; use the newest one.");
        return null;
    }

    // A client that is not there and a token that is not good are answered alike (RFC 7592, 2.1).
    private async Task<Client?> FindAsync(HttpContext http)
    {
        var client = http.Request.RouteValues["id"] is string id && id.Length <= 100 ? await _smart.Clients.FindAsync(id, http.RequestAborted) : null;
        if (BearerOf(http) is not { } token || client?.RegistrationTokenHash is not { } hash || !Secret.AreEqual(Secret.HashOf(token), hash))
        {
            await ChallengeAsync(http, "The registration access token is not good; each use gives a new one.");
            return null;
        }

        if (client.Status != ClientStatus.Disabled)
            return client;
        await RefuseAsync(http, StatusCodes.Status403Forbidden, "access_denied", "An administrator has refused or disabled this client.");
        return null;
    }

    private async Task<Client?> ReadAsync(HttpContext http, Client kept)
    {
        if (await BodyAsync(http) is not { } body)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, ClientProblem.InvalidMetadata, $"The body must be application/json of at most {MaxBytes} bytes, not deeper than {GuardedFetch.MaxDepth} levels, with each member once.");
            return null;
        }

        if (kept.Id.Length > 0 && OwnProblem(body, kept) is { } own)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, ClientProblem.InvalidMetadata, own);
            return null;
        }

        var client = ClientMetadata.Read(body, kept, out var problem);
        problem ??= _smart.Clients.Rules.Check(client!) is [var first, ..] ? first : null;
        if (problem is null)
            return client;
        await RefuseAsync(http, StatusCodes.Status400BadRequest, problem.Error, problem.Message.English);
        return null;
    }

    private static string? OwnProblem(JsonElement body, Client kept)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return null;
        if (!body.TryGetProperty("client_id", out var id) || id.ValueKind != JsonValueKind.String || !id.ValueEquals(kept.Id))
            return "client_id must be that of the client.";
        if (s_servers.FirstOrDefault(name => body.TryGetProperty(name, out _)) is { } servers)
            return $"{servers} is said by the server only; leave it out.";
        return body.TryGetProperty("client_secret", out var secret)
            && (secret.ValueKind != JsonValueKind.String || kept.SecretHash is null || !Secret.AreEqual(Secret.HashOf(secret.GetString()!), kept.SecretHash))
            ? "client_secret must be the present one; the server makes all secrets." : null;
    }

    private static async Task<JsonElement?> BodyAsync(HttpContext http)
    {
        if (!string.Equals(http.Request.GetTypedHeaders().ContentType?.MediaType.Value, "application/json", StringComparison.OrdinalIgnoreCase) || http.Request.ContentLength > MaxBytes)
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes + 1);
        try
        {
            var length = await http.Request.Body.ReadAtLeastAsync(buffer.AsMemory(0, MaxBytes + 1), MaxBytes + 1, throwOnEndOfStream: false, http.RequestAborted);
            if (length > MaxBytes)
                return null;
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length), s_json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            // A client secret may be in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private async Task AnswerAsync(HttpContext http, int status, Client client, string? secret, string management)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            ClientMetadata.Write(json, client);
            if (secret is not null)
            {
                json.WriteString("client_secret", secret);
                json.WriteNumber("client_secret_expires_at", 0);
            }

            json.WriteString("registration_access_token", management);
            json.WriteString("registration_client_uri", $"{_smart.IssuerOf(http)}{SmartService.Root}/register/{client.Id}");

            // SMART App Launch 2.2.0, client-confidential-asymmetric.html#registering-a-client-communicating-public-keys: remind who sent keys themselves.
            if (client.Jwks is not null)
                json.WriteString("jwks_note", "The keys are kept as they were sent. Send an update (PUT to registration_client_uri) whenever they change, or register a jwks_uri instead.");
            json.WriteEndObject();
        }

        await SendAsync(http, status, buffer.WrittenMemory);
    }

    private static Task ChallengeAsync(HttpContext http, string description)
    {
        http.Response.Headers.WWWAuthenticate = http.Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        return RefuseAsync(http, StatusCodes.Status401Unauthorized, "invalid_token", description);
    }

    private static async Task RefuseAsync(HttpContext http, int status, string error, string description)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("error", error);
            json.WriteString("error_description", description);
            json.WriteEndObject();
        }

        await SendAsync(http, status, buffer.WrittenMemory);
    }

    private static async Task SendAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers[HeaderNames.CacheControl] = "no-store";
        http.Response.Headers[HeaderNames.Pragma] = "no-cache";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
