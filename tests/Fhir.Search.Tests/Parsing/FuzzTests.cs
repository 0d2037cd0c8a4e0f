// A hundred thousand random query strings: each is a search or says what is wrong with it.

namespace FhirHub.Search.Tests;

public class FuzzTests
{
    private const int Seed = 20240511;

    private static readonly string[] s_types = ["Patient", "Observation", "Location", "RiskAssessment", "Bundle", "Basic", "QuestionnaireResponse"];

    // Fragments that the grammars know, and characters that they don't.
    private static readonly string[] s_pieces =
    [
        "name", "birthdate", "_has", ":", ".", "subject", "Patient", "Observation", "=", "&", ",", "|", "$", "\\", "%", "%2", "%ff", "+", "_sort",
        "_count", "_include", "*", "-", "gt", "ap", "2024", "-02", "-31", "T", "10:30", "Z", "1e", "9999999999999999999999999999", "5.40", "_id",
        "missing", "true", "exact", "of-type", "near", "0", "http://", "code-value-quantity", "value-quantity", "\0", "\ud83d", "é", "张", "_type",
        "_elements", "patient", "identifier", "[degF]", "http://unitsofmeasure.org", "not", "0001", "9999", "+14:00", "-14:00", "12-31",
        "_filter=", " eq ", " and ", " or ", " not (", "(", ")", "[", "]", "\"", " pr true", " ni ", " ss ", " po ", "_text=", "_content=", "OR", "AND", "NOT",
        "_list=", "_contained=", "both", "_containedType=", "_revinclude", ":iterate", ":in=", ":not-in=", ":below=", ":above=", "urn:vs:weights",
        "http://loinc.org|3141-9", "partof", "location", "questionnaire", "|1", "#", "/_history/", "_lastUpdated", "_profile", "_tag", "_total", "_summary",
    ];

    // Wholes that are right, of which a fragment or two get lost.
    private static readonly string[] s_queries =
    [
        "name:exact=Ann&birthdate=ge2000-01-01&_sort=-birthdate,_id&_count=5",
        "_filter=given eq \"peter\" and (birthdate ge 2014-10-10 or not (active eq true))",
        "_filter=subject[name co \"pet\"].birthdate ge 2000 and component-code-value-quantity[component-code eq a].component-value-quantity gt 5",
        "_content=(bone OR liver) and \"metastases of\" -benign diab*",
        "_has:Observation:patient:_has:AuditEvent:entity:agent.name=x",
        "subject:Patient.organization.partof:below=Organization/5",
        "subject.subject.subject.name=x",
        "code:in=urn:vs:weights&code:not-in=ValueSet/weights&code:below=http://loinc.org|3141-9",
        "value-quantity=ap5.40|http://unitsofmeasure.org|mg&code-value-quantity=http://loinc.org|8480-6$gt100",
        "_include=*&_revinclude=*&_include:iterate=Patient:link:RelatedPerson&_contained=both&_containedType=contained",
        "near=47.07|15.43|10|km&_list=42&_text=\"a b\"",
        "questionnaire:below=http://example.org/q|1&identifier:of-type=http://x|MR|5",
    ];

    [Fact]
    public async Task A_hundred_thousand_random_queries_are_searches_or_issues()
    {
        SearchParser[] parsers = [new(SearchParameterRegistry.R4), new(SearchParameterRegistry.R4, terminology: new TestTerminology())];
        var random = new Random(Seed);
        for (var i = 0; i < 100_000; i++)
        {
            var query = random.Next(2) == 0 ? Pieces(random, 14) : Damaged(random);
            var request = new SearchRequest
            {
                ResourceType = random.Next(20) == 0 ? null : s_types[random.Next(s_types.Length)],
                Parameters = QueryString.Parse(query),
                Handling = random.Next(2) == 0 ? SearchHandling.Strict : SearchHandling.Lenient,
            };
            var parsed = await parsers[random.Next(2)].ParseAsync(request, CancellationToken.None);
            Assert.True(parsed.IsValid != parsed.Issues.Any(issue => issue.Severity == Model.IssueSeverity.Error), $"seed {Seed}, number {i}: {query}");
        }
    }

    private static string Pieces(Random random, int limit) =>
        string.Concat(Enumerable.Range(0, random.Next(1, limit)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));

    private static string Damaged(Random random)
    {
        var query = s_queries[random.Next(s_queries.Length)];
        for (var i = random.Next(3); i >= 0; i--)
        {
            var at = random.Next(query.Length);
            query = random.Next(3) switch
            {
                0 => query[..at],
                1 => query.Remove(at, Math.Min(random.Next(1, 6), query.Length - at)),
                _ => query.Insert(at, s_pieces[random.Next(s_pieces.Length)]),
            };
            if (query.Length == 0)
                return Pieces(random, 5);
        }

        return query;
    }
}
