// The web host: configuration, Kestrel's limits, the FHIR endpoint, probes and the front page.

using System.IO.Compression;
using System.Net;
using FhirHub.Dicomweb;
using FhirHub.Samples.ImagingViewer;
using FhirHub.Samples.SmartApp;
using FhirHub.Search;
using FhirHub.Server.Conformance;
using FhirHub.Server.Exchange;
using FhirHub.Server.Imaging;
using FhirHub.Server.OpenApi;
using FhirHub.Server.Profiles;
using FhirHub.Smart;
using FhirHub.Sqlite;
using FhirHub.Storage;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Configuration.Memory;

namespace FhirHub.Server;

/// <summary>Builds and runs the server.</summary>
public static class FhirHost
{
    internal const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Serves until the process is told to end. The exit code is 0, or 1 after a line on standard error that says why not.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancel = default)
    {
        try
        {
            await using var app = Build(args);
            await TellOfAdministratorAsync(app.Services.GetRequiredService<FhirServer>(), cancel);
            await app.RunAsync(cancel);
            return 0;
        }
        catch (Exception e) when (e is ConfigurationException or IOException or StoreException or StoreBusyException or PackageException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"FhirHub can't start: {e.Message}");
            return 1;
        }
    }

    /// <summary>The application, not started; disposing it closes the store.</summary>
    /// <param name="args">Settings of the command line.</param>
    /// <param name="defaults">Keys that have another default here.</param>
    /// <param name="clock">The clock of all that is written and told; null for the system's.</param>
    /// <exception cref="ConfigurationException">A value of the configuration can't be used.</exception>
    public static WebApplication Build(string[] args, IReadOnlyDictionary<string, string?>? defaults = null, TimeProvider? clock = null)
    {
        var builder = CreateBuilder(args, defaults);
        var options = ConfigurationReader.Read(builder.Configuration);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
            builder.WebHost.UseUrls(DefaultUrl);
        ListenAddresses.Check(builder.Configuration, options);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // RequestBody keeps the limit itself, after decompression too. Kestrel would reset the connection of a client that is still
            // sending, which then never sees the answer that says why.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(20);
            kestrel.ConfigureHttpsDefaults(static https => https.SslProtocols = ListenAddresses.Protocols);
            if (options.AuthMode == AuthMode.Open)
                kestrel.ConfigureEndpointDefaults(listen => RefuseOpenNetwork(listen.IPEndPoint));
        });
        AddServices(builder, options);
        var server = FhirServer.Open(options, clock);
        OpenSmart(builder, server);

        // Through a factory, so that the container owns and disposes it.
        builder.Services.AddSingleton(_ => server);
        var app = builder.Build();
        _ = app.Services.GetRequiredService<FhirServer>();
        server.Smart?.Start(app.Services, app.Logger);
        AgreeOnKeys(app, server);
        KeepClients(server, app.Logger);
        server.Exports.Start(app.Logger);
        OpenImages(app, server);
        OpenRuns(app, server);
        Compose(app, server);
        LoadExchange(server, app.Logger);
        TellOfIndex(server, app.Logger);
        TellOfValidation(server, app.Logger);
        return app;
    }

    /// <summary>The configuration as the server would read it, for verbs that don't serve.</summary>
    /// <param name="args">Settings of the command line.</param>
    /// <param name="defaults">Keys that have another default here.</param>
    /// <exception cref="ConfigurationException">A value of the configuration can't be used.</exception>
    public static FhirHubOptions ReadOptions(string[] args, IReadOnlyDictionary<string, string?>? defaults = null) =>
        ConfigurationReader.Read(CreateBuilder(args, defaults).Configuration);

    private static void OpenSmart(WebApplicationBuilder builder, FhirServer server)
    {
        if (server.Options.AuthMode != AuthMode.Smart)
        {
            // A page that somebody on this machine opens must not fill in the forms of /conformance; nothing else needs these keys to last.
            builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
            SmartForm.AddServices(builder.Services, isHttps: false);
            return;
        }

        var options = server.Options.Smart with { ImagesPath = server.Options.Imaging.Enabled ? DicomwebService.Root : null, ConformancePath = ConformancePage.Root };
        server.Smart = new SmartService(options, (IStateStore)server.Store, server.Store, () => server.SearchParser, server.Clock);
        server.Smart.AddServices(builder.Services);
    }

    // Of servers that start at once on a new store, one makes the keys of cookies and forms and the others read them: a server looks for others' keys once a
    // day only. Before the first request there is nobody to wait for.
    private static void AgreeOnKeys(WebApplication app, FhirServer server)
    {
        if (server.Smart is null || server.Options.Cosmos is null)
            return;
        Task.Run(async () =>
        {
            await using var lease = await Lease.TakeAsync((IStateStore)server.Store, "data-protection", TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None);
            app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("start").Protect([]);
        }).GetAwaiter().GetResult();
    }

    // Before the first request there is nobody to wait for.
    private static void KeepClients(FhirServer server, ILogger log)
    {
        if (server.Smart is { } smart)
            Task.Run(() => BuiltInClients.KeepAsync(smart, server.Options, log, CancellationToken.None)).GetAwaiter().GetResult();
    }

    // To the terminal and not to the log, which others read.
    private static async Task TellOfAdministratorAsync(FhirServer server, CancellationToken cancel)
    {
        if (server.Smart is { } smart && await smart.Accounts.EnsureAdministratorAsync(cancel) is { } password)
        {
            await Console.Out.WriteLineAsync(
                $"Sign in at {SmartService.Root}/login as '{AccountRegistry.FirstAdministrator}' with the one-time password {password} and choose your own; until you do, each start prints another one.");
        }
    }

    private static void OpenImages(WebApplication app, FhirServer server)
    {
        if (!server.Options.Imaging.Enabled)
            return;
        var images = server.Images = ImageService.Open(server, app.Logger);
        app.Lifetime.ApplicationStarted.Register(() => images.Start(app.Urls.First()));
    }

    // Before the first request there is nobody to wait for.
    private static void OpenRuns(WebApplication app, FhirServer server)
    {
        Task.Run(() => server.Runs.OpenAsync(app.Logger, CancellationToken.None)).GetAwaiter().GetResult();
        app.Lifetime.ApplicationStarted.Register(() => server.Runs.Start(app.Urls));
    }

    // Before the first request there is nobody to wait for.
    private static void LoadExchange(FhirServer server, ILogger log)
    {
        if (server.Options.ExchangePackage && Task.Run(() => ExchangeLoading.EnsureAsync(server, CancellationToken.None)).GetAwaiter().GetResult())
            log.LogInformation("The exchange's package was loaded into the store.");
    }

    private static void TellOfIndex(FhirServer server, ILogger log)
    {
        foreach (var (resource, issues) in server.SearchParameterSet.Unusable)
            log.LogWarning("{Resource} is active and can't be used: {Reason}", resource, issues[0].Diagnostics);
        if (server.Store.NeedsReindex)
        {
            log.LogWarning(
                "Search parameters, extraction or the configuration of the index changed since the store was indexed, so searches may miss resources written before. "
                + "POST /fhir/$reindex indexes them anew while the server runs; so does the verb 'reindex' without it.");
        }
        else if (server.SearchParameters.Waiting.Count > 0)
        {
            log.LogWarning("{Count} search parameters wait for POST /fhir/$reindex.", server.SearchParameters.Waiting.Select(p => p.Url).Distinct().Count());
        }

        server.Reindexing.OnFailure = fault => log.LogError(fault, "The reindex failed; POST /fhir/$reindex goes on with it.");
        server.Reindexing.Resume();
    }

    private static void TellOfValidation(FhirServer server, ILogger log)
    {
        if (server.WriteRules is null)
        {
            if (server.Options.ValidationProfiles.Count > 0)
                log.LogWarning("FhirHub:Validation:Profiles names profiles, and FhirHub:Validation:OnWrite is '{OnWrite}', so no write is held to them; set it to 'Profiles'.", server.Options.ValidationOnWrite);
            return;
        }

        // Before the first request there is nobody to wait for.
        foreach (var profile in Task.Run(() => server.WriteRules.FindUnknownAsync(CancellationToken.None).AsTask()).GetAwaiter().GetResult())
            log.LogWarning("FhirHub:Validation:Profiles names {Profile}, which is not known here; what must meet it is refused until a package with it is added.", profile);
    }

    // Settings lie beside the program; data lies where the user stands.
    private static WebApplicationBuilder CreateBuilder(string[] args, IReadOnlyDictionary<string, string?>? defaults)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        // The first source is the weakest.
        if (defaults is not null)
            builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
        return builder;
    }

    private static void AddServices(WebApplicationBuilder builder, FhirHubOptions options)
    {
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));

        // ASP.NET's own request log holds addresses, and a search's address holds a patient's data. Start failures are told by RunAsync.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddRequestDecompression();
        builder.Services.AddResponseCompression(compression =>
        {
            // FHIR answers hold no secret beside what an attacker could choose, so compression over TLS leaks none.
            compression.EnableForHttps = true;
            compression.MimeTypes =
            [
                "application/fhir+json", "application/json", "text/json", "application/json+fhir",
                "application/fhir+xml", "application/xml", "text/xml", "application/xml+fhir",

                // Pixels and parts of several types go out as they are stored; metadata that is stored compressed says so itself.
                "application/dicom+json",
                "text/html", "text/css",
            ];
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        builder.Services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        builder.Services.AddCors();
        builder.Services.AddSingleton<ICorsPolicyProvider>(services => new CrossOrigin(options, () => services.GetRequiredService<FhirServer>().Smart));
        if (options.ForwardedHeaders)
        {
            builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
            {
                forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            });
        }
    }

    private static void Compose(WebApplication app, FhirServer server)
    {
        if (server.Options.ForwardedHeaders)
            app.UseForwardedHeaders();
        app.UseCors();
        app.UseResponseCompression();

        // Images that are stored may be of any size, compressed too, so their service bounds what they inflate to.
        app.UseWhen(static http => !http.Request.Path.StartsWithSegments(DicomwebService.Root, StringComparison.OrdinalIgnoreCase), static others => others.UseRequestDecompression());
        var endpoint = new FhirEndpoint(server, app.Services.GetRequiredService<ILogger<FhirEndpoint>>());

        // Before routing: what is below /fhir takes itself apart, and routing would only cost time.
        app.Use((http, next) => FhirEndpoint.Serves(http.Request.Path) && server.Smart?.Serves(http.Request.Path) != true ? endpoint.HandleAsync(http) : next(http));
        if (server.Smart is { } smart)
            app.Use((http, next) => ImageAccess.Guards(http.Request.Path) ? ImageAccess.HandleAsync(smart, http, next) : next(http));
        app.UseRouting();
        server.Smart?.Use(app, ConformancePage.Root);
        server.Smart?.Map(app);
        app.MapGet("/", new FrontPage(server.Images is not null, server.Smart is not null, server.Smart is not null && server.Options.SmartApp, server.Options.Swagger).HandleAsync);
        new ProfileEndpoint(server.TerminologyLibrary).Map(app);
        ConformanceEndpoint.Map(app, server);
        if (server.Images is { } images)
        {
            images.Dicomweb.Map(app);
            new ViewerEndpoint(DicomwebService.Root, server.Smart is { } signIn ? BuiltInClients.SignIn(signIn) : null).Map(app);
            StudyLink.Map(app, server);
            app.MapGet("/health/images", images.AnswerStatusAsync);
        }

        if (server.Smart is not null && server.Options.SmartApp)
            SmartAppEndpoint.Map(app);
        app.MapGet("/health/live", http => http.Response.WriteAsync("live", http.RequestAborted));
        app.MapGet("/health/ready", http => ReadyAsync(http, server));
        if (server.Options.Swagger)
            new SwaggerEndpoint(server, new ApiDocuments(server, app.Services.GetRequiredService<EndpointDataSource>())).Map(app);
    }

    private static async Task ReadyAsync(HttpContext http, FhirServer server)
    {
        try
        {
            await server.Store.ReadAsync(AccessScope.Full, new ResourceKey("Basic", "ready"), http.RequestAborted);
            if (server.Images is { } images)
                await images.Archive.ChangesAsync(ImageScope.Full, long.MaxValue - 1, 1, http.RequestAborted);
            await http.Response.WriteAsync("ready", http.RequestAborted);
        }
        catch (Exception failure) when (failure is StoreException or StoreBusyException or IOException or DatabaseException)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsync("The store does not answer.", http.RequestAborted);
        }
    }

    private static void RefuseOpenNetwork(IPEndPoint? endPoint)
    {
        if (endPoint is not null && !IPAddress.IsLoopback(endPoint.Address))
        {
            throw new ConfigurationException(
                $"FhirHub:Auth:Mode is 'Open', which listens on loopback addresses only; {endPoint} is none, so change urls (such as {DefaultUrl}) or the mode.");
        }
    }
}
