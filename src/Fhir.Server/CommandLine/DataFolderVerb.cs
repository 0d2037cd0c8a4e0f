// What verbs share that work on the data folder by themselves, while no server runs on it.

using System.CommandLine;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Opens the data folder for a verb.</summary>
internal static class DataFolderVerb
{
    /// <summary>Exit code of a verb that could not do its work.</summary>
    public const int Failed = 1;

    /// <summary>The option that names the folder.</summary>
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the records; else FhirHub:DataPath of the configuration, ./data",
        HelpName = "PATH",
    };

    /// <summary>Works on the folder; what keeps it from that is said in a line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="work">What the verb does, with the exit code.</param>
    public static async Task<int> RunAsync(ParseResult parsed, Func<FhirServer, Task<int>> work)
    {
        try
        {
            var options = FhirHost.ReadOptions([]);
            if (parsed.GetValue(Data) is { } data)
                options = options with { DataPath = data };
            await using var server = FhirServer.Open(options);
            return await work(server);
        }
        catch (DataFolderInUseException inUse)
        {
            await Console.Error.WriteLineAsync(inUse.Message);
            return Failed;
        }
        catch (Exception e) when (e is ConfigurationException or StoreException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The {parsed.CommandResult.Command.Name} can't go on: {e.Message}");
            return Failed;
        }
    }
}
