// A small ward, the same each time: the data on which the requests of each interaction are counted.

using System.Globalization;
using FhirHub.Storage;

namespace FhirHub.Cosmos.City;

/// <summary>Patients with a few resources each, as FHIR JSON.</summary>
public static class Ward
{
    /// <summary>The number of patients.</summary>
    public const int Patients = 12;

    /// <summary>All writes, one patient's after the other's.</summary>
    public static IEnumerable<IReadOnlyList<ResourceWrite>> Bundles()
    {
        yield return [CityStore.Write("""{"resourceType":"Organization","id":"o1","name":"Riverside Hospital"}""")];
        for (var patient = 0; patient < Patients; patient++)
            yield return [.. Record(patient).Select(static json => CityStore.Write(json))];
        yield return [CityStore.Write("""{"resourceType":"Group","id":"g1","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p0"}},{"entity":{"reference":"Patient/p1"}}]}""")];
    }

    /// <summary>A patient's Observation.</summary>
    public static string Observation(int patient, string id, int day, string status = "final") => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"resourceType":"Observation","id":"{{{id}}}","status":"{{{status}}}",
         "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
         "code":{"coding":[{"system":"http://loinc.org","code":"8302-2","display":"Body height"}]},
         "subject":{"reference":"Patient/p{{{patient}}}"},"encounter":{"reference":"Encounter/p{{{patient}}}-e"},
         "effectiveDateTime":"2024-03-{{{day:00}}}","valueQuantity":{"value":{{{150 + patient}}}.5,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}}
        """);

    /// <summary>A Patient.</summary>
    public static string Patient(int patient, string id, string given = "Given") => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"resourceType":"Patient","id":"{{{id}}}","identifier":[{"system":"urn:card","value":"card-{{{patient}}}"}],
         "name":[{"family":"Family{{{patient}}}","given":["{{{given}}}"]}],"gender":"female","birthDate":"19{{{50 + patient}}}-05-01",
         "managingOrganization":{"reference":"Organization/o1"}}
        """);

    private static IEnumerable<string> Record(int patient)
    {
        yield return Patient(patient, $"p{patient}");
        yield return $$$"""
            {"resourceType":"Encounter","id":"p{{{patient}}}-e","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},
             "subject":{"reference":"Patient/p{{{patient}}}"},"serviceProvider":{"reference":"Organization/o1"},"period":{"start":"2024-03-01","end":"2024-03-01"}}
            """;
        yield return $$$"""
            {"resourceType":"Condition","id":"p{{{patient}}}-c","subject":{"reference":"Patient/p{{{patient}}}"},"encounter":{"reference":"Encounter/p{{{patient}}}-e"},
             "code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}],"text":"Hypertension"},"onsetDateTime":"2020-01-01"}
            """;
        for (var day = 1; day <= 5; day++)
            yield return Observation(patient, $"p{patient}-v{day}", day);
    }
}
