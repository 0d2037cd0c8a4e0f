// A terminology of one value set and one hierarchy.

using FhirHub.Model;

namespace FhirHub.Search.Tests;

internal sealed class TestTerminology : ITerminology
{
    public int Questions { get; private set; }

    public async ValueTask<CodeSet> ExpandAsync(string valueSet, CancellationToken cancel)
    {
        await Task.Yield();
        Questions++;
        return valueSet is "urn:vs:weights" or "ValueSet/weights"
            ? Codes("http://loinc.org", "29463-7", "3141-9")
            : throw new TerminologyException("not-found", $"The value set {valueSet} is not known here.");
    }

    public async ValueTask<CodeSet> SubsumptionAsync(string system, string code, SubsumptionSide side, CancellationToken cancel)
    {
        await Task.Yield();
        Questions++;
        return system != "http://loinc.org"
            ? throw new TerminologyException("not-found", $"The code system {system} is not known here.")
            : side == SubsumptionSide.Below ? Codes(system, code, "29463-7") : Codes(system, code);
    }

    private static CodeSet Codes(string system, params string[] codes) =>
        new([new KeyValuePair<string, IReadOnlyCollection<string>?>(system, codes)]);
}
