// Follows every link of the pages from the first one, as a reader could.

using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace FhirHub.Server.Tests.Profiles;

/// <summary>What was found by following links from /profiles.</summary>
internal sealed class ProfileCrawl
{
    private readonly Queue<(string Address, string From)> _left = new();
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _ids = new(StringComparer.Ordinal);
    private readonly List<(string Address, string Fragment, string From)> _fragments = [];

    /// <summary>The addresses that answered, with their content types.</summary>
    public Dictionary<string, string> Found { get; } = new(StringComparer.Ordinal);

    /// <summary>What is wrong, in words.</summary>
    public List<string> Problems { get; } = [];

    public static async Task<ProfileCrawl> RunAsync(HttpClient client)
    {
        var crawl = new ProfileCrawl();
        crawl.Queue("/profiles", "");
        while (crawl._left.TryDequeue(out var next))
            await crawl.VisitAsync(client, next.Address, next.From);
        foreach (var (address, fragment, from) in crawl._fragments)
        {
            if (crawl._ids.TryGetValue(address, out var ids) && !ids.Contains(fragment))
                crawl.Problems.Add($"{from} links to {address}#{fragment}, which is not there.");
        }

        return crawl;
    }

    /// <summary>A page as XML; the pages are written so that they are well-formed.</summary>
    public static XDocument Parse(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", html, StringComparison.Ordinal);
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private void Queue(string address, string from)
    {
        if (_queued.Add(address))
            _left.Enqueue((address, from));
    }

    private async Task VisitAsync(HttpClient client, string address, string from)
    {
        using var response = await client.GetAsync(address);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            Problems.Add($"{from} links to {address}, which answers {(int)response.StatusCode}.");
            return;
        }

        Found.Add(address, response.Content.Headers.ContentType!.MediaType!);
        if (Found[address] != "text/html" || !address.StartsWith("/profiles", StringComparison.Ordinal))
            return;
        try
        {
            Read(Parse(await response.Content.ReadAsStringAsync()), address);
        }
        catch (XmlException e)
        {
            Problems.Add($"{address} is not well-formed: {e.Message}");
        }
    }

    private void Read(XDocument page, string address)
    {
        _ids[address] = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in page.Descendants())
        {
            if (element.Attribute("id")?.Value is { } id && !_ids[address].Add(id))
                Problems.Add($"{address} has the id {id} twice.");
            if (element.Attribute("href")?.Value is not { } href || !(href.StartsWith('/') || href.StartsWith('#')))
                continue;
            var hash = href.IndexOf('#', StringComparison.Ordinal);
            var target = hash < 0 ? href : hash == 0 ? address : href[..hash];
            if (hash >= 0)
                _fragments.Add((target, Uri.UnescapeDataString(href[(hash + 1)..]), address));
            Queue(target, address);
        }

        if (page.Descendants("h1").Count() != 1)
            Problems.Add($"{address} has {page.Descendants("h1").Count()} headings of the first level.");
        if (page.Root!.Attribute("lang")?.Value is not ("en" or "zh-CN"))
            Problems.Add($"{address} does not say its language.");
    }
}
