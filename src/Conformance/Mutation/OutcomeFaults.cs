// Faults of OperationOutcomes (R4 operationoutcome.html).

using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class OutcomeFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("outcome-issues-missing", "An OperationOutcome has no issues.", static json => json.Remove("issue")),
        Of("outcome-severity-other", "What is an error is told as information.", static json => Issues(json, static issue => issue.ChangeText("severity", static _ => "information"))),
        Of("outcome-code-other", "The code of an issue is another.", static json => Issues(json, static issue => issue.ChangeText("code", static code => code == "exception" ? "unknown" : "exception"))),
        Of("outcome-diagnostics-missing", "Issues do not say what to do.", static json => Issues(json, static issue => issue.Remove("diagnostics") | issue.Remove("details"))),
        Of("outcome-expression-missing", "Issues do not say where.", static json => Issues(json, static issue => issue.Remove("expression"))),
        Fault.OfAnswer("validation-finds-nothing", "Validation finds nothing.", "$validate with errors", static (request, answer) => request.Operation == "validate" && answer.Type == "OperationOutcome" && answer.Edit(static json =>
        {
            if (!json.Objects("issue").Any(static issue => issue.Text("severity") is "error" or "fatal"))
                return false;
            json["issue"] = new JsonArray(new JsonObject { ["severity"] = "information", ["code"] = "informational", ["diagnostics"] = "All OK" });
            return true;
        })),
        Fault.OfAnswer("validation-finds-too-much", "Validation refuses what is right.", "$validate without errors", static (request, answer) => request.Operation == "validate" && answer.Type == "OperationOutcome" && answer.Edit(static json =>
        {
            if (json.Objects("issue").Any(static issue => issue.Text("severity") is "error" or "fatal"))
                return false;
            json["issue"] = new JsonArray(new JsonObject { ["severity"] = "error", ["code"] = "invalid", ["diagnostics"] = "Wrong" });
            return true;
        })),
    ];

    private static Fault Of(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "errors with an OperationOutcome", (_, answer) =>
        answer.Status >= 400 && answer.Type == "OperationOutcome" && answer.Edit(change));

    private static bool Issues(JsonObject json, Func<JsonObject, bool> change) => json.Objects("issue").Each(change);
}
