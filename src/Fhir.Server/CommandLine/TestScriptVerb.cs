// How the verbs of TestScripts end: by what they came to, by a sentence and an exit code where something is wrong, or by a signal.

using FhirHub.Conformance;

namespace FhirHub.Server;

/// <summary>Runs the work of a verb of <c>testscript</c>.</summary>
internal static class TestScriptVerb
{
    /// <summary>Runs the work; the value is the exit code.</summary>
    /// <param name="interrupted">What is said after a signal.</param>
    /// <param name="work">The work, which the signals end.</param>
    public static async Task<int> RunAsync(string interrupted, Func<InterruptSignals, Task<int>> work)
    {
        using var stop = new InterruptSignals();
        try
        {
            return await work(stop);
        }
        catch (Exception fault) when (fault is ScriptException or PackageException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return FhirHubCommand.UsageError;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The work can't go on: {fault.Message}");
            return DataFolderVerb.Failed;
        }
        catch (OperationCanceledException) when (stop.HasCome)
        {
            await Console.Error.WriteLineAsync(interrupted);
            return DataFolderVerb.Interrupted;
        }
    }
}
