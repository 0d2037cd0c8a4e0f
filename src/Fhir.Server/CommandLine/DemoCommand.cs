// demo: the server with a generated region of its own, or that region as NDJSON.

using System.CommandLine;
using System.Globalization;
using FhirHub.Samples.Region;
using FhirHub.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FhirHub.Server;

/// <summary>The verb <c>demo</c>.</summary>
internal static class DemoCommand
{
    private const int MostPatients = 10_000_000;
    private const int MostStudies = 1_000;

    private static readonly Option<int?> Patients = new("--patients") { Description = "Patients of the region; institutions grow with them (default: 200)", HelpName = "N" };

    private static readonly Option<long?> Seed = new("--seed") { Description = "Another seed gives another region of that size (default: 1)", HelpName = "S" };

    private static readonly Option<int?> Images = new("--images")
    {
        Description = "Studies of each examination (CT of head and chest, MR, radiograph, ultrasound) that get images (default: 1)",
        HelpName = "N",
    };

    private static readonly Option<string?> Write = new("--write")
    {
        Description = "Write the region as NDJSON, a file for each type in a folder, or all of it to - for standard output, and don't serve",
        HelpName = "FOLDER|-",
    };

    // A demonstration must never get among real records, so it has a folder of its own.
    private static readonly Dictionary<string, string?> Defaults = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FhirHub:DataPath"] = "./demo",
        ["FhirHub:Samples:SmartApp"] = "true",
    };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var command = new Command("demo", "Serve with a generated region: institutions, patients, records, referrals, consultations")
        {
            Patients,
            Seed,
            Images,
            Write,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.Options.Add(VerbHelp.Option(
            """
            Everything is invented; the identity numbers have a region that does not exist. Equal sizes and seeds give equal
            regions. The first start loads the region into the data folder, ./demo unless FhirHub:DataPath says otherwise; a
            load that was interrupted goes on at the next start. The images of one study of each examination are 60 MB.
            Settings are those of serve (--urls=…, --FhirHub:Key=value).
            """));
        Patients.Validators.Add(option =>
        {
            var isNumber = int.TryParse(option.Tokens is [var token, ..] ? token.Value : null, NumberStyles.None, CultureInfo.InvariantCulture, out var patients);
            if (!isNumber || patients is < 1 or > MostPatients)
                option.AddError($"--patients is a number from 1 to {MostPatients}.");
        });
        Seed.Validators.Add(option =>
        {
            if (!long.TryParse(option.Tokens is [var token, ..] ? token.Value : null, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                option.AddError("--seed is a whole number of 64 bits, such as 2.");
        });
        Images.Validators.Add(option =>
        {
            var isNumber = int.TryParse(option.Tokens is [var token, ..] ? token.Value : null, NumberStyles.None, CultureInfo.InvariantCulture, out var studies);
            if (!isNumber || studies is < 0 or > MostStudies)
                option.AddError($"--images is a number from 0 to {MostStudies}.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (!await ServeCommand.AreSettingsAsync(parsed, "demo"))
            return FhirHubCommand.UsageError;
        try
        {
            return parsed.GetValue(Write) is { } target
                ? await WriteAsync(Region(parsed, null), target, cancel)
                : await ServeAsync(parsed, cancel);
        }
        catch (Exception e) when (e is ConfigurationException or IOException or StoreException or PackageException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The demo can't go on: {e.Message}");
            return DataFolderVerb.Failed;
        }
    }

    private static async Task<int> WriteAsync(RegionSettings settings, string target, CancellationToken cancel)
    {
        using var stop = new InterruptSignals();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop.Token);
        try
        {
            var written = await RegionFiles.WriteAsync(new RegionGenerator(settings), target, either.Token);
            await Console.Error.WriteLineAsync($"{written:N0} resources of {settings.Patients:N0} patients.");
            return 0;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted; what is written is a part of the region.");
            return DataFolderVerb.Interrupted;
        }
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancel)
    {
        string[] args = [.. parsed.UnmatchedTokens];
        var folder = DemoFolder.Find(FhirHost.ReadOptions(args, Defaults).DataPath);
        var settings = Region(parsed, folder.Settings);
        folder.Claim(settings);
        await using var app = FhirHost.Build(args, Defaults);
        var server = app.Services.GetRequiredService<FhirServer>();
        var studies = parsed.GetValue(Images) ?? 1;
        if (!folder.IsLoaded && !await LoadAsync(server, settings, studies))
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on.");
            return DataFolderVerb.Interrupted;
        }

        folder.Finish(settings);
        var found = DemoFindings.Of(settings, server.Images is null ? [] : new RegionImages(settings, studies, server.Images.Dicomweb.Codecs).Patients());
        var accounts = await DemoAccounts.KeepAsync(server, found, cancel);
        await app.StartAsync(cancel);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await Console.Out.WriteLineAsync(DemoRequests.Describe(found, address, accounts));
        await app.WaitForShutdownAsync(cancel);
        return 0;
    }

    private static async Task<bool> LoadAsync(FhirServer server, RegionSettings settings, int studies)
    {
        var place = server.Options.Cosmos is { } cosmos ? $"the Cosmos database '{cosmos.Database}'" : server.Options.DataPath;
        await Console.Out.WriteLineAsync($"Loading a region of {settings.Patients:N0} patients into {place}.");
        using var stop = new InterruptSignals();
        return await RegionLoading.LoadAsync(server, settings, Console.Out, Console.Error, stop.Token)
            && (server.Images is null || await RegionImageLoading.LoadAsync(server.Images, settings, studies, Console.Out, stop.Token));
    }

    // What the command line leaves open is as the folder has it.
    private static RegionSettings Region(ParseResult parsed, RegionSettings? loaded)
    {
        var settings = loaded ?? new RegionSettings();
        if (parsed.GetValue(Patients) is { } patients)
            settings = settings with { Patients = patients };
        if (parsed.GetValue(Seed) is { } seed)
            settings = settings with { Seed = seed };
        return settings;
    }
}
