// Compiles and checks a FHIR package that is written as a folder of differentials, terminology and examples.
// Usage: PackageCompiler pack <folder> <archive>
//        PackageCompiler check <folder> [--only ID] [--write-outcomes]

using FhirHub.PackageCompiler;

if (args is ["pack", var from, var archive])
{
    var package = CompiledPackage.Of(PackageSource.Read(from));
    foreach (var fault in package.Source.Faults.Concat(package.Faults))
        await Console.Error.WriteLineAsync($"{from}: error: {fault}");
    if (package.Faults.Count + package.Source.Faults.Count > 0)
        return 1;
    package.Write(archive);
    Console.WriteLine($"{package.Definitions.Count} definitions, {package.Source.Examples.Count} examples: {new FileInfo(archive).Length:N0} bytes");
    return 0;
}

if (args is ["check", var folder, .. var options])
{
    var only = Array.IndexOf(options, "--only") is var at && at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
    var source = PackageSource.Read(folder);
    var check = new PackageCheck(CompiledPackage.Of(source));
    if (options.Contains("--write-outcomes"))
    {
        foreach (var example in source.Examples.Where(example => example is { IsBad: true, Expected: null } && (only is null || example.Profile == only)))
            ExpectedOutcome.Write(source.OutcomeFile(example), await check.FindErrorsAsync(example, CancellationToken.None));
        check = new PackageCheck(CompiledPackage.Of(PackageSource.Read(folder)));
    }

    var findings = await check.RunAsync(only, CancellationToken.None);
    foreach (var finding in findings)
        Console.WriteLine(finding);
    var errors = findings.Count(static finding => finding.IsError);
    Console.WriteLine($"{source.Definitions.Count} definitions, {source.Examples.Count} examples: {errors} errors, {findings.Count - errors} warnings");
    return errors == 0 ? 0 : 1;
}

await Console.Error.WriteLineAsync("Usage: PackageCompiler pack <folder> <archive>\n       PackageCompiler check <folder> [--only ID] [--write-outcomes]");
return 2;
