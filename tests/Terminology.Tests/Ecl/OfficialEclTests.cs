// HL7's ECL cases (fhir-test-cases, snomed/ecl-tests.xml). They name concepts of editions that are not here, so what is tested is that
// each is read; the counts are in docs/conformance.md.

using System.Net;
using System.Text.RegularExpressions;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Terminology.Tests.Ecl;

public sealed class OfficialEclTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_expression_of_the_official_cases_is_read()
    {
        if (SharedMaterial.Folder("suites") is not { } folder)
        {
            output.WriteLine("The suites are not here; nothing was tested.");
            return;
        }

        var file = Directory.EnumerateFiles(folder, "ecl-tests.xml", SearchOption.AllDirectories).Single();

        // The file is no well-formed XML: its first group ends twice.
        var expressions = Regex.Matches(File.ReadAllText(file), "<expression>(.*?)</expression>", RegexOptions.Singleline, TimeSpan.FromSeconds(5))
            .Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).ToList();
        var faults = new List<string>();
        foreach (var expression in expressions)
        {
            try
            {
                ExpressionConstraint.Parse(expression);
            }
            catch (Model.TerminologyException e)
            {
                faults.Add($"{expression}: {e.Message}");
            }
        }

        output.WriteLine($"{expressions.Count - faults.Count} of {expressions.Count} are read.");
        Assert.Equal(59, expressions.Count);
        Assert.Empty(faults);
    }
}
