// The tests of operations on code systems, value sets and concept maps, with what the package's own say.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

internal sealed partial class OperationTests
{
    // More codes than that would hide the script behind them.
    private const int MostCodes = 40;

    private void AddLookup()
    {
        if (Concepts(_main.Source) is not [var concept, ..])
            return;
        script.Prove($"{Standard}/codesystem-operation-lookup.html");
        var url = (string)_main.Source["url"]!;
        script.Test("$lookup tells what a code means", "The answer has the display of the code and the name of the code system.")
            .Send(new OperationDraft("lookup", Type) { Params = $"/$lookup?system={url}&code={QueryText.Encode(concept.Code)}" })
            .Status(200).Answers("Parameters")
            .True("The display is the code system's.", $"Parameters.parameter.where(name = 'display').value = '{Quote(concept.Display)}'")
            .True("The code system has its name.", $"Parameters.parameter.where(name = 'name').value = '{Quote((string?)_main.Source["title"] ?? "")}' or Parameters.parameter.where(name = 'name').value = '{Quote((string?)_main.Source["name"] ?? "")}'");
        script.Test("$lookup of a code that is none is refused", "The code system does not have it.")
            .Send(new OperationDraft("lookup", Type) { Params = $"/$lookup?system={url}&code={Nowhere}" }).Refused(400, 404, 422);
    }

    private void AddValidateCode()
    {
        var codes = Type == "CodeSystem" ? Concepts(_main.Source).Select(concept => ((string)_main.Source["url"]!, concept.Code)).ToList() : Codes(_main.Source);
        if (codes is not [var (system, code), ..])
            return;
        script.Prove($"{Standard}/{Type.ToLowerInvariant()}-operation-validate-code.html");
        var query = Type == "CodeSystem" ? $"/$validate-code?url={system}" : $"/{_main.Variable}/$validate-code?system={QueryText.Encode(system)}";
        script.Test("$validate-code knows the codes that are there", "The result is true, and the display comes with it.")
            .Send(new OperationDraft("validate-code", Type) { Params = $"{query}&code={QueryText.Encode(code)}" })
            .Status(200).Answers("Parameters").True("The code is there.", "Parameters.parameter.where(name = 'result').value = true")
            .True("Its display comes with it.", "Parameters.parameter.where(name = 'display').value.exists()");
        script.Test("$validate-code knows that a code is not there", "The result is false, and a message says why.")
            .Send(new OperationDraft("validate-code", Type) { Params = $"{query}&code={Nowhere}" })
            .Status(200).Answers("Parameters").True("The code is not there.", "Parameters.parameter.where(name = 'result').value = false")
            .True("A message says why.", "Parameters.parameter.where(name = 'message').value.exists()");
        script.Test("$validate-code without a code is refused", "There is nothing to validate.")
            .Send(new OperationDraft("validate-code", Type) { Params = query }).Refused(400, 422);
    }

    private void AddExpand()
    {
        var codes = Codes(_main.Source);
        if (codes.Count is 0 or > MostCodes)
            return;
        script.Prove($"{Standard}/valueset-operation-expand.html");
        script.Test("$expand gives the codes of the value set", "All of them and no others.")
            .Send(new OperationDraft("expand", Type) { Params = $"/{_main.Variable}/$expand" })
            .Status(200).Answers("ValueSet")
            .True("The expansion says when it was made.", "ValueSet.expansion.timestamp.exists()")
            .True("These codes are there, and no others.", $"ValueSet.expansion.contains.code ~ ({string.Join(" | ", codes.Select(static code => $"'{Quote(code.Code)}'"))})");
        script.Test("$expand with a filter gives what fits", "No code has such a display.")
            .Send(new OperationDraft("expand", Type) { Params = $"/{_main.Variable}/$expand?filter={Nowhere}" })
            .Status(200).Answers("ValueSet").True("Nothing fits.", "ValueSet.expansion.contains.empty()");
        script.Test("$expand of a value set that is nowhere is refused", "There is nothing to expand.")
            .Send(new OperationDraft("expand", Type) { Params = $"/$expand?url=urn:uuid:{Nowhere}" }).Refused(400, 404, 422);
    }

    private void AddTranslate()
    {
        if (_main.Source["group"]?[0] is not { } group || group["element"]?[0] is not { } element || (string?)element["target"]?[0]?["code"] is not { } target)
            return;
        script.Prove($"{Standard}/conceptmap-operation-translate.html");
        var (system, code) = (QueryText.Encode((string?)group["source"] ?? ""), QueryText.Encode((string?)element["code"] ?? ""));
        script.Test("$translate gives the code that the map says", "The result is true, and the match has the target's system and code.")
            .Send(new OperationDraft("translate", Type) { Params = $"/{_main.Variable}/$translate?system={system}&code={code}" })
            .Status(200).Answers("Parameters").True("There is a match.", "Parameters.parameter.where(name = 'result').value = true")
            .True("It is the map's.", $"Parameters.parameter.where(name = 'match').part.where(name = 'concept').value.where(code = '{Quote(target)}' and system = '{Quote((string?)group["target"] ?? "")}').exists()");
        script.Test("$translate of a code that the map does not have", "The result is false.")
            .Send(new OperationDraft("translate", Type) { Params = $"/{_main.Variable}/$translate?system={system}&code={Nowhere}" })
            .Status(200).Answers("Parameters").True("There is no match.", "Parameters.parameter.where(name = 'result').value = false");
        script.Test("$translate without a code is refused", "There is nothing to translate.")
            .Send(new OperationDraft("translate", Type) { Params = $"/{_main.Variable}/$translate?system={system}" }).Refused(400, 422);
    }

    private static List<(string Code, string Display)> Concepts(JsonNode codeSystem)
    {
        var found = new List<(string, string)>();
        Collect(codeSystem["concept"]);
        return found;

        void Collect(JsonNode? concepts)
        {
            foreach (var concept in concepts as JsonArray ?? [])
            {
                found.Add(((string)concept!["code"]!, (string?)concept["display"] ?? ""));
                Collect(concept["concept"]);
            }
        }
    }

    // The codes of a value set that says which they are: by name, or whole code systems of the package. Nothing where it takes more to know them.
    private List<(string System, string Code)> Codes(JsonNode valueSet)
    {
        var found = new List<(string, string)>();
        if (valueSet["compose"] is not JsonObject compose || compose["exclude"] is not null)
            return [];
        foreach (var include in compose["include"] as JsonArray ?? [])
        {
            if ((string?)include!["system"] is not { } system || include["filter"] is not null || include["valueSet"] is not null)
                return [];
            if (include["concept"] is JsonArray concepts)
                found.AddRange(concepts.Select(concept => (system, (string)concept!["code"]!)));
            else if (source.Examples.Values.FirstOrDefault(example => example.Type == "CodeSystem" && (string?)example.Resource["url"] == system) is { } known && (string?)known.Resource["content"] == "complete")
                found.AddRange(Concepts(known.Resource).Select(concept => (system, concept.Code)));
            else
                return [];
        }

        return found;
    }

    private static string Quote(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
