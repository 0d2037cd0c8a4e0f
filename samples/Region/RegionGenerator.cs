// Makes a region: institutions first, then family by family, so that references lead back and nothing needs to be kept.

namespace FhirHub.Samples.Region;

/// <summary>
/// Generates the resources of a region. They come one by one, in an order in which each refers only to what came before, and what is held
/// meanwhile does not grow with the number of patients.
/// </summary>
/// <param name="settings">The region.</param>
public sealed class RegionGenerator(RegionSettings settings)
{
    /// <summary>The resources; the same ones each time.</summary>
    public IEnumerable<RegionResource> Generate() => Generate(null);

    /// <summary>The resources, and the examinations that they order.</summary>
    /// <param name="ordered">Takes each examination before the resource that orders it.</param>
    internal IEnumerable<RegionResource> Generate(Action<ImagingOrder>? ordered)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Patients, 1, nameof(settings));
        using var writer = new FhirWriter();
        var plan = new RegionPlan(settings);
        var patients = new PatientRecords(settings, writer);
        yield return patients.Fund();
        var directory = new RegionDirectory(settings, writer);
        var codes = new LocalCodes(settings, writer);
        foreach (var institution in plan.Institutions())
        {
            foreach (var resource in directory.Of(institution))
                yield return resource;
            if (!institution.IsHospital)
                continue;
            foreach (var resource in codes.Of(institution))
                yield return resource;
        }

        var care = new Care(settings, plan, writer, directory, patients, ordered);
        for (int index = 0, made = 0; made < settings.Patients; index++)
        {
            var household = Household.Of(settings, plan, index, made + 1, settings.Patients - made);
            made += household.Members.Count;
            foreach (var person in household.Members)
            {
                foreach (var resource in care.Of(person))
                    yield return resource;
            }
        }
    }
}
