// Sends requests within the bounds of a run and keeps what was sent and came back.

using System.Diagnostics;
using System.Net;

namespace FhirHub.Conformance;

/// <summary>Sends the requests of one script.</summary>
/// <param name="options">Destinations and bounds.</param>
/// <param name="secrets">Learns what must not be told.</param>
/// <param name="held">Counts what is sent and answered.</param>
internal sealed class RequestSender(EngineOptions options, Secrets secrets, HeldBytes held)
{
    private const int MaxHeaderCharacters = 64 * 1024;
    private const int MaxUrlCharacters = 64 * 1024;

    // One pool of connections for all runs of the process: a suite makes thousands of requests to the same server.
    private static readonly SocketsHttpHandler Shared = new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = MaxHeaderCharacters / 1024,
    };

    // Fields that say where a message ends or on whose behalf it comes are not a script's to set: they could smuggle a request past what stands before a server.
    private static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Forwarded", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Sends a request. What goes wrong on the way is an exchange without a response.</summary>
    /// <exception cref="StepException">The request can't be sent at all.</exception>
    public async Task<Exchange> SendAsync(OperationRequest planned, CancellationToken cancellationToken)
    {
        if (planned.Url.Length > MaxUrlCharacters)
            throw new StepException($"The address of the request has {planned.Url.Length} characters; {MaxUrlCharacters} are allowed.");
        var url = UrlText.Encode(planned.Url, planned.EncodesUrl);
        using var request = new HttpRequestMessage(new HttpMethod(planned.Method), UriOf(url));
        var headers = await HeadersAsync(planned, request.RequestUri!, cancellationToken).ConfigureAwait(false);
        if (!planned.Body.Bytes.IsEmpty || planned.Method is "POST" or "PUT" or "PATCH")
            request.Content = new ReadOnlyMemoryContent(planned.Body.Bytes);
        foreach (var (name, value) in headers)
            Add(request, name, value);
        held.Take(url.Length + planned.Body.Bytes.Length + headers.Sum(static header => (long)header.Key.Length + header.Value.Length));
        secrets.LearnFromRequest(url, planned.Body);

        var started = Stopwatch.GetTimestamp();
        using var invoker = new HttpMessageInvoker(options.Handler ?? Shared, disposeHandler: false);
        using var time = new CancellationTokenSource(options.RequestTime, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        Response? response = null;
        string? failure = null;
        try
        {
            using var message = await invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            response = await ReadAsync(message, either.Token).ConfigureAwait(false);
            secrets.LearnFromResponse(response);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            failure = $"There was no whole answer within {options.RequestTime.TotalSeconds:0.#} s.";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or NotSupportedException)
        {
            failure = $"There was no answer: {(e.InnerException ?? e).Message}";
        }

        return new Exchange(planned.Destination, planned.Method, url, [.. headers.Select(Secrets.Hide)], planned.Body, response, failure, Stopwatch.GetElapsedTime(started));
    }

    private Uri UriOf(string url)
    {
        // The path is sent as it stands: normalised, a script could not ask for one that is not.
        if (!Uri.TryCreate(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new StepException($"{url} is no address of http or https.");
        if (uri.UserInfo.Length > 0)
            throw new StepException("An address with a user and password in it is not asked; give the destination a token.");
        if (options.StaysAtDestinations && !options.Destinations.Any(destination => IsAt(uri, destination)))
            throw new StepException($"{uri.GetLeftPart(UriPartial.Authority)} is no destination of this run, and it asks only those.");
        return uri;
    }

    private static bool IsAt(Uri uri, Destination destination) => HasOrigin(uri, destination.FhirBase) || (destination.DicomwebBase is { } dicomweb && HasOrigin(uri, dicomweb));

    private static bool HasOrigin(Uri uri, Uri other) =>
        uri.Scheme == other.Scheme && uri.Port == other.Port && uri.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<List<KeyValuePair<string, string>>> HeadersAsync(OperationRequest planned, Uri uri, CancellationToken cancellationToken)
    {
        var headers = new List<KeyValuePair<string, string>>(planned.Headers.Count + 1);
        var destination = options.Destinations[planned.Destination - 1];
        var hasOwn = planned.Headers.Any(static header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
        if (!hasOwn && destination.AccessToken is { } give && IsAt(uri, destination) && await give(cancellationToken).ConfigureAwait(false) is { } token)
            headers.Add(new("Authorization", $"Bearer {token}"));
        headers.AddRange(planned.Headers);
        foreach (var (name, value) in headers)
        {
            if (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
                secrets.Learn(value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        }

        // An empty value takes a field away that the engine would send by itself.
        headers.RemoveAll(static header => header.Value.Length == 0);
        return headers;
    }

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (Refused.Contains(name) || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            throw new StepException($"The header field {name} is the engine's own to set.");
        if (value.Length > MaxHeaderCharacters || value.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new StepException($"The value of the header field {name} is no text of one line.");
        bool isAdded;
        try
        {
            isAdded = request.Headers.TryAddWithoutValidation(name, value);

            // Fields of the content have a place of their own; without content they have none, and mean nothing.
            if (!isAdded)
                isAdded = (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
        }
        catch (FormatException)
        {
            isAdded = false;
        }

        if (!isAdded)
            throw new StepException($"'{name}' is no name of a header field.");
    }

    private async Task<Response> ReadAsync(HttpResponseMessage message, CancellationToken cancellationToken)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in message.Headers.NonValidated)
            headers.AddRange(values.Select(value => new KeyValuePair<string, string>(name, value)));
        foreach (var (name, values) in message.Content.Headers.NonValidated)
            headers.AddRange(values.Select(value => new KeyValuePair<string, string>(name, value)));
        var contentType = headers.FirstOrDefault(static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        var stream = await message.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                if (body.Length + read > options.MaxResponseBytes)
                    throw new InvalidDataException($"it is longer than {options.MaxResponseBytes} bytes");
                if (!held.TryTake(read))
                    throw new InvalidDataException(held.Excess);
                body.Write(buffer, 0, read);
            }

            return new Response((int)message.StatusCode, headers, new Payload(body.GetBuffer().AsMemory(0, (int)body.Length), contentType));
        }
    }
}
