// What FhirHub:Exchange:Workflow costs: two servers that differ in nothing else get the same writes in turn.

using System.Text;
using FhirHub.Benchmarks.Http;

namespace FhirHub.Benchmarks.Workflow;

internal static class WorkflowBenchmark
{
    // A referral is made, received and rejected; the last step changes the ServiceRequest too.
    private static readonly string[] s_states = ["requested", "received", "rejected"];

    public static async Task<int> RunAsync(Options options)
    {
        await using var free = await ServerProcess.StartFhirHubAsync(null, false, "--FhirHub:Exchange:Workflow=false");
        await using var enforced = await ServerProcess.StartFhirHubAsync(null, false, "--FhirHub:Exchange:Workflow=true");
        await PrepareAsync(free);
        await PrepareAsync(enforced);
        var ratios = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var round = 0; round <= options.Rounds; round++)
        {
            await CompareAsync("patients", server => CreateAsync(server, options));
            await CompareAsync("referrals", server => ReferAsync(server, options, round));

            async Task CompareAsync(string what, Func<ServerProcess, Task<LoadResult>> run)
            {
                var (without, with) = (await run(free), await run(enforced));

                // The first round warms up.
                if (round == 0)
                    return;
                Console.WriteLine($"{what,-9} free     {without}");
                Console.WriteLine($"{what,-9} enforced {with}  ratio {with.PerSecond / without.PerSecond:F2}");
                if (!ratios.TryGetValue(what, out var list))
                    ratios.Add(what, list = []);
                list.Add(with.PerSecond / without.PerSecond);
            }
        }

        foreach (var (what, list) in ratios)
        {
            list.Sort();
            Console.WriteLine($"{what}: enforced writes {list[list.Count / 2]:F2} of the rate of free (median of {list.Count})");
        }

        return 0;
    }

    private static Task<LoadResult> CreateAsync(ServerProcess server, Options options)
    {
        long number = 0;
        return LoadDriver.RunAsync(server.Port, options.Clients, TimeSpan.FromSeconds(options.Seconds), (_, _) =>
            LoadDriver.Request("POST", "/fhir/Patient", SamplePatient.Json(Interlocked.Increment(ref number)), "Prefer: return=minimal"));
    }

    private static Task<LoadResult> ReferAsync(ServerProcess server, Options options, int round) =>
        LoadDriver.RunAsync(server.Port, options.Clients, TimeSpan.FromSeconds(options.Seconds), (client, i) =>
        {
            var id = $"r{round}-{client}-{i / s_states.Length}";
            var step = (int)(i % s_states.Length);
            return step == 0
                ? LoadDriver.Request("POST", "/fhir", Encoding.UTF8.GetBytes($$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{Entry("ServiceRequest", id, Request(id))}}},{{{Entry("Task", id, Task(id, 0))}}}]}"""), "Prefer: return=minimal")
                : LoadDriver.Request("PUT", $"/fhir/Task/{id}", Encoding.UTF8.GetBytes(Task(id, step)), "Prefer: return=minimal");
        });

    private static async Task PrepareAsync(ServerProcess server)
    {
        using var client = new HttpClient();
        using var body = new StringContent(
            $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{Entry("Organization", "village", Organization("village"))}}},{{{Entry("Organization", "county", Organization("county"))}}},{{{Entry("PractitionerRole", "doctor", """{"resourceType":"PractitionerRole","id":"doctor","organization":{"reference":"Organization/village"}}""")}}}]}""",
            Encoding.UTF8, "application/fhir+json");
        using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{server.Port}/fhir"), body);
        response.EnsureSuccessStatusCode();
    }

    private static string Entry(string type, string id, string resource) =>
        $$$"""{"resource":{{{resource}}},"request":{"method":"PUT","url":"{{{type}}}/{{{id}}}"}}""";

    private static string Organization(string tier) =>
        $$$"""{"resourceType":"Organization","id":"{{{tier}}}","type":[{{{Concept("organization-tier", tier)}}}]}""";

    private static string Request(string id) =>
        $$$"""{"resourceType":"ServiceRequest","id":"{{{id}}}","status":"active","intent":"order","category":[{{{Concept("exchange-service", "referral")}}},{{{Concept("referral-direction", "up")}}}],"subject":{"reference":"Patient/wang"},"requester":{"reference":"PractitionerRole/doctor"},"performer":[{"reference":"Organization/county"}]}""";

    private static string Task(string id, int step)
    {
        var changes = s_states.Take(step + 1).Select(static (state, i) =>
            $$$"""{"url":"https://fhirhub.dev/fhir/StructureDefinition/state-change","extension":[{"url":"state","valueCode":"{{{state}}}"},{"url":"at","valueDateTime":"2026-11-01T09:00:00Z"},{"url":"by","valueReference":{"reference":"{{{(i == 0 ? "PractitionerRole/doctor" : "Organization/county")}}}"}}]}""");
        return $$$"""{"resourceType":"Task","id":"{{{id}}}","extension":[{{{string.Join(',', changes)}}}],"status":"{{{s_states[step]}}}","businessStatus":{{{Concept("exchange-task-state", s_states[step])}}},"intent":"order","code":{{{Concept("exchange-service", "referral")}}},"focus":{"reference":"ServiceRequest/{{{id}}}"},"for":{"reference":"Patient/wang"},"requester":{"reference":"PractitionerRole/doctor"},"owner":{"reference":"Organization/county"}}""";
    }

    private static string Concept(string system, string code) =>
        $$$"""{"coding":[{"system":"https://fhirhub.dev/fhir/CodeSystem/{{{system}}}","code":"{{{code}}}"}]}""";
}
