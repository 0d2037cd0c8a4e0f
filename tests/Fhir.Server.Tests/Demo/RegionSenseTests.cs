// What a doctor would stumble over in a generated region: referrals against their direction, and children on doses of adults.

using System.Globalization;
using System.Text.Json;
using FhirHub.Samples.Region;

namespace FhirHub.Server.Tests.Demo;

public class RegionSenseTests
{
    private static readonly string[] Tiers = ["province", "city", "county", "township", "village"];

    private static readonly ILookup<string, JsonElement> Region = new RegionGenerator(new RegionSettings()).Generate()
        .Select(static resource => JsonDocument.Parse(resource.Json).RootElement).ToLookup(static resource => resource.GetProperty("resourceType").GetString()!);

    [Fact]
    public void Referrals_and_returns_go_the_way_that_they_say()
    {
        var roles = Region["PractitionerRole"].ToDictionary(Reference, static role => role.GetProperty("organization").GetProperty("reference").GetString()!);
        var tiers = Region["Organization"].ToDictionary(Reference, static organization => CodeOf(organization, "type", "organization-tier"));
        var ways = new HashSet<(string, bool)>();
        foreach (var request in Region["ServiceRequest"])
        {
            if (CodeOf(request, "category", "referral-direction") is not ("up" or "down") || !request.TryGetProperty("performer", out var performers))
                continue;
            var direction = CodeOf(request, "category", "referral-direction")!;
            var from = TierOf(request.GetProperty("requester"));
            var to = TierOf(performers[0]);
            Assert.True(direction == "up" ? to < from : to > from, $"{Reference(request)} goes {direction} from {Tiers[from]} to {Tiers[to]}.");
            ways.Add((direction, request.TryGetProperty("basedOn", out _)));
        }

        Assert.Equal(4, ways.Count);

        int TierOf(JsonElement party)
        {
            var reference = party.GetProperty("reference").GetString()!;
            return Array.IndexOf(Tiers, tiers[roles.GetValueOrDefault(reference, reference)]);
        }
    }

    [Fact]
    public void Children_get_what_is_made_for_them()
    {
        var born = Region["Patient"].ToDictionary(Reference, static patient => Day(patient.GetProperty("birthDate").GetString()!));
        var names = new HashSet<string>();
        foreach (var prescription in Region["MedicationRequest"])
        {
            var subject = prescription.GetProperty("subject").GetProperty("reference").GetString()!;
            if (Day(prescription.GetProperty("authoredOn").GetString()!) < born[subject].AddYears(14))
                names.Add(prescription.GetProperty("medicationCodeableConcept").GetProperty("text").GetString()!);
        }

        Assert.Contains("对乙酰氨基酚混悬液100ml:3.2g", names);
        Assert.DoesNotContain(names, static name => name.Contains("胶囊", StringComparison.Ordinal) || name.StartsWith("对乙酰氨基酚片", StringComparison.Ordinal));
    }

    private static string Reference(JsonElement resource) => $"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}";

    private static DateOnly Day(string text) => DateOnly.ParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? CodeOf(JsonElement resource, string element, string system) => resource.TryGetProperty(element, out var concepts)
        ? concepts.EnumerateArray().SelectMany(static concept => concept.GetProperty("coding").EnumerateArray())
            .Where(coding => coding.GetProperty("system").GetString()!.EndsWith("/" + system, StringComparison.Ordinal))
            .Select(static coding => coding.GetProperty("code").GetString()).FirstOrDefault()
        : null;
}
