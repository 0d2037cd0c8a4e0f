// The access tokens of a backend service (SMART App Launch 2.2.0, backend-services.html), each used until shortly before it expires.

using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace FhirHub.Conformance;

/// <summary>
/// Asks a token endpoint for tokens by <c>client_credentials</c> and a signed assertion. Thread-safe: however many requests wait for a token, one asks.
/// </summary>
public sealed class ClientCredentials : IDisposable
{
    private const int MaxBytes = 256 * 1024;
    private const int MaxTokenSeconds = 24 * 60 * 60;

    // SMART demands expires_in; without it little is assumed.
    private const int DefaultTokenSeconds = 60;

    private static readonly TimeSpan s_requestTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestMargin = TimeSpan.FromSeconds(60);

    private readonly Uri _fhirBase;
    private readonly string? _scope;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Token? _token;
    private volatile Uri? _tokenUrl;

    /// <summary>The tokens of a client at a server.</summary>
    /// <param name="fhirBase">The FHIR base, whose <c>.well-known/smart-configuration</c> tells the token endpoint.</param>
    /// <param name="assertions">Who the client is.</param>
    /// <param name="scope">What it asks for, such as <c>system/*.rs</c>.</param>
    /// <param name="tokenUrl">The token endpoint; null to discover it.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="handler">What sends requests, without following redirects; null for an own one.</param>
    public ClientCredentials(Uri fhirBase, ClientAssertions assertions, string? scope, Uri? tokenUrl, TimeProvider clock, HttpMessageHandler? handler = null)
    {
        _fhirBase = fhirBase;
        Assertions = assertions;
        _scope = scope;
        _tokenUrl = tokenUrl;
        _clock = clock;
        _http = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, disposeHandler: handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxBytes,
        };
    }

    /// <summary>Who the client is.</summary>
    public ClientAssertions Assertions { get; }

    /// <summary>A token that is good for a while yet.</summary>
    /// <exception cref="ScriptException">There is none to be had; the message says what the server says, without secrets.</exception>
    public async ValueTask<string?> GetAsync(CancellationToken cancel)
    {
        if (_token is { } token && _clock.GetUtcNow() < token.RenewAt)
            return token.Value;
        await _one.WaitAsync(cancel);
        try
        {
            // Another may have asked while this one waited.
            if (_token is { } renewed && _clock.GetUtcNow() < renewed.RenewAt)
                return renewed.Value;
            _token = await RequestAsync(cancel);
            return _token.Value;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The token endpoint: the one that was given, else the one that the server's discovery document names.</summary>
    /// <exception cref="ScriptException">It could not be discovered.</exception>
    public async ValueTask<Uri> TokenUrlAsync(CancellationToken cancel)
    {
        if (_tokenUrl is { } known)
            return known;
        var address = new Uri($"{_fhirBase.AbsoluteUri.TrimEnd('/')}/.well-known/smart-configuration");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var (status, body) = await SendAsync(request, cancel);
        using (body)
        {
            if (status != 200 || Text(body, "token_endpoint") is not { } text)
                throw new ScriptException($"{address} answers {status} and no 'token_endpoint'; give the address of the token endpoint (tokenUrl).");

            // What the document of a server with TLS says must not send assertions over the open network.
            if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https") || (address.Scheme == "https" && endpoint.Scheme != "https"))
                throw new ScriptException($"'token_endpoint' of {address} is {Shown(text)}, which is no address that a token can be asked at.");
            return _tokenUrl = endpoint;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _one.Dispose();
    }

    private async Task<Token> RequestAsync(CancellationToken cancel)
    {
        var endpoint = await TokenUrlAsync(cancel);
        var assertion = Assertions.Create(endpoint.AbsoluteUri);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = ClientAssertions.Type,
            ["client_assertion"] = assertion,
        };
        if (_scope is not null)
            form["scope"] = _scope;
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var asked = _clock.GetUtcNow();
        var (status, body) = await SendAsync(request, cancel);
        using (body)
        {
            if (status != 200)
            {
                var why = Text(body, "error") is { } error ? $"{error}: {Text(body, "error_description") ?? "it says no more"}" : "it says no more";
                throw new ScriptException($"{endpoint} gives the client '{Assertions.ClientId}' no token ({status} {Shown(why.Replace(assertion, "***", StringComparison.Ordinal))}).");
            }

            if (Text(body, "access_token") is not { Length: > 0 } value || !string.Equals(Text(body, "token_type"), "bearer", StringComparison.OrdinalIgnoreCase))
                throw new ScriptException($"{endpoint} answers 200 without an 'access_token' of the 'token_type' bearer.");
            var life = TimeSpan.FromSeconds(Math.Clamp(Seconds(body!), 1, MaxTokenSeconds));
            var margin = life / 5 < s_longestMargin ? life / 5 : s_longestMargin;
            return new Token(value, asked + life - margin);
        }
    }

    private async Task<(int Status, JsonDocument? Body)> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_requestTime);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            try
            {
                return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(limit.Token), new JsonDocumentOptions { MaxDepth = 32 }));
            }
            catch (JsonException)
            {
                return ((int)response.StatusCode, null);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ScriptException($"{request.RequestUri} does not answer within {s_requestTime.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds.");
        }
        catch (HttpRequestException failure)
        {
            throw new ScriptException($"{request.RequestUri} can't be asked: {failure.Message}");
        }
    }

    private static double Seconds(JsonDocument body) =>
        body.RootElement.TryGetProperty("expires_in", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) ? seconds : DefaultTokenSeconds;

    private static string? Text(JsonDocument? body, string name) =>
        body is { RootElement: { ValueKind: JsonValueKind.Object } root } && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // What a server says stands in reports and on consoles.
    private static string Shown(string text)
    {
        var shown = string.Concat(text.Take(300).Select(static letter => char.IsControl(letter) ? ' ' : letter));
        return text.Length > 300 ? shown + "…" : shown;
    }

    private sealed record Token(string Value, DateTimeOffset RenewAt);
}
