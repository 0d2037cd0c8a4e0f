// Bundles in an import: what their type means for their entries.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

internal sealed partial class Importer
{
    /// <summary>Imports what a Bundle holds; false if it is to be stored as the resource that it is (document, message).</summary>
    private async Task<bool> ImportBundleAsync(ImportDocument document, ElementNode bundle, Task before)
    {
        switch (bundle.ChildValue("type"))
        {
            case "transaction":
                if (await RunAsync(document, BundleReader.Read(bundle, isTransaction: true, baseUrl: null), before) is { } written)
                    Done(document, written);
                return true;
            case "batch":
                await before;
                await ImportBatchAsync(document, BundleReader.Read(bundle, isTransaction: false, baseUrl: null));
                return true;
            case "collection" or "searchset":
                if (await RunAsync(document, Collect(bundle), before) is { } collected)
                    Done(document, collected);
                return true;
            case "document" or "message":
                return false;
            default:
                Fail(document, [Issue.Error(
                    "not-supported",
                    $"A Bundle of type {bundle.ChildValue("type")} is not imported; those of type transaction, batch, collection, searchset, history, document and message are.",
                    "Bundle.type")]);
                return true;
        }
    }

    private void Done(ImportDocument document, int resources)
    {
        journal.Done([document]);
        progress.AddDone(1, resources);
    }

    // All of a Bundle or nothing; null if nothing.
    private async Task<int?> RunAsync(ImportDocument document, BundleRequest request, Task before)
    {
        var writes = 0;
        var context = new TransactionContext
        {
            Scope = AccessScope.Full,
            IsImport = true,
            BeforeCommit = async (pending, _) =>
            {
                writes = pending.Count;
                if (pending.Any(w => w is not PutResource { Method: WriteMethod.Post }))
                    await before;
                if (pending.OfType<PutResource>().FirstOrDefault(w => w.Method == WriteMethod.Post) is { } created)
                    journal.Begin([document], created.Key);
            },
        };

        // Tried again it would get other ids. If nobody knows whether it is done, the run ends, and the next one looks by the journal.
        var isRepeatable = request.Entries.All(static entry => entry.Method is not (EntryMethod.Post or EntryMethod.Patch));
        var result = await _pace.RunAsync(() => transactions.RunAsync(context, request, CancellationToken.None), isRepeatable);
        if (result.Refusal is not { } refusal)
            return writes;
        Fail(document, refusal.Issues);
        return null;
    }

    // A batch's entries stand for themselves. It counts as done if all are, so a re-run repeats those that had been done: that
    // changes nothing for PUT and DELETE, and a POST that must not happen twice has If-None-Exist or stands in a transaction.
    private async Task ImportBatchAsync(ImportDocument document, BundleRequest request)
    {
        foreach (var (_, issue) in request.Issues)
            Fail(document, [issue]);
        var written = 0;
        var failed = request.Issues.Count;
        foreach (var entry in request.Entries.Where(e => e.IsWrite))
        {
            var context = new TransactionContext { Scope = AccessScope.Full, IsImport = true };
            var single = new BundleRequest(IsTransaction: false, 1, [entry], []);
            var isRepeatable = entry.Method is not (EntryMethod.Post or EntryMethod.Patch);
            if ((await _pace.RunAsync(() => transactions.RunAsync(context, single, CancellationToken.None), isRepeatable)).Refusal is { } refusal)
            {
                Fail(document, refusal.Issues);
                failed++;
            }
            else
            {
                written++;
            }
        }

        if (failed == 0)
            Done(document, written);
        else
            progress.AddDone(0, written);
    }

    // Collections have no requests: resources with an id keep it, others get one, and references by fullUrl are resolved.
    private static BundleRequest Collect(ElementNode bundle)
    {
        var entries = new List<BundleEntry>();
        var index = 0;
        foreach (var node in bundle.ChildrenOf("entry"))
        {
            var at = index++;
            var resource = node.Child("resource");
            if (!resource.Exists || node.Child("search").ChildValue("mode") == "outcome")
                continue;
            var (type, id) = (resource.Type.Name, resource.ChildValue("id"));
            var route = id is null ? new FhirRoute(RouteKind.Type, type) : new FhirRoute(RouteKind.Instance, type, id);
            var url = new EntryUrl(id is null ? type : $"{type}/{id}", "", route);
            entries.Add(new BundleEntry(at, id is null ? EntryMethod.Post : EntryMethod.Put, url)
            {
                FullUrl = node.ChildValue("fullUrl"),
                Resource = resource,
            });
        }

        return new BundleRequest(IsTransaction: true, index, entries, []);
    }
}
