// How a rule of the workflow, deep in the reading of what it needs, refuses what would be written.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>The writes break a rule of the workflow.</summary>
/// <param name="at">The resource that is at fault, or that the fault was found at.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="issue">What is wrong and what to do.</param>
internal sealed class WorkflowException(ResourceKey at, int status, Issue issue) : Exception(issue.Diagnostics)
{
    /// <summary>The resource that is at fault.</summary>
    public ResourceKey At { get; } = at;

    /// <summary>The refusal.</summary>
    public InteractionResult Refusal => InteractionResult.Refused(status, [issue]);

    /// <summary>A broken rule: 422.</summary>
    /// <param name="at">The resource that is at fault.</param>
    /// <param name="expression">Where in it, as a FHIRPath location.</param>
    /// <param name="template">What is wrong and what to do.</param>
    /// <param name="arguments">What stands at the template's places.</param>
    public static WorkflowException Of(ResourceKey at, string expression, MessageTemplate template, params IReadOnlyList<string> arguments) =>
        new(at, 422, Issue.Of(IssueSeverity.Error, "business-rule", template, arguments) with { Expression = expression });

    /// <summary>A state of others that leaves no room: 409.</summary>
    /// <param name="at">The resource that is at fault.</param>
    /// <param name="expression">Where in it, as a FHIRPath location.</param>
    /// <param name="template">What is wrong and what to do.</param>
    /// <param name="arguments">What stands at the template's places.</param>
    public static WorkflowException Conflict(ResourceKey at, string expression, MessageTemplate template, params IReadOnlyList<string> arguments) =>
        new(at, 409, Issue.Of(IssueSeverity.Error, "conflict", template, arguments) with { Expression = expression });
}
