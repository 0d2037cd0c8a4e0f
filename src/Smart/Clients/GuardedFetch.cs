// Fetches small JSON documents from addresses that others named (keys of clients, documents of other issuers), so that nobody makes this server
// speak with the machines of its own network, wait without end or read without end.

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace FhirHub.Smart;

/// <summary>A document could not be fetched; the message says why and is for the log and for administrators, not for whoever named the address.</summary>
internal sealed class FetchException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A document as it was fetched.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="Freshness">How long its server lets it be kept; null if it does not say.</param>
internal sealed record Fetched(int Status, byte[] Body, TimeSpan? Freshness)
{
    /// <summary>The body as JSON that is not too deep.</summary>
    /// <exception cref="FetchException">It is none.</exception>
    public JsonElement Json()
    {
        try
        {
            using var document = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = GuardedFetch.MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException broken)
        {
            throw new FetchException("The answer is not JSON, or nested too deeply.", broken);
        }
    }
}

/// <summary>
/// The only way out of the authorization server. A name is resolved once and the connection made to the address that was checked, so a name that
/// resolves to something else a moment later gains nothing; redirects and proxies are not followed; size and time are bounded.
/// </summary>
internal sealed class GuardedFetch : IDisposable
{
    /// <summary>Bytes of an answer at most.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Levels of JSON at most.</summary>
    public const int MaxDepth = 16;

    private readonly FetchAddresses _addresses;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly TimeSpan _time;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    /// <summary>Makes a way out.</summary>
    /// <param name="allowed">Networks that may be fetched from although they are not public; http is spoken with loopback addresses among them only.</param>
    /// <param name="time">How long a fetch may take.</param>
    /// <param name="clock">The clock, for the age of an answer.</param>
    /// <param name="resolve">Resolves names; null for DNS.</param>
    public GuardedFetch(IReadOnlyList<IPNetwork> allowed, TimeSpan time, TimeProvider clock, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _addresses = new FetchAddresses(allowed);
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _time = time;
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
            MaxConnectionsPerServer = 4,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Whether an address is one that could be fetched from at all, as far as its text tells: what a registration is held to.</summary>
    public bool MayFetch(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (IPAddress.TryParse(uri.IdnHost, out var literal) ? uri.Scheme == Uri.UriSchemeHttps ? _addresses.Allows(literal) : _addresses.AllowsPlain(literal)
            : uri.Scheme == Uri.UriSchemeHttps ? !uri.IsLoopback || _addresses.Allows(IPAddress.Loopback)
            : uri.IsLoopback && _addresses.AllowsPlain(IPAddress.Loopback));

    /// <summary>Gets a document.</summary>
    /// <exception cref="FetchException">It can't be had: the address is not one to fetch from, or the answer is none, not 200, too late or too large.</exception>
    public async Task<Fetched> GetAsync(string url, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Checked(url));
        var fetched = await SendAsync(request, cancel);
        return fetched.Status == (int)HttpStatusCode.OK ? fetched : throw new FetchException($"{url} answered {fetched.Status}; it must answer 200 itself, redirects are not followed.");
    }

    /// <summary>Posts a form, as token and introspection endpoints take it.</summary>
    /// <exception cref="FetchException">There is no answer in time, or it is too large.</exception>
    public async Task<Fetched> PostAsync(string url, IReadOnlyDictionary<string, string> form, AuthenticationHeaderValue? authorization, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Checked(url)) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = authorization;
        return await SendAsync(request, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Uri Checked(string url) => MayFetch(url) ? new Uri(url) : throw new FetchException($"{url} is not an address to fetch from: it must be https on the public internet, or lie in a network of FhirHub:Auth:FetchPrivate.");

    private async Task<Fetched> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(_time);
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
            return new Fetched((int)response.StatusCode, await ReadAsync(response, late.Token), FreshnessOf(response));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new FetchException($"{request.RequestUri} did not answer within {_time.TotalSeconds} s.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw failure.GetBaseException() as FetchException ?? new FetchException($"{request.RequestUri} can't be reached: {failure.GetBaseException().Message}", failure);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return length <= MaxBytes ? buffer[..length] : throw new FetchException($"{response.RequestMessage?.RequestUri} answers more than {MaxBytes} bytes.");
    }

    // RFC 9111, 4.2: what is left of max-age, or of Expires where there is none.
    private TimeSpan? FreshnessOf(HttpResponseMessage response)
    {
        var control = response.Headers.CacheControl;
        if (control is { NoStore: true } or { NoCache: true } || response.Headers.Pragma.Any(static pragma => pragma.Name == "no-cache"))
            return TimeSpan.Zero;
        var life = control?.MaxAge is { } age ? age - (response.Headers.Age ?? TimeSpan.Zero)
            : response.Content.Headers.Expires is { } expires ? expires - (response.Headers.Date ?? _clock.GetUtcNow())

            // An Expires that is no date means that it is over already (RFC 9111, 5.3).
            : response.Content.Headers.Contains("Expires") ? TimeSpan.Zero : (TimeSpan?)null;
        return life < TimeSpan.Zero ? TimeSpan.Zero : life;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var host = context.DnsEndPoint.Host;
        var isPlain = context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, cancel);
        var good = addresses.Where(isPlain ? _addresses.AllowsPlain : _addresses.Allows).Take(4).ToArray();
        if (good.Length == 0)
            throw new FetchException($"{host} has no address that may be fetched from; one in a private network needs an entry in FhirHub:Auth:FetchPrivate.");
        for (var i = 0; ; i++)
        {
            var socket = new Socket(good[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(good[i], context.DnsEndPoint.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < good.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
