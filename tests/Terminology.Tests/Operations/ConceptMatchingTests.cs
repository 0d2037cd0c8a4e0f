// $find-matches over a table with role groups, and $subsumes.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public class ConceptMatchingTests
{
    private const string Snomed = """
        {"resourceType":"CodeSystem","url":"http://snomed.info/sct","version":"test","status":"active","content":"complete",
        "property":[{"code":"1001","type":"code"},{"code":"1002","type":"code"}],
        "concept":[{"code":"2000","display":"Body site","concept":[{"code":"2001","display":"Arm"},{"code":"2002","display":"Left arm"}]},
        {"code":"3001","display":"Fracture"},
        {"code":"4001","display":"Fracture of arm","property":[{"code":"1001","valueCode":"2001"},{"code":"1002","valueCode":"3001"}]},
        {"code":"4002","display":"Disorder of arm","property":[{"code":"1001","valueCode":"2001"}]},
        {"code":"1001","display":"Finding site"},{"code":"1002","display":"Morphology"}]}
        """;

    private static readonly CodeSystem System = Read(Snomed);

    [Fact]
    public void The_concept_with_all_properties_comes_first()
    {
        var matches = Find(new MatchQuestion { Properties = [Is("1001", "2001"), Is("1002", "3001")], IsExact = true });
        Assert.Equal(["4001", "4002"], matches.Select(static match => match.Code));
        Assert.Empty(matches[0].Unmatched);
        Assert.Equal("1002", Assert.Single(matches[1].Unmatched).Code);
    }

    [Fact]
    public void A_person_is_shown_what_is_near_with_a_comment()
    {
        var question = new MatchQuestion { Properties = [Is("1001", "2000")] };
        Assert.Equal("Near, not the same: 1001.", Find(question)[0].Comment);
        Assert.Empty(Find(question with { IsExact = true }));
    }

    [Fact]
    public void What_no_code_says_may_be_composed_of_codes()
    {
        var question = new MatchQuestion { Properties = [Is("concept", "4002"), Is("1002", "3001")], IsExact = true };
        Assert.Equal(["4001", "4002"], Find(question).Select(static match => match.Code));
        Assert.Equal("4002:1002=3001", Find(question with { IsCompositional = true })[0].Code);
    }

    [Fact]
    public void A_property_that_the_system_does_not_have_is_told_with_those_it_has()
    {
        var refusal = Assert.Throws<TerminologyException>(() => Find(new MatchQuestion { Properties = [Is("9999", "1")] }));
        Assert.Contains("1001, 1002", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2000", "2002", "subsumes")]
    [InlineData("2002", "2000", "subsumed-by")]
    [InlineData("2001", "2001", "equivalent")]
    [InlineData("2001", "2002", "not-subsumed")]
    public void Subsumption_has_four_outcomes(string a, string b, string outcome) => Assert.Equal(outcome, Subsumption.Of(System, a, b));

    [Fact]
    public void Codes_of_a_grammar_are_equivalent_or_not_subsumed()
    {
        var units = new StandardSystems().Find("http://unitsofmeasure.org")[0];
        Assert.Equal("equivalent", Subsumption.Of(units, "mmol/L", "mmol/L"));
        Assert.Equal("not-subsumed", Subsumption.Of(units, "mmol/L", "mol/L"));
        Assert.Throws<TerminologyException>(() => Subsumption.Of(units, "mmol/L", "drops per moon"));
    }

    private static MatchProperty Is(string code, string text) => new(code, text, []);

    private static IReadOnlyList<ConceptMatch> Find(MatchQuestion question) => ConceptMatching.Find(System, question, LanguagePreference.None);

    private static TableCodeSystem Read(string json) => new(ConceptTableBuilder.FromResource(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!.Root));
}
