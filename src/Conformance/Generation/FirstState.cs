// Examples show the exchange's workflow in the middle; what a script creates stands at its beginning, where the workflow lets it begin.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>
/// Takes examples of the exchange back to the first state that its workflow allows (docs/adr/0025-workflow.md): a Task is new as its own history says,
/// an Appointment takes no slot before a Task is scheduled, and what a Task is about is active. Resources of other packages stay as they are.
/// </summary>
internal static class FirstState
{
    private const string StateChange = "https://fhirhub.dev/fhir/StructureDefinition/state-change";
    private const string TaskState = "https://fhirhub.dev/fhir/CodeSystem/exchange-task-state";

    /// <summary>Changes a copy of an example.</summary>
    /// <param name="resource">The copy.</param>
    /// <param name="isWorkedOn">True for a ServiceRequest that a Task of the same script is about.</param>
    public static void Apply(JsonObject resource, bool isWorkedOn)
    {
        switch ((string?)resource["resourceType"])
        {
            case "Task":
                Restart(resource);
                break;
            case "ServiceRequest" when isWorkedOn:
                resource["status"] = "active";
                break;
            case "Appointment" when resource["basedOn"] is not null && (string?)resource["status"] is "booked" or "arrived" or "checked-in":
                resource["status"] = "pending";
                break;
        }
    }

    /// <summary>True for what the workflow keeps for good: a Task of the exchange, which nobody may delete.</summary>
    public static bool IsKept(JsonObject resource) => (string?)resource["resourceType"] == "Task" && Changes(resource).Any();

    private static void Restart(JsonObject task)
    {
        var changes = Changes(task).ToList();
        if (changes.Count == 0)
            return;
        foreach (var later in changes.Skip(1))
            task["extension"]!.AsArray().Remove(later);
        var state = changes[0]["extension"]!.AsArray().Select(static part => (string?)part!["valueCode"]).First(static code => code is not null)!;
        task["businessStatus"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = TaskState, ["code"] = state }) };
        task["status"] = state;
        task.Remove("statusReason");
        task.Remove("output");
    }

    private static IEnumerable<JsonObject> Changes(JsonObject resource) =>
        (resource["extension"] as JsonArray ?? []).OfType<JsonObject>().Where(static extension => (string?)extension["url"] == StateChange);
}
