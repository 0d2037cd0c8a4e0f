// Versions of another store, with their own numbers and times, under the write lock.

namespace FhirHub.Storage.Sqlite;

/// <content>Restored versions.</content>
internal sealed partial class WriteSession
{
    /// <summary>Writes the versions that are not there, or says why not; in the latter case nothing of them is left.</summary>
    public RestoreResult Restore(IReadOnlyList<PreparedVersion> versions)
    {
        var missing = new List<PreparedVersion>(versions.Count);
        if (FindRefused(versions, missing) is { } refused)
            return refused;

        // What a version of the call replaces is at hand if it came with the call too.
        var restored = new Dictionary<ResourceKey, Replaced>();
        foreach (var prepared in missing)
        {
            var resource = prepared.Restored.Resource;
            var version = prepared.Restored.Version with { Body = resource?.Body ?? default };
            var row = _versions.FindRow(version.Key);
            var replaced = restored.GetValueOrDefault(version.Key)
                ?? (prepared.Replaced is { } known && known.Seq == row?.Seq ? known : row is { Seq: > 0 and var current } ? new Replaced(current, _versions.Get(version.Key, current), null) : null);
            _lastUpdated = version.LastUpdated.ToUnixTimeMilliseconds();
            var seq = resource is null ? DeleteVersion(row!.Value, version, replaced!) : PutVersion(row, version, resource, prepared.Body, replaced);
            restored[version.Key] = new Replaced(seq, version, resource?.Entries ?? [], resource?.Generation ?? 0) { Contained = resource?.Contained ?? [] };
        }

        return new RestoreResult(RestoreFailure.None, missing.Count, versions.Count - missing.Count);
    }

    private RestoreResult? FindRefused(IReadOnlyList<PreparedVersion> versions, List<PreparedVersion> missing)
    {
        var states = new Dictionary<ResourceKey, (long Version, bool IsCurrent)>();
        var last = _lastUpdated;
        for (var i = 0; i < versions.Count; i++)
        {
            var version = versions[i].Restored.Version;
            if (!states.TryGetValue(version.Key, out var state))
                state = _versions.FindRow(version.Key) is { } row ? (row.Version, row.IsCurrent) : (0, false);
            states[version.Key] = state;
            if (version.Version <= state.Version)
            {
                if (_versions.FindVersion(version.Key, version.Version) is not { } found || !RestoreResult.IsSame(found, versions[i].Restored))
                    return Refuse(RestoreFailure.Conflict, i);
                continue;
            }

            if (version.Version != state.Version + 1 || (version.IsDeleted && !state.IsCurrent))
                return Refuse(RestoreFailure.Gap, i);
            if (version.LastUpdated.ToUnixTimeMilliseconds() is var updated && updated < last)
                return Refuse(RestoreFailure.TooOld, i);
            last = updated;
            states[version.Key] = (version.Version, !version.IsDeleted);
            missing.Add(versions[i]);
        }

        return null;

        static RestoreResult Refuse(RestoreFailure failure, int index) => new(failure, 0, 0) { FailedIndex = index };
    }
}
