// What the status of an Appointment means to the workflow, and which one the state of its Tasks demands.

using FhirHub.Model;

namespace FhirHub.Server.Workflow;

/// <summary>Codes of R4 valueset-appointmentstatus.html.</summary>
internal static class AppointmentStatus
{
    /// <summary>Those that take the slots of the appointment.</summary>
    public static readonly string[] Taking = ["booked", "arrived", "checked-in"];

    /// <summary>Those that a scheduled Task needs one of.</summary>
    public static readonly string[] Scheduling = ["booked", "pending", "arrived", "checked-in"];

    /// <summary>Those after which nothing more happens; the time of fulfilled and noshow was used, or can't be used any more.</summary>
    public static readonly string[] Final = ["fulfilled", "noshow", "cancelled", "entered-in-error"];

    /// <summary>Those that are not final.</summary>
    public static readonly string[] Live = ["proposed", "pending", "booked", "arrived", "checked-in", "waitlist"];

    /// <summary>True if the appointment takes its slots.</summary>
    public static bool Takes(ElementNode appointment) => appointment.Exists && Taking.Contains(appointment.ChildValue("status"));

    /// <summary>True if the slots of the appointment don't become free again.</summary>
    public static bool Keeps(ElementNode appointment) =>
        Takes(appointment) || (appointment.Exists && appointment.ChildValue("status") is "fulfilled" or "noshow");

    /// <summary>The status that an appointment must have: its own, if the Tasks allow it.</summary>
    /// <param name="status">Its own.</param>
    /// <param name="tasks">The states of the Tasks that it is for.</param>
    public static string Demanded(string status, IReadOnlyList<TaskState> tasks)
    {
        var isScheduled = tasks.Contains(TaskState.Scheduled);
        var isInProgress = tasks.Contains(TaskState.InProgress);
        var isLive = tasks.Any(static task => task.IsLive);
        return status switch
        {
            _ when Final.Contains(status) => status,
            "booked" when isScheduled => status,
            "booked" when isInProgress => "arrived",
            "arrived" or "checked-in" when isScheduled || isInProgress => status,
            "proposed" or "pending" or "waitlist" when isLive || tasks.Count == 0 => status,
            "booked" or "arrived" or "checked-in" when !isLive && tasks.Any(static task => task.IsDone) => "fulfilled",
            _ => "cancelled",
        };
    }
}
