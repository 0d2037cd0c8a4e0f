// The DICOM files that lie beside the project: 228 of them, with a manifest.

namespace FhirHub.Dicom.Tests;

/// <summary>Files of <c>shared/data/dicom</c>; a test that finds none says so and passes.</summary>
internal static class DicomMaterial
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(FhirHub.Tests.SharedMaterial.ProjectRoot, "..", "shared", "data", "dicom"));

    /// <summary>The rows of the manifest; none where the material is absent.</summary>
    public static IReadOnlyList<DicomMaterialFile> Files { get; } = Load();

    /// <summary>A file by its name in the manifest.</summary>
    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>All bytes of a file.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    private static DicomMaterialFile[] Load()
    {
        var manifest = Path.Combine(Root, "manifest.tsv");
        if (!File.Exists(manifest))
            return [];
        return [.. File.ReadLines(manifest).Skip(1).Select(line => line.Split('\t')).Select(row => new DicomMaterialFile(row[0], row[2], row[4], row[7]))];
    }
}

/// <summary>A row of the manifest, in which pydicom says what it saw.</summary>
internal sealed record DicomMaterialFile(string Name, string TransferSyntax, string SopClass, string CharacterSet);
