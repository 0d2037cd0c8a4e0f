// Where the server's terminology comes from: resources in all their versions, supplements, and imported files.

using System.Net;
using FhirHub.Terminology;

namespace FhirHub.Server.Tests.Terminology;

public sealed class StoredTerminologyTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    [Fact]
    public async Task Of_a_great_many_versions_each_is_found_and_the_latest_is_meant()
    {
        for (var version = 1; version <= 120; version++)
            await PutAsync($"many-{version}", "http://hospital.example/many", $"{version}", $"Of {version}");
        Assert.Equal("Of 120", (await server.AskAsync("CodeSystem/$lookup?system=http://hospital.example/many&code=a")).Text("display"));
        Assert.Equal("Of 7", (await server.AskAsync("CodeSystem/$lookup?system=http://hospital.example/many&code=a&version=7")).Text("display"));
    }

    [Fact]
    public async Task What_is_changed_or_deleted_is_so_in_the_next_answer()
    {
        await PutAsync("changing", "http://hospital.example/changing", "1", "Before");
        Assert.Equal("Before", (await server.AskAsync("CodeSystem/$lookup?system=http://hospital.example/changing&code=a")).Text("display"));
        await PutAsync("changing", "http://hospital.example/changing", "1", "After");
        Assert.Equal("After", (await server.AskAsync("CodeSystem/$lookup?system=http://hospital.example/changing&code=a")).Text("display"));
        await server.Client.SendAsync("DELETE", "CodeSystem/changing");
        var gone = await server.Client.SendAsync("GET", "CodeSystem/$lookup?system=http://hospital.example/changing&code=a");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_stored_supplement_is_used_where_it_is_asked_for()
    {
        var supplement = await server.Client.SendAsync("PUT", "CodeSystem/urea-names", """
            {"resourceType":"CodeSystem","id":"urea-names","url":"http://hospital.example/urea-names","status":"active","content":"supplement",
             "supplements":"http://hospital.example/lab","concept":[{"code":"urea","designation":[{"language":"fr","value":"Urée"}]}]}
            """);
        Assert.True(supplement.IsSuccessStatusCode);
        const string Lookup = $"CodeSystem/$lookup?system={TerminologyFixture.Lab}&code=urea&displayLanguage=fr";
        Assert.Equal("Urea", (await server.AskAsync(Lookup)).Text("display"));
        Assert.Equal("Urée", (await server.AskAsync($"{Lookup}&useSupplement=http://hospital.example/urea-names")).Text("display"));
    }

    [Fact]
    public async Task An_imported_code_system_is_there_without_a_restart()
    {
        const string Lookup = "CodeSystem/$lookup?system=http://hospital.example/imported&code=a";
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.SendAsync("GET", Lookup)).StatusCode);
        Import("1", "First");
        Assert.Equal("First", (await server.AskAsync(Lookup)).Text("display"));
        Import("2", "Second");
        Assert.Equal("Second", (await server.AskAsync(Lookup)).Text("display"));
        Assert.Equal("First", (await server.AskAsync($"{Lookup}&version=1")).Text("display"));

        void Import(string version, string display)
        {
            using var import = new ImportedSystems(Path.Combine(server.DataPath, "terminology")).Begin(new CodeSystemHeader { Url = "http://hospital.example/imported", Version = version, Name = "Imported" });
            import.Builder.Add("a", display);
            import.Commit();
        }
    }

    private async Task PutAsync(string id, string url, string version, string display)
    {
        var answer = await server.Client.SendAsync("PUT", $"CodeSystem/{id}", $$"""
            {"resourceType":"CodeSystem","id":"{{id}}","url":"{{url}}","version":"{{version}}","name":"Many","status":"active","content":"complete",
             "concept":[{"code":"a","display":"{{display}}"}]}
            """);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
