// What a DICOMweb address names: a study, a series of it, or an instance of that.

namespace FhirHub.Dicomweb;

/// <summary>A study, series or instance (PS3.18 8.2). A series is known by its study too, as two studies of different hospitals may hold one UID.</summary>
/// <param name="Study">Study Instance UID.</param>
/// <param name="Series">Series Instance UID; null for the whole study.</param>
/// <param name="Instance">SOP Instance UID; null for the whole series.</param>
public readonly record struct ImagePath(string Study, string? Series = null, string? Instance = null)
{
    /// <summary>The path below the root of the service, such as <c>/studies/1.2/series/1.3</c>.</summary>
    public override string ToString() => (Series, Instance) switch
    {
        (null, _) => $"/studies/{Study}",
        (_, null) => $"/studies/{Study}/series/{Series}",
        _ => $"/studies/{Study}/series/{Series}/instances/{Instance}",
    };
}
