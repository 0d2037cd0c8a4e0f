// docs/rest/*.http are documentation that runs: each request is sent, and answers what its comment says.

using System.Globalization;
using FhirHub.Tests;

namespace FhirHub.Server.Tests;

public class HttpFileTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(SharedMaterial.ProjectRoot, "docs", "rest"), "*.http").Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_answers_what_its_comment_says(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(SharedMaterial.ProjectRoot, "docs", "rest", file));
        var sent = 0;
        foreach (var block in text.Split("\n###").Skip(1))
        {
            var request = HttpFileRequest.Parse(block);
            var url = request.Url.Replace("{{base}}", server.Base, StringComparison.Ordinal);
            using var response = await server.Client.SendAsync(
                request.Method, url, request.Body, request.Headers.GetValueOrDefault("Content-Type", ""),
                [.. request.Headers.Where(h => h.Key != "Content-Type").Select(h => (h.Key, h.Value))]);
            Assert.True(
                request.Status == (int)response.StatusCode,
                $"{request.Method} {request.Url} answers {(int)response.StatusCode} instead of {request.Status}: {await response.Content.ReadAsStringAsync()}");
            sent++;
        }

        Assert.True(sent > 0, $"{file} has no requests.");
    }

    private sealed record HttpFileRequest(string Method, string Url, Dictionary<string, string> Headers, string? Body, int Status)
    {
        public static HttpFileRequest Parse(string block)
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
}
