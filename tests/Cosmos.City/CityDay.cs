// A day of a region, event by event: visits arrive by chance, each step costs what such a step was measured to cost.

namespace FhirHub.Cosmos.City;

/// <summary>What a day came to.</summary>
/// <param name="Visits">Visits.</param>
/// <param name="Units">Request units of the day.</param>
/// <param name="Requests">Requests on the wire.</param>
/// <param name="MeanUnits">Units per second of the busiest hour, on average.</param>
/// <param name="P99Units">The units that 99 of 100 seconds of the busiest hour stay below.</param>
/// <param name="PeakMinute">Units per second of the busiest minute, on average.</param>
/// <param name="HottestPartition">Units per second of the busiest physical partition of "resources" in its busiest minute, on average.</param>
/// <param name="Commits">Commits.</param>
/// <param name="Appends">Appends to the log: groups of commits.</param>
/// <param name="AppendsPerSecond">Appends per second of the busiest minute, on average.</param>
/// <param name="LargestGroup">Commits of the largest group.</param>
/// <param name="WaitP99">The wait for the end of its group's turn that 99 of 100 commits stay below.</param>
public sealed record CityDayResult(
    long Visits, double Units, long Requests, double MeanUnits, double P99Units, double PeakMinute, double HottestPartition,
    long Commits, long Appends, double AppendsPerSecond, int LargestGroup, TimeSpan WaitP99);

/// <summary>Plays a day.</summary>
/// <param name="traffic">The load.</param>
/// <param name="samples">Measured costs of each step by its name, of which each event draws one.</param>
/// <param name="partitions">Physical partitions of "resources".</param>
/// <param name="turn">How long a group's turn takes, from its beginning to the next one's: an append, the application, the watermark.</param>
public sealed class CityDay(CityTraffic traffic, IReadOnlyDictionary<string, IReadOnlyList<StepCost>> samples, int partitions, TimeSpan turn)
{
    private const int Seconds = 86_400;
    private const int Minutes = 1_440;
    private readonly double[] _units = new double[Seconds];
    private readonly double[] _heat = new double[partitions * Minutes];
    private readonly List<double> _commits = [];
    private long _requests;

    /// <summary>Plays it; the same seed gives the same day.</summary>
    public CityDayResult Play(int seed)
    {
        var random = new Random(seed);
        var visits = 0L;
        for (var second = 0; second < Seconds; second++)
        {
            for (var left = Poisson(random, traffic.VisitsPerDay * traffic.Hours[second / 3_600] / 3_600); left > 0; left--, visits++)
                Visit(random, second);
        }

        var hour = Enumerable.Range(0, 24).MaxBy(hour => _units.AsSpan(hour * 3_600, 3_600).ToArray().Sum());
        double[] busiest = [.. _units.AsSpan(hour * 3_600, 3_600).ToArray().Order()];
        var (appends, rate, largest, wait) = Groups();
        return new CityDayResult(
            visits,
            _units.Sum(),
            _requests,
            busiest.Average(),
            busiest[(int)(busiest.Length * 0.99)],
            Enumerable.Range(0, Minutes).Max(minute => _units.AsSpan(minute * 60, 60).ToArray().Average()),
            _heat.Max() / 60,
            _commits.Count,
            appends,
            rate,
            largest,
            wait);
    }

    private void Visit(Random random, int arrival)
    {
        // A patient's documents lie in one physical partition.
        var home = random.Next(partitions);
        foreach (var step in traffic.Steps)
        {
            for (var left = Poisson(random, step.PerVisit); left > 0; left--)
            {
                var time = arrival + (random.NextDouble() * traffic.VisitLength.TotalSeconds);
                if (time >= Seconds)
                    continue;
                var cost = samples[step.Name][random.Next(samples[step.Name].Count)];
                _units[(int)time] += cost.UnitsOn(partitions);
                _requests += cost.RequestsOn(partitions);
                var minute = (int)time / 60;
                _heat[(home * Minutes) + minute] += cost.Units;
                for (var partition = 0; cost.FanOuts > 0 && partition < partitions; partition++)
                    _heat[(partition * Minutes) + minute] += cost.FanOuts * StepCost.EmptyQuery;
                for (var commit = 0; commit < cost.Commits; commit++)
                    _commits.Add(time);
            }
        }
    }

    // One turn after the other: whoever came while a turn ran is in the next one's group.
    private (long Appends, double Rate, int Largest, TimeSpan Wait) Groups()
    {
        _commits.Sort();
        var waits = new List<double>(_commits.Count);
        var minutes = new long[Minutes];
        var (appends, largest, free, next) = (0L, 0, 0.0, 0);
        while (next < _commits.Count)
        {
            var begin = Math.Max(free, _commits[next]);
            var end = next;
            while (end < _commits.Count && _commits[end] <= begin)
                waits.Add(begin + turn.TotalSeconds - _commits[end++]);
            largest = Math.Max(largest, end - next);
            minutes[Math.Min(Minutes - 1, (int)begin / 60)]++;
            appends++;
            next = end;
            free = begin + turn.TotalSeconds;
        }

        waits.Sort();
        return (appends, minutes.Max() / 60.0, largest, waits.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(waits[(int)(waits.Count * 0.99)]));
    }

    // Knuth's way; a great mean is taken in parts.
    private static int Poisson(Random random, double mean)
    {
        var count = 0;
        for (; mean > 30; mean -= 30)
            count += Poisson(random, 30);
        var (limit, product) = (Math.Exp(-mean), random.NextDouble());
        for (; product > limit; product *= random.NextDouble())
            count++;
        return count;
    }
}
