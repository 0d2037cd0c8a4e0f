// Profiles, value sets and code systems that testscript run validates answers with: those of R4, of the exchange, and of packages.

using FhirHub.Conformance;
using FhirHub.Model;
using FhirHub.Server.Exchange;

namespace FhirHub.Server;

/// <summary>Definitions out of packages.</summary>
internal static class TestScriptDefinitions
{
    /// <summary>Reads packages.</summary>
    /// <param name="packages">Files, folders, and NAME#VERSION.</param>
    /// <exception cref="PackageException">One of them, or what it depends on, is missing or can't be read.</exception>
    public static IConformanceResources Read(IReadOnlyList<string> packages)
    {
        var limits = new PackageLimits();
        var folders = new PackageFolders([], limits);
        var asked = packages.Where(static name => PackageId.Split(name) is not ({ } id, _) || !PackageManifest.IsBuiltIn(id)).Select(name => Find(name, folders, limits)).ToList();
        var exchange = ExchangePackage.Current;
        var files = PackageResolution.Resolve(asked, folders, [exchange.Manifest.Id]).SelectMany(static group => group).SelectMany(static package => package.Read());

        // What was named goes before what this program has of it.
        return new PackageDefinitions([.. files.Select(Parse).OfType<ResourceTree>(), .. exchange.Definitions]);
    }

    private static PackageFile Find(string name, PackageFolders folders, PackageLimits limits)
    {
        if (File.Exists(name) || Directory.Exists(name))
            return PackageFile.Of(name, limits);
        if (PackageId.Split(name) is not ({ } package, { } range))
            throw new PackageException("not-found", $"There is no file or folder '{name}', and it is not NAME#VERSION.");
        return folders.Find(package, PackageRange.Parse(range))
            ?? throw new PackageException("not-found", $"{package}#{range} is not in {string.Join(", ", folders.Paths)}; name its file with --package.");
    }

    // Examples and what is broken are nothing to validate with.
    private static ResourceTree? Parse(PackageDocument file) =>
        ResourceParser.ParseJson(file.Content).Tree is { } tree && tree.Root.ChildValue("url") is not null ? tree : null;
}
