// One server with the records of two patients, and what probes ask of it with a token for the first.

using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <summary>The server that probes attack; at its end nothing of the other patient's may have changed.</summary>
public sealed class ProbeServer : IAsyncLifetime
{
    private readonly LeakWorld _world = new();
    private readonly Dictionary<ResourceKey, long> _theirs = [];

    internal LeakServer Running { get; } = new(null, "--FhirHub:Dicomweb:Enabled=false");

    /// <summary>A client with every right on one patient.</summary>
    internal HttpClient Mine { get; private set; } = null!;

    /// <summary>What is the other patient's alone.</summary>
    public IReadOnlyCollection<ResourceKey> Theirs => _theirs.Keys;

    public string Root => Running.Root;

    public async Task InitializeAsync()
    {
        await Running.InitializeAsync();
        foreach (var step in _world.Steps)
            await Running.WriteAsync(step.Key.Type, step.Key.Id, step.Content?.ToJsonString());
        foreach (var key in _world.Steps.Where(static step => step.Whose == Whose.Theirs).Select(static step => step.Key).Distinct())
            _theirs[key] = await VersionAsync(key);
        Mine = Running.ClientWith(await TokenAsync("patient/*.cruds"));
    }

    public async Task DisposeAsync()
    {
        var changed = new List<ResourceKey>();
        foreach (var (key, version) in _theirs)
        {
            if (await VersionAsync(key) != version)
                changed.Add(key);
        }

        Mine.Dispose();
        await Running.DisposeAsync();
        Assert.True(changed.Count == 0, $"Probes have changed what is not theirs: {string.Join(", ", changed)}");
    }

    internal Task<string> TokenAsync(string scope, AccountRole? role = AccountRole.Patient, string? fhirUser = LeakWorld.Mine, string? patient = "mine") =>
        Running.TokenAsync(scope, patient, role, fhirUser);

    internal async Task<HttpClient> ClientAsync(string scope, AccountRole? role = AccountRole.Patient, string? fhirUser = LeakWorld.Mine, string? patient = "mine") =>
        Running.ClientWith(await TokenAsync(scope, role, fhirUser, patient));

    internal async Task<(int Status, string Text)> AskAsync(LeakRequest request, HttpClient? client = null)
    {
        var answer = await request.SendAsync(client ?? Mine, static text => text);
        return (answer.Status, answer.Comparable(static text => text));
    }

    /// <summary>
    /// Asserts that a request about what is the other patient's is answered as the same request about nothing: <paramref name="unknown"/> stands in the
    /// second where <paramref name="known"/> stands in the first.
    /// </summary>
    internal async Task<int> IsAsUnknownAsync(LeakRequest request, string known = "theirs", string unknown = "nobody", HttpClient? client = null)
    {
        Assert.Contains(known, $"{request}", StringComparison.Ordinal);
        var there = await request.SendAsync(client ?? Mine, static text => text);
        var nowhere = await request.SendAsync(client ?? Mine, text => text.Replace(known, unknown, StringComparison.Ordinal));
        Assert.Equal(Comparable(nowhere).Replace(known, unknown, StringComparison.Ordinal), Comparable(there).Replace(known, unknown, StringComparison.Ordinal));
        Assert.InRange(there.Status, 200, 499);
        return there.Status;

        static string Comparable(LeakAnswer answer) => LeakAnswer.WithoutTimes(answer.Comparable(static text => text));
    }

    private async Task<long> VersionAsync(ResourceKey key) => (await Running.Server.Store.ReadAsync(AccessScope.Full, key, default))?.Version ?? 0;
}
