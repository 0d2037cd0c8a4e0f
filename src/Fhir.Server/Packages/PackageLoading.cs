// Loads packages into the store and takes them out again. A package's resources become resources like any others, so that whatever
// looks for profiles, value sets and search parameters in the store finds them at once.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Adds and removes packages, one after the other.</summary>
public sealed class PackageLoading(FhirServer server) : IDisposable
{
    // What one commit takes. A package that is larger is written in several, and is a draft until the last.
    private const int GroupSize = 1000;
    private const int GroupBytes = 32 * 1024 * 1024;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly DefinitionKeys _keys = new(server.Store);

    /// <summary>
    /// Loads packages that stand for each other's dependencies. Nothing is written unless all that they need is there.
    /// </summary>
    /// <param name="files">The packages.</param>
    /// <param name="isStrict">True to load nothing if a resource can't be loaded.</param>
    /// <param name="cancel">Stops between two commits.</param>
    /// <exception cref="PackageException">A package can't be loaded.</exception>
    internal async Task<IReadOnlyList<PackageReport>> AddAsync(IReadOnlyList<PackageFile> files, bool isStrict, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var toLoad = files.Where(static file => !PackageManifest.IsBuiltIn(file.Manifest.Id.Name)).ToList();
            var loaded = await server.Packages.ListAsync(cancel);
            List<PackageId> there = [.. toLoad.Select(static file => file.Manifest.Id), .. loaded.Where(static package => package.IsWhole).Select(static package => package.Id)];
            var contents = new List<PackageContent>();
            foreach (var file in toLoad)
            {
                file.Manifest.RequireR4();
                RequireDependencies(file.Manifest, there);
                contents.Add(await PackageContent.ReadAsync(file, _keys, server.Options.ValidationOnWrite, cancel));
            }

            if (isStrict && contents.SelectMany(static content => content.Issues).Where(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList() is { Count: > 0 } faults)
                throw new PackageException(faults);
            var reports = files.Except(toLoad).Select(static file => new PackageReport(
                file.Manifest.Id, 0, 0, [new Issue(IssueSeverity.Information, "informational", $"{file.Manifest.Id} is built in; there is nothing to load.")], [])).ToList();
            foreach (var content in contents)
                reports.Add(await WriteAsync(content, there, cancel));
            return reports;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Removes packages and their resources, but for those that other packages hold too.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="cancel">Gives up before the commit.</param>
    /// <returns>The number of resources removed.</returns>
    /// <exception cref="PackageException">A package is not loaded, or others need it.</exception>
    public async Task<int> RemoveAsync(IReadOnlyList<PackageId> packages, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(packages);
        await _one.WaitAsync(cancel);
        try
        {
            var loaded = await server.Packages.ListAsync(cancel);
            foreach (var package in packages)
            {
                if (!loaded.Any(record => record.Id.Is(package)))
                    throw new PackageException("not-found", $"{package} is not loaded; 'package list' shows what is.");
            }

            var (removed, kept) = (loaded.Where(record => packages.Any(record.Id.Is)).ToList(), loaded.Where(record => !packages.Any(record.Id.Is)).ToList());
            if (kept.SelectMany(record => record.Dependencies.Where(needed => packages.Any(needed.Is)).Select(needed => $"{record.Id} needs {needed}")).ToList() is { Count: > 0 } needs)
                throw new PackageException("conflict", $"{string.Join(", ", needs)}; remove that first, or together.");
            var members = removed.SelectMany(static record => record.Members).Select(static member => member.Key)
                .Except(kept.SelectMany(static record => record.Members).Select(static member => member.Key)).ToList();
            await CommitAsync([.. members.Select(static key => new DeleteResource(key)), .. removed.Select(static record => new DeleteResource(record.Key))], null, cancel);
            return members.Count;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    // A draft serves nobody.
    private static void RequireDependencies(PackageManifest manifest, IReadOnlyList<PackageId> there)
    {
        if (PackageResolution.Missing(manifest, there).Select(static needed => needed.ToString()).ToList() is { Count: > 0 } missing)
        {
            throw new PackageException(
                "not-found", $"{manifest.Id} needs {string.Join(", ", missing)}, which is not loaded here; load that first, or all with the verb 'package add'. Nothing was added.");
        }
    }

    private async Task<PackageReport> WriteAsync(PackageContent content, IReadOnlyList<PackageId> there, CancellationToken cancel)
    {
        var manifest = content.File.Manifest;
        var before = (await server.Packages.ListAsync(cancel)).FirstOrDefault(record => record.Id.Is(manifest.Id));
        IReadOnlyList<PackageMember> members = [.. content.Members];
        var record = new PackageRecord(
            before?.Id ?? manifest.Id,
            PackageRecord.GuideOf(manifest, members),
            manifest.Title,
            before?.Added ?? Now(),
            IsWhole: true,
            [.. manifest.Needed.Select(needed => PackageResolution.Choose(needed, there)!).Distinct()],
            members)
        {
            Digest = content.File.Digest,
        };
        var changed = 0;
        var group = new List<ResourceWrite>();
        long bytes = 0;
        var isFirst = true;
        foreach (var (member, tree) in content.Resources())
        {
            if (group.Count >= GroupSize || bytes >= GroupBytes)
            {
                if (isFirst)
                    group.Add(Put(record.Key, Tree(record with { IsWhole = before?.IsWhole ?? false })));
                changed += Changed(await CommitAsync(group, record.Added, cancel), record);
                (isFirst, bytes) = (false, 0);
                group.Clear();
            }

            group.Add(Put(member.Key, tree));
            bytes += tree.Json.Length;
        }

        await AddGoneAsync(group, record, before, cancel);
        changed += Changed(await CommitAsync([.. group, Put(record.Key, Tree(record))], record.Added, cancel), record);
        return Report(record, content, changed);
    }

    private static int Changed(IReadOnlyList<WriteResult> results, PackageRecord record) => results.Count(
        result => result.Outcome is not (WriteOutcome.Unchanged or WriteOutcome.NothingToDelete) && result.Version?.Key != record.Key);

    // A build of the day keeps its name and not its content: what it does not hold any more goes.
    private async Task AddGoneAsync(List<ResourceWrite> group, PackageRecord record, PackageRecord? before, CancellationToken cancel)
    {
        if (before is null)
            return;
        var others = (await server.Packages.ListAsync(cancel)).Where(other => !other.Id.Is(record.Id)).SelectMany(static other => other.Members);
        var held = record.Members.Concat(others).Select(static member => member.Key).ToHashSet();
        group.AddRange(before.Members.Where(member => !held.Contains(member.Key)).Select(static member => new DeleteResource(member.Key)));
    }

    private PackageReport Report(PackageRecord record, PackageContent content, int changed)
    {
        var parameters = record.Members.Where(static member => member.Key.Type == "SearchParameter").ToList();
        var unused = server.SearchParameterSet.Unused;
        var issues = content.Issues.Concat(parameters.Where(member => unused.ContainsKey(member.Key)).Select(member => new Issue(
            IssueSeverity.Information, "informational", $"{member.Key} is stored and not used: {unused[member.Key].TrimEnd('.')}.")));
        var urls = parameters.Select(static member => member.Canonical?.Split('|')[0]).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var waiting = server.SearchParameters.Waiting.Select(static parameter => parameter.Url).Where(urls.Contains).Distinct();
        return new PackageReport(record.Id, record.Members.Count, changed, [.. issues], [.. waiting]);
    }

    private PutResource Put(ResourceKey key, ResourceTree tree)
    {
        var prepared = server.Repository.Preparer.Prepare(tree, key.Type);
        return prepared.Resource is { } resource
            ? new PutResource(key, resource, WriteMethod.Put)
            : throw new PackageException(prepared.Refusal!.Issues);
    }

    private static ResourceTree Tree(PackageRecord record)
    {
        var parsed = ResourceParser.ParseJson(record.ToJson());
        return parsed.Tree is { } tree && parsed.Issues.All(static issue => issue.Severity is not (IssueSeverity.Error or IssueSeverity.Fatal))
            ? tree
            : throw new PackageException("invalid", $"{record.Id} can't be listed: {string.Join(' ', parsed.Issues.Select(static issue => issue.Diagnostics))}");
    }

    // A guide lists its examples, which are not loaded: references of what is loaded need not lead anywhere. What is removed may
    // still be referred to, and that is asked for as for any delete.
    private async Task<IReadOnlyList<WriteResult>> CommitAsync(IReadOnlyList<ResourceWrite> writes, DateTimeOffset? package, CancellationToken cancel)
    {
        var transaction = server.Repository.ToTransaction(writes, []) with { EnforceReferences = package is null && server.Options.Integrity == IntegrityMode.Enforce };
        var commit = await server.SearchParameterSet.CommitAsync(server.Store, AccessScope.Full, transaction, package, cancel);
        return commit.Failure == CommitFailure.None
            ? commit.Results
            : throw new PackageException(ResourceRepository.Refuse(commit).Issues);
    }

    // To the millisecond, as it is stored.
    private static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
}
