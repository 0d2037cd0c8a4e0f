// What a package must be before it is published: valid definitions in two languages, good examples that are valid, and bad ones that are
// refused for the reason they were made for.

using FhirHub.Model;
using FhirHub.Terminology;
using FhirHub.Validation;

namespace FhirHub.PackageCompiler;

/// <summary>Something that a package's author must mend or should know.</summary>
/// <param name="File">The file below the package's folder, or the definition.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="IsError">False for a warning.</param>
public sealed record PackageFinding(string File, string Text, bool IsError)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(IsError ? "error" : "warning")}: {File}: {Text}";
}

/// <summary>Checks a package with the validator that will hold others to it.</summary>
public sealed class PackageCheck
{
    /// <summary>The good and the bad examples that each profile needs at least.</summary>
    public const int NeededExamples = 3;

    private readonly CompiledPackage _package;
    private readonly Validator _validator;
    private readonly Dictionary<string, ResourceTree> _world = new(StringComparer.Ordinal);
    private readonly List<PackageFinding> _findings = [];

    /// <summary>A check of that package.</summary>
    public PackageCheck(CompiledPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        _package = package;
        var source = new GivenTerminologySource("package", package.Definitions.Select(static definition => definition.Resource));
        _validator = new Validator(new LocalConformanceResources(new TerminologyLibrary([source, new R4TerminologySource()], [new StandardSystems()])));
        foreach (var example in package.Source.Examples.Where(static example => !example.IsBad))
            _world[$"{example.Resource.ResourceType}/{example.Resource.Id}"] = example.Resource;
    }

    /// <summary>All findings.</summary>
    /// <param name="only">The id of a definition to look at with its examples; null for all.</param>
    /// <param name="cancel">Ends the check.</param>
    public async Task<IReadOnlyList<PackageFinding>> RunAsync(string? only, CancellationToken cancel)
    {
        foreach (var fault in _package.Source.Faults.Concat(_package.Faults))
            _findings.Add(new PackageFinding("", fault, IsError: true));
        if (only is null)
        {
            foreach (var (file, guide) in _package.Source.Definitions.Where(static definition => definition.Resource.ResourceType == "ImplementationGuide"))
                _findings.AddRange(Guide.Differences(guide, _package.Source.Definitions).Select(text => new PackageFinding(file, text, IsError: true)));
        }

        foreach (var definition in _package.Definitions.Where(definition => only is null || definition.Resource.Id == only))
            await CheckDefinitionAsync(definition, cancel);
        foreach (var example in _package.Source.Examples.Where(example => only is null || example.Profile == only))
            await CheckExampleAsync(example, cancel);
        foreach (var profile in Profiles().Where(profile => only is null || profile.Id == only))
            CountExamples(profile);
        return _findings;
    }

    /// <summary>The errors that validation finds in an example.</summary>
    public async Task<IReadOnlyList<Issue>> FindErrorsAsync(PackageExample example, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(example);
        return [.. (await ValidateAsync(example, cancel)).Where(static issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error)];
    }

    private static string Describe(Issue issue) => $"{issue.Severity.ToString().ToLowerInvariant()} {issue.Code} {issue.Detail?.Code} at {issue.Expression}";

    private IEnumerable<ResourceTree> Profiles() => _package.Definitions.Select(static definition => definition.Resource).Where(static resource =>
        resource.ResourceType == "StructureDefinition" && resource.Root.ChildValue("derivation") == "constraint" && resource.Root.ChildValue("type") != "Extension");

