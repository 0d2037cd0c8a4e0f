// The servers of testscript run: as the command line or a file names them, and whether they answer at all.

using System.Net.Http.Headers;
using System.Security.Authentication;
using FhirHub.Conformance;

namespace FhirHub.Server;

/// <summary>Servers and variables of a run.</summary>
internal sealed class TestScriptServers : IDisposable
{
    private const int MaxMetadataBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(30);

    private readonly RunConfiguration? _configuration;

    private TestScriptServers(RunConfiguration? configuration, IReadOnlyList<Destination> destinations, IReadOnlyDictionary<string, string> variables)
    {
        _configuration = configuration;
        Destinations = destinations;
        Variables = variables;
    }

    /// <summary>The servers; the first is destination 1.</summary>
    public IReadOnlyList<Destination> Destinations { get; }

    /// <summary>Values that go before those of the scripts.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Reads what was given.</summary>
    /// <param name="config">A configuration file.</param>
    /// <param name="server">A FHIR base, which stands in the place of the file's first server.</param>
    /// <param name="dicomweb">Its DICOMweb root.</param>
    /// <param name="token">Its access token.</param>
    /// <param name="variables">NAME=VALUE each.</param>
    /// <param name="redaction">Learns the tokens that are used.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="ScriptException">They can't be used.</exception>
    public static async Task<TestScriptServers> ReadAsync(
        string? config, string? server, string? dicomweb, string? token, IReadOnlyList<string> variables, Redaction redaction, CancellationToken cancel)
    {
        if (server is null && (dicomweb is not null || token is not null))
            throw new ScriptException("--dicomweb and --token belong to --server; in a configuration file each server has its own.");
        if (server is null && config is null)
            throw new ScriptException("Name the FHIR base of the server under test: --server http://127.0.0.1:8080/fhir, or a file with servers: --config FILE.");
        Destination? first = null;
        if (server is not null)
        {
            first = new Destination(Address("--server", server)) { DicomwebBase = dicomweb is null ? null : Address("--dicomweb", dicomweb) };
            if (!string.IsNullOrWhiteSpace(token))
                first = first with { AccessToken = Static(token.Trim()) };
        }

        var configuration = config is null ? null : await RunConfiguration.ReadAsync(config, null, null, null, cancel);
        try
        {
            var values = new Dictionary<string, string>(configuration?.Variables ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            foreach (var variable in variables)
            {
                var mark = variable.IndexOf('=', StringComparison.Ordinal);
                values[mark > 0 ? variable[..mark] : throw new ScriptException($"--variable '{variable}' is not NAME=VALUE.")] = variable[(mark + 1)..];
            }

            IEnumerable<Destination> all = configuration?.Destinations ?? [];
            if (first is not null)
                all = all.Skip(1).Prepend(first);
            return new TestScriptServers(configuration, [.. all.Select(destination => Learning(destination, redaction))], values);
        }
        catch
        {
            configuration?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Asks each server for its CapabilityStatement (R4 http.html#capabilities), so that a wrong address is said once and not with every script; null if all is
    /// well, else what is wrong.
    /// </summary>
    public async Task<string?> ProbeAsync(CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { Timeout = s_probeTime, MaxResponseContentBufferSize = MaxMetadataBytes };
        foreach (var address in Destinations.Select(static destination => destination.FhirBase).Distinct())
        {
            if (await ProbeAsync(client, address, cancel) is { } wrong)
                return wrong;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _configuration?.Dispose();

    private static async Task<string?> ProbeAsync(HttpClient client, Uri address, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{address.AbsoluteUri.TrimEnd('/')}/metadata");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/fhir+json"));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/fhir+xml", 0.5));
            using var response = await client.SendAsync(request, cancel);
            var type = response.Content.Headers.ContentType?.ToString();
            if (new Payload(await response.Content.ReadAsByteArrayAsync(cancel), type).Resource is not null)
                return null;
            if (response.Headers.Location is { } elsewhere && (int)response.StatusCode is >= 300 and < 400)
                return $"{address} leads elsewhere, to {PackageFile.Printable(elsewhere.ToString())}; name the FHIR base itself.";
            return (int)response.StatusCode is 401 or 403
                ? null
                : $"{address} answers {(int)response.StatusCode} with {(type is null ? "no media type" : PackageFile.Printable(type))} and no FHIR resource to GET metadata; "
                    + $"name the FHIR base of the server, such as {address.GetLeftPart(UriPartial.Authority)}/fhir. --no-probe begins all the same.";
        }
        catch (HttpRequestException fault) when (fault.InnerException is AuthenticationException refused)
        {
            return $"{address} has a certificate that is not trusted: {(refused.InnerException ?? refused).Message} SSL_CERT_FILE in the environment can name a file with the authority of the server.";
        }
        catch (HttpRequestException fault)
        {
            return $"{address} does not answer: {fault.Message}.";
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"{address} does not answer within {s_probeTime.TotalSeconds:N0} seconds.";
        }
    }

    private static Uri Address(string option, string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo: "", Query: "", Fragment: "" }
            ? address
            : throw new ScriptException($"{option} '{text}' is no address such as http://127.0.0.1:8080/{(option == "--dicomweb" ? "dicomweb" : "fhir")}.");

    private static Func<CancellationToken, ValueTask<string?>> Static(string token) => token.Any(static letter => letter is <= ' ' or > '~')
        ? throw new ScriptException("The token has blanks or other characters that no token has; give it alone, without 'Bearer'.")
        : _ => ValueTask.FromResult<string?>(token);

    // Servers repeat tokens where nobody looks for them.
    private static Destination Learning(Destination destination, Redaction redaction) => destination.AccessToken is not { } take ? destination : destination with
    {
        AccessToken = async cancel =>
        {
            var token = await take(cancel);
            redaction.Add(token);
            return token;
        },
    };
}
