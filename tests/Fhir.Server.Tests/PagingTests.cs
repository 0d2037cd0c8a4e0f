// Walks through pages over HTTP: each match once while others write, links that are short and end after an hour.

using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class PagingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Patients = 120;

    [Theory]
    [InlineData("_sort=family")]
    [InlineData("_sort=-_lastUpdated")]
    [InlineData("gender=male")]
    [InlineData("gender=male&_sort=-birthdate,family")]
    public async Task While_eight_writers_change_the_same_resources_a_walk_finds_each_match_once(string query)
    {
        var tag = Guid.NewGuid().ToString("N");
        for (var i = 0; i < Patients; i++)
            await PutAsync(tag, i, new Random(i));

        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                var i = random.Next(Patients);
                if (random.Next(6) == 0)
                    await server.Client.DeleteAsync($"Patient/{tag}-{i}");
                else
                    await PutAsync(tag, i, random);
            }
        })).ToList();
        try
        {
            for (var walk = 0; walk < 3; walk++)
            {
                var found = new List<JsonNode>();
                long? total = null;
                for (var next = $"Patient?_tag={tag}&{query}&_count=7&_total=accurate"; next is not null;)
                {
                    var page = await GetAsync(next);
                    total ??= (long)page["total"]!;
                    Assert.Equal(total, (long)page["total"]!);
                    found.AddRange(page["entry"]?.AsArray().Select(static entry => entry!["resource"]!) ?? []);
                    next = Link(page, "next");
                }

                Assert.Equal(total, found.Count);
                Assert.Equal(found.Count, found.Select(static resource => (string)resource["id"]!).Distinct().Count());
                if (query.StartsWith("gender=male", StringComparison.Ordinal))
                    Assert.All(found, static resource => Assert.Equal("male", (string?)resource["gender"]));
                if (query == "_sort=family")
                    Assert.Equal(found.Select(Family).Order(StringComparer.Ordinal), found.Select(Family));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }
    }

    [Fact]
    public async Task Links_are_short_and_lead_to_first_previous_next_and_last_page()
    {
        var tag = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 8; i++)
            await PutAsync(tag, i, new Random(i));

        var first = await GetAsync($"Patient?_tag={tag}&birthdate=ge1900&_sort=birthdate&_count=3");
        Assert.Null(Link(first, "first"));
        Assert.Null(Link(first, "last"));
        var second = await GetAsync(Link(first, "next")!);
        Assert.Equal(8, (int)second["total"]!);
        Assert.EndsWith("_count=3", Link(second, "self"), StringComparison.Ordinal);
        foreach (var relation in new[] { "first", "previous", "next", "last" })
            Assert.InRange(Link(second, relation)!.Length, 1, 220);
        Assert.Equal(2, (await GetAsync(Link(second, "last")!))["entry"]!.AsArray().Count);
        Assert.Equal(Ids(first), Ids(await GetAsync(Link(second, "first")!)));
        Assert.Equal(Ids(first), Ids(await GetAsync(Link(second, "previous")!)));
    }

    [Fact]
    public async Task A_link_that_is_over_an_hour_old_answers_410()
    {
        var tag = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 4; i++)
            await PutAsync(tag, i, new Random(i));
        var link = Link(await GetAsync($"Patient?_tag={tag}&_count=2"), "next")!;

        var start = link.IndexOf("_page=", StringComparison.Ordinal) + "_page=".Length;
        using var links = PageLinks.Open(server.DataPath);
        var sealedLink = links.Unprotect(link[start..], "Patient")!;
        var old = links.Protect(sealedLink with { Cursor = Aged(sealedLink.Cursor, TimeSpan.FromMinutes(61)) });
        var issue = await (await server.Client.GetAsync(link[..start] + old)).FailsAsync(410, "not-found");
        Assert.Contains("start the search anew", (string)issue["diagnostics"]!, StringComparison.Ordinal);
    }

    // The time of issue is the third of the numbers after format and hash.
    private static string Aged(string cursor, TimeSpan age)
    {
        using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(cursor)));
        using var aged = new MemoryStream();
        using var writer = new BinaryWriter(aged);
        writer.Write(reader.ReadBytes(9));
        writer.Write7BitEncodedInt64(reader.Read7BitEncodedInt64());
        writer.Write7BitEncodedInt64(reader.Read7BitEncodedInt64());
        writer.Write7BitEncodedInt64(reader.Read7BitEncodedInt64() - (long)age.TotalSeconds);
        writer.Write7BitEncodedInt64(reader.Read7BitEncodedInt64());
        return Base64Url.EncodeToString(aged.ToArray());
    }

    private static string? Family(JsonNode resource) => (string?)resource["name"]![0]!["family"];

    private static IEnumerable<string> Ids(JsonNode bundle) => bundle["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!);

    private static string? Link(JsonNode bundle, string relation) =>
        (string?)bundle["link"]!.AsArray().SingleOrDefault(link => (string?)link!["relation"] == relation)?["url"];

    private async Task PutAsync(string tag, int i, Random random)
    {
        var response = await server.Client.SendAsync("PUT", $"Patient/{tag}-{i}", $$$"""
            {"resourceType":"Patient","id":"{{{tag}}}-{{{i}}}","meta":{"tag":[{"code":"{{{tag}}}"}]},"name":[{"family":"f{{{random.Next(40):00}}}"}],
            "gender":"{{{(random.Next(2) == 0 ? "male" : "female")}}}","birthDate":"{{{1920 + random.Next(90)}}}-01-01"}
            """);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonNode> GetAsync(string url)
    {
        var response = await server.Client.GetAsync(url);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }
}
