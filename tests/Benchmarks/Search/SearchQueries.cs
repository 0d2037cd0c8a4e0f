// The queries of the scale ladder: what vendors' systems and the published benchmarks ask, by class.

namespace FhirHub.Benchmarks.Search;

/// <summary>A query of the ladder; {braces} are filled in for each request from a patient drawn at random.</summary>
/// <param name="Class">The class of query.</param>
/// <param name="Path">Address below the base.</param>
public sealed record LadderQuery(string Class, string Path)
{
    /// <summary>The queries.</summary>
    public static IReadOnlyList<LadderQuery> All { get; } =
    [
        new("string", "Patient?name={family}&_count=20"),
        new("string", "Patient?family={family}&given={given}"),
        new("string", "Patient?address-city={city}&_count=20"),
        new("string", "Patient?name:contains={part}&_count=20"),
        new("string", "Patient?name=Nobodyatall"),
        new("string", "Patient?name={family}&birthdate={birthdate}"),
        new("date", "Patient?birthdate={birthdate}"),
        new("date", "Patient?birthdate=ge{year}&_count=20"),
        new("date", "Observation?date=lt{year}&_count=20"),
        new("date", "Encounter?date=sa{year}-06-01&_count=20"),
        new("date", "Encounter?date=ge{year}-03-01&date=le{year}-03-02&_count=20"),
        new("token", "Observation?category=vital-signs&_count=20"),
        new("token", "Observation?code=http://loinc.org|8302-2,http://loinc.org|29463-7&_count=20"),
        new("token", "Encounter?class=AMB&status=finished&_count=20"),
        new("token", "Condition?code=http://snomed.info/sct|40055000&_count=20"),
        new("token", "Patient?identifier=https://github.com/synthetichealth/synthea|{patient}"),
        new("token", "Observation?code=no-such-code"),
        new("quantity", "Observation?value-quantity=gt190&_count=20"),
        new("quantity", "Observation?code=http://loinc.org|8302-2&value-quantity=gt1.9||m&_count=20"),
        new("quantity", "Observation?combo-value-quantity=lt60|http://unitsofmeasure.org|mm[Hg]&_count=20"),
        new("composite", "Observation?code-value-quantity=http://loinc.org|29463-7$gt100&_count=20"),
        new("composite", "Observation?component-code-value-quantity=http://loinc.org|8480-6$gt140&_count=20"),
        new("reference", "Observation?patient={patient}&code=http://loinc.org|8302-2&_sort=-date"),
        new("reference", "Observation?subject=Patient/{patient}&_count=20"),
        new("reference", "Encounter?patient={patient}&_sort=-date&_count=10&_total=accurate"),
        new("chain", "Observation?subject:Patient.name={family}&_count=20"),
        new("chain", "Condition?patient.birthdate={birthdate}&_count=20"),
        new("has", "Patient?_has:Condition:patient:code=40055000&_count=20"),
        new("include", "Patient?_id={patient}&_revinclude=Observation:subject"),
        new("total", "Observation?code=http://loinc.org|8302-2&_total=accurate&_count=20"),
    ];

    /// <summary>The address for a patient.</summary>
    public string For(PopulationPatient patient) => Path
        .Replace("{patient}", patient.Id, StringComparison.Ordinal)
        .Replace("{family}", Uri.EscapeDataString(patient.Family), StringComparison.Ordinal)
        .Replace("{given}", Uri.EscapeDataString(patient.Given), StringComparison.Ordinal)
        .Replace("{part}", Uri.EscapeDataString(patient.Family[1..Math.Min(5, patient.Family.Length)]), StringComparison.Ordinal)
        .Replace("{city}", Uri.EscapeDataString(patient.City), StringComparison.Ordinal)
        .Replace("{birthdate}", patient.BirthDate, StringComparison.Ordinal)
        .Replace("{year}", patient.BirthDate.CompareTo("2000", StringComparison.Ordinal) < 0 ? "2008" : patient.BirthDate[..4], StringComparison.Ordinal)
        .Replace("|", "%7C", StringComparison.Ordinal)
        .Replace("[", "%5B", StringComparison.Ordinal)
        .Replace("]", "%5D", StringComparison.Ordinal)
        .Replace("$", "%24", StringComparison.Ordinal);
}
