// FHIR packages made on the fly.

using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Packages;

/// <summary>A package to be packed.</summary>
internal sealed class TestPackage
{
    private readonly List<(string Path, byte[] Content)> _files = [];

    public TestPackage(string name, string version, params string[] dependencies)
    {
        Name = name;
        Version = version;
        Manifest = new JsonObject
        {
            ["name"] = name,
            ["version"] = version,
            ["canonical"] = $"http://example.org/{name}",
            ["title"] = $"The package {name}",
            ["fhirVersions"] = new JsonArray("4.0.1"),
            ["dependencies"] = new JsonObject(dependencies.Append("hl7.fhir.r4.core#4.0.1").Select(static text => KeyValuePair.Create<string, JsonNode?>(text.Split('#')[0], text.Split('#')[1]))),
        };
    }

    public string Name { get; }

    public string Version { get; }

    public JsonObject Manifest { get; }

    /// <summary>A package with a value set, which counts as a definition.</summary>
    public static TestPackage Simple(string name, string version, params string[] dependencies) =>
        new TestPackage(name, version, dependencies).With($$$"""{"resourceType":"ValueSet","id":"{{{name}}}","url":"http://example.org/{{{name}}}/ValueSet/vs","version":"{{{version}}}","status":"active","compose":{"include":[{"system":"http://hl7.org/fhir/administrative-gender"}]}}""");

    public TestPackage With(string resource)
    {
        var node = JsonNode.Parse(resource)!;
        return WithFile($"package/{node["resourceType"]}-{node["id"]}.json", resource);
    }

    public TestPackage WithFile(string path, string content)
    {
        _files.Add((path, Encoding.UTF8.GetBytes(content)));
        return this;
    }

    public byte[] Pack()
    {
        var output = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)))
        {
            foreach (var (path, content) in _files.Prepend(("package/package.json", Encoding.UTF8.GetBytes(Manifest.ToJsonString()))))
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }

        return output.ToArray();
    }

    /// <summary>Writes <c>NAME-VERSION.tgz</c>; gives its path.</summary>
    public string PackInto(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{Name}-{Version}.tgz");
        File.WriteAllBytes(path, Pack());
        return path;
    }

    /// <summary>Writes it as it lies in the folder that FHIR tools share: <c>NAME#VERSION/package/…</c>.</summary>
    public void UnpackInto(string folder, string? version = null)
    {
        foreach (var (path, content) in _files.Prepend(("package/package.json", Encoding.UTF8.GetBytes(Manifest.ToJsonString()))))
        {
            var file = Path.Combine(folder, $"{Name}#{version ?? Version}", path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    }
}
