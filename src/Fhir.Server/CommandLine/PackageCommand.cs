// package add, list and remove: FHIR packages in the data folder, or on a server that runs.

using System.CommandLine;
using FhirHub.Model;
using ParseResult = System.CommandLine.ParseResult;

namespace FhirHub.Server;

/// <summary>The verb <c>package</c> with its own verbs.</summary>
internal static class PackageCommand
{
    private const int AllGood = 0;

    // Arguments of a process are seen by others on the machine.
    private const string TokenVariable = "FHIRHUB_TOKEN";

    private const string InUseHint = "A running server takes packages too: say --server URL, such as --server http://127.0.0.1:8080/fhir.";

    private static readonly Argument<string[]> ToAdd = new("PACKAGE")
    {
        Description = "Packages: a .tgz file, a folder with package.json, or NAME#VERSION, which is looked for as dependencies are",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Argument<string[]> ToRemove = new("NAME#VERSION")
    {
        Description = "Packages that are loaded",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> From = new("--from")
    {
        Description = "Folder to look in for packages, before ~/.fhir/packages; may be given several times",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> ServerUrl = new("--server") { Description = $"FHIR base of a running server to work on, instead of a data folder; {TokenVariable} in the environment is the access token of an administrator", HelpName = "URL" };

    private static readonly Option<bool> Strict = new("--strict") { Description = "Load nothing of a package that has a faulty resource" };

    private static readonly Option<bool> NoReindex = new("--no-reindex") { Description = "Leave it to the verb reindex to make new search parameters searchable" };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var add = new Command("add", "Load FHIR packages with the packages that they need") { ToAdd, From, DataFolderVerb.Data, ServerUrl, Strict, NoReindex };
        add.Options.Add(VerbHelp.Option(
            """
            A package's profiles, search parameters, value sets and other definitions become resources of the server and are live
            at once; examples and records are left out. Dependencies are looked for in the --from folders, then in
            ~/.fhir/packages: folders NAME#VERSION, files NAME#VERSION.tgz or NAME-VERSION.tgz. If one is missing, nothing is
            added. R4's own packages (hl7.fhir.r4.core, hl7.fhir.r4.expansions) are built in. A resource that is faulty is named,
            and the others are loaded. Adding a package again changes nothing, or mends what was interrupted.

            Exit codes: 0 all loaded, 1 failed or some resources are faulty, 2 usage, 130 interrupted.
            """));
        add.SetAction((parsed, _) => AddAsync(parsed));
        var list = new Command("list", "Show the packages that are loaded") { DataFolderVerb.Data, ServerUrl };
        list.SetAction((parsed, _) => RunAsync(parsed, static (packages, cancel) => ListAsync(packages, cancel)));
        var remove = new Command("remove", "Remove packages that no other one needs, with their resources") { ToRemove, DataFolderVerb.Data, ServerUrl };
        remove.SetAction((parsed, _) => RemoveAsync(parsed));
        return new Command("package", "Work on FHIR packages: profiles, search parameters, value sets") { add, list, remove };
    }

    private static async Task<int> AddAsync(ParseResult parsed)
    {
        var names = parsed.GetValue(ToAdd)!;
        if (names.FirstOrDefault(static name => name.StartsWith('-') || (!Exists(name) && PackageId.Split(name) is null)) is { } unknown)
        {
            await Console.Error.WriteLineAsync(unknown.StartsWith('-')
                ? $"'{unknown}' is not an option of package add. Try 'fhirhub package add --help'."
                : $"There is no file or folder '{unknown}', and it is not NAME#VERSION.");
            return FhirHubCommand.UsageError;
        }

        return await RunAsync(parsed, (packages, cancel) => AddAsync(
            packages, names, parsed.GetValue(From) ?? [], parsed.GetValue(Strict), !parsed.GetValue(NoReindex), cancel));
    }

    private static async Task<int> AddAsync(
        IPackageServer server, string[] names, string[] from, bool isStrict, bool reindex, CancellationToken cancel)
    {
        foreach (var folder in from.Where(static folder => !Directory.Exists(folder)))
            throw new PackageException("not-found", $"There is no folder '{folder}'.");
        var limits = new PackageLimits();
        var folders = new PackageFolders(from, limits);
        var asked = new List<PackageFile>();
        foreach (var name in names)
        {
            if (Exists(name))
                asked.Add(PackageFile.Of(name, limits));
            else if (PackageId.Split(name) is not ({ } package, { } range))
                continue;
            else if (PackageManifest.IsBuiltIn(package))
                Console.WriteLine($"{package} is built in; there is nothing to load.");
            else
                asked.Add(Find(folders, package, range));
        }

        var loaded = await server.ListAsync(cancel);
        var groups = PackageResolution.Resolve(asked, folders, [.. loaded.Where(static package => package.IsWhole).Select(static package => package.Id)]);
        var (hasFaults, waiting) = (false, new List<string>());
        foreach (var group in groups)
        {
            foreach (var report in await server.AddAsync(group, isStrict, reindex, cancel))
            {
                await ShowAsync(report);
                hasFaults |= report.HasFaults;
                waiting.AddRange(report.Waiting);
            }
        }

        if (waiting.Count > 0)
        {
            var code = await server.ReindexAsync(waiting, reindex, cancel);
            if (code != AllGood)
                return code;
        }

        return hasFaults ? DataFolderVerb.Failed : AllGood;
    }

    private static PackageFile Find(PackageFolders folders, string name, string range)
    {
        if (folders.Find(name, PackageRange.Parse(range)) is { } found)
            return found;
        var others = folders.Versions(name);
        throw new PackageException(
            "not-found",
            $"{name}#{range} is not in {string.Join(", ", folders.Paths)}{(others.Count > 0 ? $", which has {string.Join(", ", others)}" : "")}; name its file, or the folder that has it with --from.");
    }

    private static async Task ShowAsync(PackageReport report)
    {
        if (report.Resources > 0)
        {
            Console.WriteLine(report.Changed == 0
                ? $"{report.Id}: {report.Resources:N0} resources, which were all there."
                : $"{report.Id}: {report.Resources:N0} resources are live{(report.Changed < report.Resources ? $", {report.Changed:N0} of them new or changed" : "")}.");
        }

        foreach (var issue in report.Issues)
        {
            var at = issue.Expression is { Length: > 0 } expression ? $" ({expression}{(issue.Line > 0 ? $", line {issue.Line}" : "")})" : "";
            if (issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)
                await Console.Error.WriteLineAsync($"  {issue.Diagnostics}{at}");
            else
                Console.WriteLine($"  {issue.Diagnostics}");
        }
    }

    private static async Task<int> ListAsync(IPackageServer server, CancellationToken cancel)
    {
        var packages = await server.ListAsync(cancel);
        if (packages.Count == 0)
            Console.WriteLine("No packages are loaded. 'package add' loads one.");
        foreach (var package in packages)
        {
            Console.WriteLine($"{package.Id}  {package.Members.Count:N0} resources  {package.Guide}{(package.IsWhole ? "" : "  INTERRUPTED: add it again, or remove it")}");
            if (package.Dependencies.Count > 0)
                Console.WriteLine($"  needs {string.Join(", ", package.Dependencies)}");
        }

        return AllGood;
    }

    private static async Task<int> RemoveAsync(ParseResult parsed)
    {
        var packages = new List<PackageId>();
        foreach (var text in parsed.GetValue(ToRemove)!)
        {
            if (PackageId.Parse(text) is not { } package)
            {
                await Console.Error.WriteLineAsync($"'{text}' is not NAME#VERSION; 'fhirhub package list' shows what is loaded.");
                return FhirHubCommand.UsageError;
            }

            packages.Add(package);
        }

        return await RunAsync(parsed, async (server, cancel) =>
        {
            var removed = await server.RemoveAsync(packages, cancel);
            Console.WriteLine($"{string.Join(", ", packages)} removed, with {removed:N0} resources.");
            return AllGood;
        });
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<IPackageServer, CancellationToken, Task<int>> work)
    {
        using var stop = new InterruptSignals();
        if (parsed.GetValue(ServerUrl) is not { } url)
            return await DataFolderVerb.RunAsync(parsed, server => GuardedAsync(new OpenedFolder(server), work, stop), InUseHint);
        if (parsed.GetValue(DataFolderVerb.Data) is not null || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await Console.Error.WriteLineAsync(parsed.GetValue(DataFolderVerb.Data) is not null
                ? "--server works on a running server, and --data on a folder; give one of them."
                : $"'{url}' is no address of a server, such as http://127.0.0.1:8080/fhir.");
            return FhirHubCommand.UsageError;
        }

        using var remote = new RemoteServer(address, Environment.GetEnvironmentVariable(TokenVariable));
        return await GuardedAsync(remote, work, stop);
    }

    private static async Task<int> GuardedAsync(IPackageServer server, Func<IPackageServer, CancellationToken, Task<int>> work, InterruptSignals stop)
    {
        try
        {
            return await work(server, stop.Token);
        }
        catch (PackageException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return DataFolderVerb.Failed;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The work can't go on: {fault.Message}");
            return DataFolderVerb.Failed;
        }
        catch (HttpRequestException fault)
        {
            await Console.Error.WriteLineAsync($"The server does not answer: {fault.Message}");
            return DataFolderVerb.Failed;
        }
        catch (OperationCanceledException) when (stop.HasCome)
        {
            await Console.Error.WriteLineAsync("Interrupted. Give the same command again to go on.");
            return DataFolderVerb.Interrupted;
        }
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