    private async Task CheckDefinitionAsync(PackageDefinition definition, CancellationToken cancel)
    {
        var (file, resource) = definition;
        var root = resource.Root;
        if (Path.GetFileNameWithoutExtension(file) != resource.Id && file != "ig.json")
            Error(file, $"the file is not named like the id, {resource.Id}.");
        if (root.Type.IsCanonical)
        {
            var url = root.ChildValue("url");
            if (url != $"{_package.Source.Canonical}/{resource.ResourceType}/{resource.Id}")
                Error(file, $"the url {url} is not the package's canonical base with type and id.");
            foreach (var name in ((string[])["title", "description"]).Where(name => root.Type.FindElement(name) is not null && !IsTranslated(root.Child(name))))
                Error(file, $"{name} has no Chinese translation.");
        }

        foreach (var issue in await _validator.ValidateAsync(root, ValidationRequest.Default with { BestPractice = false }, cancel))
        {
            if (issue.Severity != IssueSeverity.Information)
                _findings.Add(new PackageFinding(file, $"{Describe(issue)}: {issue.Diagnostics}", issue.Severity != IssueSeverity.Warning));
        }
    }

    private static bool IsTranslated(ElementNode text) => text.ChildrenOf("extension").ToList().Exists(static extension =>
        extension.ChildValue("url") == "http://hl7.org/fhir/StructureDefinition/translation"
        && extension.ChildrenOf("extension").ToList().Exists(static part => part.ChildValue("url") == "lang"));

    private async Task CheckExampleAsync(PackageExample example, CancellationToken cancel)
    {
        var profile = ProfileOf(example);
        if (!example.Resource.Root.Child("meta").ChildrenOf("profile").ToList().Exists(claimed => claimed.GetString() == profile))
            Error(example.File, $"meta.profile does not have {profile}.");
        if (!example.IsBad && example.Resource.Id != example.Name)
            Error(example.File, $"the file is not named like the id, {example.Resource.Id}.");
        var issues = await ValidateAsync(example, cancel);
        var errors = issues.Where(static issue => issue.Severity is IssueSeverity.Fatal or IssueSeverity.Error).ToList();
        if (!example.IsBad)
        {
            foreach (var issue in issues.Where(static issue => issue.Severity != IssueSeverity.Information))
                _findings.Add(new PackageFinding(example.File, $"{Describe(issue)}: {issue.Diagnostics}", issue.Severity != IssueSeverity.Warning));
            return;
        }

        if (example.Expected is not { } expected)
        {
            Error(example.File, $"what is expected of it is missing ({example.Name}.outcome.json); found: {string.Join("; ", errors.Select(static e => $"{Describe(e)}: {e.Diagnostics}"))}");
            return;
        }

        var wanted = expected.Root.ChildrenOf("issue").ToList().ConvertAll(static issue =>
            $"{issue.ChildValue("severity")} {issue.ChildValue("code")} {issue.Child("details").Child("coding").ChildValue("code")} at {issue.ChildValue("expression")}");
        var found = errors.ConvertAll(Describe);
        foreach (var issue in wanted.Except(found, StringComparer.Ordinal))
            Error(example.File, $"expected and not found: {issue}");
        foreach (var issue in errors.Where(issue => !wanted.Contains(Describe(issue))))
            Error(example.File, $"found and not expected: {Describe(issue)}: {issue.Diagnostics}");
    }

    private async Task<IReadOnlyList<Issue>> ValidateAsync(PackageExample example, CancellationToken cancel)
    {
        var request = ValidationRequest.Default with
        {
            Profiles = [ProfileOf(example)],
            BestPractice = false,
            Resolve = (reference, _) => new ValueTask<ResourceTree?>(_world.GetValueOrDefault(reference)),
        };
        return await _validator.ValidateAsync(example.Resource.Root, request, cancel);
    }

    private string ProfileOf(PackageExample example) => $"{_package.Source.Canonical}/StructureDefinition/{example.Profile}";

    private void CountExamples(ResourceTree profile)
    {
        var examples = _package.Source.Examples.Where(example => example.Profile == profile.Id).ToList();
        foreach (var (kind, count) in ((string, int)[])[("good", examples.Count(static e => !e.IsBad)), ("bad", examples.Count(static e => e.IsBad))])
        {
            if (count < NeededExamples)
                Error($"StructureDefinition/{profile.Id}", $"{count} {kind} examples of {NeededExamples}.");
        }
    }

    private void Error(string file, string text) => _findings.Add(new PackageFinding(file, text, IsError: true));
}
