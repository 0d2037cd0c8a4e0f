// What concept tables cost: making one as an importer does, opening it, and looking things up, without HTTP.

using System.Diagnostics;
using System.Text;
using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Benchmarks.Terminology;

public static class ConceptsBenchmark
{
    private const int DefaultConcepts = 1_000_000;
    private const int Filters = 2_000;

    private static readonly string[] Parts =
        ["cardiac", "renal", "hepatic", "pulmonary", "chronic", "acute", "bilateral", "left", "right", "lower", "upper", "congenital", "secondary", "primary", "malignant", "benign"];

    private static readonly string[] Chinese = ["慢性", "急性", "原发性", "继发性", "恶性", "良性", "高血压", "糖尿病", "肾炎", "肺炎", "肝硬化", "骨折"];

    public static int Run(Options options)
    {
        var folder = options.Data ?? Directory.CreateTempSubdirectory("concepts").FullName;
        try
        {
            var concepts = options.Limit == int.MaxValue ? DefaultConcepts : options.Limit;
            var systems = new ImportedSystems(folder);
            MeasureBuild(systems, concepts);
            var table = MeasureOpen(folder);
            MeasureLookups(table, options.Seconds);
            MeasureSearch(table);
            if (concepts <= 100_000)
                MeasureResource();
            Console.WriteLine($"{"peak memory, MB",-44} {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6,12:N0}");
        }
        finally
        {
            if (options.Data is null)
                Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void MeasureBuild(ImportedSystems systems, int concepts)
    {
        var random = new Random(1);
        var started = Stopwatch.GetTimestamp();
        using var import = systems.Begin(new CodeSystemHeader { Url = "http://bench.example/concepts", Version = "1" });
        for (var i = 0; i < concepts; i++)
            Add(import.Builder, i, random);
        Print("concepts added", Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
        Print("peak memory so far", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB");
        var imported = import.Commit();
        Print("imported, with its text index", Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
        Print("file", imported.Length / 1e6, "MB");
        Print("peak memory of the import", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB");
    }

    // A tree eight wide, every fifth concept with a second parent; two designations and three properties each.
    private static void Add(ConceptTableBuilder builder, int i, Random random)
    {
        var concept = builder.Add(Code(i), $"{Part(random)} {Part(random)} disorder of structure {i % 40_000} {Part(random)}", i % 4 == 0 ? $"A made-up disorder, the {i}th of its kind." : null);
        builder.AddDesignation(concept, $"{Part(random)} condition {i}", "en");
        builder.AddDesignation(concept, Chinese[random.Next(Chinese.Length)] + Chinese[random.Next(Chinese.Length)] + (i % 1_000), "zh-CN");
        builder.AddProperty(concept, "module", $"m{i % 7}", PropertyType.Code);
        builder.AddProperty(concept, "effective", $"20{10 + (i % 16)}-01-31", PropertyType.DateTime);
        builder.AddProperty(concept, "site", Code(random.Next(i + 1)), PropertyType.Code, 1);
        if (i > 0)
            builder.AddParent(concept, (i - 1) / 8);
        if (i % 5 == 0 && i > 10)
            builder.AddParent(concept, random.Next(i / 8));
    }

    private static ConceptTable MeasureOpen(string folder)
    {
        var started = Stopwatch.GetTimestamp();
        var table = new ImportedSystems(folder).Find("http://bench.example/concepts")[0].Table!;
        table.Find(Code(17));
        Print("open and find one", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
        return table;
    }

    private static void MeasureLookups(ConceptTable table, double seconds)
    {
        var random = new Random(2);
        var codes = Enumerable.Range(0, 10_000).Select(_ => Code(random.Next(table.Count))).ToArray();
        var ordinals = Array.ConvertAll(codes, code => table.Find(code));
        Rate("find", seconds, i => table.Find(codes[i % codes.Length]));
        Rate("find, display, designations, properties", seconds, i =>
        {
            var concept = table.Find(codes[i % codes.Length]);
            return (table.Display(concept)?.Length ?? 0) + table.Designations(concept).Count + table.Properties(concept).Count;
        });
        Rate("subsumes", seconds, i => table.Subsumes(ordinals[i % 100], ordinals[(i + 1) % ordinals.Length]) ? 1 : 0);
        var started = Stopwatch.GetTimestamp();
        var below = table.Descendants(0, includesSelf: false);
        Print($"{below.Count:N0} descendants", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
        var page = new int[100];
        Rate("page of 100 at the start", seconds, _ => below.CopyTo(0, page));
        Rate("page of 100 at nine tenths", seconds, _ => below.CopyTo(below.Count * 9 / 10, page));
        started = Stopwatch.GetTimestamp();
        var with = table.WithProperty("module", static text => text == "m3");
        Print($"{with.Count:N0} with a value of a property", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
    }

    // Each filter once, so that none is answered from memory.
    private static void MeasureSearch(ConceptTable table)
    {
        table.TextIndex.Search("warm");
        foreach (var (name, make) in Kinds())
        {
            var random = new Random(3);
            var filters = Enumerable.Range(0, Filters).Select(_ => make(random)).Distinct().ToList();
            var times = new List<double>();
            var found = 0L;
            foreach (var filter in filters)
            {
                var started = Stopwatch.GetTimestamp();
                found += table.TextIndex.Search(filter).Count;
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine($"{$"search, {name}",-44} {1_000 * times.Count / times.Sum(),12:N0} /s   p99 {times[times.Count * 99 / 100]:N2} ms, {found / filters.Count:N0} found on average");
        }
    }

    private static IEnumerable<(string Name, Func<Random, string> Make)> Kinds()
    {
        yield return ("a word and a number", random => $"{Part(random)} {random.Next(40_000)}");
        yield return ("beginnings of two words", random => $"{Beginning(random)} {Beginning(random)}");
        yield return ("beginnings of three words", random => $"{Beginning(random)} {Beginning(random)} {random.Next(1_000)}");
        yield return ("one letter mistaken", random => $"{Mistaken(random)} {random.Next(1_000)}");
        yield return ("Chinese", random => $"{Chinese[random.Next(Chinese.Length)]} {random.Next(1_000)}");
        yield return ("pinyin", random => $"{(random.Next(2) == 0 ? "gaoxueya" : "tangniao")} {random.Next(1_000)}");
    }

    private static void MeasureResource()
    {
        var json = SyntheticTerminology.CodeSystem();
        var started = Stopwatch.GetTimestamp();
        var tree = ResourceParser.ParseJson(json).Tree!;
        Print("CodeSystem resource parsed", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
        started = Stopwatch.GetTimestamp();
        var table = ConceptTableBuilder.FromResource(tree.Root);
        Print($"made a table of {table.Count:N0}", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
        started = Stopwatch.GetTimestamp();
        table.TextIndex.Search("warm");
        Print("made its text index", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
    }

    private static string Code(int i) => $"{100_000_000L + (i * 37L)}";

    private static string Part(Random random) => Parts[random.Next(Parts.Length)];

    private static string Beginning(Random random) => Part(random) is var part ? part[..random.Next(2, part.Length + 1)] : "";

    private static string Mistaken(Random random)
    {
        var letters = new StringBuilder(Part(random));
        letters[random.Next(1, letters.Length)] = 'z';
        return letters.ToString();
    }

    private static void Rate(string name, double seconds, Func<int, int> action)
    {
        for (var i = 0; i < 1_000; i++)
            action(i);
        var started = Stopwatch.GetTimestamp();
        var times = 0;
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds / 5)
        {
            for (var i = 0; i < 1_000; i++)
                action(times + i);
            times += 1_000;
        }

        Console.WriteLine($"{name,-44} {times / Stopwatch.GetElapsedTime(started).TotalSeconds,12:N0} /s");
    }

    private static void Print(string name, double value, string unit) => Console.WriteLine($"{name,-44} {value,12:N1} {unit}");
}
