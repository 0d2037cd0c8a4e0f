// The generated region by itself: the same bytes each time, nothing that refers ahead, numbers that check, names with their pinyin.

using System.Security.Cryptography;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Samples.Region;
using FhirHub.Search;
using FhirHub.Server.Workflow;

namespace FhirHub.Server.Tests.Demo;

public class RegionGeneratorTests
{
    private const string ResidentIdSystem = "https://fhirhub.dev/fhir/sid/resident-id";
    private static readonly RegionSettings Settings = new(120, 5);

    [Fact]
    public void Equal_settings_give_equal_bytes()
    {
        Assert.Equal(Digest(Settings), Digest(Settings));
        Assert.NotEqual(Digest(Settings), Digest(Settings with { Seed = 6 }));
    }

    [Fact]
    public void The_random_numbers_are_those_of_the_algorithm()
    {
        // Steele, Lea and Flood's own first numbers for the state 1234567; the runtime's generator plays no part.
        var random = SplitMix64.FromState(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void References_lead_to_what_came_before()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in new RegionGenerator(Settings).Generate())
        {
            using var json = JsonDocument.Parse(resource.Json);
            foreach (var reference in References(json.RootElement))
                Assert.True(seen.Contains(reference), $"{resource.Type}/{resource.Id} refers to {reference}, which is not there yet.");
            Assert.True(seen.Add($"{resource.Type}/{resource.Id}"), $"{resource.Type}/{resource.Id} is there twice.");
            Assert.Equal(resource.Type, json.RootElement.GetProperty("resourceType").GetString());
            Assert.Equal(resource.Id, json.RootElement.GetProperty("id").GetString());
        }
    }

    [Fact]
    public void A_region_of_200_patients_has_five_tiers_and_all_states()
    {
        var resources = new RegionGenerator(new RegionSettings()).Generate().Select(static resource => JsonDocument.Parse(resource.Json).RootElement).ToList();
        var byType = resources.ToLookup(static resource => resource.GetProperty("resourceType").GetString()!);

        Assert.Equal(200, byType["Patient"].Count());
        var tiers = byType["Organization"].SelectMany(Codes).Where(static code => code.System.EndsWith("/organization-tier", StringComparison.Ordinal)).GroupBy(static code => code.Code);
        Assert.Equal([("city", 2), ("county", 4), ("province", 1), ("township", 8), ("village", 16)], tiers.Select(static tier => (tier.Key, tier.Count())).Order());

        var states = byType["Task"].ToLookup(
            static task => task.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString(),
            static task => task.GetProperty("businessStatus").GetProperty("coding")[0].GetProperty("code").GetString()!);
        string[] both = ["requested", "received", "accepted", "rejected", "scheduled", "in-progress", "completed", "cancelled"];
        Assert.Equal([.. both.Append("returned").Order(StringComparer.Ordinal)], states["referral"].Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(both.Order(StringComparer.Ordinal), states["consultation"].Distinct().Order(StringComparer.Ordinal));

        var directions = byType["ServiceRequest"].SelectMany(Codes).Where(static code => code.System.EndsWith("/referral-direction", StringComparison.Ordinal));
        Assert.Equal(["down", "transfer", "up"], directions.Select(static code => code.Code).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_task_came_to_its_state_by_legal_changes()
    {
        foreach (var task in new RegionGenerator(new RegionSettings()).Generate().Where(static resource => resource.Type == "Task"))
        {
            using var json = JsonDocument.Parse(task.Json);
            var root = json.RootElement;
            var service = root.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString()!;
            var changes = root.GetProperty("extension").EnumerateArray().Select(static change => change.GetProperty("extension").EnumerateArray()
                .Single(static part => part.GetProperty("url").ValueEquals("state")).GetProperty("valueCode").GetString()).Select(TaskState.Find).ToList();
            Assert.Equal(TaskState.Requested, changes[0]);
            for (var i = 1; i < changes.Count; i++)
                Assert.Contains(changes[i], changes[i - 1]!.Next(service));
            Assert.Equal(root.GetProperty("status").GetString(), changes[^1]!.Status);
        }
    }

    [Fact]
    public void Resident_numbers_are_right_and_nobody_shares_one()
    {
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var patient in new RegionGenerator(new RegionSettings(6000)).Generate().Where(static resource => resource.Type == "Patient"))
        {
            using var json = JsonDocument.Parse(patient.Json);
            var root = json.RootElement;
            foreach (var identifier in root.GetProperty("identifier").EnumerateArray().Where(static identifier => identifier.GetProperty("system").ValueEquals(ResidentIdSystem)))
            {
                var value = identifier.GetProperty("value").GetString()!;
                Assert.True(ResidentId.TryParse(value, allowOldForm: false, out var id), value);
                Assert.StartsWith("5399", value, StringComparison.Ordinal);
                Assert.Equal(root.GetProperty("birthDate").GetString(), id.BirthDate.ToString("yyyy-MM-dd"));
                Assert.Equal(root.GetProperty("gender").GetString(), id.Gender);
                Assert.True(numbers.Add(value), $"{value} is two patients' number.");
            }
        }

        Assert.InRange(numbers.Count, 5500, 6000);
    }

    [Theory]
    [InlineData("91", "440300", "19220382", "914403001922038216")]
    [InlineData("91", "440300", "71526726", "9144030071526726XG")]
    public void Unified_social_credit_codes_check_like_those_of_real_institutions(string registration, string division, string organization, string code) =>
        Assert.Equal(code, CheckCharacters.CreditCode(registration, division, organization));

    [Fact]
    public void Families_share_address_and_household_number()
    {
        var patients = new RegionGenerator(Settings).Generate().Where(static resource => resource.Type == "Patient").Select(static resource => JsonDocument.Parse(resource.Json).RootElement);
        var households = patients.ToLookup(HouseholdOf, static patient => patient.GetProperty("address")[0].GetProperty("text").GetString());
        Assert.Contains(households, static household => household.Key is not null && household.Count() >= 5);
        Assert.All(households.Where(static household => household.Key is not null), static household => Assert.Single(household.Distinct()));
    }

    [Fact]
    public void Names_have_a_reading_that_their_characters_have()
    {
        foreach (var (character, pinyin) in PersonNames.Characters)
        {
            var readings = Pinyin.Of(character.EnumerateRunes().Single()).Concat(Pinyin.OfSurname(character) ?? []);
            Assert.Contains(pinyin, readings);
        }
    }

    [Fact]
    public void The_largest_region_begins_at_once_and_is_not_remembered()
    {
        // Ten million patients would take hours and tens of gigabytes if anything were made ahead.
        var first = new RegionGenerator(new RegionSettings(10_000_000)).Generate().Take(2000).ToList();
        Assert.Equal(2000, first.Count);
    }

    private static string Digest(RegionSettings settings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resource in new RegionGenerator(settings).Generate())
            hash.AppendData(resource.Json.Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string? HouseholdOf(JsonElement patient) => patient.GetProperty("extension").EnumerateArray()
        .Where(static extension => extension.TryGetProperty("valueIdentifier", out _))
        .Select(static extension => extension.GetProperty("valueIdentifier").GetProperty("value").GetString())
        .SingleOrDefault();

    private static IEnumerable<(string System, string Code)> Codes(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("system", out var system) && element.TryGetProperty("code", out var code) => [(system.GetString()!, code.GetString()!)],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static property => Codes(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Codes),
        _ => [],
    };

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static property =>
            property is { Name: "reference", Value.ValueKind: JsonValueKind.String } ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
