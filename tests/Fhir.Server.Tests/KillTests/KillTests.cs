// SIGKILL under load: what was acknowledged is there afterwards, transactions are whole, and searches find what reads show.

using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace FhirHub.Tests;

public class KillTests(ITestOutputHelper output)
{
    private const int Rounds = 5;
    private const int Writers = 16;
    private const int TransactionSize = 4;

    // Acknowledged creates by their identifier; transactions sent and acknowledged; for each updated resource the last value sent
    // and the last one acknowledged.
    private readonly ConcurrentDictionary<string, string> _created = new();
    private readonly ConcurrentDictionary<string, bool> _transactions = new();
    private readonly int[] _sent = new int[Writers];
    private readonly int[] _acknowledged = new int[Writers];

    private int Acknowledged => _created.Count + _acknowledged.Sum() + _transactions.Count(t => t.Value);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_server_is_killed()
    {
        using var data = new TemporaryFolder();
        for (var round = 0; round < Rounds; round++)
        {
            using (var server = await ServerProcess.StartAsync(data.Path))
            {
                await CheckAsync(server.Client);
                using var stop = new CancellationTokenSource();
                var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(server.Client, w, round, stop.Token))).ToArray();

                // The first requests of a process wait for its code to be compiled; a kill before any is answered proves little.
                var before = Acknowledged;
                while (Acknowledged < before + 100)
                    await Task.Delay(10);
                await Task.Delay(Random.Shared.Next(700));
                await server.KillAsync();
                await stop.CancelAsync();
                await Task.WhenAll(writers);
            }

            output.WriteLine($"Round {round + 1}: {_created.Count} creates, {_acknowledged.Sum()} updates, {_transactions.Count(t => t.Value)} transactions acknowledged.");
        }

        using var last = await ServerProcess.StartAsync(data.Path);
        await CheckAsync(last.Client);
        Assert.NotEmpty(_created);
        Assert.Contains(_transactions, t => t.Value);
    }

    private async Task WriteAsync(HttpClient client, int writer, int round, CancellationToken stop)
    {
        try
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var name = $"{round}-{writer}-{i}";
                switch ((writer + i) % 3)
                {
                    case 0:
                        var location = await SendAsync(client, HttpMethod.Post, "Patient", Patient(name));
                        _created[name] = location!;
                        break;
                    case 1:
                        var value = ++_sent[writer];
                        await SendAsync(client, HttpMethod.Put, $"Basic/w{writer}", Counter(writer, value));
                        _acknowledged[writer] = value;
                        break;
                    default:
                        _transactions[name] = false;
                        await SendAsync(client, HttpMethod.Post, "", Transaction(name));
                        _transactions[name] = true;
                        break;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The server was killed while it had this request.
        }
    }

    private async Task CheckAsync(HttpClient client)
    {
        foreach (var some in _created.Keys.Chunk(40))
        {
            var found = await FindAsync(client, "Patient", some);
            foreach (var name in some)
            {
                var id = Assert.Single(found, f => f.Name == name).Id;
                Assert.Contains($"Patient/{id}", _created[name], StringComparison.Ordinal);
            }
        }

        foreach (var some in _transactions.Keys.Chunk(40))
        {
            var patients = await FindAsync(client, "Patient", some);
            var observations = await FindAsync(client, "Observation", some);
            foreach (var name in some)
            {
                var heads = patients.Where(p => p.Name == name).ToList();
                var parts = observations.Count(o => o.Name == name);
                Assert.Equal(heads.Count * (TransactionSize - 1), parts);
                Assert.InRange(heads.Count, _transactions[name] ? 1 : 0, 1);
                foreach (var observation in observations.Where(o => o.Name == name))
                    Assert.Equal($"Patient/{heads[0].Id}", observation.Subject);
            }
        }

        for (var writer = 0; writer < Writers; writer++)
        {
            if (_sent[writer] == 0)
                continue;
            using var answer = await client.GetAsync($"Basic/w{writer}");
            if (_acknowledged[writer] == 0 && !answer.IsSuccessStatusCode)
                continue;
            using var basic = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var value = basic.RootElement.GetProperty("identifier")[0].GetProperty("value").GetString()!;
            var number = int.Parse(value.Split('-')[1], CultureInfo.InvariantCulture);
            Assert.InRange(number, _acknowledged[writer], _sent[writer]);
            Assert.Equal($"w{writer}", Assert.Single(await FindAsync(client, "Basic", [value])).Id);
        }
    }

    private static async Task<string?> SendAsync(HttpClient client, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return answer.Headers.Location?.ToString();
    }

    private static async Task<List<(string Name, string Id, string? Subject)>> FindAsync(HttpClient client, string type, IEnumerable<string> names)
    {
        var found = new List<(string, string, string?)>();
        using var page = JsonDocument.Parse(await client.GetStringAsync($"{type}?identifier={string.Join(',', names)}&_count=1000"));
        if (!page.RootElement.TryGetProperty("entry", out var entries))
            return found;
        foreach (var entry in entries.EnumerateArray())
        {
            var resource = entry.GetProperty("resource");
            found.Add((
                resource.GetProperty("identifier")[0].GetProperty("value").GetString()!,
                resource.GetProperty("id").GetString()!,
                resource.TryGetProperty("subject", out var subject) ? subject.GetProperty("reference").GetString() : null));
        }

        return found;
    }

    private static string Patient(string name) => $$"""{"resourceType":"Patient","identifier":[{"value":"{{name}}"}]}""";

    private static string Counter(int writer, int value) =>
        $$$"""{"resourceType":"Basic","id":"w{{{writer}}}","identifier":[{"value":"w{{{writer}}}-{{{value}}}"}],"code":{"text":"counter"}}""";

    private static string Transaction(string name)
    {
        var patient = $"urn:uuid:{Guid.NewGuid()}";
        var observation = $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"identifier":[{"value":"{{{name}}}"}],"subject":{"reference":"{{{patient}}}"}}""";
        var entries = Enumerable.Repeat(Bundles.BundleText.Entry("POST", "Observation", observation), TransactionSize - 1);
        return Bundles.BundleText.Transaction([.. entries, Bundles.BundleText.Entry("POST", "Patient", Patient(name), patient)]);
    }
}
