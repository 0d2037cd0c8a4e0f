// The tests of the operations that a CapabilityStatement lists for a type: those of R4 (operationslist.html) that the generator knows.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>Writes the tests of a type's operations.</summary>
/// <param name="script">The script.</param>
/// <param name="source">The package.</param>
/// <param name="resource">The type.</param>
/// <param name="plan">The fixtures.</param>
internal sealed partial class OperationTests(ScriptDraft script, GenerationSource source, ResourceCapability resource, FixturePlan plan)
{
    private const string Standard = "http://hl7.org/fhir/R4";
    private const string Nowhere = "${$uuid:nowhere}";

    private readonly Fixture _main = plan.Mains[0];

    private string Type => resource.Type;

    /// <summary>Adds the tests; an operation that R4 does not define has none.</summary>
    public void Add(IReadOnlyList<(string Include, Fixture Referrer, Fixture Main)> referrers, IReadOnlySet<BadExample> brokenInR4)
    {
        foreach (var operation in resource.Operations)
        {
            switch (operation.Name)
            {
                case "validate":
                    AddValidate(brokenInR4);
                    break;
                case "everything" when Type == "Patient":
                    AddEverything(referrers);
                    break;
                case "match":
                    AddMatch();
                    break;
                case "document":
                    AddDocument();
                    break;
                case "lastn":
                    AddLast();
                    break;
                case "stats":
                    AddStatistics();
                    break;
                case "lookup":
                    AddLookup();
                    break;
                case "validate-code":
                    AddValidateCode();
                    break;
                case "expand":
                    AddExpand();
                    break;
                case "translate":
                    AddTranslate();
                    break;
            }
        }
    }

    private void AddValidate(IReadOnlySet<BadExample> brokenInR4)
    {
        script.Prove($"{Standard}/resource-operation-validate.html");
        foreach (var main in plan.Mains.Where(static main => main.IsWhole))
        {
            foreach (var profile in resource.Profiles.Intersect(main.Content["meta"]?["profile"]?.AsArray().Select(static profile => (string)profile!) ?? []))
            {
                script.Test($"$validate finds no error in {main.Id}", $"It is an example of {profile}, and what is sent is judged, not stored.")
                    .Send(new OperationDraft("validate", Type) { SourceId = main.Id, Params = $"?profile={profile}" })
                    .Status(200).Answers("OperationOutcome").True("There is no error.", "OperationOutcome.issue.exists() and OperationOutcome.issue.where(severity = 'error' or severity = 'fatal').empty()");
            }
        }

        var examples = source.BadExamples.Where(bad => resource.Profiles.Contains(bad.Profile) && bad.Type == Type).ToList();
        foreach (var bad in examples)
        {
            // Two profiles of a type may have examples of the same name.
            var name = examples.Count(other => other.Name == bad.Name) == 1 ? bad.Name : $"{bad.Name} of {bad.Profile[(bad.Profile.LastIndexOf('/') + 1)..]}";
            var (id, content) = ($"bad-{name.Replace(" of ", "-", StringComparison.Ordinal)}", (JsonObject)bad.Resource.DeepClone());

            // A rule that looks at what is referred to needs that on the server.
            if (bad.LooksFurther && !plan.Rewrite(content))
                continue;

            // What breaks R4 itself can't stand in a script, which must not break it; nor can what contains something, in what is contained itself.
            var isData = brokenInR4.Contains(bad) || content.ContainsKey("contained");
            var fixture = isData ? script.Data(id, "application/json", content.ToJsonString(s_plain)) : script.Fixture(id, content);
            var test = script.Test($"$validate finds what is wrong in {name}", $"It breaks {bad.Profile}: the errors that are expected are found, at their places, and no others.")
                .Send(new OperationDraft("validate", Type) { SourceId = fixture, Params = $"/$validate?profile={bad.Profile}", ContentType = isData ? "application/json" : null })
                .Status(200).Answers("OperationOutcome")
                .True(bad.Issues.Count == 1 ? "There is one error." : $"There are {bad.Issues.Count} errors.", $"OperationOutcome.issue.where(severity = 'error' or severity = 'fatal').count() = {bad.Issues.Count}");
            foreach (var (code, expression) in bad.Issues.Distinct())
                test.True($"{expression} is wrong: {code}.", $"OperationOutcome.issue.where((severity = 'error' or severity = 'fatal') and code = '{code}' and expression.first() = '{expression.Replace("'", "\\'", StringComparison.Ordinal)}').exists()");
        }

        script.Test("$validate of an instance judges what is stored", "Nothing needs to be sent.")
            .Send(new OperationDraft("validate", Type) { Params = $"/{_main.Variable}/$validate", Method = "get" }).Status(200).Answers("OperationOutcome");
        var other = script.Data("not-to-validate", "application/json", "{\"resourceType\":");
        script.Test("$validate says what is wrong with what is no resource", "What can't be read is an error too.")
            .Send(new OperationDraft("validate", Type) { SourceId = other, Params = "/$validate", ContentType = "application/json" })
            .Status(200, 400, 422).Answers("OperationOutcome").True("There is an error.", "OperationOutcome.issue.where(severity = 'error' or severity = 'fatal').exists()");
    }

