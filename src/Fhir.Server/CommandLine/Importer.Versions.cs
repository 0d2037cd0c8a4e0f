// Versions of another store in an import: restored as they were, in the order of the source.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

internal sealed partial class Importer
{
    // What follows a version that could not be restored is not to be: it would be too late for that one then.
    private volatile bool _isRestoreRefused;

    /// <summary>True if versions were restored.</summary>
    public bool HasRestored { get; private set; }

    private async Task AddVersionsAsync(ImportDocument document, ElementNode history, ImportGroup group)
    {
        var versions = HistoryLine.Read(history, repository.Preparer, out var issue);
        if (issue is not null)
        {
            await RestoreAsync(group);
            await group.Before;
            RefuseRestore(document, [issue]);
            return;
        }

        // What is indexed after a search parameter is to be indexed for it.
        var isParameter = versions.Any(static version => version.Version.Key.Type == "SearchParameter");
        if (isParameter || versions.Any(version => group.LastVersions.TryGetValue(version.Version.Key, out var last) && version.Version.Version <= last))
            await RestoreAsync(group);
        group.Add(document, versions);
        if (isParameter || group.Versions.Count >= GroupSize)
            await RestoreAsync(group);
    }

    private async Task RestoreAsync(ImportGroup group)
    {
        if (group.Versions.Count == 0)
            return;
        await group.Before;
        if (!_isRestoreRefused)
        {
            var result = await _pace.RunAsync(() => repository.RestoreAsync([.. group.Versions.Select(static version => version.Version)], CancellationToken.None));
            if (result.Failure == RestoreFailure.None)
                Done(group.Versions);
            else
                await RestoreUpToAsync(group, result);
        }

        group.Versions.Clear();
        group.LastVersions.Clear();
    }

    private async Task RestoreUpToAsync(ImportGroup group, RestoreResult refused)
    {
        var (document, version) = group.Versions[refused.FailedIndex];
        var before = group.Versions[..refused.FailedIndex];
        var result = await _pace.RunAsync(() => repository.RestoreAsync([.. before.Select(static version => version.Version)], CancellationToken.None));
        if (result.Failure == RestoreFailure.None)
            Done(before.FindAll(other => other.Document != document));
        RefuseRestore(document, [Issue.Error("conflict", Reason(version.Version, refused.Failure))]);
    }

    private void Done(List<(ImportDocument Document, RestoredVersion Version)> versions)
    {
        var documents = versions.Select(static version => version.Document).Distinct().ToList();
        HasRestored = true;
        journal.Done(documents);
        progress.AddDone(documents.Count, versions.Count);
    }

    private void RefuseRestore(ImportDocument document, IReadOnlyList<Issue> issues)
    {
        if (_isRestoreRefused)
            return;
        _isRestoreRefused = true;
        progress.AddFailure(document, issues);
        progress.Say("Versions are restored in their order, so none after this one was.");
        Stop();
    }

    private static string Reason(StoredVersion version, RestoreFailure failure) => failure switch
    {
        RestoreFailure.Conflict => $"The store has another version {version.Version} of {version.Key}. Only a store that was filled from the same one can take its versions.",
        RestoreFailure.Gap => $"Version {version.Version} of {version.Key} does not follow what the store has of it: versions are missing, or the resource was not there to be deleted.",
        _ => $"Version {version.Version} of {version.Key} is of {ResourceBody.FormatInstant(version.LastUpdated)}, and the store has later records. Restore into a store without records of its own.",
    };
}
