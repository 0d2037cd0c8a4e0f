// FHIR packages and single resources: their CodeSystems, ValueSets, ConceptMaps and NamingSystems become resources like any others.

using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Imports the terminology of FHIR packages (HL7 FHIR package specification: a .tgz with <c>package/*.json</c>).</summary>
internal static class FhirPackage
{
    private static readonly string[] s_types = ["CodeSystem", "ValueSet", "ConceptMap", "NamingSystem"];

    private static readonly string[] s_suffixes = [".tgz", ".tar", ".tar.gz", ".json", ".ndjson", ".json.gz", ".ndjson.gz"];

    /// <summary>True if the path is a package, packed or not, or has resources in JSON.</summary>
    public static bool IsOne(string path)
    {
        if (Directory.Exists(path))
            return File.Exists(Path.Combine(path, "package.json")) || File.Exists(Path.Combine(path, "package", "package.json"));
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return s_suffixes.Any(suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return zip.Entries.Any(static entry => entry.FullName is "package.json" or "package/package.json");
        }
        catch (InvalidDataException)
        {
            // No archive; who reads it as a release says so.
            return false;
        }
    }

    /// <summary>Imports the resources of terminology; false if some failed, which are named.</summary>
    public static async Task<bool> ImportAsync(FhirServer server, string path, bool again, CancellationToken cancel)
    {
        var progress = new ImportProgress(Console.Out, Console.Error);
        using var journal = await ImportJournal.OpenAsync(
            server.Options.DataPath,
            async key => await server.Store.ReadAsync(AccessScope.Full, key, CancellationToken.None) is not null,
            CancellationToken.None);
        var importer = new Importer(
            server.Repository, new TransactionInteraction(server.Repository, Patch.Read), journal, progress, new ImportSettings { Again = again });
        var reader = new ImportReader(new ImportLimits { DocumentBytes = server.Options.Limits.BodyBytes }, static (_, _) => { });
        var files = ImportReader.Files([path]);
        progress.TotalBytes = files.Sum(static file => file.Length);
        progress.BytesRead = () => reader.BytesRead;
        await using (cancel.Register(importer.Stop))
            await progress.ShowAsync(importer.RunAsync(Terminology(server, reader.Read(files))));
        progress.Summarize();
        cancel.ThrowIfCancellationRequested();
        return progress.Failed == 0;
    }

    private static IEnumerable<ImportDocument> Terminology(FhirServer server, IEnumerable<ImportDocument> documents)
    {
        foreach (var document in documents)
        {
            if (document.Problem is not null || document.IsXml)
                yield return document;
            else if (Canonical.Read(document.Content) is { } canonical && s_types.Contains(canonical.Type))
                yield return Beside(server, document, canonical);
        }
    }

    // Packages give all versions of a resource one id; the version that is there already keeps it.
    private static ImportDocument Beside(FhirServer server, ImportDocument document, Canonical canonical)
    {
        if (canonical.Id is null || canonical.Version is null || !ResourceId.IsValid(canonical.Id))
            return document;
        var key = new ResourceKey(canonical.Type, canonical.Id);
        var stored = server.Store.ReadAsync(AccessScope.Full, key, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (stored is not { IsDeleted: false } || Canonical.Read(stored.Body.ToArray(stored)) is not { } known
            || (known.Url == canonical.Url && known.Version == canonical.Version))
        {
            return document;
        }

        var suffix = $"-{string.Concat(canonical.Version.Select(static c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-'))}";
        var resource = JsonNode.Parse(document.Content.Span)!.AsObject();
        resource["id"] = canonical.Id[..Math.Min(canonical.Id.Length, Math.Max(1, 64 - suffix.Length))] + suffix;
        return document with { Content = JsonSerializer.SerializeToUtf8Bytes(resource) };
    }

    /// <summary>What names a resource, without reading the rest of it.</summary>
    private sealed record Canonical(string Type, string? Id, string? Url, string? Version)
    {
        public static Canonical? Read(ReadOnlyMemory<byte> json)
        {
            string? type = null, id = null, url = null, version = null;
            try
            {
                var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 256 });
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                    return null;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString();
                    reader.Read();
                    var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    reader.Skip();
                    (type, id, url, version) = name switch
                    {
                        "resourceType" => (text, id, url, version),
                        "id" => (type, text, url, version),
                        "url" => (type, id, text, version),
                        "version" => (type, id, url, text),
                        _ => (type, id, url, version),
                    };
                }
            }
            catch (JsonException)
            {
                return null;
            }

            return type is null ? null : new Canonical(type, id, url, version);
        }
    }
}
