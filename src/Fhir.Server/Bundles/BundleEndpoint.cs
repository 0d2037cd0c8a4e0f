// POST of a Bundle to the base: batch and transaction over HTTP.

using System.Buffers;
using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>POST [base] (R4 http.html#transaction).</summary>
internal static class BundleEndpoint
{
    /// <summary>Runs the Bundle in the body.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        _ = exchange.ResponseType;
        var server = exchange.Server;
        var parsed = await RequestBody.ParseAsync(exchange);
        var isTransaction = TypeOf(parsed) == "transaction";
        var bundle = parsed.Tree!.Root;
        var entryIssues = Check(parsed, isTransaction, server.Options);
        var request = BundleReader.Read(bundle, isTransaction, exchange.BaseUrl);
        if (request.Count > server.Options.Limits.BundleEntries)
        {
            throw new RefusedException(
                413, "too-costly", BundleMessages.TooManyEntries,
                request.Count.ToString("N0", CultureInfo.InvariantCulture), server.Options.Limits.BundleEntries.ToString("N0", CultureInfo.InvariantCulture));
        }

        var context = new TransactionContext
        {
            Scope = exchange.Scope,
            BaseUrl = exchange.BaseUrl,
            Provenance = XProvenance.Of(exchange),
            Lacking = entry => InteractionAccess.Lacking(server.Operations, exchange.Scope, entry.Url.Route, entry.Method.ToString().ToUpperInvariant(), entry.IfNoneExist is not null),
            Read = (entry, cancel) => EntryReader.ReadAsync(exchange, entry, cancel),
        };
        var transactions = new TransactionInteraction(server.Repository, Patch.Read);
        var outcomes = isTransaction
            ? await RunTransactionAsync(transactions, context, request, exchange.Cancel)
            : await new BatchInteraction(transactions).RunAsync(context, Without(server.Operations, request, entryIssues), e => Explain(exchange, e), exchange.Cancel);

        if (exchange.Preferences.Return == ReturnPreference.Representation)
            outcomes = await WithReadableAsync(exchange, outcomes);
        var output = new ArrayBufferWriter<byte>(4096 + (outcomes.Count * 256));
        BundleResponse.Write(output, isTransaction, outcomes, exchange.Preferences.Return, OutcomeLanguage.Of(exchange.Header(HeaderNames.AcceptLanguage)));
        await AnswerWriter.WriteAsync(exchange, new FhirAnswer(200) { Json = output.WrittenMemory });
    }

    // As for single writes: what the client may not read is not sent, though it was written by it.
    private static async Task<IReadOnlyList<EntryOutcome>> WithReadableAsync(HttpExchange exchange, IReadOnlyList<EntryOutcome> outcomes)
    {
        var shown = outcomes.ToArray();
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i].Answer is { IsWrite: true, Version: { IsDeleted: false } version } answer
                && !exchange.Scope.IsUnfiltered(version.Key.Type, AccessLetter.Read)
                && await exchange.Server.Store.ReadVersionAsync(exchange.Scope, version.Key, version.Version, exchange.Cancel) is null)
            {
                shown[i] = shown[i] with { Answer = answer with { IsContentHidden = true } };
            }
        }

        return shown;
    }

    private static FhirAnswer Explain(HttpExchange exchange, Exception exception)
    {
        var log = exchange.Http.RequestServices.GetRequiredService<ILogger<FhirEndpoint>>();
        var (status, issues) = FhirEndpoint.Explain(exchange, exception, log);
        return new FhirAnswer(status) { Issues = issues };
    }

    private static async Task<IReadOnlyList<EntryOutcome>> RunTransactionAsync(
        TransactionInteraction transactions, TransactionContext context, BundleRequest request, CancellationToken cancel)
    {
        var result = await transactions.RunAsync(context, request, cancel);
        return result.Refusal is { } refusal ? throw new RefusedException(refusal.Status, refusal.Issues) : result.Outcomes;
    }

    private static string TypeOf(ParseResult parsed)
    {
        if (parsed.Tree is null)
            throw new RefusedException(400, parsed.Issues);
        var type = parsed.Tree.ResourceType == "Bundle" ? parsed.Tree.Root.ChildValue("type") : null;
        if (type is "batch" or "transaction")
            return type;
        throw parsed.Tree.ResourceType != "Bundle"
            ? new RefusedException(400, "invalid", BundleMessages.NotABundle, parsed.Tree.ResourceType)
            : new RefusedException(400, "invalid", BundleMessages.BundleType, type ?? "one without a type", type ?? "没有类型的");
    }

    // In a batch what is wrong with one entry is that entry's business; anything else, and anything in a transaction, is the whole's.
    private static List<(int Index, Issue Issue)> Check(ParseResult parsed, bool isTransaction, FhirHubOptions options)
    {
        var ofEntries = new List<(int, Issue)>();
        if (parsed.IsValid)
            return ofEntries;
        if (isTransaction)
            RequestBody.Checked(parsed, options.ValidationOnWrite);
        foreach (var issue in parsed.Issues.Where(i => RequestBody.Forbids(i, options.ValidationOnWrite)))
        {
            if (issue.Severity == IssueSeverity.Fatal || EntryOf(issue.Expression) is not { } index)
                throw new RefusedException(400, parsed.Issues);
            ofEntries.Add((index, issue));
        }

        return ofEntries;
    }

    private static int? EntryOf(string? expression)
    {
        const string Start = "Bundle.entry[";
        if (expression is null || !expression.StartsWith(Start, StringComparison.Ordinal))
            return null;
        var end = expression.IndexOf(']', StringComparison.Ordinal);
        return int.TryParse(expression.AsSpan(Start.Length, end - Start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
    }

    private static BundleRequest Without(Operations operations, BundleRequest request, List<(int Index, Issue Issue)> issues)
    {
        if (issues.Count == 0)
            return request;
        var judged = request.Entries.Where(e => operations.JudgesBody(e.Url.Route)).ToDictionary(e => e.Index);
        var ofResources = issues.ToLookup(i => judged.TryGetValue(i.Index, out var entry) && IssuePlaces.IsWithin(i.Issue.Expression, entry.ResourceExpression));
        issues = [.. ofResources[false]];
        var byEntry = ofResources[true].ToLookup(i => i.Index, i => i.Issue);
        var wrong = issues.Select(i => i.Index).ToHashSet();
        return request with
        {
            Entries = [.. request.Entries.Where(e => !wrong.Contains(e.Index)).Select(e => byEntry.Contains(e.Index) ? e with { ResourceIssues = [.. byEntry[e.Index]] } : e)],
            Issues = [.. request.Issues.Where(i => !wrong.Contains(i.Index)), .. issues],
        };
    }
}
