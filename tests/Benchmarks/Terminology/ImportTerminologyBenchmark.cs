// Importing a code system: a made-up SNOMED CT release of a million concepts becomes a table with its text index; time, memory, size.

using System.Diagnostics;
using System.Text;
using FhirHub.Terminology;
using FhirHub.Terminology.Import;

namespace FhirHub.Benchmarks.Terminology;

public static class ImportTerminologyBenchmark
{
    private const string Core = "900000000000207008";
    private const string Us = "900000000000509007";
    private const string Gb = "900000000000508004";
    private const string Preferred = "900000000000548007";
    private const string Inferred = "900000000000011006";
    private const long FirstConcept = 100_000_000;
    private const int Attributes = 50;

    private static readonly string[] s_places = ["heart", "lung", "liver", "kidney", "skin", "bone", "eye", "ear", "hand", "foot", "brain", "spine", "colon", "stomach", "pancreas", "thyroid"];
    private static readonly string[] s_kinds = ["acute", "chronic", "congenital", "recurrent", "traumatic", "infectious", "benign", "malignant", "idiopathic", "secondary"];
    private static readonly string[] s_findings = ["inflammation", "fracture", "neoplasm", "stenosis", "haemorrhage", "obstruction", "ulcer", "atrophy", "oedema", "infection", "perforation", "ischaemia"];

    public static Task<int> RunAsync(Options options)
    {
        var concepts = Math.Min(options.Limit, 1_000_000);
        var folder = options.Data ?? Directory.CreateTempSubdirectory("fhirhub-bench-").FullName;
        try
        {
            var release = Path.Combine(folder, "release");
            Directory.CreateDirectory(release);
            Write(release, concepts);
            var size = Directory.EnumerateFiles(release).Sum(static file => new FileInfo(file).Length);
            Console.WriteLine($"A release of {concepts:N0} concepts, {size / (1024.0 * 1024):N0} MB; before the import {PeakMegabytes():N0} MB of memory at the peak.");

            var systems = new ImportedSystems(Path.Combine(folder, "terminology"));
            var start = Stopwatch.GetTimestamp();
            using (var files = ReleaseFiles.Open(release))
            {
                var reader = Releases.Recognize(files, new ReleaseOptions(), CancellationToken.None);
                using var import = systems.Begin(reader.Header);
                reader.Read(import.Builder, CancellationToken.None);
                var (read, peak) = (Stopwatch.GetElapsedTime(start), PeakMegabytes());
                var imported = import.Commit();
                var all = Stopwatch.GetElapsedTime(start);
                Console.WriteLine($"read {read.TotalSeconds,6:N1} s (peak {peak:N0} MB), with index and on disk {all.TotalSeconds,6:N1} s: {imported.Concepts / all.TotalSeconds,8:N0} concepts/s, {imported.Length / (1024.0 * 1024),6:N0} MB");
            }

            Console.WriteLine($"peak {PeakMegabytes():N0} MB");
            Query(systems, concepts);
        }
        finally
        {
            if (options.Data is null)
                Directory.Delete(folder, recursive: true);
        }

        return Task.FromResult(0);
    }

