// testscript generate: TestScripts made of CapabilityStatements and a package.

using System.CommandLine;
using FhirHub.Conformance;
using FhirHub.Conformance.Generation;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>The verb <c>testscript generate</c>.</summary>
internal static class TestScriptGenerateCommand
{
    private const int AllGood = 0;
    private const int MaxStatementBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan s_requestTime = TimeSpan.FromSeconds(30);

    private static readonly Argument<string[]> Statements = new("CAPABILITYSTATEMENT")
    {
        Description = "CapabilityStatements: files, or addresses such as http://127.0.0.1:8080/fhir/metadata",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> Packages = new("--package")
    {
        Description = "Package with examples and search parameters: a folder with all that is below it, or a .tgz file; may be given several times (default: the exchange's own)",
        HelpName = "PACKAGE",
    };

    private static readonly Option<string> Out = new("--out") { Description = "Folder for the scripts, one folder in it for each CapabilityStatement", HelpName = "DIR", Required = true };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var generate = new Command("generate", "Write TestScripts for what CapabilityStatements promise or need") { Statements, Packages, Out };
        generate.Options.Add(VerbHelp.Option(
            """
            A CapabilityStatement of a server says what it does, one of a client what its server must do; either way the scripts ask it
            of a server. They are made of the package's examples: each resource type that has one gets a script with its interactions,
            search parameters, includes and operations, good cases and bad. Bad examples lie in folders 'bad', each with what
            validation finds in it beside it, NAME.outcome.json. Several CapabilityStatements share what is the same.

            The same input gives the same files, byte for byte. Files of the same names are replaced.

            Exit codes: 0 written, 1 failed, 2 usage, 130 interrupted.
            """));
        generate.SetAction(static (parsed, _) => TestScriptVerb.RunAsync("Interrupted.", stop => RunAsync(parsed, stop)));
        return generate;
    }

    private static async Task<int> RunAsync(System.CommandLine.ParseResult parsed, InterruptSignals stop)
    {
        var actors = new List<Capability>();
        foreach (var name in parsed.GetValue(Statements)!)
            actors.Add(Capability.Read(await ReadStatementAsync(name, stop.Token), name));
        if (actors.GroupBy(static actor => actor.Id).FirstOrDefault(static group => group.Count() > 1) is { } twins)
            throw new ScriptException($"Two CapabilityStatements are called '{twins.Key}', and their scripts would lie in one folder; give them ids of their own.");
        var source = GenerationSource.Read(TestScriptExamples.Read(parsed.GetValue(Packages) ?? []));
        var result = await ScriptGenerator.GenerateAsync(actors, source, stop.Token);
        await WriteAsync(result, parsed.GetValue(Out)!, stop.Token);
        return AllGood;
    }

    private static async Task WriteAsync(GenerationResult result, string folder, CancellationToken cancel)
    {
        foreach (var script in result.Scripts)
        {
            var file = Path.Combine(folder, script.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, script.Content, cancel);
        }

        foreach (var actor in result.Scripts.GroupBy(static script => script.Path.Split('/')[0]))
            await Console.Out.WriteLineAsync($"{actor.Key}: {Amount.Of(actor.Count(), "script")} with {Amount.Of(actor.Sum(static script => script.Tests), "test")} in {Path.Combine(folder, actor.Key)}");
        if (result.LeftOut.Count > 0)
            await Console.Out.WriteLineAsync($"There is no example of {string.Join(", ", result.LeftOut)}, and so no script; a package with some makes them: --package.");
    }

    private static async Task<ResourceTree> ReadStatementAsync(string name, CancellationToken cancel)
    {
        var isAddress = Uri.TryCreate(name, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        var body = isAddress ? await GetAsync(address!, cancel) : await ReadFileAsync(name, cancel);
        return body.Resource ?? throw new ScriptException($"{PackageFile.Printable(name)} is no FHIR resource: {(body.Issues is [var first, ..] ? first.Diagnostics : "it is neither JSON nor XML.")}");
    }

    private static async Task<Payload> ReadFileAsync(string name, CancellationToken cancel)
    {
        if (!File.Exists(name))
            throw new ScriptException($"There is no file '{PackageFile.Printable(name)}', and it is no address that begins with http.");
        if (new FileInfo(name).Length > MaxStatementBytes)
            throw new ScriptException($"{name} is larger than {MaxStatementBytes:N0} bytes.");
        return new Payload(await File.ReadAllBytesAsync(name, cancel), name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) ? "application/fhir+xml" : "application/fhir+json");
    }

    private static async Task<Payload> GetAsync(Uri address, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { Timeout = s_requestTime, MaxResponseContentBufferSize = MaxStatementBytes };
        client.DefaultRequestHeaders.Accept.ParseAdd("application/fhir+json");
        try
        {
            using var response = await client.GetAsync(address, cancel);
            var body = new Payload(await response.Content.ReadAsByteArrayAsync(cancel), response.Content.Headers.ContentType?.ToString());
            return response.IsSuccessStatusCode ? body : throw new ScriptException($"{address} answers {(int)response.StatusCode}; name the address of a CapabilityStatement, such as {address.GetLeftPart(UriPartial.Authority)}/fhir/metadata.");
        }
        catch (HttpRequestException fault)
        {
            throw new ScriptException($"{address} does not answer: {fault.Message}");
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ScriptException($"{address} does not answer within {s_requestTime.TotalSeconds:N0} seconds.");
        }
    }
}
