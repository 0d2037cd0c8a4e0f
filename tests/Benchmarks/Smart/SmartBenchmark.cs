// What tokens cost: the same requests in turn to a server that asks for none, by a token that is granted everything, and by tokens for one patient.

using System.Globalization;
using System.Text;
using FhirHub.Benchmarks.Http;
using FhirHub.Smart;
using FhirHub.Storage.Sqlite;

namespace FhirHub.Benchmarks.Smart;

internal static class SmartBenchmark
{
    private const int Patients = 500;
    private const int Observations = 20;

    private static readonly (string Name, Func<string, int, string> Url)[] s_requests =
    [
        ("read Observation", static (patient, i) => $"/fhir/Observation/{patient}-o{i % Observations}"),
        ("read Patient", static (patient, _) => $"/fhir/Patient/{patient}"),
        ("search Observation?patient", static (patient, _) => $"/fhir/Observation?patient={patient}"),
        ("search Observation?patient&category", static (patient, _) => $"/fhir/Observation?patient={patient}&category=laboratory"),
        ("search Observation?patient&_sort=-date", static (patient, _) => $"/fhir/Observation?patient={patient}&_sort=-date&_count=5"),
        ("search Patient?_id&_revinclude", static (patient, _) => $"/fhir/Patient?_id={patient}&_revinclude=Observation:subject"),
    ];

    public static async Task<int> RunAsync(Options options)
    {
        var data = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        await using var open = await ServerProcess.StartFhirHubAsync(data, false, "--FhirHub:Exchange:Package=false");
        await SeedAsync(open);

        // Writes in turn and not at once: the second server has a copy of the first one's files, which lie still then.
        var copy = Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        await CopyAsync(data, copy);
        var (whole, tokens) = await IssueAsync(copy);
        await using var smart = await ServerProcess.StartFhirHubAsync(copy, false, "--FhirHub:Exchange:Package=false", "--FhirHub:Auth:Mode=Smart");
        var time = TimeSpan.FromSeconds(options.Seconds);
        foreach (var (name, url) in s_requests.Where(request => options.Filter is null || request.Name.Contains(options.Filter, StringComparison.Ordinal)))
        {
            var plain = Requests(url, static _ => null);
            var unfiltered = Requests(url, _ => whole);
            var ofPatient = Requests(url, patient => tokens[patient]);
            var (ratios, scoped) = (new List<double>(), new List<double>());
            for (var round = 0; round <= options.Rounds; round++)
            {
                var without = await Run(open.Port, plain);
                var with = await Run(smart.Port, unfiltered);
                var limited = await Run(smart.Port, ofPatient);
                if (round == 0)
                    continue; // the first round warms all up
                ratios.Add(with.PerSecond / without.PerSecond);
                scoped.Add(limited.PerSecond / without.PerSecond);
                Console.WriteLine($"{name,-40} open     {without}");
                Console.WriteLine($"{name,-40} smart    {with}  ratio {ratios[^1]:F2}");
                Console.WriteLine($"{name,-40} patient  {limited}  ratio {scoped[^1]:F2}");
            }

            Console.WriteLine($"{name,-40} median ratio: unfiltered {Median(ratios):F2}, for one patient {Median(scoped):F2}");
        }

        return 0;

        Task<LoadResult> Run(int port, byte[][] requests) =>
            LoadDriver.RunAsync(port, options.Clients, time, (client, i) => requests[((i * 7919) + (client * 751)) % requests.Length]);
    }

    private static byte[][] Requests(Func<string, int, string> url, Func<int, string?> token) =>
    [
        .. Enumerable.Range(0, Patients * Observations).Select(i =>
        {
            var patient = i % Patients;
            var address = url($"p{patient}", i / Patients);
            return token(patient) is { } bearer ? LoadDriver.Request("GET", address, null, $"Authorization: Bearer {bearer}") : LoadDriver.Request("GET", address);
        }),
    ];

    private static async Task SeedAsync(ServerProcess server)
    {
        var puts = Enumerable.Range(0, Patients).Select(patient => LoadDriver.Request("POST", "/fhir", Encoding.UTF8.GetBytes(Record(patient)), "Prefer: return=minimal")).ToArray();
        var seeded = await LoadDriver.RunAsync(server.Port, 8, TimeSpan.FromMinutes(2), (client, i) => (i * 8) + client is var n && n < Patients ? (ReadOnlyMemory<byte>?)puts[n] : null);
        Console.WriteLine($"seed {Patients} patients with {Observations} observations: {seeded}");
    }

    private static string Record(int patient)
    {
        var entries = new List<string> { Entry("Patient", $"p{patient}", Encoding.UTF8.GetString(SamplePatient.Json(patient, $"p{patient}"))) };
        for (var i = 0; i < Observations; i++)
        {
            var (id, category) = ($"p{patient}-o{i}", i % 2 == 0 ? "laboratory" : "vital-signs");
            var date = new DateTime(2020, 1, 1, 8, 0, 0, DateTimeKind.Utc).AddDays((patient * 7) + i).ToString("s", CultureInfo.InvariantCulture);
            entries.Add(Entry("Observation", id, $$$$"""{"resourceType":"Observation","id":"{{{{id}}}}","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{{{category}}}}"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8302-{{{{i}}}}"}]},"subject":{"reference":"Patient/p{{{{patient}}}}"},"effectiveDateTime":"{{{{date}}}}Z","valueQuantity":{"value":{{{{i}}}},"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}}"""));
        }

        return $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""";
    }

    private static string Entry(string type, string id, string resource) => $$$"""{"resource":{{{resource}}},"request":{"method":"PUT","url":"{{{type}}}/{{{id}}}"}}""";

    // SQLite's own way to copy a database that somebody has open.
    private static async Task CopyAsync(string from, string to)
    {
        await using var store = SqliteResourceStore.Open(new SqliteStoreOptions { Path = Path.Combine(from, "fhir.db"), Extract = static (_, _) => [] });
        await store.CheckpointAsync(CancellationToken.None);
        foreach (var file in Directory.EnumerateFiles(from).Where(static file => Path.GetFileName(file) is not ("lock" or ".lock") && !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static async Task<(string Whole, string[] OfPatients)> IssueAsync(string folder)
    {
        await using var store = SqliteResourceStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "fhir.db"), Extract = static (_, _) => [] });
        var state = new SmartState(store);
        var grants = new Grants(state, ScopeConstraints.Standard, new SmartOptions { KeyFile = Path.Combine(folder, "smart.key") }, TimeProvider.System);
        await state.Clients.AddAsync("bench", new Client { Id = "bench", Name = "bench", Status = ClientStatus.Active });
        await state.Accounts.AddAsync("doctor", new Account { Id = "doctor", UserName = "doctor", Role = AccountRole.Practitioner });
        var tokens = new string[Patients];
        for (var i = 0; i < Patients; i++)
            tokens[i] = await TokenAsync("patient/*.rs", "doctor", new LaunchContext { Patient = $"p{i}" });
        return (await TokenAsync("system/*.cruds", null, LaunchContext.None), tokens);

        async Task<string> TokenAsync(string scope, string? account, LaunchContext context)
        {
            var grant = await grants.CreateAsync(new Grant { ClientId = "bench", AccountId = account, Scope = scope, Context = context }, null, CancellationToken.None);
            return await grants.IssueAsync(grant, scope, TimeSpan.FromHours(4), hasIdToken: false, CancellationToken.None);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
