// Faults of terminology (R4 terminology-service.html) and other operations.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class TerminologyFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Parameters("result-flipped", "The result of an operation is the other.", static json => Named(json, "result").Each(static part => part.Flip("valueBoolean"))),
        Parameters("outcome-other", "Subsumption is told the other way.", static json => Named(json, "outcome").Each(static part => part.ChangeText("valueCode", static code => code == "subsumes" ? "subsumed-by" : "subsumes"))),
        Parameters("display-other", "The display of a code is another.", static json => Named(json, "display").Each(static part => part.ChangeText("valueString", static text => $"{text}x"))),
        Parameters("message-missing", "It is not said why a code is not valid.", static json => json.DropWhere("parameter", static part => part.Text("name") == "message")),
        Parameters("name-missing", "The name of the code system is missing.", static json => json.DropWhere("parameter", static part => part.Text("name") == "name")),
        Parameters("properties-missing", "Properties of a code are missing.", static json => json.DropWhere("parameter", static part => part.Text("name") is "property" or "designation")),
        Parameters("match-missing", "Translations are missing.", static json => json.DropWhere("parameter", static part => part.Text("name") == "match")),
        Parameters("match-code-other", "A translation is another code.", static json => Named(json, "match").Any(static match => match.Objects("part").Any(static part => part.Object("valueCoding") is { } coding && coding.ChangeText("code", static code => $"{code}x")))),
        Parameters("equivalence-other", "A translation is told to be of another kind.", static json => Named(json, "match").Any(static match => match.Objects("part").Any(static part => part.ChangeText("valueCode", static code => code == "wider" ? "narrower" : "wider")))),
        Parameters("parameters-empty", "An operation answers without parameters.", static json => json.Remove("parameter")),
        Expansion("expansion-empty", "An expansion has no codes.", static expansion => expansion.Remove("contains")),
        Expansion("expansion-last-missing", "The last code of an expansion is missing.", static expansion => expansion.DropLast("contains")),
        Expansion("expansion-code-foreign", "An expansion has a code that is not in the value set.", static expansion => expansion["contains"] is JsonArray { Count: > 0 } contains
            && contains[0]!.DeepClone() is JsonObject foreign && foreign.ChangeText("code", static code => $"{code}x") && Add(contains, foreign)),
        Expansion("expansion-code-other", "A code of an expansion is another.", static expansion => expansion.Objects("contains").FirstOrDefault() is { } code && code.ChangeText("code", static text => $"{text}x")),
        Expansion("expansion-display-missing", "Codes of an expansion have no displays.", static expansion => expansion.Objects("contains").Each(static code => code.Remove("display"))),
        Expansion("expansion-total-other", "The total of an expansion is another.", static expansion => expansion.AddTo("total", 1)),
        Ignored("expansion-filter-ignored", "The filter of an expansion is overlooked.", "filter"),
        Ignored("expansion-count-ignored", "count and offset of an expansion are overlooked.", "count", "offset"),
        Ignored("display-language-ignored", "The language of displays is overlooked.", "displayLanguage"),
        Ignored("everything-dates-ignored", "Dates, types and times of $everything and $export are overlooked.", "start", "end", "_type", "_since"),
    ];

    private static Fault Parameters(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "operations that answer with Parameters", (request, answer) =>
        request.Interaction == Interaction.Operation && answer.IsSuccess && answer.Type == "Parameters" && answer.Edit(change));

    private static Fault Expansion(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "$expand", (request, answer) =>
        request.Operation == "expand" && answer.Type == "ValueSet" && answer.Edit(json => json.Object("expansion") is { } expansion && change(expansion)));

    private static Fault Ignored(string id, string sentence, params string[] names) => Fault.OfRequest(id, sentence, "operations with such parameters", (request, answer) =>
        request.Interaction == Interaction.Operation && answer is null or { IsSuccess: true } && request.DropParameters(name => Array.IndexOf(names, name) >= 0));

    private static IEnumerable<JsonObject> Named(JsonObject json, string name) => json.Objects("parameter").Where(part => part.Text("name") == name);

    private static bool Add(JsonArray contains, JsonNode code)
    {
        contains.Add(code);
        return true;
    }
}
