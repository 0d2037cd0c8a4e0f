// Where a query's resources come from: reads and searches through the store, with what the client may see, and bounded.

using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.GraphQL;

/// <summary>A page of matches (R4 graphql.html, connections).</summary>
/// <param name="Type">The type searched.</param>
/// <param name="Matches">The matches.</param>
/// <param name="Query">The search, for the total.</param>
/// <param name="Parameters">The parameters as a query string, for the cursors.</param>
/// <param name="Offset">Number of matches on the pages before.</param>
/// <param name="Page">The page as the store gave it.</param>
internal sealed record GraphQLPage(
    TypeDefinition Type, IReadOnlyList<ElementNode> Matches, SearchQuery Query, string Parameters, int Offset, SearchPage Page);

/// <summary>Reads what one query asks for.</summary>
internal sealed class GraphQLSource(FhirCall call, CancellationToken cancel)
{
    private const string CursorPath = "$graphql/";

    private readonly Dictionary<ResourceKey, ElementNode> _read = [];
    private readonly int _limit = call.Server.Options.Limits.GraphQLResources;
    private int _count;

    /// <summary>True if a resource was asked for.</summary>
    public bool HasRead => _count > 0;

    /// <summary>A resource by its type and id; "no such element" if there is none that the client may see.</summary>
    public async ValueTask<ElementNode> ReadAsync(ResourceKey key)
    {
        if (_read.TryGetValue(key, out var known))
            return known;
        if (!ResourceId.IsValid(key.Id))
            return default;
        Count(1);
        var result = await call.Server.Repository.ReadAsync(call.Scope, key, cancel);
        return _read[key] = result.IsSuccess ? Parse(result.Version!) : default;
    }

    /// <summary>What a Reference points to; "no such element" if that is not here, or the client may not see it.</summary>
    public async ValueTask<ElementNode> ResolveAsync(ElementNode reference)
    {
        if (reference.ChildValue("reference") is not { } text)
            return default;
        if (text.StartsWith('#'))
            return reference.FindContained(text.AsSpan(1));
        var target = ReferenceTarget.Parse(text, [.. call.Server.Options.BaseUrls, call.BaseUrl], Schema.R4);
        if (!target.IsLocal)
            return default;
        var key = new ResourceKey(target.Type!, target.Id!);
        if (target.Version is null)
            return await ReadAsync(key);
        Count(1);
        var result = await call.Server.Repository.ReadVersionAsync(call.Scope, key, target.Version, cancel);
        return result.IsSuccess ? Parse(result.Version!) : default;
    }

    /// <summary>All matches of a search, or as many as are asked for.</summary>
    public async ValueTask<IReadOnlyList<ElementNode>> ListAsync(TypeDefinition type, List<KeyValuePair<string, string>> parameters)
    {
        var asked = parameters.FindLast(p => p.Key == "_count").Value;
        Count(1);
        var query = await ParseAsync(type, parameters);
        if (asked is null)
            query = query with { Count = Math.Min(call.Server.Options.Limits.MaxPageSize, _limit) };
        var page = await call.Server.Store.SearchAsync(call.Scope, query, cancel);

        // Of a greater size than a page may have, a search makes that of a page; a list has no link to the rest.
        if (page.Next is not null && !(int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size <= query.Count))
        {
            throw new GraphQLException(
                "too-costly", $"There are more than {query.Count:N0} matches; give a smaller _count, narrow the search, or page through {type.Name}Connection.");
        }

        return Parse(page.Matches);
    }

    /// <summary>A page of a search.</summary>
    public async ValueTask<GraphQLPage> PageAsync(TypeDefinition type, List<KeyValuePair<string, string>> parameters, string? cursor)
    {
        string? from = null;
        var offset = 0;
        if (cursor is not null)
        {
            // A cursor stands for the whole search that it came from, so nothing else is asked beside it.
            if (parameters.Count > 0)
                throw new GraphQLException("invalid", $"A cursor goes on with its own search; leave {parameters[0].Key} out, or start the search anew.");
            (from, offset, parameters) = Open(type, cursor);
        }

        Count(1);
        var query = await ParseAsync(type, parameters) with { Cursor = from };
        var page = await call.Server.Store.SearchAsync(call.Scope, query, cancel);
        return new GraphQLPage(type, Parse(page.Matches), query with { Cursor = null }, FhirCall.Encode(parameters), offset, page);
    }

    /// <summary>The number of matches on all pages.</summary>
    public async ValueTask<long> CountAsync(GraphQLPage page) =>
        (await call.Server.Store.SearchAsync(call.Scope, page.Query with { Count = 0, Total = TotalMode.Accurate }, cancel)).Total ?? 0;

    /// <summary>The cursor of another page of the same search.</summary>
    public string CursorOf(GraphQLPage page, string? storeCursor, int offset) =>
        call.Server.PageLinks.Protect(new PageLink(CursorPath + page.Type.Name, page.Parameters, $"{offset} {storeCursor}"));

    private (string? From, int Offset, List<KeyValuePair<string, string>> Parameters) Open(TypeDefinition type, string cursor)
    {
        if (call.Server.PageLinks.Unprotect(cursor, CursorPath + type.Name) is not { } link)
            throw new GraphQLException("invalid", "The cursor is not one that this server gave for this search; start the search anew.");
        var space = link.Cursor.IndexOf(' ', StringComparison.Ordinal);
        var from = link.Cursor[(space + 1)..];
        return (from.Length > 0 ? from : null, int.Parse(link.Cursor.AsSpan(0, space)), [.. Search.QueryString.Parse(link.Query)]);
    }

    private async ValueTask<SearchQuery> ParseAsync(TypeDefinition type, List<KeyValuePair<string, string>> parameters)
    {
        var parsed = await call.Server.SearchParser.ParseAsync(new SearchRequest { ResourceType = type.Name, Parameters = parameters }, cancel);
        return parsed.Query ?? throw new RefusedException(400, parsed.Issues);
    }

    private List<ElementNode> Parse(IReadOnlyList<StoredVersion> versions)
    {
        Count(versions.Count);
        return [.. versions.Select(Parse)];
    }

    private static ElementNode Parse(StoredVersion version) =>
        ResourceParser.ParseJson(version.Body.ToArray(version)).Tree?.Root ?? throw new InvalidDataException("A stored resource can't be read.");

    private void Count(int resources)
    {
        _count += resources;
        if (_count > _limit)
        {
            throw GraphQLException.Fatal(
                "too-costly", $"The query needs more than {_limit:N0} resources and searches (FhirHub:Limits:GraphQLResources); ask for less, or in parts.");
        }
    }
}
