// What the benchmarks can be told.

namespace FhirHub.Benchmarks;

public sealed record Options(double Seconds, int Clients, int Rounds, string? Folder, int Limit)
{
    /// <summary>A data folder to keep, or null for one that goes when the benchmark ends.</summary>
    public string? Data { get; init; }

    /// <summary>The one step of the scale ladder to measure, or null for all.</summary>
    public int? Step { get; init; }

    /// <summary>The part to measure, or null for all.</summary>
    public string? Filter { get; init; }

    public static Options Parse(string[] args)
    {
        var options = new Options(5, 16, 3, null, int.MaxValue);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = args[i] switch
            {
                "--seconds" => options with { Seconds = double.Parse(args[i + 1]) },
                "--clients" => options with { Clients = int.Parse(args[i + 1]) },
                "--rounds" => options with { Rounds = int.Parse(args[i + 1]) },
                "--folder" => options with { Folder = args[i + 1] },
                "--limit" => options with { Limit = int.Parse(args[i + 1]) },
                "--data" => options with { Data = args[i + 1] },
                "--step" => options with { Step = int.Parse(args[i + 1]) },
                "--filter" => options with { Filter = args[i + 1] },
                _ => throw new ArgumentException($"There is no option {args[i]}."),
            };
        }

        return options;
    }
}
