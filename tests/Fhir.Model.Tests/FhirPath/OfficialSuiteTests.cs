// The official R4 suite passes, but for the cases that docs/conformance.md argues; the R5 suite is run for what it adds.

using FhirHub.Model.FhirPath;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests.FhirPath;

public class OfficialSuiteTests(ITestOutputHelper output)
{
    // docs/conformance.md, "FHIRPath", says why.
    private static readonly string[] Argued = ["testPlusDate19"];

    [Fact]
    public void The_official_R4_suite_passes()
    {
        if (OfficialSuite.Open() is not { } suite)
        {
            output.WriteLine("The suites are not beside the project; nothing was run.");
            return;
        }

        var cases = suite.Read("r4/fhirpath/tests-fhir-r4.xml");
        var failed = new List<string>();
        foreach (var test in cases)
        {
            if (suite.Run(test) is not { } problem)
                continue;
            output.WriteLine($"{test.Name}: {test.Expression.Trim()}: {problem}");
            failed.Add(test.Name);
        }

        output.WriteLine($"{cases.Count - failed.Count} of {cases.Count} pass.");
        Assert.Equal(935, cases.Count);
        Assert.Equal(Argued, failed);
    }

    [Fact]
    public void Mutilated_expressions_fail_only_as_expressions()
    {
        if (OfficialSuite.Open() is not { } suite)
        {
            output.WriteLine("The suites are not beside the project; nothing was run.");
            return;
        }

        var texts = suite.Read("r4/fhirpath/tests-fhir-r4.xml").Select(c => c.Expression).ToArray();
        var patient = suite.Input("patient-example.xml")!.Root;
        var context = new FhirPathContext { MaxSteps = 100_000, MaxTime = TimeSpan.FromSeconds(1) };
        var random = new Random(42);
        var (compiled, evaluated) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            // Two expressions, cut and joined anywhere, sometimes with a character of one put into the other.
            var (first, second) = (texts[random.Next(texts.Length)], texts[random.Next(texts.Length)]);
            var text = first[..random.Next(first.Length + 1)] + second[random.Next(second.Length + 1)..];
            if (text.Length > 0 && random.Next(2) == 0)
                text = text.Insert(random.Next(text.Length), second[random.Next(second.Length)].ToString());
            try
            {
                var expression = FhirPathExpression.Compile(text, random.Next(2) == 0 ? patient.Type : null);
                compiled++;
                expression.Evaluate(patient, context);
                evaluated++;
            }
            catch (FhirPathException fault)
            {
                Assert.InRange(fault.Position, 0, text.Length);
            }
        }

        output.WriteLine($"{compiled} compiled, {evaluated} of them gave a result.");
        Assert.InRange(evaluated, 500, 20_000);
    }

    [Fact]
    public void The_R5_suite_is_counted()
    {
        if (OfficialSuite.Open() is not { } suite)
        {
            output.WriteLine("The suites are not beside the project; nothing was run.");
            return;
        }

        var cases = suite.Read("r5/fhirpath/tests-fhir-r5.xml");
        var passed = 0;
        foreach (var test in cases)
        {
            if (suite.Run(test) is { } problem)
                output.WriteLine($"{test.Name}: {test.Expression.Trim()}: {problem}");
            else
                passed++;
        }

        output.WriteLine($"{passed} of {cases.Count} pass.");
        Assert.InRange(passed, 1034, cases.Count);
    }
}
