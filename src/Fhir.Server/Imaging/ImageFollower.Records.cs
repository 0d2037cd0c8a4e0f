// The other direction: Patients that are merged, corrected or deleted, orders that come after their images, and ImagingStudies that somebody
// else changes.

using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

public sealed partial class ImageFollower
{
    private const int PageSize = 100;
    private const int MostWritten = 20_000;

    // A commit may have got its time a moment before it could be seen.
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(10);
    private static readonly string[] s_followed = ["Patient", "ServiceRequest", "ImagingStudy"];

    private readonly Dictionary<string, long> _commits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<(string Id, long Version)>> _doneAtMark = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _written = new(StringComparer.Ordinal);

    private static string MarkOf(string type) => $"{Name}-{type}";

    // Versions that the follower itself has written need no second look.
    private void Remember(StoredVersion study)
    {
        if (_written.Count >= MostWritten)
            _written.Clear();
        _written[study.Key.Id] = study.Version;
    }

    private async Task BeginRecordsAsync(CancellationToken cancel)
    {
        foreach (var type in s_followed)
        {
            if (_archive.FollowedTo(MarkOf(type)) == 0)
                await _archive.FollowAsync(MarkOf(type), (_server.Clock.GetUtcNow() - s_margin).ToUnixTimeMilliseconds(), new Dictionary<string, string?>(), cancel);
        }
    }

    private async Task FollowRecordsAsync(CancellationToken cancel)
    {
        foreach (var type in s_followed)
        {
            // Before the history is read: what comes later shows in the next step.
            var commits = _server.Store.CommitsOf(type);
            if (_commits.TryGetValue(type, out var seen) && seen == commits)
                continue;
            await FollowRecordsAsync(type, cancel);
            _commits[type] = commits;
        }
    }

    // The newest come first, and the mark moves when all are done: a history of any length takes the memory of one page.
    private async Task FollowRecordsAsync(string type, CancellationToken cancel)
    {
        var mark = _archive.FollowedTo(MarkOf(type));
        var query = new HistoryQuery { Type = type, Since = DateTimeOffset.FromUnixTimeMilliseconds(mark), Count = PageSize };
        var newest = mark;
        var done = new HashSet<(string Id, long Version)>();
        var doneBefore = _doneAtMark.GetValueOrDefault(type) ?? [];
        var studies = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var page = await _server.Store.HistoryAsync(AccessScope.Full, query, cancel);
            var changed = new List<StoredVersion>();
            foreach (var version in page.Versions)
            {
                var time = version.LastUpdated.ToUnixTimeMilliseconds();
                if (time > newest)
                    newest = time;
                if (time == newest)
                    done.Add((version.Key.Id, version.Version));
                if (time > mark || !doneBefore.Contains((version.Key.Id, version.Version)))
                    changed.Add(version);
            }

            var patients = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var uid in await AffectedAsync(type, changed, cancel))
            {
                if (studies.Add(uid))
                    await FollowAsync(uid, mayDelete: false, patients, cancel);
            }

            await NoteAsync(patients, cancel);
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        if (newest > mark)
            await _archive.FollowAsync(MarkOf(type), newest, new Dictionary<string, string?>(), cancel);
        else
            done.UnionWith(doneBefore);
        _doneAtMark[type] = done;
    }

    private async Task<IReadOnlyCollection<string>> AffectedAsync(string type, List<StoredVersion> changed, CancellationToken cancel)
    {
        var studies = new HashSet<string>(StringComparer.Ordinal);
        if (type == "ImagingStudy")
        {
            foreach (var version in changed)
            {
                if (!(_written.TryGetValue(version.Key.Id, out var own) && own >= version.Version))
                    studies.Add(version.Key.Id);
            }

            return studies;
        }

        var keys = changed.Select(static version => version.Key).Distinct().ToList();
        if (keys.Count == 0)
            return studies;
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var version in changed.Where(static version => !version.IsDeleted))
        {
            foreach (var identifier in _records.Root(version).ChildrenOf("identifier"))
            {
                if (identifier.ChildValue("value") is { } value && (type == "Patient" || StudyLinking.IsAccession(identifier)))
                    values.Add(RecordSearch.Escape(value));
            }
        }

        var (reference, token) = type == "Patient" ? ("subject", "subject:identifier") : ("basedon", "identifier");
        await AddAsync(reference, string.Join(',', keys));
        foreach (var some in values.Chunk(PageSize))
            await AddAsync(token, string.Join(',', some));
        return studies;

        async Task AddAsync(string name, string value)
        {
            await foreach (var study in _records.WalkAsync("ImagingStudy", cancel, (name, value)))
                studies.Add(study.Key.Id);
        }
    }
}
