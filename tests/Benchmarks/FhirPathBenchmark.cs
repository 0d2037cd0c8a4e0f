// What FHIRPath costs: time and memory per evaluation of expressions of the kinds that invariants and search parameters are.

using System.Diagnostics;
using System.Text;
using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Benchmarks;

internal static class FhirPathBenchmark
{
    private const string Observation = """
        {"resourceType":"Observation","id":"o1","status":"final",
         "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
         "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"},{"system":"http://snomed.info/sct","code":"75367002"}]},
         "subject":{"reference":"Patient/p1"},"effectiveDateTime":"2019-04-01T09:30:10+01:00",
         "component":[
          {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},
           "valueQuantity":{"value":87.5,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
          {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},
           "valueQuantity":{"value":120,"unit":"mm[Hg]","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}
        """;

    private static readonly string[] Expressions =
    [
        "status",
        "code.coding.code",
        "code.coding.where(system = 'http://loinc.org').code",
        "(Observation.value as Quantity) | (Observation.component.value as Quantity)",
        "dataAbsentReason.empty() or value.empty()",
        "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()",
        "contained.contained.empty()",
        "component.first().value > 100 'mm[Hg]'",
        "effective >= @2019-01-01",
        "descendants().where($this is Quantity).count()",
    ];

    public static int Run(Options options)
    {
        var node = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(Observation)).Tree!.Root;
        Console.WriteLine($"{"ns",8} {"bytes",7}  expression");
        foreach (var text in Expressions)
        {
            var expression = FhirPathExpression.Get(text);
            Measure(expression, node, options.Seconds / 10);
            var (time, bytes) = Measure(expression, node, options.Seconds / 5);
            Console.WriteLine($"{time,8:N0} {bytes,7:N0}  {text}");
        }

        return 0;
    }

    // The fastest batch counts: whatever else runs on the machine only adds to the others.
    private static (double Nanoseconds, double Bytes) Measure(FhirPathExpression expression, ElementNode node, double seconds)
    {
        const int batch = 100;
        var batches = 0L;
        var fastest = TimeSpan.MaxValue;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            var batchStarted = Stopwatch.GetTimestamp();
            for (var i = 0; i < batch; i++)
                expression.Evaluate(node);
            var elapsed = Stopwatch.GetElapsedTime(batchStarted);
            fastest = elapsed < fastest ? elapsed : fastest;
            batches++;
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return (fastest.TotalNanoseconds / batch, bytes / (double)(batches * batch));
    }
}
