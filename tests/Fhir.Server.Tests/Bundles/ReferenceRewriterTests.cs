// References among entries, wherever a resource can hold one.

using System.Text;
using FhirHub.Model;
using FhirHub.Server;
using FhirHub.Storage;

namespace FhirHub.Tests.Bundles;

public class ReferenceRewriterTests
{
    private const string Urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";

    [Fact]
    public void References_are_resolved_everywhere()
    {
        var rewritten = Rewrite(
            $$$"""
            {
              "resourceType": "Observation", "status": "final", "code": {"text": "{{{Urn}}}"},
              "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a title='x' href=\"{{{Urn}}}\">see</a> {{{Urn}}} <img src='{{{Urn}}}' alt='a'/></div>"},
              "contained": [{"resourceType": "DocumentReference", "id": "d", "status": "current", "content": [{"attachment": {"url": "{{{Urn}}}"}}]}],
              "extension": [{"url": "http://x", "valueReference": {"reference": "{{{Urn}}}"}}, {"url": "http://y", "valueUri": "{{{Urn}}}"}],
              "_status": {"extension": [{"url": "http://z", "valueReference": {"reference": "{{{Urn}}}"}}]},
              "subject": {"reference": "{{{Urn}}}", "display": "{{{Urn}}}"}
            }
            """);

        Assert.Equal("Patient/7", Value(rewritten, "subject", "reference"));
        Assert.Equal("Patient/7", Value(rewritten, "contained", "content", "attachment", "url"));
        Assert.Equal("Patient/7", Value(rewritten, "extension", "value", "reference"));
        Assert.Equal("Patient/7", Value(rewritten, "status", "extension", "value", "reference"));
        Assert.Equal(
            $"""<div xmlns="http://www.w3.org/1999/xhtml"><a title='x' href="Patient/7">see</a> {Urn} <img src='Patient/7' alt='a'/></div>""",
            Value(rewritten, "text", "div"));

        // Texts are no references.
        Assert.Equal(Urn, Value(rewritten, "code", "text"));
        Assert.Equal(Urn, Value(rewritten, "subject", "display"));
    }

    [Fact]
    public void A_canonical_is_not_replaced()
    {
        var rewritten = Rewrite($$$"""{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"{{{Urn}}}"}""");

        Assert.Equal(Urn, Value(rewritten, "questionnaire"));
    }

    [Theory]
    [InlineData(Urn, "Patient/7")]
    [InlineData(Urn + "/_history/4", "Patient/7/_history/1")]
    [InlineData(Urn + "#name", "Patient/7#name")]
    [InlineData("http://source/fhir/Practitioner/a", "Practitioner/8")]
    [InlineData("Practitioner/a", "Practitioner/8")]
    [InlineData("Practitioner/a/_history/3", "Practitioner/8/_history/3")]
    [InlineData("Organization/b", "Organization/9")]
    [InlineData("Practitioner?identifier=1", "Practitioner/10")]
    [InlineData("Practitioner/unknown", "Practitioner/unknown")]
    [InlineData("urn:uuid:00000000-0000-4000-8000-000000000000", "urn:uuid:00000000-0000-4000-8000-000000000000")]
    [InlineData("#contained", "#contained")]
    public void A_reference_becomes_the_address_of_its_entry(string reference, string expected)
    {
        var rewritten = Rewrite($$$"""{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"{{{reference}}}"}}""");

        Assert.Equal(expected, Value(rewritten, "subject", "reference"));
    }

    [Fact]
    public void A_resource_without_such_references_is_not_copied()
    {
        var tree = ResourceParser.ParseJson("""{"resourceType":"Patient","active":true}"""u8.ToArray()).Tree!;

        Assert.Equal(tree.Json, ReferenceRewriter.Rewrite(tree.Root, Names(), null));
    }

    [Fact]
    public void Escaped_references_are_resolved_too()
    {
        var rewritten = Rewrite($$$"""{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"{{{Urn.Replace(":", "\\u003a", StringComparison.Ordinal)}}}"}}""");

        Assert.Equal("Patient/7", Value(rewritten, "subject", "reference"));
    }

    private static EntryReferences Names()
    {
        var names = new EntryReferences("http://here/fhir");
        names.Add(Urn, new ResourceKey("Patient", "7"), isCreated: true);
        names.Add("http://source/fhir/Practitioner/a", new ResourceKey("Practitioner", "8"), isCreated: false);
        names.Add("http://here/fhir/Organization/b", new ResourceKey("Organization", "9"), isCreated: false);
        names.AddConditional("Practitioner?identifier=1", new ResourceKey("Practitioner", "10"));
        return names;
    }

    private static ElementNode Rewrite(string json)
    {
        // The entry's resource lies within a larger source, so offsets are not its own.
        var bundle = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(BundleText.Transaction(BundleText.Entry("POST", "Basic", json))));
        Assert.Empty(bundle.Issues);
        var resource = bundle.Tree!.Root.Child("entry").Child("resource");
        var rewritten = ResourceParser.ParseJson(ReferenceRewriter.Rewrite(resource, Names(), "http://source/fhir"));
        Assert.Empty(rewritten.Issues);
        return rewritten.Tree!.Root;
    }

    private static string? Value(ElementNode node, params string[] path)
    {
        foreach (var step in path)
            node = node.Child(step);
        return node.GetString();
    }
}
