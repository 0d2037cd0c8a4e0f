// HL7's own TestScripts, the examples of R4, in both formats: what each of their tests comes to on our server, and why where it does not pass.

using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Conformance.Tests;

public class Hl7ScriptsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Expected =
    [
        "testscript-example-history | setup | Fail: The status should be '200'; found '400'. The server says: 'The resource's id is 'pat1', but it was sent to Patient/example",
        "testscript-example-history | History Patient | Skip",
        "testscript-example-multisystem | ReadPatient-Destination1 | Pass",
        "testscript-example-multisystem | ReadPatient-Destination2 | Pass",
        "testscript-example-readtest | Sprinkler Read Test R001 | Pass",
        "testscript-example-readtest | Sprinkler Read Test R002 | Pass",
        "testscript-example-readtest | Sprinkler Read Test R003 | Pass",
        "testscript-example-readtest | Sprinkler Read Test R004 | Fail: The status (bad) should be '400'; found '404'.",
        "testscript-example-search | setup | Fail: The Bundle should have links to the pages first, last and next; first and last and next are missing, found 'self'.",
        "testscript-example-search | Patient Create Search | Skip",
        "testscript-example-search | Patient Search Dynamic | Skip",
        "testscript-example-update | Update Patient | Fail: The status (okay) should be '200'; found '400'. The server says: 'The resource's id is 'pat1', but it was sent to Patient/example",
        "testscript-example | Read Patient | Pass",
    ];

    private readonly ForeignRun _run = new();

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task All_run_unchanged_in_both_formats(string format)
    {
        if (Scripts(format) is not { } folder)
        {
            output.WriteLine("R4's examples are not beside the project; nothing was run.");
            return;
        }

        Assert.Empty(folder.Problems);
        await _run.LoadAsync(Example("Patient/example")!.Text);

        var lines = await _run.RunAsync(folder, Example, new Dictionary<string, string> { ["PatientSearchFamilyName"] = "Chalmers", ["PatientSearchGivenName"] = "Peter" });

        ForeignRun.AssertLines(Expected, [.. lines.Select(line => line.Replace($".{format} |", " |", StringComparison.Ordinal))]);
    }

    public Task InitializeAsync() => _run.InitializeAsync();

    public Task DisposeAsync() => _run.DisposeAsync();

    // HL7's scripts name their fixtures as resources of a server; these are among its examples.
    private static Payload? Example(string reference)
    {
        var file = Path.Combine(SharedMaterial.Folder("r4-examples")!, "r4-json", $"{reference.Replace('/', '-')}.json");
        return File.Exists(file) ? new Payload(File.ReadAllBytes(file), "application/fhir+json") : null;
    }

    private static ScriptFolder? Scripts(string format) => SharedMaterial.Folder("r4-examples") is { } examples
        ? ScriptFolder.Open(Directory.GetFiles(Path.Combine(examples, "xml-json-pairs", format), "testscript-example*").Order(StringComparer.Ordinal))
        : null;
}
