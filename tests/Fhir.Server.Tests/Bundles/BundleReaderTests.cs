// What entries ask for, and what is wrong with them.

using static FhirHub.Tests.Bundles.BundleText;

namespace FhirHub.Tests.Bundles;

public class BundleReaderTests
{
    private const string Patient = """{"resourceType":"Patient","active":true}""";

    [Theory]
    [InlineData("FETCH", "Patient", null, "Bundle.entry[0].request.method")]
    [InlineData("POST", "Patient/1", Patient, "Bundle.entry[0].request.url")]
    [InlineData("POST", "Observation", Patient, "Bundle.entry[0].request.url")]
    [InlineData("POST", "Patient", null, "Bundle.entry[0].resource")]
    [InlineData("PUT", "Patient", Patient, "Bundle.entry[0].request.url")]
    [InlineData("PUT", "Patient/1", Patient, "Bundle.entry[0].resource.id")]
    [InlineData("PATCH", "Patient/1", Patient, "Bundle.entry[0].resource")]
    [InlineData("DELETE", "Patient", null, "Bundle.entry[0].request.url")]
    [InlineData("GET", "http://elsewhere/Patient/1", null, "Bundle.entry[0].request.url")]
    public void An_entry_that_can_not_be_run_says_where(string method, string url, string? resource, string expression)
    {
        var request = Read(Transaction(Entry(method, url, resource)));

        var (index, issue) = Assert.Single(request.Issues);
        Assert.Equal((0, expression), (index, issue.Expression));
    }

    [Fact]
    public void A_wrong_entry_leaves_the_others_of_a_batch()
    {
        var request = Read(Batch(Entry("POST", "Patient"), Entry("GET", "Patient/1")));

        Assert.Equal(2, request.Count);
        Assert.Equal(1, Assert.Single(request.Entries).Index);
    }

    [Fact]
    public void Two_entries_of_one_fullUrl_are_refused_in_a_transaction()
    {
        var request = Read(Transaction(Entry("POST", "Patient", Patient, "urn:uuid:a"), Entry("POST", "Patient", Patient, "urn:uuid:a")));

        Assert.Equal("Bundle.entry[1].fullUrl", Assert.Single(request.Issues).Issue.Expression);
    }

    [Fact]
    public void Criteria_of_a_conditional_create_may_start_with_the_type()
    {
        var request = Read(Transaction(Entry("POST", "Patient", Patient, more: "\"ifNoneExist\":\"Patient?identifier=x\"")));

        Assert.Equal("identifier=x", request.Entries[0].Criteria);
    }
}
