using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

public class BundleRuleTests
{
    private const string Author = "urn:uuid:11111111-1111-4111-8111-111111111111";
    private const string Subject = "urn:uuid:22222222-2222-4222-8222-222222222222";
    private const string Entry = "urn:uuid:33333333-3333-4333-8333-333333333333";
    private const string Document = "urn:uuid:44444444-4444-4444-8444-444444444444";

    private static readonly string[] Kinds =
        ["full-url-missing", "full-url-relative", "full-url-mismatch", "not-in-bundle", "not-reached", "reference-urn-missing", "reference-other-full-url", "link-twice"];

    [Fact]
    public async Task A_document_that_holds_all_that_it_refers_to_is_left_alone() =>
        Assert.DoesNotContain(await TestResources.R4.ValidateAsync(DocumentWith()), issue => Kinds.Contains(issue.Detail?.Code));

    [Theory]
    [InlineData(Author, "Bundle.entry[0].resource.author[0].reference")]
    [InlineData(Subject, "Bundle.entry[0].resource.subject.reference")]
    [InlineData(Entry, "Bundle.entry[0].resource.section[0].section[0].entry[0].reference")]
    public async Task What_a_composition_refers_to_has_to_be_in_the_document(string target, string expression)
    {
        var json = DocumentWith().Replace($"\"fullUrl\":\"{target}\"", "\"fullUrl\":\"urn:uuid:99999999-9999-4999-8999-999999999999\"", StringComparison.Ordinal);
        var issue = await RuleCheck.OnlyAsync("not-in-bundle", json);
        Assert.Equal((IssueSeverity.Error, expression), (issue.Severity, issue.Expression));
        Assert.Contains(target, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_nothing_connects_with_the_document_is_a_warning()
    {
        var json = DocumentWith(""",{"fullUrl":"http://example.org/fhir/Basic/1","resource":{"resourceType":"Basic","id":"1","code":{"text":"x"}}}""");
        var issue = await RuleCheck.OnlyAsync("not-reached", json);
        Assert.Equal((IssueSeverity.Warning, "Bundle.entry[4]"), (issue.Severity, issue.Expression));
        json = DocumentWith($$$""",{"fullUrl":"http://example.org/fhir/Basic/1","resource":{"resourceType":"Basic","id":"1","code":{"text":"x"},"subject":{"reference":"{{{Subject}}}"} } }""");
        Assert.Empty(await RuleCheck.FindAsync("not-reached", json));
    }

    [Fact]
    public async Task The_focus_of_a_message_has_to_be_in_it()
    {
        const string Json = """
            {"resourceType":"Bundle","type":"message","entry":[
              {"fullUrl":"http://example.org/fhir/MessageHeader/m","resource":{"resourceType":"MessageHeader","id":"m","eventUri":"http://example.org/e","source":{"endpoint":"http://example.org"},"focus":[{"reference":"Patient/1"}]}},
              {"fullUrl":"http://example.org/fhir/Patient/1","resource":{"resourceType":"Patient","id":"1"}}]}
            """;
        Assert.Empty(await RuleCheck.FindAsync("not-in-bundle", Json));
        var issue = await RuleCheck.OnlyAsync("not-in-bundle", Json.Replace("\"Patient/1\"", "\"Patient/2\"", StringComparison.Ordinal));
        Assert.Equal("Bundle.entry[0].resource.focus[0].reference", issue.Expression);
    }

    [Theory]
    [InlineData("http://example.org/fhir/Patient/1", null)]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", null)]
    [InlineData("http://example.org/fhir/Patient/2", "full-url-mismatch")]
    [InlineData("http://example.org/fhir/Group/1", "full-url-mismatch")]
    [InlineData("Patient/1", "full-url-relative")]
    [InlineData(null, "full-url-missing")]
    public async Task A_full_url_is_the_resources_own(string? fullUrl, string? kind)
    {
        var member = fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",";
        var issues = await TestResources.R4.ValidateAsync(
            $$$"""{"resourceType":"Bundle","type":"collection","entry":[ {{{{member}}}"resource":{"resourceType":"Patient","id":"1"}}]}""");
        var found = issues.SingleOrDefault(issue => issue.Detail?.Code.StartsWith("full-url", StringComparison.Ordinal) == true);
        Assert.Equal(kind, found?.Detail?.Code);
        if (kind is not null)
            Assert.Equal((IssueSeverity.Error, fullUrl is null ? "Bundle.entry[0]" : "Bundle.entry[0].fullUrl"), (found!.Severity, found.Expression));
    }

    [Fact]
    public async Task Entries_of_a_transaction_need_no_full_url_and_may_refer_by_search() =>
        Assert.DoesNotContain(
            await TestResources.R4.ValidateAsync("""
                {"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=1"}},
                  "request":{"method":"POST","url":"Observation"}}]}
                """),
            issue => issue.Severity == IssueSeverity.Error);

    [Fact]
    public async Task A_urn_that_no_entry_has_is_a_warning()
    {
        var json = Collection($$"""{"reference":"{{Subject}}"}""");
        Assert.Equal((IssueSeverity.Warning, "Bundle.entry[0].resource.subject.reference"), await PlaceOf("reference-urn-missing", json));
    }

    [Fact]
    public async Task A_relative_reference_counts_from_the_full_url_of_its_own_entry()
    {
        Assert.Equal((IssueSeverity.Warning, "Bundle.entry[0].resource.subject.reference"), await PlaceOf("reference-other-full-url", Collection("""{"reference":"Patient/1"}""")));
        Assert.Empty(await RuleCheck.FindAsync("reference-other-full-url", Collection("""{"reference":"http://other.org/fhir/Patient/1"}""")));
        Assert.Empty(await RuleCheck.FindAsync("reference-other-full-url", Collection("""{"reference":"Patient/1"}""").Replace("http://other.org", "http://example.org", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_type_of_an_entry_counts_for_a_urn_that_refers_to_it()
    {
        var json = Collection($$"""{"reference":"{{Subject}}"}""").Replace("http://other.org/fhir/Patient/1", Subject, StringComparison.Ordinal);
        Assert.Empty(await RuleCheck.FindAsync("reference-target-type", json));
        json = json.Replace("\"resourceType\":\"Patient\",\"id\":\"1\"", "\"resourceType\":\"Basic\",\"id\":\"1\",\"code\":{\"text\":\"x\"}", StringComparison.Ordinal);
        Assert.Equal((IssueSeverity.Error, "Bundle.entry[0].resource.subject"), await PlaceOf("reference-target-type", json));
    }

    [Fact]
    public async Task A_link_of_paging_is_there_once()
    {
        var issue = await RuleCheck.OnlyAsync("link-twice", """
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://a"},{"relation":"next","url":"http://b"},{"relation":"next","url":"http://c"}]}
            """);
        Assert.Equal("Bundle.link[2]", issue.Expression);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","active":true}""", "contained-id", "Patient.contained[0]")]
    [InlineData("""{"resourceType":"Patient","id":"a"},{"resourceType":"Group","id":"a","type":"person","actual":true}""", "contained-twice", "Patient.contained[1]")]
    public async Task Contained_resources_have_ids_of_their_own(string contained, string kind, string expression)
    {
        var issue = await RuleCheck.OnlyAsync(kind, $$"""{"resourceType":"Patient","contained":[{{contained}}]}""");
        Assert.Equal((IssueSeverity.Error, expression), (issue.Severity, issue.Expression));
    }

    private static async Task<(IssueSeverity Severity, string? Expression)> PlaceOf(string kind, string json)
    {
        var issue = await RuleCheck.OnlyAsync(kind, json);
        return (issue.Severity, issue.Expression);
    }

    private static string Collection(string subject) => $$$"""
        {"resourceType":"Bundle","type":"collection","entry":[
          {"fullUrl":"http://example.org/fhir/Observation/o","resource":{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{{{subject}}} }},
          {"fullUrl":"http://other.org/fhir/Patient/1","resource":{"resourceType":"Patient","id":"1"}}]}
        """;

    private static string DocumentWith(string entries = "") => $$$"""
        {"resourceType":"Bundle","type":"document","identifier":{"system":"urn:ietf:rfc:3986","value":"{{{Document}}}"},"timestamp":"2024-01-01T00:00:00Z","entry":[
          {"fullUrl":"{{{Document}}}","resource":{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2024-01-01","title":"x","author":[{"reference":"{{{Author}}}"}],
            "subject":{"reference":"{{{Subject}}}"},"section":[{"title":"a","section":[{"title":"b","entry":[{"reference":"{{{Entry}}}"}]}]}]}},
          {"fullUrl":"{{{Author}}}","resource":{"resourceType":"Practitioner","active":true}},
          {"fullUrl":"{{{Subject}}}","resource":{"resourceType":"Patient","active":true}},
          {"fullUrl":"{{{Entry}}}","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"{{{Subject}}}"} } }{{{entries}}}]}
        """;
}
