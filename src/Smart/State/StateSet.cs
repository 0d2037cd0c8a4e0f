// Records of one kind as objects: what the authorization server keeps lies in the database of the resources.

using System.Text.Json;
using System.Text.Json.Serialization;
using FhirHub.Storage;

namespace FhirHub.Smart;

/// <summary>The records of one kind.</summary>
/// <typeparam name="T">What they are; written as JSON, so members may be added later and must have defaults.</typeparam>
/// <param name="store">Where they lie.</param>
/// <param name="kind">Their kind.</param>
public sealed class StateSet<T>(IStateStore store, string kind)
    where T : class
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Their kind.</summary>
    public string Kind => kind;

    /// <summary>The record of that id; null if there is none or its time is over.</summary>
    public async ValueTask<Kept<T>?> FindAsync(string id, CancellationToken cancel) =>
        await store.FindAsync(kind, id, cancel) is { } record ? Of(record) : null;

    /// <summary>Records in the order of their ids.</summary>
    /// <param name="owner">Their owner; null for any.</param>
    /// <param name="after">Only those whose id comes after this one.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<IReadOnlyList<Kept<T>>> ListAsync(string? owner, string after, int count, CancellationToken cancel) =>
        [.. (await store.ListAsync(new StateQuery(kind) { Owner = owner, After = after, Count = count }, cancel)).Select(Of)];

    /// <summary>Keeps a new record.</summary>
    /// <returns>Null if there is one of that id.</returns>
    public Task<Kept<T>?> AddAsync(string id, T value, string owner = "", DateTimeOffset? expires = null, CancellationToken cancel = default) =>
        PutAsync(new Kept<T>(id, value) { Owner = owner, Expires = expires }, cancel);

    /// <summary>Keeps a changed record.</summary>
    /// <returns>Null if it was changed meanwhile: read it again and decide anew.</returns>
    public async Task<Kept<T>?> PutAsync(Kept<T> record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var written = await store.PutAsync(
            new StateRecord(kind, record.Id, JsonSerializer.SerializeToUtf8Bytes(record.Value, s_json)) { Owner = record.Owner, Expires = record.Expires }, record.Version, cancel);
        return written is null ? null : record with { Version = written.Version };
    }

    /// <summary>Removes a record.</summary>
    /// <returns>True if it was there.</returns>
    public Task<bool> RemoveAsync(string id, CancellationToken cancel) => store.RemoveAsync(kind, id, null, cancel);

    /// <summary>Removes a record if it has not changed since it was read, so that of several callers one succeeds: how a code or a launch is used up.</summary>
    public Task<bool> RemoveAsync(Kept<T> record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        return store.RemoveAsync(kind, record.Id, record.Version, cancel);
    }

    private static Kept<T> Of(StateRecord record) => new(record.Id, JsonSerializer.Deserialize<T>(record.Body.Span, s_json)!)
    {
        Version = record.Version,
        Owner = record.Owner,
        Expires = record.Expires,
    };
}

/// <summary>A record as it was read.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Value">What it holds.</param>
public sealed record Kept<T>(string Id, T Value)
    where T : class
{
    /// <summary>Its version; 0 for one that is not kept yet.</summary>
    public long Version { get; init; }

    /// <summary>What it is listed by; empty for nothing.</summary>
    public string Owner { get; init; } = "";

    /// <summary>When it ceases to be; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
