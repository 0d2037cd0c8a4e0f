// What the store remembers of a loaded package: a Library that lists it, in the same commit as what it lists.

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A resource of a package.</summary>
/// <param name="Key">Under which it is stored.</param>
/// <param name="Canonical">Its <c>url|version</c>, or null.</param>
public sealed record PackageMember(ResourceKey Key, string? Canonical);

/// <summary>
/// A loaded package, kept as a Library of type <c>asset-collection</c> (R4 library.html): <c>composed-of</c> its resources,
/// <c>depends-on</c> other packages, <c>derived-from</c> its ImplementationGuide. A draft is one whose loading was interrupted.
/// </summary>
/// <param name="Id">Name and version.</param>
/// <param name="Guide">The canonical <c>url|version</c> of its ImplementationGuide, as <c>/metadata</c> lists it.</param>
/// <param name="Title">Its name for people, or null.</param>
/// <param name="Added">When it was loaded first.</param>
/// <param name="IsWhole">False if the loading was interrupted.</param>
/// <param name="Dependencies">The packages that serve as its dependencies.</param>
/// <param name="Members">Its resources.</param>
public sealed record PackageRecord(
    PackageId Id, string Guide, string? Title, DateTimeOffset Added, bool IsWhole, IReadOnlyList<PackageId> Dependencies, IReadOnlyList<PackageMember> Members)
{
    /// <summary>The resource type of records.</summary>
    public const string TypeName = "Library";

    /// <summary>The system of a record's identifier, whose value is NAME#VERSION.</summary>
    public const string IdentifierSystem = "urn:fhirhub:package";

    private const string DigestSystem = "urn:fhirhub:package-digest";
    private const int LongestId = 64;
    private const int HashLength = 8;

    /// <summary>SHA-256 of the archive that it was loaded from, in hexadecimal digits; null if that is not known.</summary>
    public string? Digest { get; init; }

    /// <summary>Where the record is stored: the same whenever the package is loaded.</summary>
    public ResourceKey Key => KeyOf(Id);

    /// <summary>Where the record of a package is stored.</summary>
    public static ResourceKey KeyOf(PackageId package)
    {
        ArgumentNullException.ThrowIfNull(package);
        var name = package.ToString().ToLowerInvariant();
        var readable = $"package-{string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-'))}";
        return new ResourceKey(TypeName, readable.Length <= LongestId
            ? readable
            : $"{readable[..(LongestId - HashLength - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLength]}");
    }

    /// <summary>The canonical name of a package's ImplementationGuide: of the one that it holds, else where its publisher would put it.</summary>
    public static string GuideOf(PackageManifest manifest, IReadOnlyList<PackageMember> members)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var guides = members.Where(static member => member is { Key.Type: "ImplementationGuide", Canonical: not null }).Select(static member => member.Canonical!).ToList();
        var held = guides.Find(guide => guide.Split('|')[0].EndsWith($"/{manifest.Id.Name}", StringComparison.OrdinalIgnoreCase)) ?? guides.FirstOrDefault();
        if (held is not null)
            return held.Contains('|', StringComparison.Ordinal) ? held : $"{held}|{manifest.Id.Version}";
        var canonical = manifest.Canonical is { } given && !given.Any(char.IsWhiteSpace) ? $"{given.TrimEnd('/')}/ImplementationGuide/" : "";
        return $"{canonical}{manifest.Id.Name}|{manifest.Id.Version}";
    }

    /// <summary>The record that a Library is, or null for any other Library.</summary>
    public static PackageRecord? Read(ElementNode library)
    {
        if (library.Type.Name != TypeName)
            return null;
        string? package = null, digest = null;
        foreach (var identifier in library.ChildrenOf("identifier"))
        {
            if (identifier.ChildValue("system") == IdentifierSystem)
                package = identifier.ChildValue("value");
            else if (identifier.ChildValue("system") == DigestSystem)
                digest = identifier.ChildValue("value");
        }

        if (package is null || PackageId.Parse(package) is not { } id)
            return null;
        var guide = $"{id.Name}|{id.Version}";
        var (dependencies, members) = (new List<PackageId>(), new List<PackageMember>());
        foreach (var artifact in library.ChildrenOf("relatedArtifact"))
        {
            switch (artifact.ChildValue("type"))
            {
                case "derived-from":
                    guide = artifact.ChildValue("resource") ?? guide;
                    break;
                case "depends-on" when PackageId.Parse(artifact.ChildValue("label") ?? "") is { } needed:
                    dependencies.Add(needed);
                    break;
                case "composed-of" when artifact.ChildValue("url")?.Split('/') is [var type, var key]:
                    members.Add(new PackageMember(new ResourceKey(type, key), artifact.ChildValue("resource")));
                    break;
            }
        }

        var added = DateTimeOffset.TryParse(library.ChildValue("date"), CultureInfo.InvariantCulture, out var date) ? date : DateTimeOffset.MinValue;
        return new PackageRecord(id, guide, library.ChildValue("title"), added, library.ChildValue("status") == "active", dependencies, members) { Digest = digest };
    }

    /// <summary>The Library.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", TypeName);
            json.WriteString("id", Key.Id);
            json.WriteStartArray("identifier");
            Write(json, IdentifierSystem, Id.ToString());
            if (Digest is not null)
                Write(json, DigestSystem, Digest);
            json.WriteEndArray();
            json.WriteString("version", Id.Version);
            if (!string.IsNullOrWhiteSpace(Title))
                json.WriteString("title", PackageFile.Printable(Title));
            json.WriteString("status", IsWhole ? "active" : "draft");
            json.WriteStartObject("type");
            json.WriteStartArray("coding");
            json.WriteStartObject();
            json.WriteString("system", "http://terminology.hl7.org/CodeSystem/library-type");
            json.WriteString("code", "asset-collection");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString("date", ResourceBody.FormatInstant(Added));
            json.WriteString("description", $"The FHIR package {Id}.");
            json.WriteStartArray("relatedArtifact");
            Write(json, "derived-from", null, Guide, null);
            foreach (var dependency in Dependencies)
                Write(json, "depends-on", dependency.ToString(), null, null);
            foreach (var member in Members)
                Write(json, "composed-of", null, member.Canonical, member.Key.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, string system, string value)
    {
        json.WriteStartObject();
        json.WriteString("system", system);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string type, string? label, string? resource, string? url)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        if (label is not null)
            json.WriteString("label", label);
        if (url is not null)
            json.WriteString("url", url);
        if (resource is not null)
            json.WriteString("resource", resource);
        json.WriteEndObject();
    }
}
