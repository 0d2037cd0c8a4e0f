// The code systems, value sets and concept maps of R4 itself.

using System.Collections.Concurrent;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The definitions package: an index by URL, and resources that are read when they are asked for.</summary>
public sealed class R4TerminologySource : ITerminologySource
{
    private static readonly Lazy<Dictionary<string, string>> Contents = new(ReadContents);

    // They never change, whatever the state of other sources; there are as many as R4 has resources.
    private static readonly ConcurrentDictionary<(string Type, string Url), IReadOnlyList<TerminologyEntry>> Entries = new();

    /// <inheritdoc/>
    public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult("");

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel)
    {
        if (Entries.TryGetValue((resourceType, url), out var known))
            return ValueTask.FromResult(known);
        if (Read(resourceType, url) is not { } tree)
            return ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>([]);

        // Who looks for it mostly wants to read it next.
        var read = new WeakReference<ResourceTree>(tree);
        return ValueTask.FromResult(Entries[(resourceType, url)] = [TerminologyEntry.Of(
            tree.Root, $"r4|{resourceType}|{url}", _ => ValueTask.FromResult(read.TryGetTarget(out var recent) ? recent : Read(resourceType, url)!))]);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>([]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<CanonicalName>>([.. R4Definitions.Names(resourceType).Select(name => new CanonicalName(name.Url, name.Version)
        {
            Content = resourceType == "CodeSystem" ? Contents.Value.GetValueOrDefault(name.Url) : null,
        })]);

    // The index does not have it, and parsing a thousand code systems for it would take a second.
    private static Dictionary<string, string> ReadContents()
    {
        var contents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in R4Definitions.All("CodeSystem"))
        {
            var json = new Utf8JsonReader(resource.Span);
            string? url = null, content = null;
            json.Read();
            while ((url is null || content is null) && json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isUrl, isContent) = (json.ValueTextEquals("url"u8), json.ValueTextEquals("content"u8));
                json.Read();
                if (isUrl)
                    url = json.GetString();
                else if (isContent)
                    content = json.GetString();
                else
                    json.Skip();
            }

            if (url is not null && content is not null)
                contents[url] = content;
        }

        return contents;
    }

    private static ResourceTree? Read(string resourceType, string url) =>
        R4Definitions.Find(resourceType, url) is { } json ? ResourceParser.ParseJson(json).Tree : null;
}
