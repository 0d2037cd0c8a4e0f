// A request of docs/rest/*.http with the status that its comment says it answers.

using System.Globalization;
using FhirHub.Tests;

namespace FhirHub.Server.Tests;

/// <summary>A request of an .http file.</summary>
internal sealed record HttpFileRequest(string Method, string Url, Dictionary<string, string> Headers, string? Body, int Status)
{
    /// <summary>The files in docs/rest.</summary>
    public static IEnumerable<string> Files => Directory.GetFiles(Path.Combine(SharedMaterial.ProjectRoot, "docs", "rest"), "*.http").Select(static file => Path.GetFileName(file));

    /// <summary>The requests of a file in docs/rest, in order.</summary>
    public static async Task<IReadOnlyList<HttpFileRequest>> ReadAsync(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(SharedMaterial.ProjectRoot, "docs", "rest", file));
        return [.. text.Split("\n###").Skip(1).Select(Parse)];
    }

    /// <summary>The request with a value for each of these variables.</summary>
    public HttpFileRequest With(IReadOnlyDictionary<string, string> variables)
    {
        return this with { Url = Fill(Url), Headers = Headers.ToDictionary(static header => header.Key, header => Fill(header.Value), StringComparer.OrdinalIgnoreCase), Body = Body is null ? null : Fill(Body) };

        string Fill(string text) => variables.Aggregate(text, static (filled, variable) => filled.Replace($"{{{{{variable.Key}}}}}", variable.Value, StringComparison.Ordinal));
    }

    /// <summary>Sends the request and expects the status.</summary>
    public async Task<HttpResponseMessage> SendAsync(ServerFixture server)
    {
        var response = await server.Client.SendAsync(
            Method, AddressOf(server), Body, Headers.GetValueOrDefault("Content-Type", ""),
            [.. Headers.Where(h => h.Key != "Content-Type").Select(h => (h.Key, h.Value))]);
        Assert.True(
            Status == (int)response.StatusCode,
            $"{Method} {Url} answers {(int)response.StatusCode} instead of {Status}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    private string AddressOf(ServerFixture server) => Url
        .Replace("{{base}}", server.Base, StringComparison.Ordinal)
        .Replace("{{dicomweb}}", new Uri(new Uri(server.Base), "/dicomweb").AbsoluteUri, StringComparison.Ordinal);

    private static HttpFileRequest Parse(string block)
    {
        // The rest of the line after ### is a title.
        var lines = block.ReplaceLineEndings("\n").Split('\n').Skip(1).ToList();
        var status = lines.First(l => l.StartsWith("# -> ", StringComparison.Ordinal))[5..];
        lines = [.. lines.SkipWhile(l => l.Length == 0 || l.StartsWith('#'))];
        var start = lines[0].Split(' ', 2);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1).TakeWhile(l => l.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = string.Join('\n', lines.SkipWhile(l => l.Length > 0)).Trim();
        return new HttpFileRequest(start[0], start[1], headers, body.Length > 0 ? body : null, int.Parse(status, CultureInfo.InvariantCulture));
    }
}
