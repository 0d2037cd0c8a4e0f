// Scripts are found in folders; what lies beside them and what is broken is told apart; no fixture is read from outside.

using FhirHub.Tests;

namespace FhirHub.Conformance.Tests;

public sealed class ScriptFolderTests : IDisposable
{
    private const string Script = """{"resourceType":"TestScript","url":"http://test.example/TestScript/NAME","name":"NAME","status":"active"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scripts_are_found_below_a_folder_and_other_files_are_passed_over()
    {
        _folder.Write("b/second.json", Named("second"));
        _folder.Write("a/first.xml", """<TestScript xmlns="http://hl7.org/fhir"><url value="http://test.example/TestScript/first"/><name value="first"/><status value="active"/></TestScript>""");
        _folder.Write("top.json", "\uFEFF" + Named("top"));
        _folder.Write("a/fixtures/copy.json", Named("copy"));
        _folder.Write("a/.hidden/secret.json", Named("secret"));
        _folder.Write("a/patient.json", """{"resourceType":"Patient"}""");
        _folder.Write("a/package.json", """{"name":"scripts"}""");
        _folder.Write("a/broken.json", """{"resourceType":"Patient",""");
        _folder.Write("a/notes.txt", "TestScript");

        var found = ScriptFolder.Open([_folder.Path]);

        Assert.Equal(["top", "first", "second"], found.Scripts.Select(static script => script.Name));
        Assert.Empty(found.Problems);
    }

    [Fact]
    public void A_file_in_two_paths_is_one_script()
    {
        _folder.Write("a/one.json", Named("one"));

        Assert.Single(ScriptFolder.Open([_folder.Path, _folder["a"], _folder["a/one.json"]]).Scripts);
    }

    [Theory]
    [InlineData("""{"resourceType":"TestScript","url":"u","name":"n","status":"active",""", ":1:")]
    [InlineData("""{"resourceType":"TestScript","url":"u","name":"n","status":"active","tets":[]}""", ":1:")]
    [InlineData("""{"url":"u","name":"n","status":"active","test":[{]}],"resourceType":"TestScript"}""", ":1:")]
    public void A_broken_script_is_told_with_its_place(string json, string place)
    {
        _folder.Write("a/broken.json", json);

        var found = ScriptFolder.Open([_folder.Path]);

        Assert.Empty(found.Scripts);
        Assert.StartsWith(_folder["a/broken.json"] + place, found.Problems[0].Place, StringComparison.Ordinal);
        Assert.NotEmpty(found.Problems[0].Message);
    }

    [Fact]
    public void A_script_that_leaves_out_what_has_one_meaning_is_run_and_that_is_told()
    {
        _folder.Write("a.json", """{"resourceType":"TestScript","url":"u","name":"n","status":"active","test":[{"action":[{"assert":{"response":"okay"}},{"operation":{"method":"get","url":"x"}}]}]}""");

        var found = ScriptFolder.Open([_folder.Path]);

        Assert.Single(found.Scripts);
        Assert.Empty(found.Problems);
        Assert.EndsWith("2 elements are missing like that; the script is run all the same.", Assert.Single(found.Notes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_named_must_be_a_script()
    {
        _folder.Write("patient.json", """{"resourceType":"Patient"}""");

        Assert.Contains("is a Patient, not a TestScript", Assert.Single(ScriptFolder.Open([_folder["patient.json"]]).Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fixtures_are_read_beside_the_script_and_above_it_up_to_the_path()
    {
        _folder.Write("suite/base/one.json", Named("one"));
        _folder.Write("suite/base/fixtures/near.json", "near");
        _folder.Write("suite/fixtures/top.xml", "top");
        _folder.Write("fixtures/outside.json", "outside");
        var found = ScriptFolder.Open([_folder["suite"]]);

        Assert.Equal(("near", "application/fhir+json"), await FixtureAsync(found, "fixtures/near.json"));
        Assert.Equal(("near", "application/fhir+json"), await FixtureAsync(found, "./fixtures/near.json"));
        Assert.Equal(("top", "application/fhir+xml"), await FixtureAsync(found, "fixtures/top.xml"));
        Assert.Null(await FixtureAsync(found, "fixtures/outside.json"));
        Assert.Null(await FixtureAsync(found, "http://test.example/Patient/1"));
        Assert.Null(await FixtureAsync(found, "fixtures/none.json"));
    }

    [Theory]
    [InlineData("../secret.json")]
    [InlineData("fixtures/../../secret.json")]
    [InlineData("%2e%2e/secret.json")]
    [InlineData("/etc/hostname")]
    [InlineData("fixtures\\..\\..\\secret.json")]
    [InlineData("fixtures//near.json")]
    public async Task A_fixture_is_a_path_below_the_script(string reference)
    {
        _folder.Write("secret.json", "secret");
        _folder.Write("suite/one.json", Named("one"));
        var found = ScriptFolder.Open([_folder["suite"]]);

        await Assert.ThrowsAsync<ScriptException>(() => FixtureAsync(found, reference));
    }

    [Fact]
    public async Task No_link_leads_out()
    {
        _folder.Write("secret/secret.json", "secret");
        _folder.Write("suite/one.json", Named("one"));
        _folder.Write("suite/fixtures/in.json", "in");
        File.CreateSymbolicLink(_folder["suite/file.json"], _folder["secret/secret.json"]);
        Directory.CreateSymbolicLink(_folder["suite/folder"], _folder["secret"]);
        File.CreateSymbolicLink(_folder["suite/inner.json"], _folder["suite/fixtures/in.json"]);
        Directory.CreateSymbolicLink(_folder["suite/circle"], _folder["suite"]);
        var found = ScriptFolder.Open([_folder["suite"]]);

        Assert.Single(found.Scripts);
        Assert.Equal("in", (await FixtureAsync(found, "inner.json"))?.Text);
        await Assert.ThrowsAsync<ScriptException>(() => FixtureAsync(found, "file.json"));
        await Assert.ThrowsAsync<ScriptException>(() => FixtureAsync(found, "folder/secret.json"));
    }

    [Fact]
    public async Task A_script_is_found_by_name_id_url_and_file()
    {
        _folder.Write("a/the-file.json", Named("the-name").Replace("\"status\"", "\"id\":\"the-id\",\"status\"", StringComparison.Ordinal));
        var found = ScriptFolder.Open([_folder.Path]);

        foreach (var name in new[] { "the-name", "the-id", "http://test.example/TestScript/the-name", "the-file" })
            Assert.Equal("the-name", (await found.FindScriptAsync(name, CancellationToken.None))?.Name);
        Assert.Null(await found.FindScriptAsync("other", CancellationToken.None));
    }

    private static string Named(string name) => Script.Replace("NAME", name, StringComparison.Ordinal);

    private static async Task<(string Text, string? ContentType)?> FixtureAsync(ScriptFolder found, string reference) =>
        await found.ReadFixtureAsync(found.Scripts[0], reference, CancellationToken.None) is { } payload ? (payload.Text, payload.ContentType) : null;
}