    private static readonly System.Text.Json.JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private void AddEverything(IReadOnlyList<(string Include, Fixture Referrer, Fixture Main)> referrers)
    {
        script.Prove($"{Standard}/patient-operation-everything.html");
        var main = referrers.Count > 0 ? referrers[0].Main : _main;
        var test = script.Test("$everything gives the patient and what is about the patient", "The Bundle has the patient once, and all that refers to her.")
            .Send(new OperationDraft("everything", Type) { Params = $"/{main.Variable}/$everything" })
            .Status(200).Answers("Bundle").True("It is the result of a search.", "Bundle.type = 'searchset'")
            .True("The patient is there once.", $"Bundle.entry.resource.ofType(Patient).where(id = '{main.Variable}').count() = 1");
        foreach (var (_, referrer, _) in referrers.Where(pair => pair.Main == main))
            test.True($"{referrer.Id} is there.", $"Bundle.entry.resource.ofType({referrer.Type}).where(id = '{referrer.Variable}').count() = 1");
        foreach (var other in plan.Mains.Where(other => other != main))
            test.True($"{other.Id} is not there.", $"Bundle.entry.where(resource.id = '{other.Variable}').empty()");
        script.Test("$everything of a patient that is nowhere answers 404", "There is nothing to give.")
            .Send(new OperationDraft("everything", Type) { Params = $"/{Nowhere}/$everything" }).Refused(404);
    }

