// The property that holds all others: with a token for one patient, a server that holds two answers as one that holds what the token grants.

using System.Globalization;
using FhirHub.Smart;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Server.Tests.Access;

public class LeakTests(ITestOutputHelper output)
{
    // FHIRHUB_LEAK_REQUESTS asks for more, as before a release.
    private const string Variable = "FHIRHUB_LEAK_REQUESTS";

    private static readonly LeakToken[] s_tokens =
    [
        new("the patient, everything", "patient/*.cruds"),
        new("the patient, constrained", "patient/Patient.rs patient/Observation.cruds?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory patient/Condition.rs"),
        new("the patient, version 1", "patient/*.read"),
        new("the patient's own account", "user/*.cruds") { Patient = null },
        new("few types, some letters", "patient/Patient.r patient/Observation.rs patient/Encounter.s patient/Flag.cud patient/List.crus patient/Organization.rs patient/Task.crus patient/Appointment.crus"),
        new("a practitioner's launch", "patient/*.cruds") { Role = AccountRole.Practitioner, FhirUser = "Practitioner/gp" },
    ];

    public static TheoryData<string> Tokens => [.. s_tokens.Select(static token => token.Name)];

    private static int Requests => int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var requests) ? requests : 600;

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task A_token_sees_what_a_server_with_nothing_else_would_show(string name)
    {
        var seed = TestSeed.Take();
        var token = s_tokens.Single(token => token.Name == name);
        await using var pair = await LeakPair.StartAsync(token, "--FhirHub:Dicomweb:Enabled=false");
        var requests = new LeakRequests(new Random(seed), pair.World);
        var failures = new List<string>();
        var statuses = new SortedDictionary<int, int>();
        var half = Requests / 2;
        for (var i = 0; i < Requests && failures.Count < 12; i++)
        {
            // First what is there, then what becomes of it.
            var request = i < half || i % 2 == 0 ? requests.Read() : requests.Write(pair.NewIds);
            var (difference, whole, part) = await pair.AskAsync(request);
            statuses[whole.Status] = statuses.GetValueOrDefault(whole.Status) + 1;
            if (difference is null && request.Method == "GET" && i % 3 == 0)
                difference = await pair.FollowAsync(whole, part, pages: 6);
            if (difference is not null)
                failures.Add($"request {i}: {await ShortenAsync(pair, request)}\n{difference}");
            if (whole.Status >= 500)
                failures.Add($"request {i}: {request}\n{whole.Status} {whole.Body}");
        }

        output.WriteLine($"seed {seed}, {Requests} requests: {string.Join(", ", statuses.Select(static status => $"{status.Value} × {status.Key}"))}");
        Assert.True(failures.Count == 0, $"seed {seed}\n{string.Join("\n\n", failures)}");
        Assert.True(statuses.GetValueOrDefault(200) > Requests / 10, "Hardly any request was granted, so the test shows little.");
    }

    // What the filter itself grants is not for the comparison to tell, which is made with it.
    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task No_token_is_granted_what_is_the_other_patients_alone(string name)
    {
        var token = s_tokens.Single(token => token.Name == name);
        await using var pair = await LeakPair.StartAsync(token, "--FhirHub:Dicomweb:Enabled=false");
        var owners = pair.World.Steps.GroupBy(static step => step.Key).ToDictionary(static group => group.Key, static group => group.Select(static step => step.Whose).Distinct().ToList());
        Assert.DoesNotContain(pair.Granted, key => owners[key] is [Whose.Theirs]);
        if (token.Scope is "patient/*.cruds" or "patient/*.read")
            Assert.True(pair.Granted.Count(key => owners[key] is [Whose.Mine]) > 100, $"Only {pair.Granted.Count} are granted.");
    }

    private static async Task<LeakRequest> ShortenAsync(LeakPair pair, LeakRequest request)
    {
        if (!request.IsSafe)
            return request;
        for (var isShorter = true; isShorter;)
        {
            isShorter = false;
            foreach (var shorter in request.Shorter())
            {
                if ((await pair.AskAsync(shorter)).Difference is null)
                    continue;
                request = shorter;
                isShorter = true;
                break;
            }
        }

        return request;
    }
}
