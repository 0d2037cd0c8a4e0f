// Codes of other standards, as a user looks them up.

using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class StandardSystemsTests
{
    private readonly MemorySource _source = new();
    private readonly TerminologyLibrary _library;

    public StandardSystemsTests() => _library = new TerminologyLibrary([_source, new R4TerminologySource()], [new StandardSystems()]);

    [Theory]
    [InlineData("mg/dL", "milligram per deciliter", "毫克每分升")]
    [InlineData("mmol/L", "millimole per liter", "毫摩尔每升")]
    [InlineData("kg/m2", "kilogram per square meter", "千克每平方米")]
    [InlineData("10*9/L", "billion per liter", "10^9每升")]
    [InlineData("Cel", "degree Celsius", "摄氏度")]
    [InlineData("%", "percent", "百分之一")]
    [InlineData("/min", "per minute", "每分钟")]
    [InlineData("ug.m-3", "microgram meter to the power of -3", "微克·米的-3次方")]
    [InlineData("{tablet}/d", "tablet per day", "tablet每天")]
    [InlineData("mg{creat}", "milligram creat", "毫克creat")]
    public async Task A_unit_has_a_name_for_people(string code, string display, string chinese)
    {
        var unit = await FindAsync("http://unitsofmeasure.org", code);
        Assert.Equal(display, unit!.Display);
        Assert.Contains(unit.Designations, name => name is { Language: "zh" } && name.Value == chinese);
    }

    [Theory]
    [InlineData("mg/dL/")]
    [InlineData("milligram")]
    [InlineData("MG/DL")]
    [InlineData("")]
    public async Task What_is_no_unit_is_not_found(string code) => Assert.Null(await FindAsync("http://unitsofmeasure.org", code));

    [Fact]
    public async Task A_unit_is_also_called_what_records_write()
    {
        var unit = await FindAsync("http://unitsofmeasure.org", "Cel");
        Assert.Contains(unit!.Designations, name => name.Value == "°C");
        Assert.Contains(unit.Designations, name => name.Value == "Cel");
        Assert.Equal("K", Assert.Single(unit.Properties).Text);
    }

    [Theory]
    [InlineData("g/L", "mg/dL", true)]
    [InlineData("g/L", "mmol/L", false)]
    [InlineData("m", "[in_i]", true)]
    [InlineData("a", "min", true)]
    public async Task The_filter_canonical_selects_what_can_be_converted(string value, string code, bool selected)
    {
        var ucum = (UcumCodeSystem)(await SystemAsync("http://unitsofmeasure.org"))!;
        Assert.Equal(selected, ucum.Filter("canonical", "=", value)!(ucum.Find(code)!));
        Assert.Null(ucum.Filter("canonical", "=", "nonsense"));
        Assert.Null(ucum.Filter("colour", "=", "red"));
        Assert.Contains("mg/dL", ucum.CommonCodes);
    }

    [Theory]
    [InlineData("en", "English", "英语")]
    [InlineData("zh-CN", "Chinese (China)", "中文（中国）")]
    [InlineData("zh-Hans-CN", "Chinese (Simplified, China)", "中文（简体，中国）")]
    [InlineData("EN-us", "English (United States)", "英语（美国）")]
    [InlineData("zh-yue", "Chinese (Cantonese)", "中文（粤语）")]
    [InlineData("de-CH-1996", "German (Switzerland, German orthography of 1996)", "德语（瑞士，1996 年德文拼字）")]
    [InlineData("es-419", "Spanish (Latin America)", "西班牙语（拉丁美洲）")]
    [InlineData("qaa", "Private use", null)]
    [InlineData("i-klingon", "Klingon", null)]
    [InlineData("en-x-hospital", "English (x-hospital)", "英语（x-hospital）")]
    [InlineData("zh-u-ca-chinese", "Chinese (u-ca-chinese)", "中文（u-ca-chinese）")]
    public async Task A_language_tag_is_named_by_its_parts(string code, string display, string? chinese)
    {
        var language = await FindAsync("urn:ietf:bcp:47", code);
        Assert.Equal(display, language!.Display);
        Assert.Equal(chinese, language.Designations.FirstOrDefault(name => name.Language == "zh")?.Value);
    }

    [Theory]
    [InlineData("xx")]
    [InlineData("en-ZZZ")]
    [InlineData("english")]
    [InlineData("en_US")]
    [InlineData("en-")]
    [InlineData("de-yue")]
    [InlineData("en-u")]
    [InlineData("de-1996-1996")]
    [InlineData("")]
    public async Task What_is_no_language_tag_is_not_found(string code) => Assert.Null(await FindAsync("urn:ietf:bcp:47", code));

    [Fact]
    public async Task A_language_tag_has_its_parts_as_properties_in_the_recommended_case()
    {
        var language = await FindAsync("urn:ietf:bcp:47", "ZH-hans-cn");
        Assert.Equal("zh-Hans-CN", language!.Code);
        Assert.Equal("language=zh script=Hans region=CN", string.Join(' ', language.Properties.Select(part => $"{part.Code}={part.Text}")));
        var old = await FindAsync("urn:ietf:bcp:47", "iw");
        Assert.True(old!.IsDeprecated);
    }

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("application/fhir+json;fhirVersion=4.0", true)]
    [InlineData("text/plain; charset=\"utf-8\"", true)]
    [InlineData("image/*", false)]
    [InlineData("json", false)]
    [InlineData("words/plain", false)]
    [InlineData("text/plain;charset", false)]
    [InlineData("text/", false)]
    public async Task Media_types_follow_their_grammar(string code, bool valid) => Assert.Equal(valid, await FindAsync("urn:ietf:bcp:13", code) is not null);

    [Theory]
    [InlineData("urn:iso:std:iso:3166", "CN", "China", "中国")]
    [InlineData("urn:iso:std:iso:3166", "CHN", "China", "中国")]
    [InlineData("urn:iso:std:iso:3166", "156", "China", "中国")]
    [InlineData("urn:iso:std:iso:3166:-2", "CN-BJ", "Beijing Shi", "北京市")]
    [InlineData("urn:iso:std:iso:4217", "CNY", "Yuan Renminbi", "人民币")]
    [InlineData("urn:iso:std:iso:639:-1", "de", "German", "德语")]
    [InlineData("urn:iso:std:iso:639:-2", "ger", "German", "德语")]
    public async Task The_lists_of_ISO_have_names_in_English_and_Chinese(string system, string code, string display, string chinese)
    {
        var concept = await FindAsync(system, code);
        Assert.Equal(display, concept!.Display);
        Assert.Contains(concept.Designations, name => name.Language == "zh" && name.Value == chinese);
        Assert.False(concept.IsInactive);
    }

    [Fact]
    public async Task The_lists_of_ISO_are_complete_and_know_what_belongs_together()
    {
        Assert.Equal(3 * 249, (await SystemAsync("urn:iso:std:iso:3166"))!.Table!.Count);
        Assert.True((await SystemAsync("urn:iso:std:iso:3166:-2"))!.Table!.Count > 5_000);
        Assert.True((await FindAsync("urn:iso:std:iso:4217", "HRK"))!.IsInactive);
        Assert.Contains((await FindAsync("urn:iso:std:iso:3166", "CN"))!.Properties, property => property is { Code: "numeric", Text: "156" });
        Assert.Null(await FindAsync("urn:iso:std:iso:3166", "cn"));
    }

    [Theory]
    [InlineData("urn:oid:2.16.840.1.113883.6.8", "mg", "http://unitsofmeasure.org")]
    [InlineData("urn:oid:1.0.3166.1.2.2", "CN", "urn:iso:std:iso:3166")]
    [InlineData("urn:oid:2.16.840.1.113883.5.1", "F", "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender")]
    public async Task A_code_system_is_found_by_its_object_identifier(string name, string code, string url)
    {
        var system = await SystemAsync(name);
        Assert.Equal(url, system!.Url);
        Assert.NotNull(system.Find(code));
        Assert.Equal(url, await (await _library.OpenAsync(null, default)).SystemNameAsync(name, default));
    }

    [Fact]
    public async Task Naming_systems_and_identifiers_make_names_of_one_system()
    {
        _source.With("""
            {"resourceType":"CodeSystem","url":"urn:hospital:drugs","status":"active","content":"complete","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.3.4"}],
            "concept":[{"code":"asp","display":"Aspirin"}]}
            """);
        _source.With("""
            {"resourceType":"NamingSystem","name":"Drugs","status":"active","kind":"codesystem","date":"2026-01-01","uniqueId":[
            {"type":"oid","value":"1.2.3.4"},{"type":"uri","value":"http://drugs.example"},{"type":"uuid","value":"c9d1b2a4-0000-4000-8000-000000000001"}]}
            """);
        foreach (var name in new[] { "urn:hospital:drugs", "urn:oid:1.2.3.4", "http://drugs.example", "urn:uuid:c9d1b2a4-0000-4000-8000-000000000001" })
        {
            Assert.Equal("Aspirin", (await FindAsync(name, "asp"))?.Display);
            Assert.Equal("urn:hospital:drugs", await (await _library.OpenAsync(null, default)).SystemNameAsync(name, default));
        }
    }

    [Fact]
    public async Task A_naming_system_that_is_sent_along_names_for_that_request_alone()
    {
        _source.With("""{"resourceType":"CodeSystem","url":"urn:d","status":"active","content":"complete","concept":[{"code":"a"}]}""");
        var sent = ResourceParser.ParseJson("""
            {"resourceType":"NamingSystem","name":"D","status":"active","kind":"codesystem","date":"2026-01-01","uniqueId":[{"type":"oid","value":"9.9"},{"type":"uri","value":"urn:d"}]}
            """u8.ToArray()).Tree!;
        var scope = await _library.OpenAsync(new ScopeParameters { Resources = [sent] }, default);
        Assert.NotNull((await scope.CodeSystemAsync("urn:oid:9.9", null, default))?.Find("a"));
        Assert.Null(await FindAsync("urn:oid:9.9", "a"));
    }

    [Fact]
    public async Task The_units_of_a_kind_are_a_value_set_by_its_URL_alone()
    {
        var scope = await _library.OpenAsync(null, default);
        var content = await scope.ContentAsync("http://unitsofmeasure.org/vs/mg%2FdL", default);
        Assert.NotNull(content.Find("http://unitsofmeasure.org", null, "g/L"));
        Assert.Null(content.Find("http://unitsofmeasure.org", null, "mmol/L"));
        Assert.Null(await scope.ValueSetAsync("http://unitsofmeasure.org/vs/nonsense", default));
    }

    [Fact]
    public async Task The_units_that_people_use_are_listed_and_searched()
    {
        var scope = await _library.OpenAsync(null, default);
        var distances = await ValueSetExpander.ExpandAsync(new() { Url = "http://hl7.org/fhir/ValueSet/all-distance-units" }, scope, TimeProvider.System, default);
        Assert.True(distances.IsUnclosed);
        Assert.Contains("cm", distances.Entries.Select(entry => entry.Code));
        Assert.DoesNotContain("kg", distances.Entries.Select(entry => entry.Code));
        var found = await ValueSetExpander.ExpandAsync(new() { Url = "http://hl7.org/fhir/ValueSet/ucum-units", Filter = "毫克 分升", Count = 1 }, scope, TimeProvider.System, default);
        Assert.Equal("mg/dL", Assert.Single(found.Entries).Code);
        var endless = await Assert.ThrowsAsync<TerminologyException>(
            async () => await ValueSetExpander.ExpandAsync(new() { Url = "http://hl7.org/fhir/ValueSet/all-languages" }, scope, TimeProvider.System, default));
        Assert.Equal("too-costly", endless.Code);
    }

    private async Task<CodeSystem?> SystemAsync(string url) => await (await _library.OpenAsync(null, default)).CodeSystemAsync(url, null, default);

    private async Task<Concept?> FindAsync(string url, string code) => (await SystemAsync(url))?.Find(code);
}
