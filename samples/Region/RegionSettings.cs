// What a generated region depends on, and what comes out of it.

namespace FhirHub.Samples.Region;

/// <summary>What decides about every byte of a region: equal settings give equal regions, on any machine.</summary>
/// <param name="Patients">Number of patients, from 1; institutions, practitioners and records grow with it.</param>
/// <param name="Seed">Another seed gives another region of that size.</param>
public sealed record RegionSettings(int Patients = 200, long Seed = 1)
{
    /// <summary>The day on which the region's clocks stand: records lie before it, free slots after it.</summary>
    public DateOnly Today { get; init; } = new(2026, 11, 20);
}

/// <summary>A resource of the region.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Its logical id, which references use.</param>
/// <param name="Json">FHIR JSON in UTF-8, on one line.</param>
public sealed record RegionResource(string Type, string Id, ReadOnlyMemory<byte> Json);
