// Which packages are to be loaded for those that were asked for, and in which order.

namespace FhirHub.Server;

/// <summary>Resolves dependencies: first from what is loaded, then from what the same command names, then from folders.</summary>
internal sealed class PackageResolution
{
    private const int MaxPackages = 500;

    private readonly PackageFolders _folders;
    private readonly IReadOnlyList<PackageId> _loaded;
    private readonly List<PackageFile> _files = [];
    private readonly List<string> _missing = [];
    private readonly Dictionary<PackageFile, List<PackageFile>> _needs = [];

    private PackageResolution(PackageFolders folders, IReadOnlyList<PackageId> loaded)
    {
        _folders = folders;
        _loaded = loaded;
    }

    /// <summary>
    /// The packages to load, each after those that it needs. Packages that need each other stand together in one group, which is loaded
    /// at once.
    /// </summary>
    /// <param name="asked">The packages that were asked for.</param>
    /// <param name="folders">Where others are looked for.</param>
    /// <param name="loaded">What is loaded already.</param>
    /// <exception cref="PackageException">A package is missing, or is not for R4.</exception>
    public static IReadOnlyList<IReadOnlyList<PackageFile>> Resolve(IReadOnlyList<PackageFile> asked, PackageFolders folders, IReadOnlyList<PackageId> loaded)
    {
        var resolution = new PackageResolution(folders, loaded);
        resolution._files.AddRange(asked.DistinctBy(static file => file.Manifest.Id));
        for (var i = 0; i < resolution._files.Count; i++)
            resolution.AddNeeds(resolution._files[i]);
        if (resolution._missing.Count > 0)
        {
            throw new PackageException("not-found", string.Join(Environment.NewLine, resolution._missing)
                + $"{Environment.NewLine}It was looked for in {(folders.Paths.Count > 0 ? string.Join(", ", folders.Paths) : "no folder")}; name the folder that has it with --from. Nothing was added.");
        }

        return resolution.Ordered();
    }

    /// <summary>The dependencies of a package that none of the others is.</summary>
    public static IEnumerable<PackageDependency> Missing(PackageManifest manifest, IReadOnlyList<PackageId> others) =>
        manifest.Needed.Where(needed => !others.Any(other => IsFor(other, needed)));

    /// <summary>The package among the others that serves as a dependency, or null.</summary>
    public static PackageId? Choose(PackageDependency needed, IEnumerable<PackageId> others) =>
        PackageRange.Parse(needed.Range).Best(others.Where(other => IsFor(other, needed)), static other => other.Version);

    // A package that exists for several FHIR versions has its name for R4 with .r4 behind it.
    private static bool IsFor(PackageId package, PackageDependency needed) =>
        (package.IsNamed(needed.Name) || package.IsNamed($"{needed.Name}.r4")) && PackageRange.Parse(needed.Range).Includes(package.Version);

    private void AddNeeds(PackageFile file)
    {
        if (_files.Count > MaxPackages)
            throw new PackageException("too-costly", $"More than {MaxPackages} packages would have to be loaded; load some of the dependencies first.");
        file.Manifest.RequireR4();
        var needs = _needs[file] = [];
        foreach (var needed in file.Manifest.Needed)
        {
            if (Choose(needed, _loaded) is not null && _files.TrueForAll(other => !IsFor(other.Manifest.Id, needed)))
                continue;
            var known = Choose(needed, _files.Select(static other => other.Manifest.Id));
            var found = known is not null ? _files.First(other => other.Manifest.Id == known) : Find(needed, file);
            if (found is null)
                continue;
            needs.Add(found);
            if (known is null)
                _files.Add(found);
        }
    }

    private PackageFile? Find(PackageDependency needed, PackageFile by)
    {
        var range = PackageRange.Parse(needed.Range);
        var found = _folders.Find(needed.Name, range);
        if (found is { Manifest.IsR4: true } || _folders.Find($"{needed.Name}.r4", range) is { Manifest.IsR4: true } forR4 && (found = forR4) is not null)
        {
            // A link may lead to the version that is meant, and then is another one.
            var id = found.Manifest.Id;
            return _files.Find(other => other.Manifest.Id.Is(id)) ?? found;
        }

        if (found is not null)
            found.Manifest.RequireR4();
        var others = _folders.Versions(needed.Name);
        _missing.Add($"{by.Manifest.Id} needs {needed}, which is missing{(others.Count > 0 ? $"; there is {string.Join(", ", others)}" : "")}.");
        return null;
    }

    // Tarjan: groups come out after those that they lead to.
    private List<IReadOnlyList<PackageFile>> Ordered()
    {
        var groups = new List<IReadOnlyList<PackageFile>>();
        var (index, low) = (new Dictionary<PackageFile, int>(), new Dictionary<PackageFile, int>());
        var stack = new Stack<PackageFile>();
        foreach (var file in _files)
        {
            if (!index.ContainsKey(file))
                Visit(file);
        }

        return groups;

        void Visit(PackageFile file)
        {
            index[file] = low[file] = index.Count;
            stack.Push(file);
            foreach (var needed in _needs[file])
            {
                if (!index.ContainsKey(needed))
                    Visit(needed);
                if (stack.Contains(needed))
                    low[file] = Math.Min(low[file], low[needed]);
            }

            if (low[file] != index[file])
                return;
            var group = new List<PackageFile>();
            do
                group.Add(stack.Pop());
            while (group[^1] != file);
            groups.Add(group);
        }
    }
}
