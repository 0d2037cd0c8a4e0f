// The names of the exchange's package that the workflow goes by: code systems, the extension of state changes, kinds of output.

namespace FhirHub.Server.Workflow;

/// <summary>Names of the package <c>fhirhub.exchange</c> (docs/adr/0025-workflow.md).</summary>
internal static class ExchangeCodes
{
    /// <summary>ServiceRequest.category and Task.code: what makes a resource one of the workflow.</summary>
    public const string Service = "https://fhirhub.dev/fhir/CodeSystem/exchange-service";

    /// <summary>ServiceRequest.category of a referral: up, down or transfer.</summary>
    public const string Direction = "https://fhirhub.dev/fhir/CodeSystem/referral-direction";

    /// <summary>Task.businessStatus.</summary>
    public const string TaskState = "https://fhirhub.dev/fhir/CodeSystem/exchange-task-state";

    /// <summary>Task.output.type.</summary>
    public const string TaskOutput = "https://fhirhub.dev/fhir/CodeSystem/exchange-task-output";

    /// <summary>Organization.type.</summary>
    public const string Tier = "https://fhirhub.dev/fhir/CodeSystem/organization-tier";

    /// <summary>The extension of Task whose list is the history of its states.</summary>
    public const string StateChange = "https://fhirhub.dev/fhir/StructureDefinition/state-change";

    /// <summary>The service that sends a patient from one institution to another.</summary>
    public const string Referral = "referral";

    /// <summary>The service that asks another institution's opinion.</summary>
    public const string Consultation = "consultation";

    /// <summary>The services there are.</summary>
    public static readonly string[] Services = [Referral, Consultation];

    /// <summary>The tiers of institutions, the lowest first.</summary>
    public static readonly string[] Tiers = ["village", "township", "county", "city", "province"];
}
