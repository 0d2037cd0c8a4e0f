// The mark on every request of a run, by which a server knows that a script asks and starts no run for it: scripts can't start each other without end.

namespace FhirHub.Server.Conformance;

/// <summary>Marks requests of runs, whatever header fields the script gives them.</summary>
/// <param name="inner">What sends them.</param>
internal sealed class RunMark(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The header field.</summary>
    public const string Header = "X-FhirHub-Test-Run";

    /// <summary>Refuses to start a run for a request of a run, of this server's or another's.</summary>
    /// <exception cref="RefusedException">It is one: 403.</exception>
    public static void Refuse(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Headers.ContainsKey(Header))
            throw new RefusedException(403, "forbidden", ConformanceMessages.NoRunInRun);
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, "1");
        return base.SendAsync(request, cancellationToken);
    }
}
