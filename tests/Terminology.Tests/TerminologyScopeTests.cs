// Which code system, value set or map a request means.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public sealed class TerminologyScopeTests
{
    private const string Url = "http://example.org/s";

    private readonly MemorySource _source = new();
    private readonly TerminologyLibrary _library;

    public TerminologyScopeTests() => _library = new TerminologyLibrary([_source, new R4TerminologySource()]);

    [Theory]
    [InlineData(null, "10.0.0")]
    [InlineData("9.1.0", "9.1.0")]
    [InlineData("9.x", "9.2.0")]
    [InlineData("9.1.x", "9.1.0")]
    [InlineData("*", "10.0.0")]
    [InlineData("8.x", null)]
    [InlineData("9", null)]
    public async Task The_latest_version_that_was_asked_for_is_taken(string? asked, string? found)
    {
        foreach (var version in (string[])["9.1.0", "10.0.0", "9.2.0"])
            _source.With(System(version));
        var resolution = await (await OpenAsync()).ResolveCodeSystemAsync(Url, asked, default);
        Assert.Equal(found, resolution.System?.Version);
        Assert.Equal(["10.0.0", "9.2.0", "9.1.0"], resolution.Versions);
    }

    [Fact]
    public async Task Rules_about_versions_apply()
    {
        _source.With(System("1")).With(System("2")).With(System("3"));
        Assert.Equal("1", await Version(new() { SystemVersions = [$"{Url}|1"] }, null));
        Assert.Equal("2", await Version(new() { SystemVersions = [$"{Url}|1"] }, "2"));
        Assert.Equal("1", await Version(new() { ForceSystemVersions = [$"{Url}|1"] }, "2"));
        Assert.Equal("2", await Version(new() { CheckSystemVersions = [$"{Url}|2"] }, null));
        var violated = await (await OpenAsync(new() { CheckSystemVersions = [$"{Url}|2"] })).ResolveCodeSystemAsync(Url, "3", default);
        Assert.Equal("2", violated.ViolatedCheck);

        async Task<string?> Version(ScopeParameters parameters, string? asked) =>
            (await (await OpenAsync(parameters)).CodeSystemAsync(Url, asked, default))?.Version;
    }

    [Fact]
    public async Task Rules_about_versions_and_supplements_apply_under_all_names_of_the_system()
    {
        const string Oid = "urn:oid:1.2.3";
        foreach (var version in (string[])["1", "2"])
            _source.With(System(version).Replace("\"status\"", $"\"identifier\":[{{\"value\":\"{Oid}\"}}],\"status\"", StringComparison.Ordinal));
        _source.With($$"""
            {"resourceType":"CodeSystem","url":"urn:more","status":"active","content":"supplement","supplements":"{{Oid}}",
            "concept":[{"code":"a","designation":[{"language":"de","value":"Ah"}]}]}
            """);
        var rules = new ScopeParameters { SystemVersions = [$"{Oid}|1"], Supplements = ["urn:more"] };
        foreach (var name in (string[])[Url, Oid])
        {
            var system = await (await OpenAsync(rules)).CodeSystemAsync(name, null, default);
            Assert.Equal("1", system!.Version);
            Assert.Contains(system.Find("a")!.Designations, static designation => designation.Value == "Ah");
        }
    }

    [Fact]
    public async Task A_system_that_calls_itself_by_a_number_has_its_content_under_its_other_name_too()
    {
        const string Oid = "urn:oid:2.16.840.1.113883.6.96";
        _source.With(System("1").Replace(Url, Oid, StringComparison.Ordinal));
        foreach (var name in (string[])[Oid, "http://snomed.info/sct"])
            Assert.NotNull((await (await OpenAsync()).CodeSystemAsync(name, null, default))?.Find("a"));
    }

    [Fact]
    public async Task What_came_along_does_not_name_the_systems_of_other_requests()
    {
        const string Oid = "urn:oid:2.16.840.1.113883.6.73";
        var along = Tree(System("1").Replace(Url, Oid, StringComparison.Ordinal));
        var scope = await OpenAsync(new() { Resources = [along] });
        Assert.NotNull((await scope.CodeSystemAsync(Oid, null, default))?.Find("a"));
        Assert.Equal(Oid, await scope.SystemNameAsync("http://www.whocc.no/atc", default));
        Assert.Equal("http://www.whocc.no/atc", await (await OpenAsync()).SystemNameAsync(Oid, default));
    }

    [Fact]
    public async Task A_resource_that_came_along_is_for_its_request_alone()
    {
        _source.With(System("1"));
        var along = Tree(System("0").Replace("\"a\"", "\"along\"", StringComparison.Ordinal));
        var scope = await OpenAsync(new() { Resources = [along] });
        var resolution = await scope.ResolveCodeSystemAsync(Url, null, default);
        Assert.NotNull(resolution.System!.Find("along"));
        Assert.False(resolution.IsShared);
        Assert.Null(scope.CacheKey);
        Assert.Equal("1", (await scope.CodeSystemAsync(Url, "1", default))!.Version);

        var other = await OpenAsync();
        Assert.NotNull(other.CacheKey);
        Assert.Null((await other.CodeSystemAsync(Url, null, default))!.Find("along"));
        Assert.Null(await other.CodeSystemAsync(Url, "0", default));
    }

    [Fact]
    public async Task A_change_is_seen_by_the_next_request()
    {
        Assert.Null(await (await OpenAsync()).CodeSystemAsync(Url, null, default));
        _source.With(System("1"));
        Assert.Equal("1", (await (await OpenAsync()).CodeSystemAsync(Url, null, default))!.Version);
        _source.With(System("2"));
        Assert.Equal("2", (await (await OpenAsync()).CodeSystemAsync(Url, null, default))!.Version);
    }

    [Fact]
    public async Task Supplements_add_designations_and_properties_when_they_are_asked_for()
    {
        _source.With(System("1")).With($$"""
            {"resourceType":"CodeSystem","url":"http://example.org/supplement","status":"active","content":"supplement","supplements":"{{Url}}",
             "concept":[{"code":"a","designation":[{"language":"zh","value":"甲"}],"property":[{"code":"weight","valueInteger":3}]},{"code":"unknown"}]}
            """);
        Assert.Empty((await (await OpenAsync()).CodeSystemAsync(Url, null, default))!.Find("a")!.Designations);
        var scope = await OpenAsync(new() { Supplements = ["http://example.org/supplement", "http://example.org/unknown"] });
        var system = (await scope.CodeSystemAsync(Url, null, default))!;
        Assert.Equal([new Designation("甲", "zh")], system.Find("a")!.Designations);
        Assert.Equal("3", Assert.Single(system.At(0).Properties).Text);
        Assert.Null(system.Find("unknown"));
        Assert.Null(await scope.SupplementAsync("http://example.org/unknown", default));
        Assert.Single(await (await OpenAsync()).KnownSupplementsAsync(system, default));
        Assert.Null(await (await OpenAsync()).CodeSystemAsync("http://example.org/supplement", null, default));
    }

    [Fact]
    public async Task What_is_only_a_name_is_known_and_has_no_content()
    {
        _source.With("""{"resourceType":"CodeSystem","url":"http://example.org/name","version":"5","status":"active","content":"not-present"}""");
        var resolution = await (await OpenAsync()).ResolveCodeSystemAsync("http://example.org/name", null, default);
        Assert.Null(resolution.System);
        Assert.True(resolution.IsKnown);
        Assert.Equal(["5"], resolution.Versions);
        Assert.False((await (await OpenAsync()).ResolveCodeSystemAsync("http://example.org/nowhere", null, default)).IsKnown);
    }

    [Fact]
    public async Task Value_sets_and_maps_are_found_by_canonical_and_default_version()
    {
        _source.With(ValueSet("1")).With(ValueSet("2"));
        var scope = await OpenAsync(new() { ValueSetVersions = ["http://example.org/v|1"] });
        Assert.Equal("1", (await scope.ValueSetAsync("http://example.org/v", default))!.Version);
        Assert.Equal("2", (await scope.ValueSetAsync("http://example.org/v|2", default))!.Version);
        Assert.Equal("2", (await (await OpenAsync()).ValueSetAsync("http://example.org/v", default))!.Version);
        Assert.Null(await scope.ValueSetAsync("http://example.org/v|3", default));
        Assert.Equal(["2", "1"], await scope.VersionsAsync("ValueSet", "http://example.org/v", default));
        Assert.NotNull(await scope.ConceptMapAsync("http://hl7.org/fhir/ConceptMap/101", default));
        Assert.Contains(new CanonicalName("http://example.org/v", "2"), await scope.ListAsync("ValueSet", default));

        static string ValueSet(string version) =>
            $$"""{"resourceType":"ValueSet","url":"http://example.org/v","version":"{{version}}","status":"active"}""";
    }

    [Fact]
    public void Every_code_system_of_the_standard_becomes_a_table()
    {
        var systems = 0;
        foreach (var json in R4Definitions.All("CodeSystem"))
        {
            var root = ResourceParser.ParseJson(json).Tree!.Root;
            var table = ConceptTableBuilder.FromResource(root);
            Assert.Equal(root.ChildValue("url"), table.Header.Url);
            Assert.Equal(root.Child("concept").Exists, table.Count > 0);
            systems++;
        }

        Assert.True(systems > 1_000, $"{systems}");
    }

    private ValueTask<TerminologyScope> OpenAsync(ScopeParameters? parameters = null) => _library.OpenAsync(parameters, default);

    private static string System(string version) =>
        $$"""{"resourceType":"CodeSystem","url":"{{Url}}","version":"{{version}}","status":"active","content":"complete","concept":[{"code":"a"}]}""";

    private static ResourceTree Tree(string json) => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;
}
