// The folder that a package is written in: definitions one a file, examples by profile, and beside each bad example what is expected of it.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.PackageCompiler;

/// <summary>A definition of the package.</summary>
/// <param name="File">Its path below the folder, for messages.</param>
/// <param name="Resource">The resource; of a StructureDefinition without its snapshot.</param>
public sealed record PackageDefinition(string File, ResourceTree Resource);

/// <summary>An example of a profile.</summary>
/// <param name="File">Its path below the folder, for messages.</param>
/// <param name="Profile">The id of the profile.</param>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Resource">The example.</param>
public sealed record PackageExample(string File, string Profile, string Name, ResourceTree Resource)
{
    /// <summary>True if it shows what is refused.</summary>
    public bool IsBad { get; init; }

    /// <summary>The OperationOutcome with the issues that validation must find; null for a good example, or where it is missing.</summary>
    public ResourceTree? Expected { get; init; }
}

/// <summary>A package's source.</summary>
public sealed class PackageSource
{
    private const string OutcomeEnd = ".outcome.json";
    private readonly List<string> _faults = [];
    private readonly string _folder;

    private PackageSource(string folder)
    {
        _folder = folder;
        Manifest = File.ReadAllBytes(Path.Combine(folder, "package.json"));
        using (var manifest = JsonDocument.Parse(Manifest))
            Canonical = manifest.RootElement.GetProperty("canonical").GetString()!.TrimEnd('/');
        var examples = Path.Combine(folder, "examples") + Path.DirectorySeparatorChar;
        Definitions = [.. Files(folder)
            .Where(file => !file.StartsWith(examples, StringComparison.Ordinal) && Path.GetFileName(file) != "package.json")
            .Select(file => (Name(file), Parse(file))).Where(static file => file.Item2 is not null)
            .Select(static file => new PackageDefinition(file.Item1, file.Item2!))];
        Examples = [.. (Directory.Exists(examples) ? Files(examples) : [])
            .Where(static file => !file.EndsWith(OutcomeEnd, StringComparison.Ordinal))
            .Select(ReadExample).OfType<PackageExample>()];
    }

    /// <summary>The package's manifest, as it is.</summary>
    public ReadOnlyMemory<byte> Manifest { get; }

    /// <summary>Where the canonical URLs of the definitions begin, without a slash at the end.</summary>
    public string Canonical { get; }

    /// <summary>The definitions by path.</summary>
    public IReadOnlyList<PackageDefinition> Definitions { get; }

    /// <summary>The examples by path.</summary>
    public IReadOnlyList<PackageExample> Examples { get; }

    /// <summary>Files that are no resources of R4, with the reason.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="IOException">It can't be read, or has no package.json.</exception>
    /// <exception cref="KeyNotFoundException">package.json names no canonical.</exception>
    public static PackageSource Read(string folder) => new(Path.GetFullPath(folder));

    /// <summary>Where the outcome of a bad example lies.</summary>
    public string OutcomeFile(PackageExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return Path.Combine(_folder, example.File[..^".json".Length] + OutcomeEnd);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private string Name(string file) => Path.GetRelativePath(_folder, file).Replace('\\', '/');

    private PackageExample? ReadExample(string file)
    {
        if (Parse(file) is not { } tree)
            return null;
        var steps = Name(file).Split('/');
        var isBad = steps is [_, _, "bad", _];
        var outcome = file[..^".json".Length] + OutcomeEnd;
        return new PackageExample(Name(file), steps[1], Path.GetFileNameWithoutExtension(file), tree)
        {
            IsBad = isBad,
            Expected = isBad && File.Exists(outcome) ? Parse(outcome) : null,
        };
    }

    private ResourceTree? Parse(string file)
    {
        var parsed = ResourceParser.ParseJson(File.ReadAllBytes(file));
        foreach (var issue in parsed.Issues.Where(static issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error))
            _faults.Add($"{Name(file)}({issue.Line},{issue.Column}): {issue.Expression}: {issue.Diagnostics}");
        return parsed.IsValid ? parsed.Tree : null;
    }
}
