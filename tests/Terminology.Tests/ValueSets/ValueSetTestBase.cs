// What tests of value sets share: a code system of animals, and ways to post, expand and read.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology.Tests;

public abstract class ValueSetTestBase
{
    private const string Animals = """
        {"resourceType":"CodeSystem","url":"urn:animals","version":"2","status":"active","content":"complete","hierarchyMeaning":"is-a",
        "property":[{"code":"legs","type":"integer"},{"code":"kin","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},
          {"code":"eats","type":"code"}],
        "concept":[
          {"code":"animal","display":"Animal","concept":[
            {"code":"bird","display":"Bird","property":[{"code":"legs","valueInteger":2}],"concept":[
              {"code":"duck","display":"Duck"},{"code":"dodo","display":"Dodo","property":[{"code":"inactive","valueBoolean":true}]}]},
            {"code":"cat","display":"Cat","property":[{"code":"legs","valueInteger":4},{"code":"eats","valueCode":"duck"}],
              "designation":[{"language":"zh","value":"猫"},{"language":"de","value":"Katze"}]}]},
          {"code":"pet","display":"Pet"},
          {"code":"siamese","display":"Siamese","property":[{"code":"kin","valueCode":"cat"},{"code":"kin","valueCode":"pet"}]}]}
        """;

    internal MemorySource Source { get; } = new MemorySource().With(Animals);

    protected TerminologyLibrary Library { get; set; }

    protected ValueSetTestBase() => Library = new TerminologyLibrary([Source, new R4TerminologySource()]);

    protected void Post(string name, string compose, string version = "1") => Source.With(
        $$"""{"resourceType":"ValueSet","url":"urn:vs:{{name}}","version":"{{version}}","status":"active","compose":{{compose}}}""");

    protected async Task<JsonElement> ExpandAsync(ExpansionRequest request, ScopeParameters? parameters = null)
    {
        var scope = await Library.OpenAsync(parameters, default);
        var expansion = await ValueSetExpander.ExpandAsync(request, scope, TimeProvider.System, default);
        var json = expansion.ToJson();
        var parsed = ResourceParser.ParseJson(json);
        Assert.True(parsed.IsValid, string.Join(' ', parsed.Issues.Select(static issue => issue.Diagnostics)));
        return JsonDocument.Parse(json).RootElement.GetProperty("expansion");
    }

    protected async Task<string> FailsAsync(ExpansionRequest request, string code)
    {
        var scope = await Library.OpenAsync(null, default);
        var refused = await Assert.ThrowsAsync<TerminologyException>(async () => await ValueSetExpander.ExpandAsync(request, scope, TimeProvider.System, default));
        Assert.Equal(code, refused.Code);
        return refused.Message;
    }

    protected async Task<ValueSetContent> ContentAsync(string canonical, ScopeParameters? parameters = null) =>
        await (await Library.OpenAsync(parameters, default)).ContentAsync(canonical, default);

    /// <summary>Codes of the entries; those of an entry's own in brackets behind it.</summary>
    protected static string Tree(JsonElement holder) =>
        holder.TryGetProperty("contains", out var contains)
            ? string.Join(' ', contains.EnumerateArray().Select(static entry => entry.GetProperty("code").GetString() + (Tree(entry) is { Length: > 0 } below ? $"({below})" : "")))
            : "";

    protected static List<string> Parameters(JsonElement expansion) =>
        [.. expansion.GetProperty("parameter").EnumerateArray().Select(static p => $"{p.GetProperty("name").GetString()}={p.EnumerateObject().Last().Value}")];
}
