// Where packages lie that a command names by NAME#VERSION, or that others depend on.

using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// Folders with packages: those of the command line, then the one that FHIR tools share, <c>~/.fhir/packages</c>. In each a package is a
/// folder <c>NAME#VERSION</c>, or a file <c>NAME#VERSION.tgz</c> or <c>NAME-VERSION.tgz</c>.
/// </summary>
internal sealed class PackageFolders
{
    private static readonly string[] s_suffixes = [".tgz", ".tar.gz"];

    private readonly PackageLimits _limits;
    private readonly List<Entry> _entries = [];

    /// <summary>Looks into the folders.</summary>
    /// <param name="given">Folders of the command line, which come before the shared one.</param>
    /// <param name="limits">What a package may cost.</param>
    public PackageFolders(IReadOnlyList<string> given, PackageLimits limits)
    {
        _limits = limits;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Paths = home.Length == 0 ? given : [.. given, Path.Combine(home, ".fhir", "packages")];
        foreach (var path in Paths.Where(Directory.Exists))
        {
            foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos().OrderBy(static entry => entry.Name, StringComparer.Ordinal))
            {
                if (entry is DirectoryInfo)
                    _entries.Add(new Entry(entry.Name, entry.FullName));
                else if (s_suffixes.FirstOrDefault(suffix => entry.Name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) is { } suffix)
                    _entries.Add(new Entry(entry.Name[..^suffix.Length], entry.FullName));
            }
        }
    }

    /// <summary>The folders, for messages.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The best version of a package that lies here, or null.</summary>
    /// <exception cref="PackageException">What lies there by that name can't be read.</exception>
    public PackageFile? Find(string name, PackageRange range)
    {
        // A build of the day has a version of its own, and lies in a folder of its name.
        var candidates = _entries.Select(entry => (entry.Path, Version: entry.VersionOf(name))).Where(static found => found.Version is not null).ToList();
        if (range.IsBuild && candidates.FirstOrDefault(found => found.Version == range.ToString()) is { Path: { } build })
            return Open(build, name);
        return range.Best(candidates.Where(static found => found.Version is not ("current" or "dev")).Select(static found => Tuple.Create(found.Path, found.Version!)), static found => found.Item2) is { } best
            ? Open(best.Item1, name)
            : null;
    }

    /// <summary>The versions of a package that lie here.</summary>
    public IReadOnlyList<string> Versions(string name) =>
        [.. _entries.Select(entry => entry.VersionOf(name)).OfType<string>().Distinct(StringComparer.Ordinal).Order(BusinessVersion.Order)];

    // The name of a file is what someone gave it; what counts is what it holds.
    private PackageFile Open(string path, string name)
    {
        var package = PackageFile.Of(path, _limits);
        return package.Manifest.Id.IsNamed(name)
            ? package
            : throw new PackageException("conflict", $"{package.Place} holds {package.Manifest.Id} and not {name}, as its name says.");
    }

    private sealed record Entry(string Name, string Path)
    {
        /// <summary>The version, if this is the package of that name.</summary>
        public string? VersionOf(string name) =>
            Name.Length > name.Length + 1 && Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && (Name[name.Length] is '#' || (Name[name.Length] is '-' && char.IsAsciiDigit(Name[name.Length + 1]))) && PackageId.IsVersion(Name[(name.Length + 1)..])
                ? Name[(name.Length + 1)..]
                : null;
    }
}
