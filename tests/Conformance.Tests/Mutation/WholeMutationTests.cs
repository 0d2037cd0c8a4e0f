// The scripts of tests/Conformance notice what is wrong with a server.

using Xunit.Abstractions;

namespace FhirHub.Conformance.Tests.Mutation;

public sealed class WholeMutationTests(ConformanceServer server, ITestOutputHelper output) : IClassFixture<ConformanceServer>
{
    // As many kinds as the scripts' proof is to be made of.
    private const int Kinds = 50;

    // What the others are measured by: it is put in everywhere, and nothing is wrong with it.
    private static readonly Fault Nothing = Fault.OfAnswer("nothing", "Nothing is wrong.", "everywhere", static (_, _) => true);

    [Fact]
    public async Task The_scripts_notice_nine_in_ten_faults()
    {
        var run = new MutationRun(await server.OptionsAsync()) { Faults = [Nothing, .. Fault.All] };

        var report = await run.RunAsync(ConformanceServer.Scripts.Scripts, parallel: 4, null, CancellationToken.None);

        output.WriteLine($"{report.Noticed} of {report.Applied.Count} ({report.Score} %), {report.PassingTests} tests, {report.Duration.TotalSeconds:0} s");
        foreach (var fault in report.Faults.Where(static fault => fault.Noticed is null))
            output.WriteLine($"{fault.Fault.Id}: touched {fault.Touched}, tried {fault.Tried}");
        Assert.Null(report.Faults[0].Noticed);
        Assert.True(report.Faults[0].Tried > 1);
        Assert.True(report.Applied.Count >= Kinds, $"Only {report.Applied.Count} kinds of faults touch a script.");
        Assert.True(report.IsPass, $"{report.Noticed} of {report.Applied.Count} are noticed, and not: {string.Join(", ", report.Applied.Where(static fault => fault.Noticed is null).Select(static fault => fault.Fault.Id))}");
    }
}
