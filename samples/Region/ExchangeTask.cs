// The Task that carries the state of a referral or consultation, with the history of how it came there.

namespace FhirHub.Samples.Region;

/// <summary>A change of a Task's state.</summary>
/// <param name="State">A code of <c>exchange-task-state</c>.</param>
/// <param name="At">When.</param>
/// <param name="By">A reference to who made it.</param>
/// <param name="Reason">A code of <c>state-reason</c>, for states that need one.</param>
/// <param name="Note">What was added in words.</param>
internal sealed record StateChange(string State, DateTime At, string By, string? Reason = null, string? Note = null);

/// <summary>What is asked of whom.</summary>
/// <param name="Kind">A code of <c>exchange-service</c>.</param>
/// <param name="Request">A reference to the ServiceRequest.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="From">Who asks.</param>
/// <param name="Asked">The institution that is asked, by its doctor.</param>
internal sealed record Asking(string Kind, string Request, string Priority, Doctor From, Doctor Asked);

/// <summary>Writes Tasks.</summary>
internal static class ExchangeTask
{
    // The ways that requests take, by the state where they stand.
    private static readonly Dictionary<string, string[]> Ways = new(StringComparer.Ordinal)
    {
        ["requested"] = ["requested"],
        ["received"] = ["requested", "received"],
        ["rejected"] = ["requested", "received", "rejected"],
        ["cancelled"] = ["requested", "received", "cancelled"],
        ["accepted"] = ["requested", "received", "accepted"],
        ["scheduled"] = ["requested", "received", "accepted", "scheduled"],
        ["in-progress"] = ["requested", "received", "accepted", "scheduled", "in-progress"],
        ["completed"] = ["requested", "received", "accepted", "scheduled", "in-progress", "completed"],
        ["returned"] = ["requested", "received", "accepted", "scheduled", "in-progress", "completed", "returned"],
    };

    /// <summary>True if somebody has agreed on a time.</summary>
    public static bool IsScheduled(string state) => Ways[state].Contains("scheduled");

    /// <summary>True if the patient has been seen, or the case been opened.</summary>
    public static bool IsBegun(string state) => Ways[state].Contains("in-progress");

    /// <summary>True if what was asked for is done.</summary>
    public static bool IsDone(string state) => Ways[state].Contains("completed");

    /// <summary>The status of the ServiceRequest while its Task has the state.</summary>
    public static string RequestStatus(string state) => state switch { "rejected" or "cancelled" => "revoked", "completed" or "returned" => "completed", _ => "active" };

    /// <summary>The status of the Appointment while the Task has the state.</summary>
    public static string AppointmentStatus(string state) => state switch { "scheduled" => "booked", "in-progress" => "arrived", _ => "fulfilled" };

    /// <summary>The history that leads to a state.</summary>
    /// <param name="asking">What is asked.</param>
    /// <param name="state">The state.</param>
    /// <param name="asked">When it was asked.</param>
    /// <param name="begun">When treatment began.</param>
    /// <param name="done">When it was done.</param>
    public static List<StateChange> History(Asking asking, string state, DateTime asked, DateTime begun, DateTime done) =>
    [
        .. Ways[state].Select(step => step switch
        {
            "requested" => new StateChange(step, asked, asking.From.Role),
            "received" => new StateChange(step, asked.AddMinutes(12), asking.Asked.Institution.Reference),
            "rejected" => new StateChange(step, asked.AddMinutes(95), asking.Asked.Role, "no-capacity", "本周床位和号源已满，建议改约下周或转其他医院"),
            "cancelled" => new StateChange(step, asked.AddMinutes(150), asking.From.Role, "patient-declined", "患者及家属要求暂不转诊"),
            "accepted" => new StateChange(step, asked.AddMinutes(45), asking.Asked.Role),
            "scheduled" => new StateChange(step, asked.AddMinutes(60), asking.Asked.Role),
            "in-progress" => new StateChange(step, begun, asking.Asked.Role),
            "completed" => new StateChange(step, done, asking.Asked.Role),
            _ => new StateChange(step, done.AddMinutes(30), asking.Asked.Role, "acute-phase-over"),
        }),
    ];

    /// <summary>Writes the Task.</summary>
    /// <param name="chart">The patient's chart.</param>
    /// <param name="asking">What is asked.</param>
    /// <param name="history">How it came to its state.</param>
    /// <param name="outputs">What came of it: codes of <c>exchange-task-output</c>, and references.</param>
    public static void Write(Chart chart, Asking asking, List<StateChange> history, List<(string Kind, string Reference)> outputs) =>
        chart.Add("Task", $"exchange-{asking.Kind}-task", w =>
        {
            var state = history[^1].State;
            w.Array("extension", e =>
            {
                foreach (var change in history)
                    e.Extension("state-change", c => c.Array("extension", parts => Write(parts, change)));
            });
            w.String("status", state switch { "scheduled" => "ready", "returned" => "completed", _ => state });
            w.Concept("businessStatus", new Concept(null, Exchange.Code("exchange-task-state", state)));
            w.String("intent", "order");
            w.String("priority", asking.Priority);
            w.Concept("code", new Concept(null, Exchange.Code("exchange-service", asking.Kind)));
            w.Reference("focus", asking.Request);
            w.Reference("for", chart.Person.Reference, PatientRecords.FullName(chart.Person));
            w.Instant("authoredOn", history[0].At);
            w.Instant("lastModified", history[^1].At);
            w.Reference("requester", asking.From.Role, Display(asking.From));
            w.Reference("owner", asking.Asked.Institution.Reference, asking.Asked.Institution.Name);
            if (outputs.Count == 0)
                return;
            w.Array("output", items =>
            {
                foreach (var (kind, reference) in outputs)
                {
                    items.Item(o =>
                    {
                        o.Concept("type", new Concept(null, Exchange.Code("exchange-task-output", kind)));
                        o.Reference("valueReference", reference);
                    });
                }
            });
        });

    /// <summary>A doctor with the institution, as references show them.</summary>
    public static string Display(Doctor doctor) => $"{doctor.Name.Text}（{doctor.Institution.Name}）";

    private static void Write(FhirWriter parts, StateChange change)
    {
        parts.ExtensionOf("state", v => v.String("valueCode", change.State));
        parts.ExtensionOf("at", v => v.Instant("valueDateTime", change.At));
        parts.ExtensionOf("by", v => v.Reference("valueReference", change.By));
        if (change.Reason is { } reason)
            parts.ExtensionOf("reason", v => v.Concept("valueCodeableConcept", new Concept(null, Exchange.Code("state-reason", reason))));
        if (change.Note is { } note)
            parts.ExtensionOf("note", v => v.String("valueString", note));
    }
}
