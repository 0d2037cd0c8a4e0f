// The keys that sign id_tokens (OpenID Connect Core 1.0, 10.1): made at the first need, replaced by themselves, the same on all servers.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>
/// RSA keys for RS256. All of them are one record, so that of several servers that want to change them one does and the others take what it made.
/// </summary>
/// <param name="state">What is kept.</param>
/// <param name="protector">Protects the private keys; asked for when they are needed.</param>
/// <param name="clock">The clock.</param>
public sealed class SigningKeys(SmartState state, Func<IDataProtector> protector, TimeProvider clock) : IDisposable
{
    /// <summary>The kind of the record.</summary>
    internal const string Kind = "signing-keys";

    /// <summary>How long a key signs.</summary>
    internal static readonly TimeSpan Use = TimeSpan.FromDays(30);

    /// <summary>How long a key is published before it signs, so that whoever caches the key set knows it by then.</summary>
    internal static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>How long a key stays published after its last signature: longer than any id_token lives.</summary>
    internal static readonly TimeSpan Afterwards = TimeSpan.FromDays(1);

    private const string RecordId = "id_token";
    private const int Bits = 2048;

    private readonly SemaphoreSlim _changing = new(1);
    private volatile Opened? _opened;

    /// <summary>What signs now: RS256, with the <c>kid</c>.</summary>
    public async ValueTask<SigningCredentials> CurrentAsync(CancellationToken cancel)
    {
        var keys = (await OpenAsync(cancel)).Keys;
        var now = clock.GetUtcNow();

        // Where this server's clock is behind that of the one that made the first key, none is due yet.
        return (keys.LastOrDefault(key => key.UsedFrom <= now) ?? keys[0]).Credentials;
    }

    /// <summary>The key set that verifies what was signed and what soon will be (RFC 7517, 5), as JSON.</summary>
    public async ValueTask<string> PublicAsync(CancellationToken cancel) => (await OpenAsync(cancel)).KeySet;

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    private async ValueTask<Opened> OpenAsync(CancellationToken cancel)
    {
        while (true)
        {
            var kept = await state.SigningKeys.FindAsync(RecordId, cancel);
            if (kept is not null && !IsChangeDue(kept.Value.Keys, clock.GetUtcNow()))
                return Open(kept);
            await ChangeAsync(cancel);
        }
    }

    private Opened Open(Kept<SigningKeyRecord> kept)
    {
        if (_opened is { } opened && opened.Version == kept.Version)
            return opened;
        return _opened = Opened.Of(kept, protector());
    }

    // One thread at a time: making a key takes a tenth of a second of a processor.
    private async Task ChangeAsync(CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel);
        try
        {
            var kept = await state.SigningKeys.FindAsync(RecordId, cancel) ?? new Kept<SigningKeyRecord>(RecordId, new SigningKeyRecord());
            var now = clock.GetUtcNow();

            // If it was changed meanwhile, the caller reads what another server made of it.
            if (IsChangeDue(kept.Value.Keys, now))
                await state.SigningKeys.PutAsync(kept with { Value = new SigningKeyRecord { Keys = Changed(kept.Value.Keys, now) } }, cancel);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static bool IsChangeDue(IReadOnlyList<SigningKeyRecord.Key> keys, DateTimeOffset now) =>
        keys.Count == 0 || IsSuccessorDue(keys, now) || IsFirstOver(keys, now);

    private static bool IsSuccessorDue(IReadOnlyList<SigningKeyRecord.Key> keys, DateTimeOffset now) => keys[^1].UsedFrom + Use - Ahead <= now;

    private static bool IsFirstOver(IReadOnlyList<SigningKeyRecord.Key> keys, DateTimeOffset now) => keys.Count > 1 && keys[1].UsedFrom + Afterwards <= now;

    private List<SigningKeyRecord.Key> Changed(IReadOnlyList<SigningKeyRecord.Key> keys, DateTimeOffset now)
    {
        var changed = keys.ToList();
        if (changed.Count == 0)
        {
            changed.Add(Create(now));
        }
        else if (IsSuccessorDue(changed, now))
        {
            // After a long rest the old key signs for another day, until the new one has been published for that long.
            var end = changed[^1].UsedFrom + Use;
            changed.Add(Create(end > now + Ahead ? end : now + Ahead));
        }

        while (IsFirstOver(changed, now))
            changed.RemoveAt(0);
        return changed;
    }

    private SigningKeyRecord.Key Create(DateTimeOffset usedFrom)
    {
        using var rsa = RSA.Create(Bits);
        var secret = rsa.ExportPkcs8PrivateKey();
        var key = new SigningKeyRecord.Key(
            Base64UrlEncoder.Encode(new RsaSecurityKey(rsa.ExportParameters(false)).ComputeJwkThumbprint()), usedFrom, Convert.ToBase64String(protector().Protect(secret)));
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private sealed record OpenedKey(DateTimeOffset UsedFrom, SigningCredentials Credentials);

    private sealed record Opened(long Version, IReadOnlyList<OpenedKey> Keys, string KeySet)
    {
        public static Opened Of(Kept<SigningKeyRecord> kept, IDataProtector protector)
        {
            var keys = new List<OpenedKey>();
            using var text = new MemoryStream();
            using (var json = new Utf8JsonWriter(text))
            {
                json.WriteStartObject();
                json.WriteStartArray("keys");
                foreach (var key in kept.Value.Keys)
                {
                    // It lives as long as anybody signs with it, which nobody counts, so nobody disposes it.
                    var rsa = RSA.Create();
                    var secret = protector.Unprotect(Convert.FromBase64String(key.Protected));
                    rsa.ImportPkcs8PrivateKey(secret, out _);
                    CryptographicOperations.ZeroMemory(secret);
                    keys.Add(new OpenedKey(key.UsedFrom, new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = key.Kid }, SecurityAlgorithms.RsaSha256)));
                    Write(json, key.Kid, rsa.ExportParameters(false));
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            return new Opened(kept.Version, keys, Encoding.UTF8.GetString(text.ToArray()));
        }

        private static void Write(Utf8JsonWriter json, string kid, RSAParameters key)
        {
            json.WriteStartObject();
            json.WriteString("kty", "RSA");
            json.WriteString("use", "sig");
            json.WriteString("alg", SecurityAlgorithms.RsaSha256);
            json.WriteString("kid", kid);
            json.WriteString("n", Base64UrlEncoder.Encode(key.Modulus!));
            json.WriteString("e", Base64UrlEncoder.Encode(key.Exponent!));
            json.WriteEndObject();
        }
    }
}

/// <summary>The keys that sign id_tokens, as they are kept.</summary>
public sealed record SigningKeyRecord
{
    /// <summary>In the order in which they sign.</summary>
    public IReadOnlyList<Key> Keys { get; init; } = [];

    /// <summary>A key.</summary>
    /// <param name="Kid">Its <c>kid</c>: its thumbprint (RFC 7638).</param>
    /// <param name="UsedFrom">When it begins to sign; the one before it ceases to.</param>
    /// <param name="Protected">PKCS #8, protected, base64.</param>
    public sealed record Key(string Kid, DateTimeOffset UsedFrom, string Protected);
}
