// Whose images a request may see, held against every address that the service says it has.

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FhirHub.Dicomweb.Tests;

/// <summary>To whoever may not see a study, it is as if it had never been stored.</summary>
public sealed partial class ScopeTests : IAsyncLifetime
{
    private const string Study = "1.9.1";
    private const string Patient = "one";

    private static readonly SentInstance Image = new(Study, Study + ".1", Study + ".1.1");

    private readonly DicomwebFixture _images = new();

    public Task InitializeAsync() => _images.InitializeAsync();

    public Task DisposeAsync() => _images.DisposeAsync();

    [Fact]
    public async Task Of_another_patient_every_address_answers_as_if_the_study_were_not_there()
    {
        var addresses = await AddressesAsync();
        Assert.True(addresses.Count > 40, $"{addresses.Count} addresses were found.");
        var unknown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var address in addresses)
            unknown.Add(address, (await AskAsync(address)).Text);

        await StoreLinkedAsync();
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        var changed = new List<string>();
        foreach (var address in addresses)
        {
            var seen = await AskAsync(address);
            tags[address] = seen.Tag;
            if (seen.Text != unknown[address])
                changed.Add(address);
        }

        // Else the walk would prove nothing; what says the same with and without the study is the service's own.
        Assert.Equal(["capabilities"], addresses.Except(changed, StringComparer.Ordinal));

        foreach (var scope in (ImageScope[])[ImageScope.Of(new HashSet<string>(StringComparer.Ordinal)), ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "other" })])
        {
            _images.Scope = scope;
            foreach (var address in addresses)
                Assert.Equal($"{address}\n{unknown[address]}", $"{address}\n{(await AskAsync(address, tags[address])).Text}");
        }
    }

    [Fact]
    public async Task Of_another_patient_nothing_is_deleted_or_replaced()
    {
        _images.Scope = ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "other" });
        var unknown = await _images.Client.StoreAsync(Image.ToFile());
        _images.Scope = ImageScope.Full;
        await StoreLinkedAsync();
        var before = await AskAsync($"studies/{Study}/metadata");

        _images.Scope = ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "other" });
        foreach (var path in (string[])[$"studies/{Study}", $"studies/{Study}/series/{Image.Series}", Image.Path.ToString()[1..]])
        {
            using var answer = await _images.Client.DeleteAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put])
        {
            var other = await _images.Client.SendAsync(method, "studies", StoreCalls.Multipart((Image with { Description = "Other" }).ToFile()));
            Assert.Equal(unknown.ToString(), other.ToString());
            var same = await _images.Client.SendAsync(method, "studies", StoreCalls.Multipart(Image.ToFile()));
            Assert.Equal(unknown.ToString(), same.ToString());
        }

        _images.Scope = ImageScope.Full;
        Assert.Equal(before, await AskAsync($"studies/{Study}/metadata"));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_from_every_address_also_for_those_who_have_it()
    {
        var addresses = (await AddressesAsync()).Where(static address => address.Contains(Study, StringComparison.Ordinal)).ToList();
        var unknown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var address in addresses)
            unknown.Add(address, (await AskAsync(address)).Text);
        await StoreLinkedAsync();
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var address in addresses)
            tags[address] = (await AskAsync(address)).Tag;
        using (var deleted = await _images.Client.DeleteAsync($"studies/{Study}"))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var address in addresses)
            Assert.Equal($"{address}\n{unknown[address]}", $"{address}\n{(await AskAsync(address, tags[address])).Text}");
    }

    [Fact]
    public async Task What_is_replaced_has_another_tag_at_every_address()
    {
        await StoreLinkedAsync();
        var addresses = await AddressesAsync();
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            if ((await AskAsync(address)).Tag is { } tag)
                tags.Add(address, tag);
        }

        Assert.True(tags.Count > 15, $"{tags.Count} addresses have a tag.");
        var replaced = await _images.Client.SendAsync(HttpMethod.Put, "studies", StoreCalls.Multipart((Image with { Description = "Other" }).ToFile()));
        Assert.Equal(200, replaced.Status);
        foreach (var (address, tag) in tags)
        {
            var now = await AskAsync(address, tag);
            Assert.False(now.Tag == tag || now.Text.StartsWith("304", StringComparison.Ordinal), address);
        }
    }

    private async Task StoreLinkedAsync()
    {
        Assert.Equal(200, (await _images.Client.StoreAsync(Image.ToFile())).Status);
        await _images.Archive.FollowAsync("test", 0, new Dictionary<string, string?>(StringComparer.Ordinal) { [Study] = Patient }, default);
    }

    // Each address that GET is for, and searches by what the study has.
    private async Task<IReadOnlyList<string>> AddressesAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "capabilities");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var answer = await _images.Client.SendAsync(request);
        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var addresses = new List<string>();
        foreach (var resource in told.RootElement.GetProperty("resources").EnumerateArray())
        {
            if (!resource.GetProperty("methods").EnumerateArray().Any(static method => method.GetString() == "GET"))
                continue;
            var address = resource.GetProperty("path").GetString()!
                .Replace("{study}", Image.Study, StringComparison.Ordinal)
                .Replace("{series}", Image.Series, StringComparison.Ordinal)
                .Replace("{instance}", Image.Instance, StringComparison.Ordinal)
                .Replace("{frames}", "1", StringComparison.Ordinal)
                .Replace("{**path}", "7FE00010", StringComparison.Ordinal);
            Assert.DoesNotContain('{', address);
            switch (address)
            {
                case "wado":
                    var wado = $"wado?requestType=WADO&studyUID={Image.Study}&seriesUID={Image.Series}&objectUID={Image.Instance}";
                    addresses.AddRange([wado, $"{wado}&contentType=application/dicom"]);
                    break;
                case "changefeed":
                    addresses.AddRange([address, "changefeed?includemetadata=false"]);
                    break;
                case "studies" or "series" or "instances" or "studies/count" or "series/count" or "instances/count":
                    addresses.AddRange([address, $"{address}?PatientID=P1", $"{address}?StudyInstanceUID={Study}", $"{address}?PatientName=Test*&includefield=all", $"{address}?fuzzymatching=true&PatientName=test"]);
                    break;
                default:
                    addresses.Add(address);
                    break;
            }
        }

        return addresses;
    }

    // What tells one answer from another, without the number of the request, the time, and the boundaries that are made anew each time.
    private async Task<(string Text, string? Tag)> AskAsync(string address, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var answer = await _images.Client.SendAsync(request);
        var text = new StringBuilder().Append((int)answer.StatusCode);
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).OrderBy(static header => header.Key, StringComparer.Ordinal))
        {
            if (!name.Equals("Date", StringComparison.OrdinalIgnoreCase) && !name.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase))
                text.Append('\n').Append(name).Append(": ").AppendJoin(", ", values);
        }

        text.Append("\n\n").Append(Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync()));
        return (Changing().Replace(text.ToString(), "*"), answer.Headers.ETag?.ToString());
    }

    [GeneratedRegex("(?<=\"requestId\":\")[^\"]*|(?<=boundary=)\"?[0-9A-Za-z-]+|(?<=--)[0-9A-Za-z-]{16,}", RegexOptions.None, 10_000)]
    private static partial Regex Changing();
}
