// terminology import: releases of code systems into the data folder, without a server.

using System.CommandLine;
using System.Globalization;
using FhirHub.Storage;
using FhirHub.Terminology.Import;
using TerminologyException = FhirHub.Model.TerminologyException;

namespace FhirHub.Server;

/// <summary>The verb <c>terminology</c> with its own verb <c>import</c>.</summary>
internal static class TerminologyCommand
{
    private const int AllGood = 0;
    private const int SomeFailed = 1;

    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Releases: a folder, a .zip or a file each; SNOMED CT RF2, LOINC, RxNorm RRF, ClaML, FHIR packages and resources, CSV, .xlsx",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the records; else FhirHub:DataPath of the configuration, ./data",
        HelpName = "PATH",
    };

    private static readonly Option<string?> CodeSystemUrl = new("--system") { Description = "URL of the code system, where the release does not say it", HelpName = "URL" };

    private static readonly Option<string?> CodeSystemVersion = new("--system-version") { Description = "Its version, where the release does not say it", HelpName = "TEXT" };

    private static readonly Option<string?> Title = new("--title") { Description = "Its name for people", HelpName = "TEXT" };

    private static readonly Option<string?> Language = new("--language") { Description = "Language of displays, such as en-GB or zh (SNOMED CT: en-US)", HelpName = "TAG" };

    private static readonly Option<bool> Full = new("--full") { Description = "SNOMED CT: read the full files and not the snapshot" };

    private static readonly Option<int?> Date = new("--date") { Description = "SNOMED CT: the state of that day, out of the full files", HelpName = "YYYYMMDD" };

    private static readonly Option<string[]> Map = new("--map")
    {
        Description = "CSV and .xlsx: what a column is: code=, display=, definition=, parent=, inactive=, designation:LANGUAGE=, property:NAME=",
        HelpName = "WHAT=COLUMN",
    };

    private static readonly Option<bool> PrefixHierarchy = new("--prefix-hierarchy") { Description = "CSV and .xlsx: a code is below the longest other one that it begins with" };

    private static readonly Option<string?> Sheet = new("--sheet") { Description = ".xlsx: the sheet to read (default: the first)", HelpName = "NAME" };

    private static readonly Option<char?> Separator = new("--separator") { Description = "CSV: what is between two values (default: found)", HelpName = "CHARACTER" };

    private static readonly Option<string?> Changes = new("--changes") { Description = "Write all changes since the version before to this file", HelpName = "FILE" };

    private static readonly Option<bool> Again = new("--again") { Description = "Import also what an earlier run has done" };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var import = new Command("import", "Import releases of code systems")
        {
            Paths,
            Data,
            CodeSystemUrl,
            CodeSystemVersion,
            Title,
            Language,
            Full,
            Date,
            Map,
            PrefixHierarchy,
            Sheet,
            Separator,
            Changes,
            Again,
        };
        import.Options.Add(VerbHelp.Option(
            """
            A version stands beside those imported before; the latest one answers where no version is asked for, from the moment
            it is whole. What changed since the version before is shown. What was imported is noted in the data folder, so that
            an interrupted run (Ctrl-C) goes on with the code system, or the resource of a package, where it stopped when the
            same command is given.

            No server may run on the data folder. Exit codes: 0 all imported, 1 some failed, 2 usage, 130 interrupted.
            """));
        import.SetAction((parsed, _) => RunAsync(parsed));
        return new Command("terminology", "Work on code systems") { import };
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var paths = parsed.GetValue(Paths)!;
        if (!await DataFolderVerb.AreThereAsync(paths, "terminology import"))
            return FhirHubCommand.UsageError;

        ReleaseOptions release;
        try
        {
            release = ReadOptions(parsed);
        }
        catch (TerminologyException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return FhirHubCommand.UsageError;
        }

        try
        {
            var options = FhirHost.ReadOptions([]);
            if (parsed.GetValue(Data) is { } data)
                options = options with { DataPath = data };
            await using var server = FhirServer.Open(options);
            return await ImportAsync(server, paths, release, parsed.GetValue(Changes), parsed.GetValue(Again));
        }
        catch (Exception e) when (e is ConfigurationException or StoreException or TerminologyException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e is DataFolderInUseException ? e.Message : $"The import can't go on: {e.Message}");
            return SomeFailed;
        }
    }

    private static ReleaseOptions ReadOptions(ParseResult parsed)
    {
        var map = parsed.GetValue(Map) ?? [];
        ColumnMapping? columns = map.Length > 0 ? ColumnMapping.Parse(map) : null;
        if (parsed.GetValue(PrefixHierarchy) || parsed.GetValue(Sheet) is not null || parsed.GetValue(Separator) is not null)
        {
            columns = (columns ?? new ColumnMapping { Code = "" }) with
            {
                HasPrefixHierarchy = parsed.GetValue(PrefixHierarchy),
                Sheet = parsed.GetValue(Sheet),
                Separator = parsed.GetValue(Separator),
            };
        }

        var date = parsed.GetValue(Date);
        if (date is { } day && !DateOnly.TryParseExact(day.ToString(CultureInfo.InvariantCulture), "yyyyMMdd", out _))
            throw new TerminologyException("invalid", $"--date {day} is no day; write it as 20240301.");
        return new ReleaseOptions
        {
            System = parsed.GetValue(CodeSystemUrl),
            Version = parsed.GetValue(CodeSystemVersion),
            Title = parsed.GetValue(Title),
            Language = parsed.GetValue(Language),
            IsFull = parsed.GetValue(Full),
            Date = date,
            Columns = columns,
        };
    }

    private static async Task<int> ImportAsync(FhirServer server, string[] paths, ReleaseOptions release, string? changes, bool again)
    {
        using var stop = new InterruptSignals();
        await using var import = await TerminologyImport.OpenAsync(server, release, changes, again, stop.Token);
        var failed = 0;
        foreach (var path in paths)
        {
            try
            {
                failed += await import.RunAsync(path, stop.Token) ? 0 : 1;
            }
            catch (OperationCanceledException) when (stop.HasCome)
            {
                break;
            }
            catch (Exception e) when (e is TerminologyException or IOException or UnauthorizedAccessException or InvalidDataException)
            {
                failed++;
                await Console.Error.WriteLineAsync(e.Message);
            }
        }

        if (stop.HasCome)
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on; what is imported is skipped.");
            return DataFolderVerb.Interrupted;
        }

        return failed > 0 ? SomeFailed : AllGood;
    }
}
