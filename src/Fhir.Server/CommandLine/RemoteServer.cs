// A running server that the verb package works on: $install and $uninstall over HTTP.

using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>A FHIR base that has the operations of <see cref="PackageOperations"/>.</summary>
internal sealed class RemoteServer : IPackageServer, IDisposable
{
    private const int MaxPages = 10_000;

    private readonly HttpClient _client;
    private readonly string? _token;

    /// <summary>A server.</summary>
    /// <param name="address">Its FHIR base; <c>/fhir</c> if it names no path.</param>
    /// <param name="token">An access token; null where nobody is asked for one.</param>
    public RemoteServer(Uri address, string? token)
    {
        _token = token;
        var root = address.AbsolutePath == "/" ? new Uri(address, FhirEndpoint.Base) : address;
        _client = new HttpClient { BaseAddress = new Uri($"{root.GetLeftPart(UriPartial.Path).TrimEnd('/')}/"), Timeout = TimeSpan.FromMinutes(30) };
        _client.DefaultRequestHeaders.Accept.ParseAdd("application/fhir+json");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PackageRecord>> ListAsync(CancellationToken cancel)
    {
        var records = new List<PackageRecord>();
        var next = new Uri(_client.BaseAddress!, $"{PackageRecord.TypeName}?identifier={Uri.EscapeDataString($"{PackageRecord.IdentifierSystem}|")}&_count=100");
        for (var pages = 0; next is not null && pages < MaxPages; pages++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, next);
            var bundle = await SendAsync(request, cancel);
            foreach (var entry in bundle.Root.ChildrenOf("entry"))
            {
                if (PackageRecord.Read(entry.Child("resource")) is { } record)
                    records.Add(record);
            }

            next = null;
            foreach (var link in bundle.Root.ChildrenOf("link"))
            {
                if (link.ChildValue("relation") == "next" && Uri.TryCreate(_client.BaseAddress, link.ChildValue("url"), out var url))
                    next = url;
            }
        }

        return [.. records.OrderBy(static record => record.Added)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PackageReport>> AddAsync(IReadOnlyList<PackageFile> packages, bool isStrict, bool reindex, CancellationToken cancel)
    {
        var address = $"ImplementationGuide/$install?strict={(isStrict ? "true" : "false")}&reindex={(reindex ? "true" : "false")}";
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = packages is [var only] ? Archive(only) : Several(packages) };
        var answer = await SendAsync(request, cancel);
        var reports = new List<PackageReport>();
        foreach (var parameter in answer.Root.ChildrenOf("parameter"))
        {
            if (parameter.ChildValue("name") == "package" && Report(OperationValue.Of(parameter)) is { } report)
                reports.Add(report);
        }

        return reports;
    }

    /// <inheritdoc/>
    public Task<int> ReindexAsync(IReadOnlyList<string> waiting, bool reindex, CancellationToken cancel)
    {
        Console.WriteLine(reindex
            ? $"New search parameters ({waiting.Count:N0}): the server indexes what is stored; GET {_client.BaseAddress}$reindex shows how far that is."
            : $"New search parameters ({waiting.Count:N0}) wait for POST {_client.BaseAddress}$reindex.");
        return Task.FromResult(0);
    }

    /// <inheritdoc/>
    public async Task<int> RemoveAsync(IReadOnlyList<PackageId> packages, CancellationToken cancel)
    {
        var query = string.Join('&', packages.Select(static package => $"package={Uri.EscapeDataString(package.ToString())}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"ImplementationGuide/$uninstall?{query}");
        var answer = await SendAsync(request, cancel);
        foreach (var parameter in answer.Root.ChildrenOf("parameter"))
        {
            if (int.TryParse(OperationValue.Of(parameter).Text, out var removed))
                return removed;
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<ResourceTree> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        // A page names the next one, which the token must not follow to another server.
        if (_token is not null && (request.RequestUri is not { IsAbsoluteUri: true } absolute || _client.BaseAddress!.IsBaseOf(absolute)))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        using var response = await _client.SendAsync(request, cancel);
        var tree = ResourceParser.ParseJson(await response.Content.ReadAsByteArrayAsync(cancel)).Tree;
        if (response.IsSuccessStatusCode && tree is not null)
            return tree;
        throw tree?.ResourceType == "OperationOutcome"
            ? new PackageException([.. Issues(tree.Root)])
            : new PackageException("exception", $"{_client.BaseAddress} answers {(int)response.StatusCode} and no FHIR resource; name the FHIR base of the server, such as http://127.0.0.1:8080/fhir.");
    }

    private static PackageReport? Report(OperationValue package)
    {
        if (PackageId.Parse(Text("id") ?? "") is not { } id)
            return null;
        var outcome = package.Parts("outcome").FirstOrDefault().Node;
        return new PackageReport(
            id,
            int.TryParse(Text("resources"), out var resources) ? resources : 0,
            int.TryParse(Text("changed"), out var changed) ? changed : 0,
            outcome.Exists ? [.. Issues(outcome)] : [],
            [.. package.Parts("waiting").Select(static part => part.Text).OfType<string>()]);

        string? Text(string part) => package.Parts(part).FirstOrDefault().Text;
    }

    private static IEnumerable<Issue> Issues(ElementNode outcome)
    {
        foreach (var issue in outcome.ChildrenOf("issue"))
        {
            var severity = issue.ChildValue("severity") switch
            {
                "fatal" or "error" => IssueSeverity.Error,
                "warning" => IssueSeverity.Warning,
                _ => IssueSeverity.Information,
            };
            yield return new Issue(severity, issue.ChildValue("code") ?? "", PackageFile.Printable(issue.ChildValue("diagnostics") ?? "")) { Expression = issue.ChildValue("expression") };
        }
    }

    // A folder is packed as its files come.
    private static StreamContent Archive(PackageFile package)
    {
        var content = package.Archive is { } open ? new StreamContent(open()) : new StreamContent(Packed(package));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
        return content;
    }

    private static StringContent Several(IReadOnlyList<PackageFile> packages)
    {
        var parameters = new StringBuilder("""{"resourceType":"Parameters","parameter":[""");
        foreach (var package in packages)
        {
            using var content = new MemoryStream();
            using (var archive = package.Archive?.Invoke() ?? Packed(package))
                archive.CopyTo(content);
            parameters.Append(parameters[^1] == '[' ? "" : ",")
                .Append($$"""{"name":"npmContent","valueBase64Binary":"{{Convert.ToBase64String(content.GetBuffer(), 0, (int)content.Length)}}"}""");
        }

        return new StringContent(parameters.Append("]}").ToString(), Encoding.UTF8, "application/fhir+json");
    }

    private static MemoryStream Packed(PackageFile package)
    {
        var output = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)))
        {
            foreach (var file in package.ReadAll())
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"package/{file.Name}") { DataStream = new MemoryStream(file.Content.ToArray()) });
        }

        output.Position = 0;
        return output;
    }
}
