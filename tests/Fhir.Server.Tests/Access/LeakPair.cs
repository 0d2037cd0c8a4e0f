// The two servers of the property test with a token each: the same request to both, and what they answer beside each other.

using System.Text.RegularExpressions;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <summary>What a token is granted.</summary>
/// <param name="Name">The name of the case.</param>
/// <param name="Scope">The scopes.</param>
internal sealed record LeakToken(string Name, string Scope)
{
    public string? Patient { get; init; } = "mine";

    public AccountRole? Role { get; init; } = AccountRole.Patient;

    public string? FhirUser { get; init; } = LeakWorld.Mine;
}

/// <summary>The server that holds both patients, and the one that holds what the token is granted.</summary>
internal sealed partial class LeakPair : IAsyncDisposable
{
    private readonly List<(string Whole, string Part, string Common)> _ids = [];
    private readonly HashSet<string> _known = [];

    private LeakPair(FixedClock clock, LeakServer whole, LeakServer part)
    {
        Clock = clock;
        Whole = whole;
        Part = part;
    }

    public FixedClock Clock { get; }

    public LeakServer Whole { get; }

    public LeakServer Part { get; }

    public LeakWorld World { get; } = new();

    /// <summary>What the token is granted.</summary>
    public IReadOnlySet<ResourceKey> Granted { get; private set; } = new HashSet<ResourceKey>();

    public HttpClient WholeClient { get; private set; } = null!;

    public HttpClient PartClient { get; private set; } = null!;

    /// <summary>Names that stand for the ids of resources that were made by requests, as requests may write them.</summary>
    public IReadOnlyList<string> NewIds => [.. _ids.Select(static id => id.Common)];

    public static async Task<LeakPair> StartAsync(LeakToken token, params string[] settings)
    {
        var clock = new FixedClock();
        var pair = new LeakPair(clock, new LeakServer(clock, settings), new LeakServer(clock, settings));
        await pair.Whole.InitializeAsync();
        await pair.Part.InitializeAsync();
        var whole = await pair.Whole.TokenAsync(token.Scope, token.Patient, token.Role, token.FhirUser);
        var part = await pair.Part.TokenAsync(token.Scope, token.Patient, token.Role, token.FhirUser);
        pair.Granted = await pair.World.WriteAsync(pair.Whole, pair.Part, clock, () => pair.Whole.ScopeOfAsync(whole));
        pair.WholeClient = pair.Whole.ClientWith(whole);
        pair.PartClient = pair.Part.ClientWith(part);
        return pair;
    }

    /// <summary>Sends a request to both; null if they answer the same, else how they differ.</summary>
    public async Task<(string? Difference, LeakAnswer Whole, LeakAnswer Part)> AskAsync(LeakRequest request)
    {
        Clock.Move(TimeSpan.FromMilliseconds(5));
        var asked = request.SendAsync(WholeClient, id => Own(id, isWhole: true));
        var part = await request.SendAsync(PartClient, id => Own(id, isWhole: false));
        var whole = await asked;
        return (Differ(whole, part), whole, part);
    }

    /// <summary>Follows the links of two answers, each server's own.</summary>
    public async Task<string?> FollowAsync(LeakAnswer whole, LeakAnswer part, int pages)
    {
        for (var page = 0; page < pages; page++)
        {
            var (ofWhole, ofPart) = (whole.Links.ToList(), part.Links.ToList());
            if (ofWhole.Count == 0 || ofWhole.Count != ofPart.Count)
                return null;
            for (var i = ofWhole.Count - 1; i >= 0; i--)
            {
                whole = await new LeakRequest("GET", Path(ofWhole[i])).SendAsync(WholeClient, static url => url);
                part = await new LeakRequest("GET", Path(ofPart[i])).SendAsync(PartClient, static url => url);
                if (Differ(whole, part) is { } difference)
                    return $"a page link, number {i + 1} of page {page + 1}: {difference}";
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        WholeClient?.Dispose();
        PartClient?.Dispose();
        await Whole.DisposeAsync();
        await Part.DisposeAsync();
    }

    private static string Path(string url) => url.Replace($"http://{LeakServer.Host}/", "", StringComparison.Ordinal).Replace("\\u0026", "&", StringComparison.Ordinal);

    // Ids that both servers made at the same place of the same answer are those of the same resource.
    private string? Differ(LeakAnswer whole, LeakAnswer part)
    {
        var (left, right) = (whole.Comparable(text => Common(text, isWhole: true)), part.Comparable(text => Common(text, isWhole: false)));
        if (left != right)
            return Point(left, right);
        foreach (var (ofWhole, ofPart) in whole.Ids.Zip(part.Ids))
        {
            if (_known.Contains(ofWhole) || _known.Contains(ofPart) || _known.Count > 4_000)
                continue;
            _known.Add(ofWhole);
            _known.Add(ofPart);
            _ids.Add((ofWhole, ofPart, $"~new{_ids.Count + 1}~"));
        }

        return null;
    }

    private string Own(string text, bool isWhole) => text.Contains('~', StringComparison.Ordinal)
        ? NewId().Replace(text, match => _ids.Find(id => id.Common == match.Value) is { Common: not null } id ? isWhole ? id.Whole : id.Part : match.Value)
        : text;

    private string Common(string text, bool isWhole) => LeakAnswer.ReplaceIds(text, uuid =>
        _known.Contains(uuid) && _ids.Find(id => (isWhole ? id.Whole : id.Part) == uuid) is { Common: not null } id ? id.Common : uuid);

    private static string Point(string left, string right)
    {
        var at = 0;
        while (at < left.Length && at < right.Length && left[at] == right[at])
            at++;
        return $"at {at}:\n  whole: …{Cut(left, at)}\n  part:  …{Cut(right, at)}";

        static string Cut(string text, int at)
        {
            var start = Math.Max(0, at - 200);
            return text[start..Math.Min(text.Length, at + 300)].Replace("\n", "⏎", StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("~new[0-9]+~", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NewId();
}
