// Translations as a user asks for them: forward, back, without a map named, with dependencies and fallbacks.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class TranslateTests
{
    private readonly MemorySource _source = new MemorySource()
        .With("""
            {"resourceType":"ConceptMap","url":"urn:map:lab","version":"1","name":"Lab","status":"active",
            "sourceCanonical":"urn:vs:his","targetCanonical":"urn:vs:loinc",
            "group":[{"source":"urn:his","target":"urn:codes","element":[
              {"code":"GLU","display":"Glucose","target":[{"code":"g-1","display":"Glucose in blood","equivalence":"equivalent","comment":"Checked by the laboratory."}]},
              {"code":"NA","target":[{"code":"na-1","equivalence":"wider"},{"code":"na-2","equivalence":"narrower"}]},
              {"code":"XX","target":[{"equivalence":"unmatched","comment":"Nothing like it."}]},
              {"code":"DIS","target":[{"code":"d-1","equivalence":"disjoint"}]},
              {"code":"K","target":[
                {"code":"k-serum","equivalence":"equal","dependsOn":[{"property":"urn:specimen","system":"urn:sp","value":"serum"}],
                  "product":[{"property":"urn:method","system":"urn:m","value":"ise","display":"Ion-selective"}]},
                {"code":"k-urine","equivalence":"equal","dependsOn":[{"property":"urn:specimen","value":"urine"}]}]}]}]}
            """)
        .With("""{"resourceType":"CodeSystem","url":"urn:codes","status":"active","content":"complete","concept":[{"code":"na-1","display":"Sodium"}]}""");

    private readonly TerminologyLibrary _library;

    public TranslateTests() => _library = new TerminologyLibrary([_source, new R4TerminologySource()], [new StandardSystems()]);

    [Fact]
    public async Task A_code_is_translated_by_the_map_that_is_named()
    {
        var answer = await TranslateAsync(new() { Map = "urn:map:lab", Codings = [new("urn:his", null, "GLU")] });
        Assert.True(answer.Result);
        Assert.Null(answer.Message);
        var match = Assert.Single(answer.Matches);
        Assert.Equal("equivalent", match.Equivalence);
        Assert.Equal(new CodingValue("urn:codes", null, "g-1", "Glucose in blood"), match.Coding);
        Assert.Equal("urn:map:lab|1", match.Source);
        Assert.Equal("Checked by the laboratory.", match.Comment);
    }

    [Fact]
    public async Task Several_targets_come_in_the_order_of_the_map_and_are_named_by_their_code_system()
    {
        var answer = await TranslateAsync(new() { Map = "urn:map:lab|1", Codings = [new("urn:his", null, "NA")] });
        Assert.Equal("wider na-1 Sodium, narrower na-2 ", Text(answer));
    }

    [Fact]
    public async Task A_code_is_translated_back_with_the_equivalence_turned_around()
    {
        var answer = await TranslateAsync(new() { Map = "urn:map:lab", IsReverse = true, Codings = [new("urn:codes", null, "na-1")] });
        Assert.Equal("narrower NA ", Text(answer));
        Assert.Equal("urn:his", answer.Matches[0].Coding!.System);
    }

    [Theory]
    [InlineData("XX", "unmatched")]
    [InlineData("DIS", "disjoint")]
    public async Task A_map_that_says_that_nothing_fits_gives_no_result_but_says_so(string code, string equivalence)
    {
        var answer = await TranslateAsync(new() { Map = "urn:map:lab", Codings = [new("urn:his", null, code)] });
        Assert.False(answer.Result);
        Assert.Equal(equivalence, Assert.Single(answer.Matches).Equivalence);
        Assert.Contains($"'{code}' of urn:his has no equivalent", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_code_is_told_with_the_map_and_the_code_named()
    {
        var answer = await TranslateAsync(new() { Map = "urn:map:lab", Codings = [new("urn:his", null, "ZZ")] });
        Assert.False(answer.Result);
        Assert.Equal("The concept map urn:map:lab|1 has no mapping from the code 'ZZ' of urn:his.", answer.Message);
    }

    [Fact]
    public async Task A_mapping_holds_only_where_what_it_depends_on_is_given()
    {
        var request = new TranslateRequest { Map = "urn:map:lab", Codings = [new("urn:his", null, "K")] };
        var without = await TranslateAsync(request);
        Assert.False(without.Result);
        Assert.Contains("urn:specimen = urn:sp|serum", without.Message, StringComparison.Ordinal);

        var serum = await TranslateAsync(request with { Dependencies = [new("urn:specimen", [new("urn:sp", null, "serum")], null)] });
        Assert.Equal("equal k-serum ", Text(serum));
        Assert.Equal(new MapProperty("urn:method", "urn:m", "ise", "Ion-selective"), Assert.Single(serum.Matches[0].Products));
        Assert.Equal("equal k-urine ", Text(await TranslateAsync(request with { Dependencies = [new("urn:specimen", [], "urine")] })));
        Assert.False((await TranslateAsync(request with { Dependencies = [new("urn:specimen", [new("urn:other", null, "serum")], null)] })).Result);
    }

    [Fact]
    public async Task Without_a_map_named_all_that_fit_answer()
    {
        Post("other", """{"source":"urn:his","target":"urn:third","element":[{"code":"GLU","target":[{"code":"t","equivalence":"equal"}]}]}""");
        Post("retired", """{"source":"urn:his","target":"urn:third","element":[{"code":"GLU","target":[{"code":"old","equivalence":"equal"}]}]}""", status: "retired");
        var request = new TranslateRequest { Codings = [new("urn:his", null, "GLU")] };
        Assert.Equal("equivalent g-1 Glucose in blood, equal t ", Text(await TranslateAsync(request)));
        Assert.Equal("equal t ", Text(await TranslateAsync(request with { TargetSystem = "urn:third" })));
        Assert.Equal("equivalent g-1 Glucose in blood", Text(await TranslateAsync(request with { TargetSystem = "urn:codes", TargetScope = "urn:vs:loinc" })));
        Assert.Equal("equal t ", Text(await TranslateAsync(request with { SourceScope = "urn:vs:another" })));
        Assert.Equal("equal GLU ", Text(await TranslateAsync(new() { IsReverse = true, Codings = [new("urn:third", null, "t")] })));
        Assert.StartsWith("No concept map known here fits the code 'a' of urn:none", (await TranslateAsync(new() { Codings = [new("urn:none", null, "a")] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_that_is_not_made_for_the_value_set_gives_only_codes_of_it()
    {
        _source.With("""{"resourceType":"ValueSet","url":"urn:vs:sodium","status":"active","compose":{"include":[{"system":"urn:codes","concept":[{"code":"na-1"}]}]}}""");
        Post("any", """{"source":"urn:his","target":"urn:codes","element":[{"code":"X","target":[{"code":"na-1","equivalence":"equal"},{"code":"na-2","equivalence":"equal"}]}]}""");
        Assert.Equal("wider na-1 Sodium", Text(await TranslateAsync(new() { Map = "urn:map:lab", Codings = [new("urn:his", null, "NA")], TargetScope = "urn:vs:sodium" })));
        Assert.Equal("equal na-1 Sodium", Text(await TranslateAsync(new() { Codings = [new("urn:his", null, "X")], TargetScope = "urn:vs:sodium" })));
        var unknown = await Assert.ThrowsAsync<TerminologyException>(
            async () => await TranslateAsync(new() { Map = "urn:map:lab", Codings = [new("urn:his", null, "NA")], TargetScope = "urn:vs:nothing" }));
        Assert.Equal("not-found", unknown.Code);
    }

    [Fact]
    public async Task The_maps_of_the_standard_answer_too()
    {
        var answer = await TranslateAsync(new() { Codings = [new("http://hl7.org/fhir/administrative-gender", null, "female")] });
        Assert.Contains(answer.Matches, match => match.Coding is { System: "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender", Code: "F" });
    }

    [Fact]
    public async Task Of_two_versions_the_latest_answers_and_one_that_is_asked_for_is_kept_to()
    {
        Post("v", """{"source":"urn:v","target":"urn:w","element":[{"code":"a","target":[{"code":"old","equivalence":"equal"}]}]}""", "1");
        Post("v", """{"source":"urn:v","target":"urn:w","element":[{"code":"a","target":[{"code":"new","equivalence":"equal"}]}]}""", "2");
        CodingValue[] a = [new("urn:v", null, "a")];
        Assert.Equal("equal new ", Text(await TranslateAsync(new() { Codings = a })));
        Assert.Equal("equal old ", Text(await TranslateAsync(new() { Map = "urn:map:v", MapVersion = "1", Codings = a })));
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await TranslateAsync(new() { Map = "urn:map:v|3", Codings = a }));
        Assert.Equal("not-found", refused.Code);
        Assert.Contains("2, 1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"mode":"provided"}""", "relatedto b ")]
    [InlineData("""{"mode":"fixed","code":"other","display":"Other"}""", "relatedto other Other")]
    [InlineData("""{"mode":"other-map","url":"urn:map:last"}""", "equal from-last ")]
    public async Task Codes_without_a_row_go_the_way_that_the_map_says(string unmapped, string expected)
    {
        Post("first", $$"""{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"1","equivalence":"equal"}]}],"unmapped":{{unmapped}}}""");
        Post("last", """{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"2","equivalence":"equal"}]},{"code":"b","target":[{"code":"from-last","equivalence":"equal"}]}]}""");
        Assert.Equal(expected, Text(await TranslateAsync(new() { Map = "urn:map:first", Codings = [new("urn:s", null, "b")] })));
        Assert.Equal("equal 1 ", Text(await TranslateAsync(new() { Map = "urn:map:first", Codings = [new("urn:s", null, "a")] })));
    }

    [Fact]
    public async Task The_other_map_counts_backwards_only_for_codes_that_the_first_has_no_row_for()
    {
        Post("first", """{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"1","equivalence":"equal"}]}],"unmapped":{"mode":"other-map","url":"urn:map:last"}}""");
        Post("last", """{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"2","equivalence":"equal"}]},{"code":"b","target":[{"code":"2","equivalence":"equal"}]}]}""");
        Assert.Equal("equal b ", Text(await TranslateAsync(new() { Map = "urn:map:first", IsReverse = true, Codings = [new("urn:t", null, "2")] })));
    }

    [Fact]
    public async Task Maps_that_fall_back_on_each_other_are_refused_with_the_way_named()
    {
        Post("a", """{"source":"urn:s","target":"urn:t","element":[{"code":"x"}],"unmapped":{"mode":"other-map","url":"urn:map:b"}}""");
        Post("b", """{"source":"urn:s","target":"urn:t","element":[{"code":"x"}],"unmapped":{"mode":"other-map","url":"urn:map:a"}}""");
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await TranslateAsync(new() { Map = "urn:map:a", Codings = [new("urn:s", null, "x")] }));
        Assert.Equal("invalid", refused.Code);
        Assert.Contains("urn:map:a|1 falls back on urn:map:b|1 falls back on urn:map:a|1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_faulty_map_that_nobody_named_does_not_keep_others_from_answering()
    {
        Post("astray", """{"source":"urn:s","target":"urn:t","element":[{"code":"x"}],"unmapped":{"mode":"other-map","url":"urn:map:nowhere"}}""");
        Post("whole", """{"source":"urn:s","target":"urn:t","element":[{"code":"b","target":[{"code":"1","equivalence":"equal"}]}]}""");
        var answer = await TranslateAsync(new() { Codings = [new("urn:s", null, "b")] });
        Assert.Equal("equal 1 ", Text(answer));
        Assert.Contains("urn:map:astray|1 is left out", answer.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await TranslateAsync(new() { Map = "urn:map:astray", Codings = [new("urn:s", null, "b")] }));
        Assert.Equal("not-found", refused.Code);
    }

    [Fact]
    public async Task Each_coding_of_a_concept_is_tried_and_one_answer_is_not_given_twice()
    {
        Post("two", """{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"1","equivalence":"equal"}]},{"code":"b","target":[{"code":"1","equivalence":"equal"}]}]}""");
        var answer = await TranslateAsync(new() { Map = "urn:map:two", Codings = [new("urn:s", null, "a"), new("urn:s", null, "b"), new("urn:q", null, "a")] });
        Assert.Equal("equal 1 ", Text(answer));
    }

    [Fact]
    public async Task A_group_of_another_version_of_the_code_system_does_not_answer()
    {
        Post("dated", """{"source":"urn:s","sourceVersion":"2023","target":"urn:t","element":[{"code":"a","target":[{"code":"1","equivalence":"equal"}]}]}""");
        Assert.Equal("equal 1 ", Text(await TranslateAsync(new() { Map = "urn:map:dated", Codings = [new("urn:s", "2023", "a")] })));
        Assert.Contains("in version 2024", (await TranslateAsync(new() { Map = "urn:map:dated", Codings = [new("urn:s", "2024", "a")] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_is_known_by_its_object_identifier_too()
    {
        Post("oid", """{"source":"urn:oid:2.16.840.1.113883.6.1","target":"urn:t","element":[{"code":"1-8","target":[{"code":"x","equivalence":"equal"}]}]}""");
        Assert.Equal("equal x ", Text(await TranslateAsync(new() { Codings = [new("http://loinc.org", null, "1-8")] })));
        Assert.Equal("equal x ", Text(await TranslateAsync(new() { Map = "urn:map:oid", Codings = [new("http://loinc.org", null, "1-8")] })));
        Assert.Equal("equal 1-8 ", Text(await TranslateAsync(new() { IsReverse = true, TargetSystem = "http://loinc.org", Codings = [new("urn:t", null, "x")] })));
    }

    [Fact]
    public async Task A_map_that_is_sent_along_goes_before_the_one_here_and_is_gone_with_the_request()
    {
        var sent = Resource("""{"resourceType":"ConceptMap","url":"urn:map:lab","version":"1","status":"active","group":[{"source":"urn:his","target":"urn:codes","element":[{"code":"GLU","target":[{"code":"sent","equivalence":"equal"}]}]}]}""");
        var scope = await _library.OpenAsync(new ScopeParameters { Resources = [sent] }, default);
        CodingValue[] glucose = [new("urn:his", null, "GLU")];
        Assert.Equal("equal sent ", Text(await scope.TranslateAsync(new() { Map = "urn:map:lab", Codings = glucose }, default)));
        Assert.Equal("equal sent ", Text(await scope.TranslateAsync(new() { Codings = glucose }, default)));
        Assert.Equal("equivalent g-1 Glucose in blood", Text(await TranslateAsync(new() { Codings = glucose })));
    }

    private static ResourceTree Resource(string json) => ResourceParser.ParseJson(System.Text.Encoding.UTF8.GetBytes(json)).Tree!;

    private static string Text(TranslateAnswer answer) =>
        string.Join(", ", answer.Matches.Select(match => $"{match.Equivalence} {match.Coding?.Code} {match.Coding?.Display}"));

    private void Post(string name, string group, string version = "1", string status = "active") => _source.With(
        $$"""{"resourceType":"ConceptMap","url":"urn:map:{{name}}","version":"{{version}}","status":"{{status}}","group":[{{group}}]}""");

    private async Task<TranslateAnswer> TranslateAsync(TranslateRequest request) =>
        await (await _library.OpenAsync(null, default)).TranslateAsync(request, default);
}
