// What was committed in order, and versions of other stores.

namespace FhirHub.Storage.Sqlite;

/// <content>Moving between stores.</content>
public sealed partial class SqliteResourceStore
{
    /// <inheritdoc/>
    public Task<ChangePage> ChangesAsync(ChangeQuery query, CancellationToken cancel) =>
        Answer(reader => new ChangeRun(reader.Connection, reader.Dictionaries).Page(query), cancel);

    /// <inheritdoc/>
    public Task<RestoreResult> RestoreAsync(IReadOnlyList<RestoredVersion> versions, CancellationToken cancel)
    {
        RestoreResult.Check(versions);
        cancel.ThrowIfCancellationRequested();
        var seen = new HashSet<ResourceKey>();
        var prepared = new PreparedVersion[versions.Count];
        for (var i = 0; i < prepared.Length; i++)
        {
            var (version, resource) = versions[i];
            var replaced = seen.Add(version.Key) ? _readers.Read(reader => FindReplaced(reader, version.Key), cancel) : null;
            prepared[i] = new PreparedVersion(
                versions[i],
                resource is null ? null : BodyCodec.Encode(resource.Body.Tail.Span),
                replaced is null ? null : WithEntries(replaced));
        }

        return _writer.RestoreAsync(new RestoreRequest(prepared, cancel));
    }
}
