// The store as it will be after a commit, and as it is before: what the rules of the workflow look at. Whatever is read here is noted,
// so that the commit fails, and all is planned anew, if it has changed by then.

using System.Buffers;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>A way from a resource to those that refer to it.</summary>
/// <param name="Type">The type that refers.</param>
/// <param name="Parameter">The code of the search parameter that finds it.</param>
/// <param name="Element">The element that holds the reference.</param>
internal sealed record Referrer(string Type, string Parameter, string Element)
{
    /// <summary>The Tasks of a ServiceRequest.</summary>
    public static readonly Referrer TaskFocus = new("Task", "focus", "focus");

    /// <summary>The Appointments of a ServiceRequest.</summary>
    public static readonly Referrer AppointmentBasedOn = new("Appointment", "based-on", "basedOn");

    /// <summary>The Appointments at a Slot.</summary>
    public static readonly Referrer AppointmentSlot = new("Appointment", "slot", "slot");

    /// <summary>The search parameter.</summary>
    public SearchParameter Definition => SearchParameterRegistry.R4.Find(Type, Parameter)!;
}

/// <summary>What a commit finds and what it leaves. For one commit, not safe to use from several threads.</summary>
/// <param name="store">
/// The store. What refers to what the client writes is found as by the server itself: whether a rule is broken does not depend on what a client may
/// see. What the client's writes lead to is read as by the client where it is a patient's data: a refusal must not tell of what they may not see.
/// </param>
/// <param name="preparer">Reads stored versions and prepares changed resources.</param>
/// <param name="baseUrls">The addresses of this server; absolute references below them are local.</param>
/// <param name="writes">What the client writes.</param>
/// <param name="scope">What the client may see and do.</param>
internal sealed class PendingState(IResourceStore store, ResourcePreparer preparer, IReadOnlyList<string> baseUrls, List<ResourceWrite> writes, AccessScope scope)
{
    // Resources that refer to one: a few in earnest. Each is looked at on every change, so there must not be thousands.
    private const int MostReferrers = 200;

    // What one write may have read: parties, their organizations, slots, other Tasks. All of it is checked again under the write lock.
    private const int MostReads = 500;

    private readonly Dictionary<ResourceKey, int> _written = Index(writes);
    private readonly Dictionary<ResourceKey, StoredVersion?> _before = [];
    private readonly Dictionary<ResourceKey, ElementNode> _beforeTrees = [];
    private readonly Dictionary<ResourceKey, ElementNode> _after = [];
    private readonly Dictionary<ResourceKey, PutResource> _effects = [];
    private readonly Dictionary<(Referrer, ResourceKey, string), IReadOnlyList<ResourceKey>> _found = [];
    private readonly Dictionary<Referrer, ILookup<ResourceKey, ResourceKey>> _writtenReferrers = [];
    private readonly List<Precondition> _preconditions = [];

    /// <summary>Who writes; null where nobody says who they are.</summary>
    public AccessSubject? Subject => scope.Subject;

    /// <summary>True if the client itself writes or deletes the resource.</summary>
    public bool IsWritten(ResourceKey key) => _written.ContainsKey(key);

    /// <summary>True if the resource is written by the client or changed with what it writes.</summary>
    public bool IsChanged(ResourceKey key) => IsWritten(key) || _effects.ContainsKey(key);

    /// <summary>The resource as it is stored now; "no such element" if there is none.</summary>
    public async ValueTask<ElementNode> BeforeAsync(ResourceKey key, CancellationToken cancel)
    {
        if (_beforeTrees.TryGetValue(key, out var tree))
            return tree;
        tree = await ReadAsync(key, cancel) is { IsDeleted: false } version ? preparer.Read(version).Root : default;
        _beforeTrees.Add(key, tree);
        return tree;
    }

