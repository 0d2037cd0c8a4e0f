// What the two servers of the property test hold: the records of two patients that refer to each other in every way, and what both share.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <summary>Whose a resource is meant to be.</summary>
internal enum Whose
{
    /// <summary>The patient's of the token.</summary>
    Mine,

    /// <summary>The other patient's, of whom nothing may be seen.</summary>
    Theirs,

    /// <summary>Nobody's: what all may see, or what only the token's rules tell.</summary>
    Shared,
}

/// <summary>One write of the world; without content it is a delete.</summary>
internal sealed record WorldStep(Whose Whose, ResourceKey Key, JsonObject? Content);

/// <summary>The world: the writes that make it.</summary>
internal sealed partial class LeakWorld
{
    public const string Mine = "Patient/mine";

    public const string Theirs = "Patient/theirs";

    // Searches and validation go by the definitions, whoever asks; whether they may be read is another matter.
    private static readonly string[] s_definitions = ["CodeSystem", "ValueSet", "ConceptMap"];

    private readonly List<WorldStep> _steps = [];

    public LeakWorld()
    {
        AddShared();
        AddPatients();
        AddCompartments();
        AddRecords(Whose.Mine, "mine", "theirs");
        AddRecords(Whose.Theirs, "theirs", "mine");
        AddHistories();
    }

    public IReadOnlyList<WorldStep> Steps => _steps;

    /// <summary>All that there is or was.</summary>
    public IReadOnlyList<ResourceKey> Keys => [.. _steps.Select(static step => step.Key).Distinct()];

    /// <summary>Writes the world to the first server, and to the second what the scope shows of it.</summary>
    /// <param name="whole">The server that gets all.</param>
    /// <param name="part">The server that gets what is granted.</param>
    /// <param name="clock">The clock of both.</param>
    /// <param name="scopeOf">The scope of the token, once the first server has the world.</param>
    /// <returns>What the second server has.</returns>
    public async Task<IReadOnlySet<ResourceKey>> WriteAsync(LeakServer whole, LeakServer part, FixedClock clock, Func<Task<AccessScope>> scopeOf)
    {
        var start = clock.GetUtcNow();
        foreach (var step in _steps)
        {
            clock.Move(TimeSpan.FromSeconds(1));
            await whole.WriteAsync(step.Key.Type, step.Key.Id, step.Content?.ToJsonString());
        }

        var scope = await scopeOf();
        var granted = new Dictionary<ResourceKey, HashSet<long>>();
        var versions = new Dictionary<ResourceKey, long>();
        foreach (var step in _steps)
        {
            var version = versions[step.Key] = versions.GetValueOrDefault(step.Key) + 1;
            if (s_definitions.Contains(step.Key.Type) || await whole.Server.Store.ReadVersionAsync(scope, step.Key, version, default) is { IsDeleted: false })
                (granted.TryGetValue(step.Key, out var shown) ? shown : granted[step.Key] = []).Add(version);
        }

        // What is found is granted by another letter than what is read.
        foreach (var type in _steps.Select(static step => step.Key.Type).Distinct())
        {
            foreach (var version in (await whole.Server.Store.HistoryAsync(scope, new HistoryQuery { Type = type, Count = 1_000 }, default)).Versions.Where(static version => !version.IsDeleted))
                (granted.TryGetValue(version.Key, out var shown) ? shown : granted[version.Key] = []).Add(version.Version);
        }

        // So is what may be changed and not be seen.
        foreach (var letter in new[] { AccessLetter.Update, AccessLetter.Delete })
        {
            foreach (var (key, version) in versions)
            {
                if (await whole.Server.Store.ReadVersionAsync(new ScopeOfLetter(scope, letter), key, version, default) is { IsDeleted: false })
                    (granted.TryGetValue(key, out var shown) ? shown : granted[key] = []).Add(version);
            }
        }

        // A version that is hidden is there with other content, since the numbers of those that are not must be the same.
        clock.Set(start);
        versions.Clear();
        foreach (var step in _steps)
        {
            clock.Move(TimeSpan.FromSeconds(1));
            var version = versions[step.Key] = versions.GetValueOrDefault(step.Key) + 1;
            if (!granted.TryGetValue(step.Key, out var shown))
                continue;
            var content = step.Content is null ? null : shown.Contains(version) ? step.Content.ToJsonString() : Hidden(step).ToJsonString();
            await part.WriteAsync(step.Key.Type, step.Key.Id, content);
        }

        clock.Move(TimeSpan.FromSeconds(1));
        return granted.Keys.ToHashSet();
    }

