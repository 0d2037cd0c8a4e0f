// What validation costs: parsing, base definitions and claimed profiles of Synthea's resources, in microseconds a resource.

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Terminology;
using FhirHub.Validation;

namespace FhirHub.Benchmarks.Validation;

internal static class ValidateBenchmark
{
    private const int MaxBundles = 40;
    private const string VitalSigns = "http://hl7.org/fhir/StructureDefinition/vitalsigns";

    public static async Task<int> RunAsync(Options options)
    {
        var resources = Read(options.Folder ?? throw new ArgumentException("--folder FOLDER names Synthea's bundles."), Math.Min(options.Limit, MaxBundles));
        var definitions = new LocalConformanceResources(new TerminologyLibrary([new GivenTerminologySource("package", ReadPackage(options.Data)), new R4TerminologySource()], [new StandardSystems()]));
        var validator = new Validator(definitions);
        Console.WriteLine($"{resources.Count:N0} resources; µs a resource, median and 95th percentile\n");
        Console.WriteLine($"{"type",-24}{"count",7}{"parse",12}{"base",16}{"profiles",16}{"errors",9}{"bytes",9}");

        var rounds = new List<Sample>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            foreach (var resource in resources)
            {
                var sample = await MeasureAsync(validator, resource);
                // The first round compiles plans and reads value sets.
                if (round > 0)
                    rounds.Add(sample);
            }
        }

        foreach (var type in rounds.GroupBy(static sample => sample.Type).OrderByDescending(static group => group.Count()))
            Print(type.Key, options.Rounds, [.. type]);
        Print("all", options.Rounds, rounds);
        return 0;
    }

    private sealed record Synthea(string Type, byte[] Json, string[] Profiles);

    private sealed record Sample(string Type, double Parse, double Base, double Profiles, int Errors, long Bytes);

    private static async Task<Sample> MeasureAsync(Validator validator, Synthea resource)
    {
        var started = Stopwatch.GetTimestamp();
        var tree = ResourceParser.ParseJson(resource.Json).Tree!;
        var parse = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await validator.ValidateAsync(tree.Root, ValidationRequest.Default with { HonorsMetaProfile = false }, CancellationToken.None);
        var @base = Stopwatch.GetElapsedTime(started);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        started = Stopwatch.GetTimestamp();
        var issues = await validator.ValidateAsync(tree.Root, ValidationRequest.Default with { Profiles = resource.Profiles }, CancellationToken.None);
        var profiles = Stopwatch.GetElapsedTime(started);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new Sample(
            resource.Type, parse.TotalMicroseconds, @base.TotalMicroseconds, profiles.TotalMicroseconds,
            issues.Count(static issue => issue.Severity == IssueSeverity.Error), bytes);
    }

    private static void Print(string name, int rounds, List<Sample> samples)
    {
        Console.WriteLine(
            $"{name,-24}{samples.Count / rounds,7:N0}{Both(samples, static s => s.Parse),12}{Both(samples, static s => s.Base),16}"
            + $"{Both(samples, static s => s.Profiles),16}{samples.Sum(static s => s.Errors) / rounds,9:N0}{samples.Average(static s => s.Bytes),9:N0}");
    }

    private static string Both(List<Sample> samples, Func<Sample, double> of)
    {
        var sorted = samples.Select(of).Order().ToList();
        return $"{sorted[sorted.Count / 2]:N0} {sorted[sorted.Count * 95 / 100]:N0}";
    }

    private static List<Synthea> Read(string folder, int bundles)
    {
        var resources = new List<Synthea>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(bundles))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in document.RootElement.GetProperty("entry").EnumerateArray())
            {
                var json = Encoding.UTF8.GetBytes(entry.GetProperty("resource").GetRawText());
                var root = ResourceParser.ParseJson(json).Tree!.Root;
                var isVitalSign = root.Type.Name == "Observation" && root.Child("category").Child("coding").ChildValue("code") == "vital-signs";
                resources.Add(new Synthea(root.Type.Name, json, isVitalSign ? [VitalSigns] : []));
            }
        }

        return resources;
    }

    // The package that the resources claim profiles of, one resource a file.
    private static IEnumerable<ResourceTree> ReadPackage(string? folder)
    {
        foreach (var file in folder is null ? [] : Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            if (ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree is { } tree && tree.Root.ChildValue("url") is not null)
                yield return tree;
        }
    }
}