    private static void Query(ImportedSystems systems, int concepts)
    {
        var start = Stopwatch.GetTimestamp();
        var table = systems.Find("http://snomed.info/sct")[0].Table!;
        Console.WriteLine($"open {Stopwatch.GetElapsedTime(start).TotalMilliseconds,10:N1} ms");
        string[] expressions =
        [
            $"<< {FirstConcept}",
            $"< {FirstConcept} : {Attribute(1)} = << {FirstConcept + (concepts / 20)}",
            $"< {FirstConcept + 1} {{{{ term = \"chronic ulcer\" }}}}",
            $"^ {FirstConcept + 1} MINUS << {FirstConcept + 2}",
        ];
        foreach (var expression in expressions)
        {
            var times = new List<double>();
            var count = 0;
            for (var i = 0; i < 5; i++)
            {
                start = Stopwatch.GetTimestamp();
                count = ExpressionConstraint.Evaluate(expression, table).Count;
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine($"ECL  {times[2],10:N1} ms, {count,9:N0} concepts  {expression}");
        }
    }

    private static string Attribute(int number) => $"{FirstConcept + 10 + number}";

    // A tree of ten children each with a second parent for every fourth concept; two attributes in a group; three descriptions.
    private static void Write(string folder, int concepts)
    {
        Write(folder, "sct2_Concept_Snapshot_INT_20240301.txt", "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId", concepts, static (text, i) =>
            text.Append($"{FirstConcept + i}\t20020131\t{(i % 20 == 19 ? 0 : 1)}\t{Core}\t{(i % 3 == 0 ? "900000000000073002" : "900000000000074008")}\r\n"));
        Write(folder, "sct2_Description_Snapshot-en_INT_20240301.txt", "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId", concepts, static (text, i) =>
        {
            var name = $"{s_kinds[i % s_kinds.Length]} {s_findings[i / 10 % s_findings.Length]} of {s_places[i / 120 % s_places.Length]} type {i / 1920}";
            text.Append($"{Description(i, 0)}\t20020131\t1\t{Core}\t{FirstConcept + i}\ten\t900000000000003001\t{name} (disorder)\t0\r\n");
            text.Append($"{Description(i, 1)}\t20020131\t1\t{Core}\t{FirstConcept + i}\ten\t900000000000013009\t{name}\t0\r\n");
            text.Append($"{Description(i, 2)}\t20020131\t1\t{Core}\t{FirstConcept + i}\ten\t900000000000013009\t{s_places[i / 120 % s_places.Length]} {s_findings[i / 10 % s_findings.Length]} {i}\t0\r\n");
        });
        Write(folder, "der2_cRefset_LanguageSnapshot-en_INT_20240301.txt", "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId", concepts, static (text, i) =>
        {
            for (var description = 0; description < 3; description++)
            {
                var acceptability = description == 2 ? "900000000000549004" : Preferred;
                text.Append($"{Row(i, description * 2)}\t20020131\t1\t{Core}\t{Us}\t{Description(i, description)}\t{acceptability}\r\n");
                text.Append($"{Row(i, (description * 2) + 1)}\t20020131\t1\t{Core}\t{Gb}\t{Description(i, description)}\t{acceptability}\r\n");
            }
        });
        Write(folder, "sct2_Relationship_Snapshot_INT_20240301.txt", "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId", concepts, (text, i) =>
        {
            void Add(long destination, int group, string type, int number) =>
                text.Append($"{FirstConcept + (i * 10L) + number}2\t20020131\t1\t{Core}\t{FirstConcept + i}\t{destination}\t{group}\t{type}\t{Inferred}\t0\r\n");
            if (i == 0)
                return;
            Add(FirstConcept + ((i - 1) / 10), 0, "116680003", 0);
            if (i % 4 == 0)
                Add(FirstConcept + (i / 17), 0, "116680003", 1);
            Add(FirstConcept + (i * 7919L % concepts), 1, Attribute(i % Attributes), 2);
            Add(FirstConcept + (i * 104729L % concepts), 1, Attribute(1), 3);
        });
        Write(folder, "der2_Refset_SimpleSnapshot_INT_20240301.txt", "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId", concepts, static (text, i) =>
        {
            if (i % 10 == 0)
                text.Append($"{Row(i, 7)}\t20020131\t1\t{Core}\t{FirstConcept + (i % 3) + 1}\t{FirstConcept + i}\r\n");
        });
    }

    private static string Description(int concept, int number) => $"{FirstConcept + (concept * 10L) + number}1";

    private static string Row(int concept, int number) => $"80000000-0000-{number:0000}-0000-{concept:000000000000}";

    private static void Write(string folder, string name, string columns, int concepts, Action<StringBuilder, int> add)
    {
        using var file = new StreamWriter(Path.Combine(folder, name), false, new UTF8Encoding(false), 1 << 20);
        file.Write(columns + "\r\n");
        var text = new StringBuilder();
        for (var i = 0; i < concepts; i++)
        {
            add(text, i);
            if (text.Length > 1 << 16)
            {
                file.Write(text);
                text.Clear();
            }
        }

        file.Write(text);
    }

    // Mapped pages of the finished table count too, though the kernel may drop them.
    private static double PeakMegabytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / (1024.0 * 1024);
    }
}
