// FHIR packages and single resources: their CodeSystems, ValueSets, ConceptMaps and NamingSystems become resources like any others.

using System.IO.Compression;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Imports the terminology of FHIR packages (HL7 FHIR package specification: a .tgz with <c>package/*.json</c>).</summary>
internal static class TerminologyPackage
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
        var keys = new DefinitionKeys(server.Store);
        foreach (var document in documents)
        {
            if (document.Problem is not null || document.IsXml)
                yield return document;
            else if (Definition.Read(document.Content) is { } definition && s_types.Contains(definition.Type))
                yield return definition.Id is null ? document : document with { Content = DefinitionKeys.WithId(document.Content, definition, Key(keys, definition)) };
        }
    }

    // Who reads documents waits for each.
    private static ResourceKey Key(DefinitionKeys keys, Definition definition) =>
        keys.FindAsync(definition, new HashSet<ResourceKey>(), CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
