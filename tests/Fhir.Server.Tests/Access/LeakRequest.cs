// A request of the property test, and its answer in a form in which those of two servers are the same if they tell the same.

using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace FhirHub.Server.Tests.Access;

/// <summary>A request.</summary>
internal sealed record LeakRequest(string Method, string Url, string? Body = null, string ContentType = "application/fhir+json")
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public bool IsSafe => Method is "GET" or "HEAD" or "OPTIONS" || Url.Contains("_search", StringComparison.Ordinal);

    public LeakRequest With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    public async Task<LeakAnswer> SendAsync(HttpClient client, Func<string, string> own)
    {
        using var message = new HttpRequestMessage(new HttpMethod(Method), own(Url));
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(own(Body)));
            if (ContentType.Length > 0)
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        }

        foreach (var (name, value) in Headers)
            message.Headers.TryAddWithoutValidation(name, own(value));
        using var response = await client.SendAsync(message);
        return await LeakAnswer.OfAsync(response);
    }

    /// <summary>The same request with less in it, for the shortest one that still fails.</summary>
    public IEnumerable<LeakRequest> Shorter()
    {
        for (var i = 0; i < Headers.Count; i++)
            yield return this with { Headers = [.. Headers.Where((_, at) => at != i)] };
        var mark = Url.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0)
            yield break;
        var parameters = Url[(mark + 1)..].Split('&');
        for (var i = 0; i < parameters.Length; i++)
            yield return this with { Url = parameters.Length == 1 ? Url[..mark] : Url[..(mark + 1)] + string.Join('&', parameters.Where((_, at) => at != i)) };
    }

    public override string ToString() =>
        $"{Method} {Url}{string.Concat(Headers.Select(static header => $"\n  {header.Name}: {header.Value}"))}{(Body is null ? "" : $"\n  {ContentType}\n  {Body}")}";
}

/// <summary>An answer.</summary>
internal sealed partial record LeakAnswer(int Status, string Headers, string Body)
{
    /// <summary>What stands for an id that one server alone has.</summary>
    public const string AnyId = "@id";

    /// <summary>The ids in the answer that a server made.</summary>
    public IReadOnlyList<string> Ids => [.. Uuid().Matches(Headers + Body).Select(static match => match.Value)];

    /// <summary>The links of a Bundle.</summary>
    public IEnumerable<string> Links => Link().Matches(Body).Select(static match => match.Groups[1].Value);

    public static async Task<LeakAnswer> OfAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var headers = new StringBuilder();
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).OrderBy(static header => header.Key, StringComparer.OrdinalIgnoreCase))
        {
            var value = string.Join(", ", values);
            switch (name.ToUpperInvariant())
            {
                case "DATE":
                    continue;
                case "X-REQUEST-ID":
                    value = "@request";
                    break;
                case "CONTENT-LENGTH":
                    // Where it does not tell the length of the body it is a fault of its own.
                    if (response.RequestMessage!.Method != HttpMethod.Head && long.Parse(value, CultureInfo.InvariantCulture) != bytes.Length)
                        value = $"wrong, {value}";
                    else if (Encoding.UTF8.GetString(bytes) is var text && (Page().IsMatch(text) || Time().IsMatch(text)))
                        value = "@length";
                    break;
            }

            headers.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        }

        var request = response.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.Single() : null;
        var body = Encoding.UTF8.GetString(bytes);
        return new LeakAnswer((int)response.StatusCode, headers.ToString(), request is null ? body : body.Replace(request, "@request", StringComparison.Ordinal));
    }

    /// <summary>The answer without what two servers can't have in common.</summary>
    /// <param name="common">The names that both have for ids of new resources.</param>
    public string Comparable(Func<string, string> common) =>
        $"{Status}\n{Uuid().Replace(common(Headers), AnyId)}\n{Uuid().Replace(Time().Replace(Page().Replace(common(Body), "$1@"), "@ ms"), AnyId)}";

    /// <summary>A text with other names for the ids in it.</summary>
    public static string ReplaceIds(string text, Func<string, string> name) => Uuid().Replace(text, match => name(match.Value));

    /// <summary>A text without the numbers that the server gives to requests.</summary>
    public static string WithoutRequestIds(string text) => RequestId().Replace(text, "@request");

    [GeneratedRegex("[0-9A-Z]{13}[-:][0-9A-F]{8}", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RequestId();

    /// <summary>A text without instants of writing, for two requests that a clock does not hold to the same.</summary>
    public static string WithoutTimes(string text) => Instant().Replace(text, "@time");

    [GeneratedRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]+ GMT", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Instant();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Uuid();

    [GeneratedRegex("(_page=|\"(?:next|previous|first|last)\":\")[A-Za-z0-9_-]{60,}", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Page();

    // How long a step of a search took (_explain).
    [GeneratedRegex("[0-9]+\\.[0-9]{3} ms", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Time();

    [GeneratedRegex("\"relation\":\"(?:next|previous|last|first)\",\"url\":\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Link();
}
