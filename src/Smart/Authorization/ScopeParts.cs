// Narrower scopes that a user may grant in place of a wide one: categories of a type, or single types in place of all.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>A part of a scope.</summary>
/// <param name="Text">The scope of the part.</param>
/// <param name="Label">What it covers.</param>
internal sealed record ScopePart(string Text, Label Label);

/// <summary>The parts of scopes (SMART App Launch 2.2.0, scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters; the categories are those of US Core).</summary>
internal static class ScopeParts
{
    private const string ObservationCategory = "http://terminology.hl7.org/CodeSystem/observation-category|";
    private const string ConditionCategory = "http://terminology.hl7.org/CodeSystem/condition-category|";
    private const string UsCoreCategory = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|";
    private const string DiagnosticService = "http://terminology.hl7.org/CodeSystem/v2-0074|";

    private static readonly Dictionary<string, IReadOnlyList<(string Category, Label Label)>> s_categories = new(StringComparer.Ordinal)
    {
        ["Condition"] =
        [
            (ConditionCategory + "problem-list-item", new("Problem list", "问题列表")),
            (ConditionCategory + "encounter-diagnosis", new("Diagnoses of visits", "就诊诊断")),
            ("http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern", new("Health concerns", "健康关注事项")),
        ],
        ["Observation"] =
        [
            (ObservationCategory + "vital-signs", new("Vital signs", "生命体征")),
            (ObservationCategory + "laboratory", new("Laboratory results", "检验结果")),
            (ObservationCategory + "imaging", new("Imaging results", "影像检查结果")),
            (ObservationCategory + "procedure", new("Results of procedures and clinical tests", "操作和临床检查结果")),
            (ObservationCategory + "exam", new("Physical examination", "体格检查")),
            (ObservationCategory + "social-history", new("Social history", "社会史")),
            (ObservationCategory + "survey", new("Surveys and questionnaires", "量表和问卷")),
            (ObservationCategory + "therapy", new("Therapy", "治疗")),
            (ObservationCategory + "activity", new("Activity", "活动")),
            (UsCoreCategory + "sdoh", new("Social determinants of health", "健康的社会决定因素")),
            (UsCoreCategory + "functional-status", new("Functional status", "功能状态")),
            (UsCoreCategory + "disability-status", new("Disability status", "残疾状况")),
            (UsCoreCategory + "cognitive-status", new("Cognitive status", "认知状态")),
            (UsCoreCategory + "treatment-intervention-preference", new("Treatment preferences", "治疗意愿")),
            (UsCoreCategory + "care-experience-preference", new("Care experience preferences", "就医体验意愿")),
        ],
        ["DiagnosticReport"] =
        [
            (DiagnosticService + "LAB", new("Laboratory reports", "检验报告")),
            (DiagnosticService + "RAD", new("Radiology reports", "放射报告")),
            (DiagnosticService + "PAT", new("Pathology reports", "病理报告")),
            (DiagnosticService + "CUS", new("Cardiac ultrasound reports", "心脏超声报告")),
        ],
        ["DocumentReference"] =
        [
            ("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category|clinical-note", new("Clinical notes", "临床记录")),
        ],
    };

    // What a patient's record mostly consists of; whoever grants single types in place of all can grant these.
    private static readonly string[] s_types =
    [
        "Patient", "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "Communication", "Composition", "Condition", "Consent", "Coverage", "Device",
        "DiagnosticReport", "DocumentReference", "Encounter", "FamilyMemberHistory", "Goal", "ImagingStudy", "Immunization", "MedicationAdministration",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson",
        "ServiceRequest", "Specimen", "Task", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole",
    ];

    /// <summary>The parts of a scope; empty if it can only be granted as a whole.</summary>
    public static IReadOnlyList<ScopePart> Of(SmartScope scope)
    {
        if (scope.Constraint is not null)
            return [];
        if (scope.ResourceType is null)
            return [.. s_types.Select(type => new ScopePart((scope with { ResourceType = type }).ToString(), TypeNames.Of(type)))];

        // Version 1 can't say a category.
        return s_categories.TryGetValue(scope.ResourceType, out var categories)
            ? [.. categories.Select(part => new ScopePart((scope with { Constraint = $"category={part.Category}", IsVersion1 = false }).ToString(), part.Label))]
            : [];
    }
}
