// Our own server as the scripts of tests/Conformance meet it: in Smart mode with the exchange's package, and a destination for each kind of client.

using FhirHub.Server.Tests;
using FhirHub.Terminology;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Conformance.Tests;

/// <summary>A running server, the scripts, and what a run of all of them came to. The scripts run on the first question.</summary>
public sealed class ConformanceServer : SmartFixture
{
    // What keeps two processors busy; more only makes each script slower.
    private const int Parallel = 4;

    private readonly Lazy<Task<IReadOnlyDictionary<string, ScriptReport>>> _first;

    public ConformanceServer() => _first = new Lazy<Task<IReadOnlyDictionary<string, ScriptReport>>>(RunAllAsync);

    /// <summary>The folder of the scripts.</summary>
    public static string ScriptRoot { get; } = Path.Combine(FhirHub.Tests.SharedMaterial.ProjectRoot, "tests", "Conformance");

    /// <summary>The scripts below <see cref="ScriptRoot"/>.</summary>
    public static ScriptFolder Scripts { get; } = ScriptFolder.Open([ScriptRoot]);

    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Exchange:Package=true"];

    /// <summary>The path of a script below <see cref="ScriptRoot"/>, which is its name among the tests.</summary>
    public static string PathOf(TestScript script) => Path.GetRelativePath(ScriptRoot, script.Source).Replace('\\', '/');

    /// <summary>What the first run of a script came to.</summary>
    public async Task<ScriptReport> ReportAsync(string path) => (await _first.Value)[path];

    /// <summary>Runs all scripts, several at once, each for itself.</summary>
    public async Task<IReadOnlyDictionary<string, ScriptReport>> RunAllAsync()
    {
        var engine = new TestScriptEngine(await OptionsAsync());
        var reports = new System.Collections.Concurrent.ConcurrentDictionary<string, ScriptReport>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Scripts.Scripts,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (script, cancel) => reports[PathOf(script)] = await engine.RunAsync(script, null, cancel));
        return reports;
    }

    // The five clients that the scripts' conventions name (tests/Conformance/README.md).
    internal async Task<EngineOptions> OptionsAsync()
    {
        var backend = await TokenAsync("system/*.cruds", role: null);
        using var client = new HttpClient { BaseAddress = new Uri($"{Base}/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", backend);
        var (patient, _) = await client.CreateAsync("Patient", """{"resourceType":"Patient","name":[{"family":"Smart"}],"gender":"female","birthDate":"1980-02-03"}""");
        var (other, _) = await client.CreateAsync("Patient", """{"resourceType":"Patient","name":[{"family":"Other"}],"gender":"male","birthDate":"1971-05-06"}""");
        return new EngineOptions
        {
            Destinations =
            [
                await ServiceAsync("backend", "system/*.cruds"),
                Destination("patient", await TokenAsync("patient/*.rs", patient, FhirHub.Smart.AccountRole.Patient, $"Patient/{patient}")),
                Destination("nobody", null),
                await ServiceAsync("one type", "system/Patient.r"),
                await ServiceAsync("read only", "system/*.rs"),
            ],
            ReadFixture = Scripts.ReadFixtureAsync,
            FindScript = Scripts.FindScriptAsync,
            Definitions = new LocalConformanceResources(Services.GetRequiredService<FhirHub.Server.FhirServer>().TerminologyLibrary),
            Variables = new Dictionary<string, string> { ["smartPatient"] = patient, ["smartOtherPatient"] = other },
        };
    }

    // A backend service with a key of its own, so that scripts can ask the token endpoint as it does.
    private async Task<Destination> ServiceAsync(string name, string scope)
    {
        var id = $"{name.Replace(' ', '-')}-{Guid.NewGuid():N}";
        var (key, open) = RunKeys.Elliptic("conformance");
        await AddClientAsync(id, made => made with
        {
            Authentication = FhirHub.Smart.ClientAuthentication.PrivateKeyJwt,
            Jwks = $$"""{"keys":[{{open}}]}""",
            GrantTypes = [FhirHub.Smart.Client.ClientCredentials],
            Scope = scope,
        });
        var credentials = new ClientCredentials(new Uri(Base), new ClientAssertions(id, SigningKey.Parse(key, "The key"), TimeProvider.System), scope, null, TimeProvider.System);
        return Destination(name, null) with { AccessToken = credentials.GetAsync, Client = credentials };
    }

    private Destination Destination(string name, string? token) => new(new Uri(Base))
    {
        Name = name,
        DicomwebBase = new Uri($"{Root}/dicomweb"),
        AccessToken = token is null ? null : _ => ValueTask.FromResult<string?>(token),
    };
}
