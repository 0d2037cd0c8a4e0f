// Compiles the R4 definitions package and the table of UCUM to the resources that Fhir.Model embeds.
// Usage: DefinitionsCompiler <folder with the package's R4 files> <file of UCUM units> <output folder>

using System.Diagnostics;
using FhirHub.DefinitionsCompiler;

if (args.Length != 3)
{
    await Console.Error.WriteLineAsync("Usage: DefinitionsCompiler <definitions folder> <UCUM file> <output folder>");
    return 2;
}

var clock = Stopwatch.StartNew();
var resources = DefinitionsPackage.Read(args[0]);
var outputFolder = Directory.CreateDirectory(args[2]).FullName;

var schema = SchemaCompiler.Compile(resources);
var search = SearchCompiler.Compile(resources);
var archive = ArchiveCompiler.Compile(resources);
await File.WriteAllBytesAsync(Path.Combine(outputFolder, "schema.bin"), schema);
await File.WriteAllBytesAsync(Path.Combine(outputFolder, "search.bin"), search);
await File.WriteAllBytesAsync(Path.Combine(outputFolder, "definitions.bin"), archive);
await File.WriteAllBytesAsync(Path.Combine(outputFolder, "valueset-systems.tsv"), ValueSetSystemsCompiler.Compile(resources));
await File.WriteAllBytesAsync(Path.Combine(outputFolder, "codesystem-names.tsv"), CodeSystemNamesCompiler.Compile(resources));
await File.WriteAllBytesAsync(Path.Combine(outputFolder, "ucum.tsv"), UcumCompiler.Compile(args[1]));

Console.WriteLine(
    $"{resources.Count} definitions: schema {schema.Length:N0}, search {search.Length:N0}, archive {archive.Length:N0} bytes in {clock.Elapsed.TotalSeconds:N1} s");
return 0;
