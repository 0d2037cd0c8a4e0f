// Runs of TestScripts: so many at a time, each in its time, and their reports stored.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Conformance;
using FhirHub.Model;
using FhirHub.Storage;
using FhirHub.Terminology;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Server.Conformance;

/// <summary>Runs scripts and stores a TestReport of each (docs/adr/0046-runs-in-the-server.md).</summary>
internal sealed partial class ScriptRuns : IAsyncDisposable
{
    /// <summary>The identifier system by which the reports of one run are found together.</summary>
    public const string RunSystem = "https://fhirhub.dev/fhir/NamingSystem/test-run";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);

    private readonly FhirServer _server;
    private readonly List<RequestOwner> _taken = [];
    private OwnAddress? _own;
    private ILogger _log = NullLogger.Instance;

    /// <summary>The runs of a server.</summary>
    public ScriptRuns(FhirServer server)
    {
        _server = server;
        Reports = new KeptReports((IStateStore)server.Store, server.Options.Conformance, server.Clock);
        Jobs = new ScriptRunJobs(this, server, (IStateStore)server.Store);
    }

    /// <summary>The servers that scripts may be run against.</summary>
    public TestServers Servers { get; private set; } = new();

    /// <summary>What reports tell beyond a TestReport.</summary>
    public KeptReports Reports { get; }

    /// <summary>Runs that are polled.</summary>
    public ScriptRunJobs Jobs { get; }

    private ConformanceOptions Options => _server.Options.Conformance;

    // Nobody has all of the places, where there is more than one.
    private int PerOwner => (Options.Runs + 1) / 2;

    /// <summary>Reads what the configuration says of other servers.</summary>
    /// <exception cref="ConfigurationException">A key can't be read.</exception>
    public async Task OpenAsync(ILogger log, CancellationToken cancel)
    {
        _log = log;
        Servers = await TestServers.OpenAsync(Options, _server.Clock, cancel);
    }

    /// <summary>Tells where this server listens.</summary>
    public void Start(IEnumerable<string> listening) => _own = OwnAddress.Of(listening, _server.Options.Smart.Issuer);

    /// <summary>Takes a place among the runs that go on; disposing it gives it back.</summary>
    /// <exception cref="RefusedException">There is none: 429, with <c>Retry-After</c>.</exception>
    public IDisposable Take(ScriptRunPlan plan)
    {
        if (plan.Servers.Count == 0 && _own is null)
            throw new RefusedException(501, "not-supported", ConformanceMessages.NoAddress);
        lock (_taken)
        {
            if (_taken.Count >= Options.Runs || (plan.Owner.ClientId.Length > 0 && _taken.Count(owner => IsSame(owner, plan.Owner)) >= PerOwner))
            {
                throw new RefusedException(429, "throttled", ConformanceMessages.TooManyRuns, $"{Options.Runs}", $"{(plan.Owner.ClientId.Length > 0 ? PerOwner : Options.Runs)}") { RetryAfter = s_retry };
            }

            _taken.Add(plan.Owner);
        }

        return new Place(this, plan.Owner);

        static bool IsSame(RequestOwner one, RequestOwner other) => one.ClientId == other.ClientId && one.AccountId == other.AccountId;
    }

    /// <summary>Runs the scripts of a plan one after the other.</summary>
    /// <param name="plan">The plan, for which a place was taken.</param>
    /// <param name="onResult">Is told after each script.</param>
    /// <param name="cancel">Ends the run.</param>
    /// <returns>What came of the scripts: of fewer than there are if the time was over.</returns>
    /// <exception cref="RefusedException">A report can't be stored.</exception>
    public async Task<IReadOnlyList<ScriptRunResult>> RunAsync(ScriptRunPlan plan, Func<ScriptRunResult, CancellationToken, Task>? onResult, CancellationToken cancel)
    {
        using var handler = new RunMark(plan.Servers.Count == 0 ? _own!.CreateHandler() : CreateHandler());
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(Options.RunSeconds), _server.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        var engine = new TestScriptEngine(EngineOptionsOf(plan, handler));
        var results = new List<ScriptRunResult>();
        foreach (var script in plan.Scripts)
        {
            if (time.IsCancellationRequested)
                break;
            var report = await engine.RunAsync(script, null, either.Token);
            cancel.ThrowIfCancellationRequested();
            results.Add(await StoreAsync(plan, report, cancel));
            if (onResult is not null)
                await onResult(results[^1], cancel);
        }

        LogRun(_log, results.Count, plan.Scripts.Count, plan.Servers.Count == 0 ? TestServers.Self : string.Join(' ', plan.Servers));
        return results;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync();
        Servers.Dispose();
    }

    private EngineOptions EngineOptionsOf(ScriptRunPlan plan, HttpMessageHandler handler) => new()
    {
        Destinations = plan.Servers.Count == 0 ? [OwnDestination(plan.Token)] : [.. plan.Servers.Select(name => Servers.Find(name)!)],
        Definitions = new LocalConformanceResources(_server.TerminologyLibrary),
        ReadFixture = (_, reference, cancel) => new StoredScripts(_server, plan.Scope).ReadFixtureAsync(reference, cancel),
        FindScript = (name, cancel) => new StoredScripts(_server, plan.Scope).FindByNameAsync(name, cancel),
        Variables = plan.Variables,
        Wants = plan.Filter is { } filter ? test => test.Name.Contains(filter, StringComparison.OrdinalIgnoreCase) : null,
        StaysAtDestinations = true,
        MaxRequests = Options.Requests,
        MaxResponseBytes = Options.ResponseBytes,
        MaxScriptBytes = 4L * Options.ResponseBytes,
        ScriptTime = TimeSpan.FromSeconds(Options.RunSeconds),
        Clock = _server.Clock,
        Handler = handler,
    };

    private Destination OwnDestination(string? token) => new(_own!.FhirBase)
    {
        Name = TestServers.Self,
        DicomwebBase = _server.Images is null ? null : _own.DicomwebBase,
        AccessToken = token is null ? null : _ => new(token),
    };

    private static SocketsHttpHandler CreateHandler() => new() { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = System.Net.DecompressionMethods.All };

    private async Task<ScriptRunResult> StoreAsync(ScriptRunPlan plan, ScriptReport report, CancellationToken cancel)
    {
        var redaction = new Redaction();
        redaction.Add(plan.Token);
        var json = JsonNode.Parse(TestReportResource.Write(report, redaction, new TestReportDetails { Tester = plan.Scope.Subject is { } subject ? subject.FhirUser ?? subject.ClientId : null }))!.AsObject();
        json["identifier"] = new JsonObject { ["system"] = RunSystem, ["value"] = plan.RunId };
        var tree = ResourceParser.ParseJson(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(s_json))).Tree!;
        var result = await _server.Repository.CreateAsync(plan.Scope, "TestReport", tree, null, cancel);
        if (!result.IsSuccess)
            throw new RefusedException(result.Status, result.Issues);
        var version = result.Version!;
        var reported = ReportedScript.Of(report, redaction);
        await Reports.KeepAsync(version.Key.Id, reported, cancel);
        return new ScriptRunResult(report.Script.Source, report.Script.Title, version.Key.Id, version.Version, reported.Result);
    }

    /// <summary>Writes a failure of the server's own into the log.</summary>
    public void LogFailure(Exception failure) => LogFailure(_log, failure);

    private void GiveBack(RequestOwner owner)
    {
        lock (_taken)
            _taken.Remove(owner);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Done} of {Count} TestScripts were run against {Servers}")]
    private static partial void LogRun(ILogger log, int done, int count, string servers);

    [LoggerMessage(Level = LogLevel.Error, Message = "A run of TestScripts failed, or what came of it could not be kept")]
    private static partial void LogFailure(ILogger log, Exception failure);

    private sealed class Place(ScriptRuns runs, RequestOwner owner) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
                runs.GiveBack(owner);
        }
    }
}
