// What of a record is about one patient: the patient compartment of R4, narrowed to the parameters that say whose data it is.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>
/// The resources that a <c>patient/</c> scope is about. R4's own compartment (compartmentdefinition-patient.html) also takes in what a patient
/// performed, wrote, received or paid for, and so the records of others; docs/adr/0036-patient-compartment.md tells of each parameter why it is
/// kept or not.
/// </summary>
public static class PatientCompartment
{
    /// <summary>The canonical URL of the SearchParameter of the exchange's package that makes <c>Binary.securityContext</c> a way to find it.</summary>
    public const string SecurityContext = "security-context";

    private const string Patient = "Patient";

    private static readonly SearchParameterRegistry s_standard = SearchParameterRegistry.R4;

    /// <summary>Of each type that can be in the compartment the parameter that says whose data it is.</summary>
    public static IReadOnlyDictionary<string, string> SubjectParameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Account"] = "subject",
        ["AdverseEvent"] = "subject",
        ["AllergyIntolerance"] = "patient",
        ["Appointment"] = "actor",
        ["AppointmentResponse"] = "actor",
        ["Basic"] = "patient",
        ["BodyStructure"] = "patient",
        ["CarePlan"] = "patient",
        ["CareTeam"] = "patient",
        ["ChargeItem"] = "subject",
        ["Claim"] = "patient",
        ["ClaimResponse"] = "patient",
        ["ClinicalImpression"] = "subject",
        ["Communication"] = "subject",
        ["CommunicationRequest"] = "subject",
        ["Composition"] = "subject",
        ["Condition"] = "patient",
        ["Consent"] = "patient",
        ["Coverage"] = "beneficiary",
        ["CoverageEligibilityRequest"] = "patient",
        ["CoverageEligibilityResponse"] = "patient",
        ["DetectedIssue"] = "patient",
        ["Device"] = "patient",
        ["DeviceRequest"] = "subject",
        ["DeviceUseStatement"] = "subject",
        ["DiagnosticReport"] = "subject",
        ["DocumentManifest"] = "subject",
        ["DocumentReference"] = "subject",
        ["Encounter"] = "patient",
        ["EnrollmentRequest"] = "subject",
        ["EpisodeOfCare"] = "patient",
        ["ExplanationOfBenefit"] = "patient",
        ["FamilyMemberHistory"] = "patient",
        ["Flag"] = "patient",
        ["Goal"] = "patient",
        ["GuidanceResponse"] = "subject",
        ["ImagingStudy"] = "patient",
        ["Immunization"] = "patient",
        ["ImmunizationEvaluation"] = "patient",
        ["ImmunizationRecommendation"] = "patient",
        ["Invoice"] = "subject",
        ["List"] = "subject",
        ["MeasureReport"] = "patient",
        ["Media"] = "subject",
        ["MedicationAdministration"] = "subject",
        ["MedicationDispense"] = "subject",
        ["MedicationRequest"] = "subject",
        ["MedicationStatement"] = "subject",
        ["MolecularSequence"] = "patient",
        ["NutritionOrder"] = "patient",
        ["Observation"] = "subject",
        ["Procedure"] = "patient",
        ["QuestionnaireResponse"] = "subject",
        ["RelatedPerson"] = "patient",
        ["RequestGroup"] = "subject",
        ["ResearchSubject"] = "individual",
        ["RiskAssessment"] = "subject",
        ["ServiceRequest"] = "subject",
        ["Specimen"] = "subject",
        ["SupplyDelivery"] = "patient",
        ["SupplyRequest"] = "subject",
        ["Task"] = "patient",
        ["VisionPrescription"] = "patient",
    };

    private static readonly IReadOnlyList<string> s_types = [Patient, .. SubjectParameters.Keys];

    // What a Provenance may name beside the patient's data without telling of another's.
    private static readonly IReadOnlyList<string> s_othersTypes = [.. Schema.R4.ResourceTypes.Select(static type => type.Name).Where(static type => !TypesOfData.IsShared(type))];

    /// <summary>The condition that a resource of the type is about the patient, with no compartment in it; none for a type that never is.</summary>
    /// <param name="type">The resource type.</param>
    /// <param name="patient">The patient's id.</param>
    /// <param name="parameters">The search parameters in use, for those that the standard does not have.</param>
    public static SearchExpression Of(string type, string patient, SearchParameterRegistry parameters)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(patient);
        ArgumentNullException.ThrowIfNull(parameters);
        return type switch
        {
            Patient => new SearchExpression.IdIn([patient]),
            "Provenance" => Provenance(patient),
            "Schedule" => Schedule(patient),
            "Binary" => Binary(patient, parameters),
            _ => SubjectParameters.TryGetValue(type, out var code) ? Names(type, code, patient) : new SearchExpression.None(),
        };
    }

    private static SearchExpression.Parameter Names(string type, string code, string patient) =>
        new(Standard(type, code), new ReferencePredicate(Patient, patient, null));

    private static SearchParameter Standard(string type, string code) =>
        s_standard.Find(type, code) ?? throw new InvalidOperationException($"R4 has no search parameter {type}.{code}.");

    // One Provenance may tell of the data of several patients, so it is the patient's only if nothing that it is about is another's.
    private static SearchExpression.And Provenance(string patient)
    {
        var (target, own) = (Standard("Provenance", "target"), OfAnyType(patient));
        return new SearchExpression.And(
        [
            new SearchExpression.Chain(target, s_types, own),
            new SearchExpression.Not(new SearchExpression.Chain(target, s_othersTypes, new SearchExpression.Not(own)) { OrMissing = true }),
        ]);
    }

    // The times of practitioners and rooms are for whoever books; those of another patient are not.
    private static SearchExpression.Or Schedule(string patient) => new(
    [
        Names("Schedule", "actor", patient),
        new SearchExpression.Not(new SearchExpression.Chain(Standard("Schedule", "actor"), [Patient, "RelatedPerson"], new SearchExpression.All()) { OrMissing = true }),
    ]);

    // R4 binary.html: a Binary is protected like the resource that its securityContext names; one without it is nobody's.
    private static SearchExpression Binary(string patient, SearchParameterRegistry parameters) =>
        parameters.Find("Binary", SecurityContext) is { Type: SearchParameterType.Reference, Expression: "Binary.securityContext" } context
            ? new SearchExpression.Chain(context, s_types, OfAnyType(patient))
            : new SearchExpression.None();

    private static SearchExpression.Or OfAnyType(string patient) => new(
    [
        new SearchExpression.And([new SearchExpression.TypeIn([Patient]), new SearchExpression.IdIn([patient])]),
        .. SubjectParameters.Select(pair => Names(pair.Key, pair.Value, patient)),
    ]);
}
