// Bundles: the identity of entries, and what the first entry of a document or message must reach.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of Bundles beside the bdl invariants (R4 bundle.html, documents.html, messaging.html).</summary>
internal static class BundleRules
{
    // R4 documents.html#content: these have to be in the document.
    private static readonly string[] CompositionReferences =
        ["subject", "encounter", "author", "attester.party", "custodian", "event.detail", "section.author", "section.focus", "section.entry"];

    private static readonly string[] MessageReferences = ["focus"];

    /// <summary>Checks a Bundle.</summary>
    public static void Check(ValidationWalk walk, ElementNode bundle)
    {
        var type = bundle.ChildValue("type");
        var isIdentified = type is not ("transaction" or "batch" or "transaction-response" or "batch-response");
        foreach (var entry in bundle.ChildrenOf("entry"))
        {
            BundleEntryRules.Check(walk, entry, type);
            var resource = entry.Child("resource");
            if (!resource.Exists)
                continue;
            var fullUrl = entry.Child("fullUrl");
            if (fullUrl.Exists)
                CheckFullUrl(walk, fullUrl, resource, type);
            else if (isIdentified && resource.Type.Name != "OperationOutcome")
                walk.Report(entry, IssueSeverity.Error, "required", ResourceMessages.FullUrlMissing, type ?? "-");
        }

        CheckLinks(walk, bundle);
        var first = bundle.Child("entry").Child("resource");
        if (!first.Exists)
            return;
        if (type == "document" && first.Type.Name == "Composition")
        {
            CheckReached(walk, bundle, first, CompositionReferences);
            BundleReach.Check(walk, bundle, first);
        }
        else if (type == "message" && first.Type.Name == "MessageHeader")
        {
            CheckReached(walk, bundle, first, MessageReferences);
        }
    }

    private static void CheckFullUrl(ValidationWalk walk, ElementNode fullUrl, ElementNode resource, string? type)
    {
        if (fullUrl.GetString() is not { } url)
            return;
        if (!UriRules.IsAbsolute(url))
        {
            walk.Report(fullUrl, IssueSeverity.Error, "value", ResourceMessages.FullUrlRelative, url);
            return;
        }

        var literal = LiteralReference.Parse(url);
        var id = resource.ChildValue("id");
        // Entries to be created have ids of their senders, which mean nothing yet.
        if (literal.Form != ReferenceForm.Restful || type is "transaction" or "batch")
            return;
        if (literal.Type != resource.Type.Name || (id is not null && id != literal.Id))
            walk.Report(fullUrl, IssueSeverity.Error, "value", ResourceMessages.FullUrlMismatch, url, $"{resource.Type.Name}/{id ?? "-"}");
    }

    private static void CheckLinks(ValidationWalk walk, ElementNode bundle)
    {
        var seen = default(HashSet<string>);
        foreach (var link in bundle.ChildrenOf("link"))
        {
            if (link.ChildValue("relation") is { } relation && relation is "self" or "first" or "previous" or "prev" or "next" or "last"
                && !(seen ??= []).Add(relation))
            {
                walk.Report(link, IssueSeverity.Warning, "duplicate", ResourceMessages.LinkTwice, relation);
            }
        }
    }

    private static void CheckReached(ValidationWalk walk, ElementNode bundle, ElementNode first, string[] paths)
    {
        var entries = walk.EntriesOf(bundle);
        foreach (var path in paths)
            CheckReached(walk, entries, first, path.Split('.'), first.Type.Name);
    }

    // Sections are within sections, so each step is looked for in those too.
    private static void CheckReached(ValidationWalk walk, BundleIndex entries, ElementNode from, ReadOnlySpan<string> path, string first)
    {
        if (path.IsEmpty)
        {
            if (from.Child("reference") is not { Exists: true } reference || reference.GetString() is not { } text)
                return;
            var literal = LiteralReference.Parse(text);
            if (literal.Form is not (ReferenceForm.Contained or ReferenceForm.Unknown) && !entries.Find(text, literal, from).Exists)
                walk.Report(reference, IssueSeverity.Error, "not-found", ResourceMessages.NotInBundle, text, first);
            return;
        }

        foreach (var child in from.ChildrenOf(path[0]))
        {
            CheckReached(walk, entries, child, path[1..], first);
            if (path[0] == "section")
                CheckReached(walk, entries, child, path, first);
        }
    }
}
