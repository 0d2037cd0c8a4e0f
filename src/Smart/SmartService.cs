// The authorization server: its parts, wired by hand, and its addresses.

using System.Globalization;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Smart;

/// <summary>The parts of the authorization server.</summary>
public sealed class SmartService : IAsyncDisposable
{
    /// <summary>The path of the authorization server.</summary>
    public const string Root = "/auth";

    private KeyFile? _keyFile;
    private IDataProtectionProvider? _protection;
    private Sweeper? _sweeper;

    /// <summary>Wires the parts.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="state">Where it keeps what it knows.</param>
    /// <param name="resources">The FHIR resources, for what users choose from.</param>
    /// <param name="searchParser">Reads searches by the search parameters of the moment: those of users who choose, and the constraints of scopes.</param>
    /// <param name="clock">The clock.</param>
    public SmartService(SmartOptions options, IStateStore state, IResourceStore resources, Func<SearchParser> searchParser, TimeProvider clock)
    {
        Options = options;
        Clock = clock;
        Resources = resources;
        SearchParser = searchParser;
        State = new SmartState(state);
        Constraints = new ScopeConstraints(searchParser);
        Grants = new Grants(State, Constraints, options, clock);
        Discovery = new Discovery(options);
        Origins = new ClientOrigins(State, clock);
        TokenLimits = new TokenLimits(options.TokenRequestsPerMinute);
        Fetch = new GuardedFetch(options.FetchPrivate, options.FetchTime, clock);
        RemoteKeys = new RemoteKeys(Fetch, clock);
        ClientKeys = new ClientKeys(RemoteKeys);
        Accounts = new AccountRegistry(this);
        Sessions = new Sessions(this);
        SignIns = new SignIns(this);
        OneTimeTexts = new OneTimeTexts(this);
        Keys = new SigningKeys(State, () => Protector("signing keys"), clock);
        Consents = new Consents(State, options, clock);
        Authorization = new AuthorizationFlow(this);
        Clients = new ClientRegistry(State, () => Grants, new ClientRules(Fetch.MayFetch), clock);
        Registration = new Registration(this);
        Issuers = new Issuers(this);
    }

