// The exchange's own package: every definition is valid and said in two languages, every good example is accepted, every bad one refused
// for its reason.

using FhirHub.Tests;

namespace FhirHub.PackageCompiler.Tests;

public class ExchangePackageTests
{
    private static string Folder => Path.Combine(SharedMaterial.ProjectRoot, "profiles");

    [Fact]
    public async Task The_exchange_holds_to_what_it_publishes()
    {
        var package = CompiledPackage.Of(PackageSource.Read(Folder));
        var findings = await new PackageCheck(package).RunAsync(null, CancellationToken.None);
        Assert.Equal("", string.Join('\n', findings.Where(static finding => finding.IsError)));
        Assert.NotEmpty(package.Definitions);
    }

    [Fact]
    public void Every_profile_that_the_exchange_promises_is_there()
    {
        string[] promised =
        [
            "exchange-patient", "exchange-organization", "exchange-location", "exchange-healthcare-service", "exchange-practitioner",
            "exchange-practitioner-role", "exchange-schedule", "exchange-slot",
            "exchange-referral", "exchange-referral-return", "exchange-referral-task", "exchange-referral-appointment",
            "exchange-consultation-request", "exchange-consultation-task", "exchange-consultation-appointment", "exchange-consultation-encounter",
            "exchange-consultation-message", "exchange-consultation-impression", "exchange-consultation-report", "exchange-consultation-document",
            "exchange-allergy-intolerance", "exchange-condition", "exchange-observation-laboratory", "exchange-observation-vital-signs",
            "exchange-diagnostic-report", "exchange-imaging-study", "exchange-medication-request", "exchange-medication-statement",
            "exchange-immunization", "exchange-document-reference", "exchange-coverage", "exchange-claim-summary",
        ];
        var there = PackageSource.Read(Folder).Definitions.Select(static definition => $"{definition.Resource.ResourceType}/{definition.Resource.Id}").ToHashSet();
        Assert.Equal([], promised.Except(there.Where(static name => name.StartsWith("StructureDefinition/", StringComparison.Ordinal)).Select(static name => name["StructureDefinition/".Length..])));
        string[] actors = ["his", "image-viewer", "app", "expert-centre", "regulator"];
        Assert.Equal([], actors.Except(there.Where(static name => name.StartsWith("CapabilityStatement/", StringComparison.Ordinal)).Select(static name => name["CapabilityStatement/".Length..])));
    }
}
