// What verbs share that work on the data folder by themselves, while no server runs on it.

using System.CommandLine;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Opens the data folder for a verb.</summary>
internal static class DataFolderVerb
{
    /// <summary>Exit code of a verb that could not do its work.</summary>
    public const int Failed = 1;

    /// <summary>Exit code of a verb that was interrupted and goes on when it is called again.</summary>
    public const int Interrupted = 130;

    /// <summary>The option that names the folder.</summary>
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the records; else FhirHub:DataPath of the configuration, ./data",
        HelpName = "PATH",
    };

    /// <summary>True if all files and folders are there that a verb is to read; else it says which is not.</summary>
    public static async Task<bool> AreThereAsync(IEnumerable<string> paths, string verb)
    {
        if (paths.FirstOrDefault(static path => !File.Exists(path) && !Directory.Exists(path)) is not { } missing)
            return true;
        await Console.Error.WriteLineAsync(missing.StartsWith('-')
            ? $"'{missing}' is not an option of {verb}. Try 'fhirhub {verb} --help'."
            : $"There is no file or folder '{missing}'.");
        return false;
    }

    /// <summary>Works on the folder; what keeps it from that is said in a line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="work">What the verb does, with the exit code.</param>
    /// <param name="inUse">What else can be done while another process has the folder.</param>
    public static async Task<int> RunAsync(ParseResult parsed, Func<FhirServer, Task<int>> work, string? inUse = null)
    {
        try
        {
            var options = FhirHost.ReadOptions([]);
            if (parsed.GetValue(Data) is { } data)
                options = options with { DataPath = data };
            await using var server = FhirServer.Open(options);
            return await work(server);
        }
        catch (DataFolderInUseException other)
        {
            await Console.Error.WriteLineAsync(inUse is null ? other.Message : $"{other.Message} {inUse}");
            return Failed;
        }
        catch (Exception e) when (e is ConfigurationException or StoreException or StoreBusyException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The {parsed.CommandResult.Command.Name} can't go on: {e.Message}");
            return Failed;
        }
    }
}
