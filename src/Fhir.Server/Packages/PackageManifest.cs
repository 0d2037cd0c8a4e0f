// package.json: what a package says of itself.

using System.Text.Json;
using System.Text.RegularExpressions;

namespace FhirHub.Server;

/// <summary>A dependency of a package.</summary>
/// <param name="Name">Name of the other package.</param>
/// <param name="Range">Which versions of it (<see cref="PackageRange"/>).</param>
public sealed record PackageDependency(string Name, string Range)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}#{Range}";
}

/// <summary>The manifest of a package (FHIR NPM package specification, <c>package/package.json</c>).</summary>
/// <param name="Id">Name and version.</param>
/// <param name="Canonical">Where the canonical URLs of its resources begin, or null.</param>
/// <param name="Title">Its name for people, or null.</param>
/// <param name="FhirVersions">The FHIR versions that it is for; none if it does not say.</param>
/// <param name="Dependencies">The packages that it needs.</param>
public sealed partial record PackageManifest(
    PackageId Id, string? Canonical, string? Title, IReadOnlyList<string> FhirVersions, IReadOnlyList<PackageDependency> Dependencies)
{
    /// <summary>Greatest length in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxDependencies = 200;
    private const int MaxTextLength = 1024;

    // R4's own definitions, whole or in parts, are part of this program.
    [GeneratedRegex(@"^hl7\.fhir\.r4\.(core|expansions|elements|corexml|search|examples)$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex OfR4();

    // A package for several FHIR versions may name the definitions of each.
    [GeneratedRegex(@"^hl7\.fhir\.r\d\w*\.(core|expansions|elements|corexml|search|examples)$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex OfAnyFhir();

    /// <summary>True if it is for R4 (4.0), or does not say and needs no other.</summary>
    public bool IsR4 => FhirVersions.Count > 0
        ? FhirVersions.Any(static version => version == "4.0" || version.StartsWith("4.0.", StringComparison.Ordinal))
        : !Dependencies.Any(static dependency => OfAnyFhir().IsMatch(dependency.Name) && !OfR4().IsMatch(dependency.Name));

    /// <summary>The dependencies that are packages to load.</summary>
    public IEnumerable<PackageDependency> Needed => Dependencies.Where(static dependency => !IsBuiltIn(dependency.Name) && !OfAnyFhir().IsMatch(dependency.Name));

    /// <summary>True for the packages of R4 itself, which are part of this program.</summary>
    public static bool IsBuiltIn(string name) => OfR4().IsMatch(name) || string.Equals(name, "hl7.fhir.core", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses a package for other FHIR versions.</summary>
    /// <exception cref="PackageException">It is not for R4.</exception>
    public void RequireR4()
    {
        if (IsR4)
            return;
        var versions = string.Join(", ", FhirVersions.Count > 0 ? FhirVersions : Dependencies.Where(static d => OfAnyFhir().IsMatch(d.Name)).Select(static d => d.Name));
        throw new PackageException("not-supported", $"{Id} is for FHIR {versions}, and this server is R4 (4.0.1). Take the package's version for R4; often it is named {Id.Name}.r4.");
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">The file.</param>
    /// <param name="place">Where it is from, for messages.</param>
    /// <exception cref="PackageException">It is none.</exception>
    public static PackageManifest Read(ReadOnlyMemory<byte> json, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "name") is not { } name || Text(root, "version") is not { } version)
                throw new PackageException("required", $"{place}: package.json has no name and version, so this is no FHIR package.");
            if (!PackageId.IsName(name) || !PackageId.IsVersion(version))
                throw new PackageException("value", $"{place}: '{Shown(name)}#{Shown(version)}' is no name and version of a package.");
            return new PackageManifest(new PackageId(name, version), Text(root, "canonical"), Text(root, "title"), Versions(root), [.. ReadDependencies(root, place)]);
        }
        catch (JsonException)
        {
            throw new PackageException("structure", $"{place}: package.json is no JSON.");
        }
    }

    private static IEnumerable<PackageDependency> ReadDependencies(JsonElement root, string place)
    {
        if (!root.TryGetProperty("dependencies", out var dependencies) || dependencies.ValueKind != JsonValueKind.Object)
            yield break;
        var count = 0;
        foreach (var dependency in dependencies.EnumerateObject())
        {
            if (++count > MaxDependencies)
                throw new PackageException("too-costly", $"{place}: package.json names more than {MaxDependencies} dependencies.");
            if (!PackageId.IsName(dependency.Name) || dependency.Value.ValueKind != JsonValueKind.String)
                throw new PackageException("value", $"{place}: package.json has the dependency '{Shown(dependency.Name)}', which is no name and version of a package.");
            yield return new PackageDependency(dependency.Name, PackageRange.Parse(dependency.Value.GetString()).ToString());
        }
    }

    // The packages of FHIR itself write it in their own way.
    private static List<string> Versions(JsonElement root)
    {
        foreach (var name in (string[])["fhirVersions", "fhir-version-list", "fhirVersion"])
        {
            if (!root.TryGetProperty(name, out var versions))
                continue;
            if (versions.ValueKind == JsonValueKind.String)
                return [Shown(versions.GetString()!)];
            if (versions.ValueKind == JsonValueKind.Array)
                return [.. versions.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String).Take(10).Select(static v => Shown(v.GetString()!))];
        }

        return [];
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxTextLength } text ? text : null;

    private static string Shown(string text) => PackageFile.Printable(text.Length > 80 ? $"{text[..80]}…" : text);
}
