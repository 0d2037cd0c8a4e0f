// US Core 3.1.0 as tests load it.

using FhirHub.Model;
using FhirHub.Tests;

namespace FhirHub.Validation.Tests;

/// <summary>The package and a validator over it, made once for all tests.</summary>
internal static class UsCore
{
    private static readonly Lazy<string?> LazyFolder = new(static () => SharedMaterial.Folder("us-core") is { } folder ? Path.Combine(folder, "us-core", "3.1.0") : null);

    private static readonly Lazy<Validator?> LazyValidator = new(static () => Folder is { } folder
        ? new Validator(TestResources.OfFolder(folder), ValidationSettings.Default with { MaxIssues = 200_000 })
        : null);

    /// <summary>The folder with the package's resources; null if it is not here.</summary>
    public static string? Folder => LazyFolder.Value;

    /// <summary>A validator that knows R4 and the package; null if the package is not here.</summary>
    public static Validator? Validator => LazyValidator.Value;

    /// <summary>What is said of a resource.</summary>
    public static async Task<IReadOnlyList<Issue>> ValidateAsync(ElementNode resource) =>
        await Validator!.ValidateAsync(resource, ValidationRequest.Default with { BestPractice = false }, CancellationToken.None);
}