    // What a scope grants for a letter, to be read.
    private sealed class ScopeOfLetter(AccessScope scope, AccessLetter letter) : AccessScope
    {
        public override bool IsFull => scope.IsFull;

        public override SearchExpression FilterFor(string resourceType, AccessLetter asked) => scope.FilterFor(resourceType, letter);
    }

    private static JsonObject Hidden(WorldStep step)
    {
        var hidden = (JsonObject)JsonNode.Parse(step.Content!.ToJsonString().Replace(Mine, "Patient/nobody", StringComparison.Ordinal).Replace(Theirs, "Patient/nobody", StringComparison.Ordinal))!;
        hidden["language"] = "la";
        return hidden;
    }

    private void Put(Whose whose, string type, string id, string members = "", bool isMore = true)
    {
        var json = (JsonObject)JsonNode.Parse($$$$"""{"resourceType":"{{{{type}}}}","id":"{{{{id}}}}"{{{{(members.Length > 0 ? "," : "")}}}}{{{{members}}}}}""")!;
        if (isMore && json["meta"] is null)
        {
            json["meta"] = JsonNode.Parse(
                $$$$"""{"tag":[{"system":"urn:tag","code":"{{{{whose}}}}"},{"system":"urn:tag","code":"all"}],"security":[{"system":"urn:label","code":"{{{{(whose == Whose.Theirs ? "V" : "N")}}}}"}],"profile":["urn:profile:{{{{whose}}}}"],"source":"urn:source:{{{{whose}}}}"}""");
        }

        _steps.Add(new WorldStep(whose, new ResourceKey(type, id), json));
    }

    private void Delete(Whose whose, string type, string id) => _steps.Add(new WorldStep(whose, new ResourceKey(type, id), null));

    private void AddShared()
    {
        Put(Whose.Shared, "Organization", "org", """ "active":true,"name":"First Hospital","identifier":[{"system":"urn:org","value":"1"}] """);
        Put(Whose.Shared, "Organization", "ward", """ "active":true,"name":"Ward","partOf":{"reference":"Organization/org"} """);
        Put(Whose.Shared, "Practitioner", "gp", """ "active":true,"name":[{"family":"Li","given":["Wen"]}],"identifier":[{"system":"urn:prac","value":"gp"}] """);
        Put(Whose.Shared, "PractitionerRole", "role", """ "practitioner":{"reference":"Practitioner/gp"},"organization":{"reference":"Organization/org"} """);
        Put(Whose.Shared, "Location", "loc", """ "name":"Room","position":{"longitude":121.5,"latitude":31.2},"managingOrganization":{"reference":"Organization/org"} """);
        Put(Whose.Shared, "Location", "part", """ "name":"Bed","position":{"longitude":121.6,"latitude":31.3},"partOf":{"reference":"Location/loc"} """);
        Put(Whose.Shared, "HealthcareService", "service", """ "name":"Cardiology","providedBy":{"reference":"Organization/org"} """);
        Put(Whose.Shared, "Medication", "med", """ "code":{"coding":[{"system":"urn:med","code":"asa"}]} """);
        Put(Whose.Shared, "Schedule", "schedule", """ "active":true,"actor":[{"reference":"Practitioner/gp"}] """);
        Put(Whose.Shared, "Slot", "free", """ "schedule":{"reference":"Schedule/schedule"},"status":"free","start":"2026-07-01T09:00:00Z","end":"2026-07-01T09:30:00Z" """);
        Put(Whose.Shared, "Slot", "busy", """ "schedule":{"reference":"Schedule/schedule"},"status":"busy","start":"2026-07-01T10:00:00Z","end":"2026-07-01T10:30:00Z" """);
        Put(Whose.Shared, "Questionnaire", "form", """ "url":"urn:form","status":"active","title":"Form" """);
        Put(Whose.Shared, "CodeSystem", "colours", """
            "url":"urn:colours","status":"active","content":"complete","hierarchyMeaning":"is-a",
            "concept":[{"code":"red","display":"Red","concept":[{"code":"scarlet","display":"Scarlet"}]},{"code":"blue","display":"Blue"}]
            """);
        Put(Whose.Shared, "ValueSet", "reds", """
            "url":"urn:reds","status":"active","compose":{"include":[{"system":"urn:colours","filter":[{"property":"concept","op":"is-a","value":"red"}]}]}
            """);
        Put(Whose.Shared, "ConceptMap", "map", """
            "url":"urn:map","status":"active","group":[{"source":"urn:colours","target":"urn:hues","element":[{"code":"red","target":[{"code":"r","equivalence":"equivalent"}]}]}]
            """);
        Put(Whose.Shared, "PlanDefinition", "plan", """ "url":"urn:plan","status":"active","title":"Plan" """);
        Put(Whose.Shared, "Device", "scanner", """ "deviceName":[{"name":"Scanner","type":"user-friendly-name"}],"owner":{"reference":"Organization/org"} """);
    }

