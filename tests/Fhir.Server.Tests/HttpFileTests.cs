// docs/rest/*.http are documentation that runs: each request is sent, and answers what its comment says.

namespace FhirHub.Server.Tests;

public class HttpFileTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    public static TheoryData<string> Files =>
        [.. HttpFileRequest.Files.Where(static file => !file.StartsWith("smart-", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_answers_what_its_comment_says(string file)
    {
        var sent = 0;
        foreach (var request in await HttpFileRequest.ReadAsync(file))
        {
            using var response = await request.SendAsync(server);
            sent++;
        }

        Assert.True(sent > 0, $"{file} has no requests.");
    }
}

public class SmartHttpFileTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    public static TheoryData<string> Files =>
        [.. HttpFileRequest.Files.Where(static file => file.StartsWith("smart-", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_answers_what_its_comment_says_where_tokens_are_asked_for(string file)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["root"] = server.Root,
            ["client"] = "test",
            ["token"] = await server.TokenAsync("user/*.cruds", fhirUser: "Practitioner/one"),
        };
        foreach (var request in await HttpFileRequest.ReadAsync(file))
        {
            using var response = await request.With(variables).SendAsync(server);
        }
    }
}
