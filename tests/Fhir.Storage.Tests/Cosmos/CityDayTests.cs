// The day of a city that is played event by event agrees with the model on paper, and tells more than it.

using FhirHub.Cosmos.City;

namespace FhirHub.Storage.Tests.Cosmos;

public class CityDayTests
{
    private const int Seed = 7;
    private static readonly CityTraffic s_town = CityTraffic.City.Of(100_000);
    private static readonly DocumentSizes s_sizes = new(4_000, 400, 1_500, 500);
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    private static readonly Dictionary<string, StepCost> s_costs = s_town.Steps.ToDictionary(static step => step.Name, static step => step.Name switch
    {
        "by identifier across patients" or "by name and birth date" or "unselective, first page" => new StepCost(2, 8, 1, 0, 0),
        "transaction of 5 creates" => new StepCost(25, 200, 0, 1, 5),
        "create" or "update" or "patch" => new StepCost(9, 60, 0, 1, 1),
        "conditional create, none there" => new StepCost(11, 70, 2, 1, 1),
        _ => new StepCost(3, 7, 0, 0, 0),
    });

    [Fact]
    public void A_played_day_is_what_the_model_says_of_it()
    {
        var model = new CityModel(s_town, s_costs, s_sizes);

        var day = Play();

        Assert.InRange(day.Visits / s_town.VisitsPerDay, 0.95, 1.05);
        Assert.InRange(day.Units / model.UnitsPerDay(model.Partitions), 0.95, 1.05);
        Assert.InRange(day.MeanUnits / model.UnitsPerSecond(model.PeakHour, model.Partitions), 0.85, 1.15);
        Assert.InRange(day.P99Units / model.UnitsP99(model.PeakHour, model.Partitions), 0.7, 1.5);
        Assert.InRange(day.PeakMinute, day.MeanUnits, day.P99Units);
    }

    [Fact]
    public void The_same_seed_plays_the_same_day() => Assert.Equal(Play(), Play());

    [Fact]
    public void Commits_that_wait_for_a_turn_share_the_next_one()
    {
        var partitions = new CityModel(s_town, s_costs, s_sizes).Partitions;

        var slow = new CityDay(s_town, Samples(), partitions, TimeSpan.FromSeconds(5)).Play(Seed);

        Assert.Equal(Play().Commits, slow.Commits);
        Assert.True(slow.Appends < Play().Appends);
        Assert.InRange(slow.AppendsPerSecond, 0, 0.25);
        Assert.True(slow.LargestGroup > 2);
        Assert.InRange(slow.WaitP99.TotalSeconds, 5, 10);
    }

    [Fact]
    public void A_region_of_thirty_times_as_many_people_pays_more_than_thirty_times_as_much_for_queries_over_all_partitions()
    {
        var (city, province) = (new CityModel(CityTraffic.City, s_costs, s_sizes), new CityModel(CityTraffic.Province, s_costs, s_sizes));

        Assert.Equal((city.ResourceBytes, 4.092e12), (CityTraffic.City.Patients * 310 * 4_000d, city.ResourceBytes));
        Assert.Equal(82, city.Partitions);
        Assert.True(province.FanOutShare(province.Partitions) > city.FanOutShare(city.Partitions));
        Assert.True(province.UnitsPerDay(province.Partitions) > 60 * city.UnitsPerDay(city.Partitions));
    }

    private static CityDayResult Play() => new CityDay(s_town, Samples(), new CityModel(s_town, s_costs, s_sizes).Partitions, s_turn).Play(Seed);

    private static Dictionary<string, IReadOnlyList<StepCost>> Samples() => s_costs.ToDictionary(static cost => cost.Key, static cost => (IReadOnlyList<StepCost>)[cost.Value]);
}
