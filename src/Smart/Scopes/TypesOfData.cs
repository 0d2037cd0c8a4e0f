// Which resource types hold no patient's data, and which of them only the exchange's administrators and systems write.

using System.Collections.Frozen;

namespace FhirHub.Smart;

/// <summary>What kinds of data the resource types of R4 hold, as far as access depends on it (docs/adr/0036-patient-compartment.md).</summary>
public static class TypesOfData
{
    // Who says what an institution is, or what a code means, decides what others see and may do: these are not for any user to change.
    private static readonly FrozenSet<string> s_administered = FrozenSet.ToFrozenSet(
    [
        // Who and what there is in the region.
        "Endpoint", "HealthcareService", "InsurancePlan", "Location", "Organization", "OrganizationAffiliation", "Practitioner", "PractitionerRole",

        // Conformance and terminology.
        "CapabilityStatement", "CodeSystem", "CompartmentDefinition", "ConceptMap", "ExampleScenario", "GraphDefinition", "ImplementationGuide",
        "MessageDefinition", "NamingSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "StructureMap",
        "TerminologyCapabilities", "ValueSet",

        // Knowledge.
        "ActivityDefinition", "CatalogEntry", "ChargeItemDefinition", "DeviceDefinition", "EffectEvidenceSynthesis", "EventDefinition", "Evidence",
        "EvidenceVariable", "Library", "Measure", "MedicationKnowledge", "ObservationDefinition", "PlanDefinition", "Questionnaire",
        "ResearchDefinition", "ResearchElementDefinition", "RiskEvidenceSynthesis", "SpecimenDefinition",
    ],
    StringComparer.Ordinal);

    // Anybody who prescribes or treats may need one that is not there yet.
    private static readonly FrozenSet<string> s_sharedOnly = FrozenSet.ToFrozenSet(["Medication", "Slot", "Substance"], StringComparer.Ordinal);

    // What the server acts upon, or is held to afterwards.
    private static readonly FrozenSet<string> s_guarded = FrozenSet.ToFrozenSet(["AuditEvent", "Subscription"], StringComparer.Ordinal);

    /// <summary>True for a type without any patient's data: <c>patient/</c> scopes that name it read it whole.</summary>
    public static bool IsShared(string type) => s_administered.Contains(type) || s_sharedOnly.Contains(type);

    /// <summary>True for a type that nobody writes by a <c>patient/</c> scope: it is shared, or partly so.</summary>
    public static bool IsReadOnlyToPatients(string type) => type == "Schedule" || IsShared(type);

    /// <summary>
    /// True for a type that quotes data of any patient and of any type, as messages of test runs do: only scopes for all types, without a constraint, read it
    /// (docs/adr/0046-runs-in-the-server.md).
    /// </summary>
    public static bool IsOfAnyData(string type) => type == "TestReport";

    /// <summary>True for a type that administrators and backend services alone write.</summary>
    public static bool IsAdministered(string type) => s_administered.Contains(type) || s_guarded.Contains(type);
}
