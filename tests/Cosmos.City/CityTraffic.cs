// What a region does in a day: assumptions, each with its number, from which the model and the simulation both start.

namespace FhirHub.Cosmos.City;

/// <summary>A kind of institution.</summary>
/// <param name="Name">Names it.</param>
/// <param name="Count">How many there are.</param>
/// <param name="VisitsPerMonth">Visits to each in a month.</param>
public sealed record Institutions(string Name, int Count, int VisitsPerMonth);

/// <summary>What a visit asks of the store.</summary>
/// <param name="Name">A row of the table in docs/adr/0052-cosmos-data-model.md.</param>
/// <param name="PerVisit">How often a visit does it, on average.</param>
public sealed record VisitStep(string Name, double PerVisit);

/// <summary>The load of a region.</summary>
public sealed record CityTraffic
{
    /// <summary>People with a record.</summary>
    public long Patients { get; init; } = 3_300_000;

    /// <summary>Who sees them.</summary>
    public IReadOnlyList<Institutions> Institutions { get; init; } =
    [
        new("community centre", 80, 18_000),
        new("hospital", 30, 30_000),
        new("station or clinic", 170, 900),
    ];

    /// <summary>Days on which a month's visits happen.</summary>
    public int WorkingDays { get; init; } = 26;

    /// <summary>The share of each hour of the day in its visits; 1 in all.</summary>
    public IReadOnlyList<double> Hours { get; init; } =
    [
        0.002, 0.002, 0.001, 0.001, 0.002, 0.004, 0.015, 0.070, 0.135, 0.140, 0.120, 0.065,
        0.035, 0.070, 0.105, 0.090, 0.060, 0.030, 0.018, 0.014, 0.010, 0.006, 0.003, 0.002,
    ];

    /// <summary>Resources that a patient's record has.</summary>
    public double ResourcesPerPatient { get; init; } = 310;

    /// <summary>Former versions kept for each resource.</summary>
    public double FormerVersions { get; init; } = 0.3;

    /// <summary>The time over which a visit's requests are spread.</summary>
    public TimeSpan VisitLength { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>What a visit does: the patient is looked up, the record is shown, findings and orders are written.</summary>
    public IReadOnlyList<VisitStep> Steps { get; init; } =
    [
        new("by identifier across patients", 1),
        new("by name and birth date", 0.1),
        new("read", 6),
        new("one patient's, by code and date", 4),
        new("one patient's, sorted by date", 3),
        new("`_include`", 0.5),
        new("transaction of 5 creates", 1.5),
        new("create", 3),
        new("update", 2),
        new("patch", 0.5),
        new("conditional create, none there", 0.2),
        new("vread of a former version", 0.05),
        new("history of an instance", 0.05),
        new("unselective, first page", 0.1),
    ];

    /// <summary>Visits on a working day.</summary>
    public double VisitsPerDay => Institutions.Sum(static kind => (double)kind.Count * kind.VisitsPerMonth) / WorkingDays;

    /// <summary>A city of 3.3 million people with 280 institutions.</summary>
    public static CityTraffic City { get; } = new();

    /// <summary>A province of 100 million people: the same institutions for each person.</summary>
    public static CityTraffic Province { get; } = City.Of(100_000_000);

    /// <summary>The same for another number of people.</summary>
    public CityTraffic Of(long patients) => this with
    {
        Patients = patients,
        Institutions = [.. Institutions.Select(kind => kind with { Count = (int)Math.Max(1, Math.Round(kind.Count * (double)patients / Patients)) })],
    };
}
