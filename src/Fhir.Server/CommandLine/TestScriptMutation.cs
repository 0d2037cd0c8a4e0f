// testscript run --mutate: whether the scripts notice what is wrong with a server.

using FhirHub.Conformance;

namespace FhirHub.Server;

/// <summary>Runs scripts with faults, and tells of each.</summary>
internal static class TestScriptMutation
{
    private const string TableFile = "mutation.md";
    private const int IdWidth = 40;
    private const int MaxMessage = 160;

    /// <summary>Runs the scripts with faults; true if enough of them are noticed.</summary>
    /// <param name="options">The servers, and the rest of what a run is given.</param>
    /// <param name="scripts">The scripts.</param>
    /// <param name="parallel">How many run at once.</param>
    /// <param name="redaction">Takes secrets out of what is told.</param>
    /// <param name="folder">Where the table goes; null for nowhere.</param>
    /// <param name="cancel">Ends the run.</param>
    public static async Task<bool> RunAsync(EngineOptions options, IReadOnlyList<TestScript> scripts, int parallel, Redaction redaction, string? folder, CancellationToken cancel)
    {
        await Console.Out.WriteLineAsync($"Running {Amount.Of(scripts.Count, "script")} without a fault, then with each of {Fault.All.Count:N0} kinds of faults.");
        var report = await new MutationRun(options).RunAsync(scripts, parallel, fault => Tell(fault, redaction), cancel);
        if (folder is not null)
        {
            var table = Path.Combine(folder, TableFile);
            await File.WriteAllBytesAsync(table, MutationTable.Write(report, redaction), CancellationToken.None);
            await Console.Out.WriteLineAsync($"The table is in {table}.");
        }

        await Console.Out.WriteLineAsync(MutationTable.Summary(report));
        foreach (var fault in report.Applied.Where(static fault => fault.Noticed is null))
            await Console.Out.WriteLineAsync($"Not noticed: {fault.Fault.Id}. {fault.Fault.Sentence} It touches {Amount.Of(fault.Touched, "script")} ({fault.Fault.Where}).");
        return report.IsPass;
    }

    private static void Tell(FaultResult result, Redaction redaction)
    {
        var told = result switch
        {
            { Touched: 0 } => "touches no script",
            { Noticed: { } notice } => $"noticed by {notice.Script.Name}, {notice.Test}: {redaction.Text(notice.Message)}",
            _ => $"NOT NOTICED, {result.Tried:N0} of {Amount.Of(result.Touched, "script")} tried",
        };
        Console.Out.WriteLine($"{result.Fault.Id.PadRight(IdWidth)} {PackageFile.Printable(told.Length <= MaxMessage ? told : $"{told[..MaxMessage]}…")}");
    }
}
