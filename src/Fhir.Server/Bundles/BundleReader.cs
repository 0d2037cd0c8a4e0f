// A Bundle's entries as requests; what is wrong with them is told per entry, so that a batch can go on with the others.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>What a Bundle asks for.</summary>
/// <param name="IsTransaction">True for a transaction, false for a batch.</param>
/// <param name="Count">Number of entries.</param>
/// <param name="Entries">The well-formed entries, in order.</param>
/// <param name="Issues">What is wrong with the others: the entry's index and the issue.</param>
internal sealed record BundleRequest(bool IsTransaction, int Count, IReadOnlyList<BundleEntry> Entries, IReadOnlyList<(int Index, Issue Issue)> Issues);

/// <summary>Reads the entries of a batch or transaction (R4 http.html#transaction).</summary>
internal static class BundleReader
{
    /// <summary>The requests of a Bundle whose type is known to be batch or transaction.</summary>
    /// <param name="bundle">The Bundle.</param>
    /// <param name="isTransaction">Its type.</param>
    /// <param name="baseUrl">The server's FHIR base, or null.</param>
    public static BundleRequest Read(ElementNode bundle, bool isTransaction, string? baseUrl)
    {
        var entries = new List<BundleEntry>();
        var issues = new List<(int, Issue)>();
        var index = 0;
        foreach (var entry in bundle.ChildrenOf("entry"))
        {
            if (ReadEntry(entry, index, baseUrl, out var issue) is { } request)
                entries.Add(request);
            else
                issues.Add((index, issue!));
            index++;
        }

        if (isTransaction)
            CheckFullUrls(entries, issues);
        return new BundleRequest(isTransaction, index, entries, issues);
    }

    private static BundleEntry? ReadEntry(ElementNode node, int index, string? baseUrl, out Issue? issue)
    {
        var at = $"Bundle.entry[{index}]";
        issue = null;
        var request = node.Child("request");
        if (!request.Exists)
        {
            issue = Error("required", $"{at}.request", BundleMessages.NoRequest);
            return null;
        }

        EntryMethod? method = request.ChildValue("method") switch
        {
            "GET" => EntryMethod.Get,
            "HEAD" => EntryMethod.Head,
            "POST" => EntryMethod.Post,
            "PUT" => EntryMethod.Put,
            "DELETE" => EntryMethod.Delete,
            "PATCH" => EntryMethod.Patch,
            _ => null,
        };
        if (method is null)
        {
            issue = Error("value", $"{at}.request.method", BundleMessages.Method, request.ChildValue("method") ?? "");
            return null;
        }

        if (EntryUrl.Parse(request.ChildValue("url") ?? "", baseUrl, out var problem) is not { } url)
        {
            issue = problem! with { Expression = $"{at}.request.url" };
            return null;
        }

        var entry = new BundleEntry(index, method.Value, url)
        {
            FullUrl = node.ChildValue("fullUrl"),
            Resource = node.Child("resource"),
            IfNoneExist = request.ChildValue("ifNoneExist") is { Length: > 0 } criteria ? criteria[(criteria.IndexOf('?', StringComparison.Ordinal) + 1)..] : null,
            IfMatch = request.ChildValue("ifMatch"),
            IfNoneMatch = request.ChildValue("ifNoneMatch"),
            IfModifiedSince = request.ChildValue("ifModifiedSince"),
        };
        issue = CheckWrite(entry);
        return issue is null ? entry : null;
    }

    private static Issue? CheckWrite(BundleEntry entry)
    {
        if (!entry.IsWrite)
            return null;
        var url = entry.Url;
        var fits = entry.Method == EntryMethod.Post ? url.IsType : url.IsInstance || url.IsConditional;
        if (!fits)
        {
            var expected = entry.Method == EntryMethod.Post ? "[type]" : "[type]/[id] or [type]?[criteria]";
            return Error("value", $"{entry.Expression}.request.url", BundleMessages.Address, Verb(entry), expected, url.Text);
        }

        if (entry.Method == EntryMethod.Delete)
            return null;
        if (!entry.Resource.Exists)
            return Error("required", entry.ResourceExpression, BundleMessages.NoResource, Verb(entry));
        var type = entry.Resource.Type.Name;
        if (entry.Method == EntryMethod.Patch)
        {
            return type is "Binary" or "Parameters"
                ? null
                : Error("value", entry.ResourceExpression, BundleMessages.Patch, type);
        }

        if (type != entry.Type)
            return Error("invalid", $"{entry.Expression}.request.url", BundleMessages.TypeDiffers, entry.Type, type);
        if (entry.Method == EntryMethod.Put && url.IsInstance && entry.Resource.ChildValue("id") is var id && id != url.Route.Id)
        {
            return id is null
                ? Error("required", $"{entry.ResourceExpression}.id", BundleMessages.IdMissing, url.Route.Id!)
                : Error("invalid", $"{entry.ResourceExpression}.id", BundleMessages.IdDiffers, url.Text, id);
        }

        return null;
    }

    // References are resolved by fullUrl, so two entries of one name make them ambiguous (R4 bdl-7).
    private static void CheckFullUrls(List<BundleEntry> entries, List<(int, Issue)> issues)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.FullUrl is { } name && entry.IsWrite && !seen.TryAdd(name, entry.Index))
                issues.Add((entry.Index, Error("duplicate", $"{entry.Expression}.fullUrl", BundleMessages.SameFullUrl, seen[name].ToString(CultureInfo.InvariantCulture))));
        }
    }

    private static Issue Error(string code, string expression, MessageTemplate template, params IReadOnlyList<string> arguments) =>
        Issue.Of(IssueSeverity.Error, code, template, arguments) with { Expression = expression };

    private static string Verb(BundleEntry entry) => entry.Method.ToString().ToUpperInvariant();
}
