// Entries that don't write: they are answered as the same request over HTTP would be.

using System.Globalization;
using FhirHub.Model;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>Runs GET, HEAD, searches and operations of a Bundle.</summary>
internal static class EntryReader
{
    /// <summary>The outcome of an entry.</summary>
    public static async Task<EntryOutcome> ReadAsync(HttpExchange exchange, BundleEntry entry, CancellationToken cancel)
    {
        try
        {
            var method = entry.Method is EntryMethod.Get or EntryMethod.Head ? "GET" : entry.Method.ToString().ToUpperInvariant();
            if (exchange.Server.Interactions.Find(entry.Url.Route.Kind, method) is null)
                throw new RefusedException(405, "not-supported", $"{method} is not an interaction of '{entry.Url.Text}'.");
            if (InteractionAccess.Lacking(exchange.Server.Operations, exchange.Scope, entry.Url.Route, method, ifNoneExist: false) is { } lacking)
                throw InteractionAccess.Refusal(lacking);
            var answer = await exchange.Server.AnswerAsync(ToCall(exchange, entry), cancel);
            return new EntryOutcome(answer, IsHead: entry.Method == EntryMethod.Head);
        }
        catch (RefusedException refused)
        {
            return new EntryOutcome(new FhirAnswer(refused.Status) { Issues = refused.Issues });
        }
    }

    private static FhirCall ToCall(HttpExchange exchange, BundleEntry entry) => new()
    {
        Server = exchange.Server,
        Scope = exchange.Scope,
        Route = entry.Url.Route,
        BaseUrl = exchange.BaseUrl,
        Query = entry.Url.Query,
        IsPost = entry.Method == EntryMethod.Post,
        Body = entry.Resource.Exists ? ResourceParser.ParseJson(entry.Resource.Json).Tree : null,
        BodyIssues = entry.ResourceIssues,
        BodySource = entry.Resource,
        IfNoneMatch = entry.IfNoneMatch,
        IfModifiedSince = DateTimeOffset.TryParse(entry.IfModifiedSince, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
        AcceptLanguage = exchange.Header(HeaderNames.AcceptLanguage),
        Preferences = exchange.Preferences,
    };
}