    /// <summary>The resource as it will be stored; "no such element" if there will be none.</summary>
    public async ValueTask<ElementNode> AfterAsync(ResourceKey key, CancellationToken cancel)
    {
        if (_after.TryGetValue(key, out var tree))
            return tree;
        if (!_written.TryGetValue(key, out var index))
            return await BeforeAsync(key, cancel);
        tree = writes[index] is PutResource put ? Read(put) : default;
        _after.Add(key, tree);
        return tree;
    }

    /// <summary>The resource that a reference leads to, as far as it is one of this server's.</summary>
    public ResourceKey? TargetOf(ElementNode reference) =>
        reference.Exists && reference.ChildValue("reference") is { } literal
        && ReferenceTarget.Parse(literal, baseUrls, Schema.R4) is { Type: { } type, Id: { } id }
            ? new ResourceKey(type, id)
            : null;

    /// <summary>The resources that will refer to the target.</summary>
    /// <param name="referrer">By which element.</param>
    /// <param name="target">The target.</param>
    /// <param name="statuses">Only those with one of these in <c>status</c>; none for all.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<ResourceKey>> ReferrersAsync(
        Referrer referrer, ResourceKey target, IReadOnlyList<string> statuses, CancellationToken cancel)
    {
        var referrers = new List<ResourceKey>();
        foreach (var key in await FindAsync(referrer, target, statuses, cancel))
        {
            if (!IsWritten(key) && (!_effects.ContainsKey(key) || await HasStatusAsync(key)))
                referrers.Add(key);
        }

        foreach (var key in (await WrittenReferrersAsync(referrer, cancel))[target])
        {
            if (await HasStatusAsync(key))
                referrers.Add(key);
        }

        return referrers.Count <= MostReferrers
            ? referrers
            : throw WorkflowException.Of(target, target.Type, WorkflowMessages.TooMany, MostReferrers.ToString(), referrer.Type, target.ToString());

        async ValueTask<bool> HasStatusAsync(ResourceKey key) => statuses.Count == 0 || statuses.Contains((await AfterAsync(key, cancel)).ChildValue("status") ?? "");
    }

    /// <summary>Gives a resource that the client does not write another status.</summary>
    public async ValueTask SetStatusAsync(ResourceKey key, string status, CancellationToken cancel)
    {
        var resource = await AfterAsync(key, cancel);
        var node = resource.Child("status");
        var source = resource.Json.Span;
        var output = new ArrayBufferWriter<byte>(source.Length + 64);
        var (start, length) = node.HasValue ? (node.SourceOffset - resource.SourceOffset, node.Json.Length) : (source.Length - 1, 0);
        output.Write(source[..start]);
        if (!node.HasValue)
            output.Write(",\"status\":"u8);
        output.Write(System.Text.Encoding.UTF8.GetBytes($"\"{status}\""));
        output.Write(source[(start + length)..]);
        var changed = ResourceParser.ParseJson(output.WrittenMemory).Tree!;

        // What the resource is beside its status is not this client's doing, so it is not held to profiles here.
        _effects[key] = new PutResource(key, preparer.Prepare(changed, key.Type).Resource!, WriteMethod.Put) { IsConsequence = true };
        _after[key] = changed.Root;
    }

    /// <summary>Adds what the rules have changed to the writes, and all that they have read to the conditions of the commit.</summary>
    public (IReadOnlyList<Precondition> Preconditions, IReadOnlyList<ExpectedVersion> Reads) Complete()
    {
        var reads = new List<ExpectedVersion>();
        foreach (var (key, before) in _before)
        {
            var expected = before is { IsDeleted: false } ? before.Version : 0;
            if (_effects.TryGetValue(key, out var effect))
                writes.Add(effect with { Base = before, ExpectedVersion = expected });
            else if (!_written.TryGetValue(key, out var index))
                reads.Add(new ExpectedVersion(key, expected));
            else if (writes[index] is PutResource put)
                writes[index] = put with { Base = put.Base ?? before, ExpectedVersion = put.ExpectedVersion ?? expected };
            else
                writes[index] = writes[index] with { ExpectedVersion = writes[index].ExpectedVersion ?? expected };
        }

        return (_preconditions, reads);
    }

    private static Dictionary<ResourceKey, int> Index(List<ResourceWrite> writes)
    {
        var index = new Dictionary<ResourceKey, int>(writes.Count);
        for (var i = 0; i < writes.Count; i++)
            index.TryAdd(writes[i].Key, i);
        return index;
    }

    private static ElementNode Read(PutResource put)
    {
        var json = put.Resource.Body.ToArray(new StoredVersion(put.Key, 1, DateTimeOffset.UnixEpoch, put.Method, put.Resource.Body));
        return ResourceParser.ParseJson(json).Tree is { } tree ? tree.Root : default;
    }

    // What was read while the write was planned is what its conditions were checked against.
    private async ValueTask<StoredVersion?> ReadAsync(ResourceKey key, CancellationToken cancel)
    {
        if (_before.TryGetValue(key, out var version))
            return version;
        if (_before.Count >= MostReads * (long)writes.Count)
            throw WorkflowException.Of(key, key.Type, WorkflowMessages.TooWide, (MostReads * (long)writes.Count).ToString());
        if (_written.TryGetValue(key, out var index) && writes[index] is PutResource { ExpectedVersion: { } expected } put && (put.Base is not null || expected == 0))
            version = put.Base;
        else
            version = await store.ReadAsync(_written.ContainsKey(key) || TypesOfData.IsShared(key.Type) ? AccessScope.Full : scope, key, cancel);
        _before.Add(key, version);
        return version;
    }

    // A transaction may write thousands of each, so they are looked through once.
    private async ValueTask<ILookup<ResourceKey, ResourceKey>> WrittenReferrersAsync(Referrer referrer, CancellationToken cancel)
    {
        if (_writtenReferrers.TryGetValue(referrer, out var lookup))
            return lookup;
        var pairs = new HashSet<(ResourceKey Target, ResourceKey Key)>();
        foreach (var key in _written.Keys.Where(key => key.Type == referrer.Type))
        {
            foreach (var reference in (await AfterAsync(key, cancel)).ChildrenOf(referrer.Element).ToList())
            {
                if (TargetOf(reference) is { } target)
                    pairs.Add((target, key));
            }
        }

        lookup = pairs.ToLookup(static pair => pair.Target, static pair => pair.Key);
        _writtenReferrers.Add(referrer, lookup);
        return lookup;
    }

    private async ValueTask<IReadOnlyList<ResourceKey>> FindAsync(
        Referrer referrer, ResourceKey target, IReadOnlyList<string> statuses, CancellationToken cancel)
    {
        // Nobody can have referred to an id that the server has just made up.
        if (_written.TryGetValue(target, out var index) && writes[index] is PutResource { Method: WriteMethod.Post, ExpectedVersion: 0 })
            return [];
        var name = string.Join(',', statuses);
        if (_found.TryGetValue((referrer, target, name), out var found))
            return found;
        SearchExpression condition = new SearchExpression.Parameter(referrer.Definition, new ReferencePredicate(target.Type, target.Id, null));
        if (statuses.Count > 0)
        {
            var status = SearchParameterRegistry.R4.Find(referrer.Type, "status")!;
            condition = new SearchExpression.And(
                [condition, new SearchExpression.Or([.. statuses.Select(code => new SearchExpression.Parameter(status, new TokenPredicate(null, code)))])]);
        }

        var query = new SearchQuery { ResourceTypes = [referrer.Type], Expression = condition, Count = MostReferrers + 1 };
        var page = await store.SearchAsync(AccessScope.Full, query, cancel);
        if (page.Matches.Count > MostReferrers)
            throw WorkflowException.Of(target, target.Type, WorkflowMessages.TooMany, MostReferrers.ToString(), referrer.Type, target.ToString());
        foreach (var match in page.Matches)
            _before.TryAdd(match.Key, match);
        found = [.. page.Matches.Select(static match => match.Key)];
        _preconditions.Add(new Precondition(query, found) { Scope = AccessScope.Full });
        _found.Add((referrer, target, name), found);
        return found;
    }
}
