// What OperationOutcomes say that tell of nothing in particular.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>General messages.</summary>
internal static class OutcomeMessages
{
    public static readonly MessageTemplate AllIsWell = new("all-is-well", "All is well.", "一切正常。");
}
