// When care was given, by type of resource: what start and end of $everything are compared with.

using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>
/// The dates of care (R4 patient-operation-everything.html: "care dates, not record currency dates"), as date parameters of each
/// type. What has no such date belongs to the record at any time.
/// </summary>
internal static class CareDates
{
    private static readonly Dictionary<string, string[]> Codes = new(StringComparer.Ordinal)
    {
        ["Account"] = ["period"],
        ["AdverseEvent"] = ["date"],
        ["AllergyIntolerance"] = ["onset", "last-date", "date"],
        ["Appointment"] = ["date"],
        ["CarePlan"] = ["date", "activity-date"],
        ["CareTeam"] = ["date"],
        ["ChargeItem"] = ["occurrence"],
        ["Claim"] = ["created"],
        ["ClaimResponse"] = ["created"],
        ["ClinicalImpression"] = ["date"],
        ["Communication"] = ["sent", "received"],
        ["CommunicationRequest"] = ["occurrence", "authored"],
        ["Composition"] = ["period", "date"],
        ["Consent"] = ["period", "date"],
        ["CoverageEligibilityRequest"] = ["created"],
        ["CoverageEligibilityResponse"] = ["created"],
        ["DetectedIssue"] = ["identified"],
        ["DeviceRequest"] = ["event-date", "authored-on"],
        ["DiagnosticReport"] = ["date"],
        ["DocumentManifest"] = ["created"],
        ["DocumentReference"] = ["period", "date"],
        ["Encounter"] = ["date"],
        ["EpisodeOfCare"] = ["date"],
        ["ExplanationOfBenefit"] = ["created"],
        ["FamilyMemberHistory"] = ["date"],
        ["Flag"] = ["date"],
        ["Goal"] = ["start-date", "target-date"],
        ["ImagingStudy"] = ["started"],
        ["Immunization"] = ["date"],
        ["ImmunizationEvaluation"] = ["date"],
        ["ImmunizationRecommendation"] = ["date"],
        ["Invoice"] = ["date"],
        ["List"] = ["date"],
        ["MeasureReport"] = ["period"],
        ["Media"] = ["created"],
        ["MedicationAdministration"] = ["effective-time"],
        ["MedicationDispense"] = ["whenhandedover", "whenprepared"],
        ["MedicationRequest"] = ["authoredon", "date"],
        ["MedicationStatement"] = ["effective"],
        ["NutritionOrder"] = ["datetime"],
        ["Observation"] = ["date"],
        ["Procedure"] = ["date"],
        ["QuestionnaireResponse"] = ["authored"],
        ["RequestGroup"] = ["authored"],
        ["ResearchSubject"] = ["date"],
        ["RiskAssessment"] = ["date"],
        ["Schedule"] = ["date"],
        ["ServiceRequest"] = ["occurrence", "authored"],
        ["Specimen"] = ["collected"],
        ["SupplyRequest"] = ["date"],
        ["VisionPrescription"] = ["datewritten"],
    };

    /// <summary>The condition that care was given within the period, as far as the resource tells.</summary>
    /// <param name="type">The resource type.</param>
    /// <param name="start">First microsecond, or null for no beginning.</param>
    /// <param name="end">Last microsecond, or null for no end.</param>
    /// <param name="registry">The search parameters.</param>
    public static SearchExpression Within(string type, long? start, long? end, SearchParameterRegistry registry)
    {
        if (start is null && end is null)
            return new SearchExpression.All();
        if (type == "Condition")
            return ConditionWithin(start, end, registry);
        var parameters = Codes.GetValueOrDefault(type, []).Select(code => registry.Find(type, code)).OfType<SearchParameter>().ToList();
        if (parameters.Count == 0)
            return new SearchExpression.All();
        var undated = parameters.ConvertAll<SearchExpression>(p => new SearchExpression.Missing(p));
        return new SearchExpression.Or(
            [.. parameters.Select(p => Overlaps(p, start, end)), undated.Count == 1 ? undated[0] : new SearchExpression.And(undated)]);
    }

    // A condition lasts from its onset to its abatement; without an abatement it goes on.
    private static SearchExpression ConditionWithin(long? start, long? end, SearchParameterRegistry registry)
    {
        var onset = registry.Find("Condition", "onset-date")!;
        var recorded = registry.Find("Condition", "recorded-date")!;
        var abatement = registry.Find("Condition", "abatement-date")!;
        var parts = new List<SearchExpression>();
        if (end is not null)
        {
            parts.Add(new SearchExpression.Or(
            [
                Overlaps(onset, null, end),
                new SearchExpression.And(
                [
                    new SearchExpression.Missing(onset),
                    new SearchExpression.Or([Overlaps(recorded, null, end), new SearchExpression.Missing(recorded)]),
                ]),
            ]));
        }

        if (start is not null)
            parts.Add(new SearchExpression.Or([Overlaps(abatement, start, null), new SearchExpression.Missing(abatement)]));
        return parts.Count == 1 ? parts[0] : new SearchExpression.And(parts);
    }

    private static SearchExpression.Parameter Overlaps(SearchParameter parameter, long? start, long? end) => new(
        parameter,
        (start, end) switch
        {
            ({ } low, { } high) => new RangePredicate(SearchPrefix.Ap, low, high),
            ({ } low, null) => new RangePredicate(SearchPrefix.Gt, low - 1, low - 1),
            (_, var high) => new RangePredicate(SearchPrefix.Lt, high!.Value + 1, high.Value + 1),
        });
}