    /// <summary>The configuration.</summary>
    public SmartOptions Options { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The log; it holds neither secrets nor patient data.</summary>
    public ILogger Log { get; private set; } = NullLogger.Instance;

    /// <summary>The FHIR resources.</summary>
    public IResourceStore Resources { get; }

    /// <summary>Reads searches by the search parameters of the moment.</summary>
    public Func<SearchParser> SearchParser { get; }

    /// <summary>The constraints of scopes: which of them can be granted, and what they mean.</summary>
    public ScopeConstraints Constraints { get; }

    /// <summary>What is kept.</summary>
    public SmartState State { get; }

    /// <summary>Grants and their tokens.</summary>
    public Grants Grants { get; }

    /// <summary>The origins of registered clients.</summary>
    public ClientOrigins Origins { get; }

    /// <summary>How often one may ask for tokens.</summary>
    internal TokenLimits TokenLimits { get; }

    /// <summary>What the server says of itself.</summary>
    public Discovery Discovery { get; }

    /// <summary>The clients.</summary>
    public ClientRegistry Clients { get; }

    /// <summary>Other issuers whose tokens are taken too.</summary>
    public Issuers Issuers { get; }

    /// <summary>Registration by clients themselves.</summary>
    internal Registration Registration { get; }

    /// <summary>The keys of clients.</summary>
    public ClientKeys ClientKeys { get; }

    /// <summary>The way out, to addresses that others named.</summary>
    internal GuardedFetch Fetch { get; }

    /// <summary>Key sets that others publish.</summary>
    internal RemoteKeys RemoteKeys { get; }

    /// <summary>Accounts.</summary>
    public AccountRegistry Accounts { get; }

    /// <summary>Browsers in which somebody has signed in.</summary>
    public Sessions Sessions { get; }

    /// <summary>Sign-ins, step by step.</summary>
    internal SignIns SignIns { get; }

    /// <summary>Texts that are shown once.</summary>
    internal OneTimeTexts OneTimeTexts { get; }

    /// <summary>The keys that sign id_tokens.</summary>
    public SigningKeys Keys { get; }

    /// <summary>The key that protects all others.</summary>
    internal KeyFile KeyFile => _keyFile ?? throw NotStarted();

    /// <summary>Consents that are remembered.</summary>
    public Consents Consents { get; }

    /// <summary>The way of authorization requests.</summary>
    internal AuthorizationFlow Authorization { get; }

    /// <summary>Registers what the pages need of ASP.NET Core.</summary>
    public void AddServices(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(this);
        KeyServices.Add(services, this);
        SessionCookies.Add(services, this);
        SignInLimit.Add(services, this);
    }

    /// <summary>Opens the key file and begins the work that nobody waits for.</summary>
    /// <param name="services">The services, those of <see cref="AddServices"/> among them.</param>
    /// <param name="log">The log.</param>
    /// <exception cref="KeyFileException">The key file can't be used.</exception>
    public void Start(IServiceProvider services, ILogger log)
    {
        Log = log;
        RemoteKeys.Log = log;

        // Before the first request there is nobody to wait for.
        _keyFile = Task.Run(() => KeyFile.OpenAsync(Options, State.Store, CancellationToken.None)).GetAwaiter().GetResult();
        _protection = services.GetRequiredService<IDataProtectionProvider>();
        _sweeper = new Sweeper(State.Store, Clock, log);
    }

    /// <summary>Protects what only the servers of this database may read, such as a secret that they must be able to read again.</summary>
    /// <param name="purpose">What for; each purpose has keys of its own.</param>
    public IDataProtector Protector(string purpose) => (_protection ?? throw NotStarted()).CreateProtector(purpose);

    /// <summary>What a bearer token stands for; null if it is not good.</summary>
    public ValueTask<Access?> AccessOfAsync(string token, CancellationToken cancel)
    {
        var own = Grants.FindAsync(token, cancel);
        return Options.Issuers.Count == 0 || own is { IsCompletedSuccessfully: true, Result: not null } ? own : FindAsync(own);

        async ValueTask<Access?> FindAsync(ValueTask<Access?> finding) => await finding ?? await Issuers.FindAsync(token, cancel);
    }

    /// <summary>Writes into the log what an administrator did with an account; ids only.</summary>
    internal void LogChange(SignedIn by, string what, string accountId) => Log.LogInformation("Account {Account} was {What} by {Administrator}.", accountId, what, by.Account.Id);

    /// <summary>Adds what runs before the addresses, after routing.</summary>
    /// <param name="app">The application.</param>
    /// <param name="beside">Paths of pages beside those of the authorization server that people sign in for.</param>
    public void Use(IApplicationBuilder app, params IReadOnlyList<string> beside)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(static async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
            {
                // The sender's fault, and so nothing for the log of the server's own.
                http.Response.StatusCode = bad.StatusCode;
            }
            catch (StoreBusyException busy) when (!http.Response.HasStarted)
            {
                http.Response.StatusCode = busy.IsThrottled && !busy.IsOutcomeUnknown ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
                if (busy.RetryAfter is { } wait)
                    http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                await http.Response.WriteAsync("The store does not answer in time; try again.", http.RequestAborted);
            }
        });
        app.UseRateLimiter();
        string[] roots = [Root, .. beside];
        app.UseWhen(http => roots.Any(root => http.Request.Path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase)), pages => pages.Use(async (http, next) =>
        {
            await Sessions.IdentifyAsync(http);
            await next(http);
        }));
    }

    /// <summary>Maps the addresses, each family by its own class.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(Root);
        AccountEndpoints.Map(group, this);
        DiscoveryEndpoints.Map(endpoints, this);
        TokenEndpoints.Map(group, this);
        AuthorizationEndpoints.Map(group, this);
        LaunchEndpoints.Map(group, this);
        ClientEndpoints.Map(group, this);
    }

    /// <summary>Whether an address below the FHIR base is one of the authorization server.</summary>
    public bool Serves(PathString path) => path.Value is { } value && value.EndsWith(SmartAddresses.SmartConfigurationPath, StringComparison.Ordinal)
        && value.Length == Options.FhirPath.Length + SmartAddresses.SmartConfigurationPath.Length;

    /// <summary>The address of this server as the client of a request sees it, without a slash at the end: the issuer.</summary>
    /// <exception cref="BadHttpRequestException">Neither the configuration nor the request says what it is: 400.</exception>
    public string IssuerOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (Options.Issuer is { } issuer)
            return issuer;

        // Kestrel takes an empty Host, as RFC 9112, 3.2 has it, and requests of HTTP/1.0 without one.
        return http.Request.Host.HasValue
            ? $"{http.Request.Scheme}://{http.Request.Host.Value}{http.Request.PathBase.Value}"
            : throw new BadHttpRequestException("The addresses of this server are made of the header Host; send it.");
    }

    /// <summary>The FHIR base as the client of a request sees it: the <c>aud</c> of authorization requests and the <c>iss</c> of launches.</summary>
    public string FhirBaseOf(HttpContext http) => IssuerOf(http) + Options.FhirPath;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_sweeper is not null)
            await _sweeper.DisposeAsync();
        Keys.Dispose();
        TokenLimits.Dispose();
        Registration.Dispose();
        Issuers.Dispose();
        Fetch.Dispose();
        Accounts.Dispose();
    }

    private static InvalidOperationException NotStarted() => new($"{nameof(SmartService)}.{nameof(Start)} comes first.");
}