    private void AddPatients()
    {
        Patient(Whose.Mine, "mine", "Wang", "王", "秀英", "1970-05-01", "female", "100");
        Patient(Whose.Theirs, "theirs", "Zhang", "张", "伟", "1971-06-02", "male", "200");
        Patient(Whose.Theirs, "twin", "Wang", "王", "秀英", "1970-05-01", "female", "101");
        Put(Whose.Theirs, "Person", "person", """ "name":[{"family":"Wang"}],"link":[{"target":{"reference":"Patient/mine"}},{"target":{"reference":"Patient/theirs"}}] """);
        Put(Whose.Theirs, "Group", "group", """
            "type":"person","actual":true,"name":"Study group","member":[{"entity":{"reference":"Patient/mine"}},{"entity":{"reference":"Patient/theirs"}}]
            """);

        void Patient(Whose whose, string id, string family, string chineseFamily, string given, string birth, string gender, string number) => Put(whose, "Patient", id, $$$$"""
            "active":true,"identifier":[{"system":"urn:mrn","value":"{{{{number}}}}"}],"gender":"{{{{gender}}}}","birthDate":"{{{{birth}}}}",
            "name":[{"use":"official","text":"{{{{chineseFamily}}}}{{{{given}}}}","family":"{{{{chineseFamily}}}}","given":["{{{{given}}}}"]},{"family":"{{{{family}}}}","given":["{{{{id}}}}"]}],
            "telecom":[{"system":"phone","value":"138{{{{number}}}}"}],"address":[{"city":"Shanghai","line":["{{{{number}}}} Road"]}],
            "generalPractitioner":[{"reference":"Practitioner/gp"}],"managingOrganization":{"reference":"Organization/org"},
            "link":[{"other":{"reference":"Patient/{{{{(id == "mine" ? "twin" : "mine")}}}}"},"type":"seealso"}],
            "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">narrative{{{{id}}}} patient</div>"}
            """);
    }

    // Every parameter that leads into the compartment, to one patient, to the other, and to both in turn.
    private void AddCompartments()
    {
        foreach (var group in ReferenceTemplate.OfPatientCompartment().GroupBy(static pair => pair.Type))
        {
            var parameters = group.Select(static pair => pair.Parameter).ToList();
            foreach (var parameter in parameters)
            {
                foreach (var (whose, patient) in new[] { (Whose.Mine, Mine), (Whose.Theirs, Theirs) })
                {
                    var other = patient == Mine ? Theirs : Mine;
                    AddTemplate(whose, group.Key, $"{parameter.Code}-{patient[8..]}", [(parameter, patient)]);
                    var crossed = parameters.Where(p => p != parameter).Select(p => (p, other)).ToList();
                    if (crossed.Count > 0)
                        AddTemplate(Whose.Shared, group.Key, $"{parameter.Code}-{patient[8..]}-crossed", [(parameter, patient), .. crossed]);
                }
            }
        }
    }

    private void AddTemplate(Whose whose, string type, string id, IReadOnlyList<(SearchParameter Parameter, string Reference)> references)
    {
        var resource = new JsonObject();
        foreach (var (parameter, reference) in references)
            ReferenceTemplate.TryAdd(resource, parameter, reference);
        if (resource.Count == 0)
            return;
        if (Schema.R4.FindType(type)!.FindElement("status") is not null)
            resource["status"] = "active";
        if (Schema.R4.FindType(type)!.FindElement("identifier") is { IsArray: true })
            resource["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:template", ["value"] = id });
        // A reference of one parameter may lie where that of another does; the last one holds.
        var isOnlyOf = references.Select(static r => r.Reference).Distinct().Count() == 1;
        Put(isOnlyOf ? whose : Whose.Shared, type, id.Length <= 64 ? id : id[..64], resource.ToJsonString()[1..^1]);
    }
}
