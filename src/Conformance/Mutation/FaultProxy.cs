// The proxy between engine and server: on loopback, a port for each server, one script at a time.

using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FhirHub.Conformance;

/// <summary>Passes requests on, and breaks them or their answers by a fault. Addresses in both lead through it again.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const int MaxBody = 128 * 1024 * 1024;

    // Fields of a connection, which are the proxy's own on each side (RFC 9110, 7.6.1); coding too, since bodies are changed.
    private static readonly HashSet<string> OfConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private static readonly SocketsHttpHandler Handler = new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };

    private readonly EngineOptions _options;
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _invoker;
    private Dictionary<int, string> _originOfPort = [];
    private string _fhirPath = "";
    private string? _dicomwebPath;
    private FaultSession _session = new(null, []);

    private FaultProxy(EngineOptions options, WebApplication app)
    {
        _options = options;
        _app = app;
        _invoker = new HttpMessageInvoker(options.Handler ?? Handler, disposeHandler: false);
    }

    /// <summary>The servers as they are reached through the proxy.</summary>
    public IReadOnlyList<Destination> Destinations { get; private set; } = [];

    /// <summary>Starts a proxy before the destinations of a run.</summary>
    public static async Task<FaultProxy> StartAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        var origins = options.Destinations
            .SelectMany(static destination => new[] { destination.FhirBase, destination.DicomwebBase })
            .OfType<Uri>().Select(static address => address.GetLeftPart(UriPartial.Authority)).Distinct().ToList();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            foreach (var _ in origins)
                kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.None));
        var app = builder.Build();
        var proxy = new FaultProxy(options, app);
        app.Run(proxy.PassAsync);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address)).ToList();
        proxy._originOfPort = addresses.Zip(origins).ToDictionary(static pair => pair.First.Port, static pair => pair.Second);
        proxy._fhirPath = options.Destinations[0].FhirBase.AbsolutePath.TrimEnd('/');
        proxy._dicomwebPath = options.Destinations[0].DicomwebBase?.AbsolutePath.TrimEnd('/');
        proxy.Destinations = [.. options.Destinations.Select(destination => destination with
        {
            FhirBase = new Uri(proxy.ToProxy(destination.FhirBase.AbsoluteUri)),
            DicomwebBase = destination.DicomwebBase is { } dicomweb ? new Uri(proxy.ToProxy(dicomweb.AbsoluteUri)) : null,
            Name = destination.Name,
        })];
        return proxy;
    }

    /// <summary>Begins another script, or another fault.</summary>
    public void Begin(FaultSession session) => _session = session;

    /// <summary>The text with addresses of the servers as they are reached through the proxy.</summary>
    public string ToProxy(string text) => Replace(text, static (port, origin) => (origin, port));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PassAsync(HttpContext context)
    {
        var session = _session;
        var origin = _originOfPort[context.Connection.LocalPort];
        var cancellationToken = context.RequestAborted;
        var request = await ReadAsync(context, origin, cancellationToken).ConfigureAwait(false);
        ProxiedAnswer answer;
        try
        {
            answer = await session.PassAsync(request, passed => SendAsync(origin, passed, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, request, answer, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ProxiedRequest> ReadAsync(HttpContext context, string origin, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
        var headers = new HeaderFields(context.Request.Headers
            .Where(static header => !OfConnection.Contains(header.Key))
            .SelectMany(static header => header.Value, (header, value) => new KeyValuePair<string, string>(header.Key, ToServer(value ?? ""))));
        var target = ToServer(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

        // The token of one server is not for another.
        var first = _options.Destinations[0];
        var isFirst = origin == first.FhirBase.GetLeftPart(UriPartial.Authority) || origin == first.DicomwebBase?.GetLeftPart(UriPartial.Authority);
        var token = isFirst && first.AccessToken is { } give ? await give(cancellationToken).ConfigureAwait(false) : null;
        return new ProxiedRequest(context.Request.Method, target, headers, Translate(body.ToArray(), headers.Find("Content-Type"), ToServer), _fhirPath, _dicomwebPath) { Token = token };
    }

    private async Task<ProxiedAnswer> SendAsync(string origin, ProxiedRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(
            new HttpMethod(request.Method), new Uri(origin + request.Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (!request.Body.IsEmpty || request.Method is "POST" or "PUT" or "PATCH")
            message.Content = new ReadOnlyMemoryContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var headers = new HeaderFields();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            // The length of an answer to HEAD tells of a body that is not there.
            if (!OfConnection.Contains(name) || (request.Method == "HEAD" && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
                headers.AddRange(values.Select(value => new KeyValuePair<string, string>(name, ToProxy(value))));
        }

        await response.Content.LoadIntoBufferAsync(MaxBody, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return new ProxiedAnswer((int)response.StatusCode, headers, Translate(body, headers.Find("Content-Type"), ToProxy));
    }

    private static async Task WriteAsync(HttpContext context, ProxiedRequest request, ProxiedAnswer answer, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var group in answer.Headers.GroupBy(static header => header.Key, StringComparer.OrdinalIgnoreCase))
            context.Response.Headers[group.Key] = group.Select(static header => header.Value).ToArray();
        if (request.Method == "HEAD" || answer.Status is 204 or 304)
            return;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, cancellationToken).ConfigureAwait(false);
    }

    // Files and parts with files hold no addresses, and their bytes must stay as they are.
    private static ReadOnlyMemory<byte> Translate(byte[] body, string? contentType, Func<string, string> translate)
    {
        var payload = new Payload(body, contentType);
        return payload.IsJson || payload.IsXml || payload.MediaType.StartsWith("text/", StringComparison.Ordinal) || payload.MediaType == "application/x-www-form-urlencoded"
            ? Encoding.Latin1.GetBytes(translate(Encoding.Latin1.GetString(body)))
            : body;
    }

    private string ToServer(string text) => Replace(text, static (port, origin) => (port, origin));

    private string Replace(string text, Func<string, string, (string From, string To)> direction)
    {
        foreach (var (port, origin) in _originOfPort)
        {
            var (from, to) = direction($"http://127.0.0.1:{port}", origin);
            text = text.Replace(from, to, StringComparison.Ordinal).Replace(Uri.EscapeDataString(from), Uri.EscapeDataString(to), StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }
}
