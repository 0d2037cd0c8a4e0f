// The order of a transaction's writes, and that no resource is written twice.

using FhirHub.Server;
using FhirHub.Storage;
using static FhirHub.Tests.Bundles.BundleText;

namespace FhirHub.Tests.Bundles;

public class TransactionPlanTests
{
    [Fact]
    public void Deletes_come_before_creates_and_creates_before_updates()
    {
        var plan = Plan(("PUT", "Patient/a"), ("POST", "Patient"), ("DELETE", "Patient/b"), ("PATCH", "Patient/c"), ("POST", "Patient"));

        Assert.Equal([2, 1, 4, 0, 3], plan.Entries.Select(e => e.Entry.Index));
    }

    [Theory]
    [InlineData("PUT", "Patient/a", "DELETE", "Patient/a")]
    [InlineData("PUT", "Patient/a", "PUT", "Patient/a")]
    [InlineData("PATCH", "Patient/a", "PUT", "Patient/a")]
    [InlineData("PUT", "Patient?identifier=1", "PUT", "Patient?identifier=1")]
    public void Two_entries_for_one_resource_are_refused(string first, string firstUrl, string second, string secondUrl)
    {
        var plan = Plan((first, firstUrl), (second, secondUrl));

        Assert.Equal(400, plan.Refusal!.Status);
        Assert.Equal("Bundle.entry[1]", plan.Refusal.Issues[0].Expression);
    }

    [Fact]
    public void An_entry_that_finds_the_resource_of_another_by_criteria_is_refused()
    {
        var request = Read(Transaction(Put("Patient/a"), Put("Patient?identifier=1")));
        var key = new ResourceKey("Patient", "a");

        var plan = TransactionPlan.Create([.. request.Entries.Select(e => new PlannedEntry(e, [new WriteTarget(key)]))]);

        Assert.Equal("duplicate", plan.Refusal!.Issues[0].Code);
    }

    [Fact]
    public void A_refusal_of_an_entry_points_into_the_bundle()
    {
        var entry = Read(Transaction(Put("Patient/b"), Put("Patient/a"))).Entries[1];

        var refusal = TransactionPlan.At(entry, InteractionResult.Refused(400, "value", "No.", "Patient.name[0].given[1]"));

        Assert.Equal("Bundle.entry[1].resource.name[0].given[1]", refusal.Issues[0].Expression);
    }

    private static TransactionPlan Plan(params (string Method, string Url)[] entries)
    {
        var request = Read(Transaction([.. entries.Select(e => e.Method switch
        {
            "PUT" => Put(e.Url),
            "POST" => Entry("POST", e.Url, """{"resourceType":"Patient","active":true}"""),
            "PATCH" => Entry("PATCH", e.Url, """{"resourceType":"Parameters","parameter":[{"name":"operation"}]}"""),
            _ => Entry(e.Method, e.Url),
        })]));
        Assert.Empty(request.Issues);
        return TransactionPlan.Create([.. request.Entries.Select(e =>
            new PlannedEntry(e, [new WriteTarget(new ResourceKey("Patient", e.Url.Route.Id ?? Guid.NewGuid().ToString()))]))]);
    }

    private static string Put(string url) => Entry(
        "PUT", url, url.Contains('?', StringComparison.Ordinal)
            ? """{"resourceType":"Patient","active":true}"""
            : $$"""{"resourceType":"Patient","id":"{{url[8..]}}","active":true}""");
}
