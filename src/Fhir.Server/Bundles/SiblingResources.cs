// The resources that a transaction is about to write, for validations of those that refer to them.

using System.Collections.Concurrent;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Finds what the entries of a transaction write. Safe to use from several threads.</summary>
internal sealed class SiblingResources
{
    private readonly Dictionary<ResourceKey, BundleEntry> _entries = [];
    private readonly ConcurrentDictionary<ResourceKey, ResourceTree?> _read = new();
    private readonly EntryReferences _references;

    public SiblingResources(TransactionPlan plan, EntryReferences references)
    {
        _references = references;
        foreach (var planned in plan.Entries)
        {
            // What a patch makes is not known before it is applied.
            if (planned.Answer is null && planned.Entry.Method is EntryMethod.Post or EntryMethod.Put)
                _entries[planned.Key] = planned.Entry;
        }
    }

    /// <summary>The resource of a reference such as <c>Patient/1</c> as it will be stored; null if the transaction does not write it.</summary>
    public ResourceTree? Find(string reference)
    {
        if (ReferenceTarget.Parse(reference, [], Schema.R4) is not { Type: { } type, Id: { } id })
            return null;
        var key = new ResourceKey(type, id);
        return _entries.TryGetValue(key, out var entry) ? _read.GetOrAdd(key, _ => Read(entry)) : null;
    }

    private ResourceTree? Read(BundleEntry entry) =>
        ResourceParser.ParseJson(ReferenceRewriter.Rewrite(entry.Resource, _references, EntryReferences.BaseOf(entry.FullUrl))).Tree;
}