    private void AddMatch()
    {
        script.Prove($"{Standard}/patient-operation-match.html");
        var asked = script.Fixture("match", new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray(
                new JsonObject { ["name"] = "resource", ["resource"] = Sent(_main) },
                new JsonObject { ["name"] = "onlyCertainMatches", ["valueBoolean"] = false },
                new JsonObject { ["name"] = "count", ["valueInteger"] = 20 }),
        });
        script.Test("$match finds the person", "The Bundle has who is meant, with a score and a grade.")
            .Send(new OperationDraft("match", Type) { SourceId = asked, Params = "/$match" })
            .Status(200).Answers("Bundle").True("It is the result of a search.", "Bundle.type = 'searchset'")
            .True("The person is found.", $"Bundle.entry.where(resource.id = '{_main.Variable}').search.score > 0")
            .True("Each has a grade.", "Bundle.entry.where(search.mode = 'match').all(search.extension.where(url = 'http://hl7.org/fhir/StructureDefinition/match-grade').exists())");
        var empty = script.Fixture("match-nobody", new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = new JsonArray(new JsonObject { ["name"] = "count", ["valueInteger"] = 3 }) });
        script.Test("$match without a person is refused", "The parameter resource is required.")
            .Send(new OperationDraft("match", Type) { SourceId = empty, Params = "/$match" }).Refused(400, 422);
    }

    private void AddDocument()
    {
        script.Prove($"{Standard}/composition-operation-document.html");
        script.Test("$document makes a document of the composition", "A Bundle of type document: the Composition first, then what it refers to, each once.")
            .Send(new OperationDraft("document", Type) { Params = $"/{_main.Variable}/$document" })
            .Status(200).Answers("Bundle").True("It is a document.", "Bundle.type = 'document' and Bundle.identifier.exists() and Bundle.timestamp.exists()")
            .True("The Composition comes first.", $"Bundle.entry.first().resource.id = '{_main.Variable}'")
            .True("The subject is there.", "Bundle.entry.resource.ofType(Patient).count() = 1")
            .True("Nothing is there twice.", "Bundle.entry.fullUrl.isDistinct()");
        script.Test("$document of a composition that is nowhere answers 404", "There is nothing to make a document of.")
            .Send(new OperationDraft("document", Type) { Params = $"/{Nowhere}/$document" }).Refused(404);
    }

    private void AddLast()
    {
        if (Subject(_main) is not { } subject)
            return;
        script.Prove($"{Standard}/observation-operation-lastn.html");
        if (_main.Source["code"]?["coding"]?[0] is not { } coding)
            return;
        var query = $"/$lastn?patient={subject.Reference}&code={QueryText.Value((string?)coding["system"] ?? "")}|{QueryText.Value((string?)coding["code"] ?? "")}";
        script.Test("$lastn gives the latest observation of each code", "The patient is this script's own, so that its observations are all there are.")
            .Send(new OperationDraft("lastn", Type) { Params = $"{query}&max=1" })
            .Status(200).Answers("Bundle").True("It is the result of a search.", "Bundle.type = 'searchset'")
            .True("All are of the patient.", $"Bundle.entry.where(search.mode = 'match').resource.all(subject.reference.endsWith('{subject.Reference}'))")
            .True("What was created is the latest of its code, and no other is there.", $"Bundle.entry.where(search.mode = 'match').resource.id = '{_main.Variable}'");
        script.Test("$lastn refuses a number that is none", "max says how many of each code.")
            .Send(new OperationDraft("lastn", Type) { Params = $"{query}&max=many" }).Refused(400);
    }

    private void AddStatistics()
    {
        var main = plan.Mains.FirstOrDefault(main => main.Source["valueQuantity"]?["value"] is not null && Subject(main) is not null);
        if (main is null || main.Source["code"]?["coding"]?[0] is not { } coding)
            return;
        script.Prove($"{Standard}/observation-operation-stats.html");
        var (system, code) = (QueryText.Value((string?)coding["system"] ?? ""), QueryText.Value((string?)coding["code"] ?? ""));
        var query = $"/$stats?subject={Subject(main)!.Reference}&code={code}&system={system}&duration=876000";
        script.Test("$stats reckons with the values of a code", "The patient is this script's own and has one such value, so that its count is one.")
            .Send(new OperationDraft("read", Type) { TargetId = main.ResponseId }).Status(200)
            .Send(new OperationDraft("stats", Type) { Params = $"{query}&statistic=count&statistic=maximum" })
            .Status(200).Answers("Parameters")
            .True("The count is one.", "Parameters.parameter.where(name = 'statistics').resource.ofType(Observation).component.where(code.coding.code = 'count').value.value = 1")
            .True("The greatest is the value.", $"Parameters.parameter.where(name = 'statistics').resource.ofType(Observation).component.where(code.coding.code = 'maximum').value.value = {main.Source["valueQuantity"]!["value"]!.ToJsonString()}");
        script.Test("$stats refuses a statistic that is none", "The standard names them.")
            .Send(new OperationDraft("stats", Type) { Params = $"{query}&statistic=nonsense" }).Refused(400, 422);
    }

    private Fixture? Subject(Fixture fixture) =>
        (string?)(fixture.Source["subject"] ?? fixture.Source["patient"])?["reference"] is { } reference
            ? plan.Fixtures.FirstOrDefault(target => $"{target.Type}/{target.Id}" == reference && target.Type == "Patient")
            : null;

    private static JsonObject Sent(Fixture fixture)
    {
        var content = (JsonObject)fixture.Content.DeepClone();
        content.Remove("id");
        return content;
    }
}
