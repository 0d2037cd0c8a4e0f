// docs/rest/*.http are documentation that runs: each request is sent, and answers what its comment says.

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
        var sent = 0;
        foreach (var request in await HttpFileRequest.ReadAsync(file))
        {
            using var response = await request.SendAsync(server);
            sent++;
        }

        Assert.True(sent > 0, $"{file} has no requests.");
    }
}
