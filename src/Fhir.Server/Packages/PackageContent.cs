// What a package holds, looked through before anything of it is written.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The resources of a package that can be loaded, and what is to be said of the others.</summary>
internal sealed class PackageContent
{
    // The first ones say what is wrong with the rest.
    private const int ShownIssues = 3;

    private const int MaxDepth = 256;

    private readonly WriteValidation _validation;
    private readonly Dictionary<string, PackageMember> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutNarrative = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _records = new(StringComparer.Ordinal);
    private readonly List<Issue> _issues = [];

    private PackageContent(PackageFile file, WriteValidation validation)
    {
        File = file;
        _validation = validation;
    }

    /// <summary>The package.</summary>
    public PackageFile File { get; }

    /// <summary>The resources.</summary>
    public IReadOnlyCollection<PackageMember> Members => _members.Values;

    /// <summary>Errors for resources that can't be loaded, information on what is left out.</summary>
    public IReadOnlyList<Issue> Issues => _issues;

    /// <summary>Looks through a package.</summary>
    /// <param name="file">The package.</param>
    /// <param name="keys">Finds ids.</param>
    /// <param name="validation">What a resource must agree with.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="PackageException">It can't be read, or holds nothing to load.</exception>
    public static async Task<PackageContent> ReadAsync(PackageFile file, DefinitionKeys keys, WriteValidation validation, CancellationToken cancel)
    {
        var content = new PackageContent(file, validation);
        var taken = new HashSet<ResourceKey> { PackageRecord.KeyOf(file.Manifest.Id) };
        var known = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var document in file.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (!names.Add(document.Name))
                throw new PackageException("duplicate", $"{file.Place} has package/{document.Name} twice, and nobody can tell which is meant; leave one of them out. Nothing was added.");
            if (Definition.Read(document.Content) is not { } definition)
                continue;
            if (!definition.IsDefinition)
            {
                content._records[definition.Type] = content._records.GetValueOrDefault(definition.Type) + 1;
                continue;
            }

            if (definition.Canonical is { } canonical && !known.Add($"{definition.Type} {canonical}"))
            {
                content.Say(IssueSeverity.Information, "duplicate", $"{document.Name}: {canonical} is in the package twice; the first is loaded.");
                continue;
            }

            if (!content.Check(document, definition))
                continue;
            var key = await keys.FindAsync(definition, taken, cancel);
            taken.Add(key);
            // A version may have blanks, a canonical URL must not.
            var listed = definition.Canonical is { } name && !name.Any(char.IsWhiteSpace) ? name : null;
            content._members.Add(document.Name, new PackageMember(key, listed));
        }

        content.TellOfNarratives();
        content.TellOfRecords();
        return content._members.Count > 0 || content._issues.Count > 0
            ? content
            : throw new PackageException("not-found", $"{file.Manifest.Id} holds no definitions: no profile, search parameter, value set or the like stands in its folder package.");
    }

    /// <summary>The resources with their text, read again.</summary>
    public IEnumerable<(PackageMember Member, ResourceTree Tree)> Resources()
    {
        foreach (var document in File.Read())
        {
            if (!_members.TryGetValue(document.Name, out var member))
                continue;
            if (Parse(document, _withoutNarrative.Contains(document.Name)).Tree is not { } tree || tree.ResourceType != member.Key.Type)
                throw new PackageException("conflict", $"{File.Place} changed while it was read; add it again.");
            yield return (member, tree);
        }
    }

    private bool Check(PackageDocument document, Definition definition)
    {
        var faults = Faults(Parse(document, withoutNarrative: false), definition);

        // What publishers generate for people says nothing that the resource does not say.
        if (faults.Count > 0 && faults.TrueForAll(fault => fault.Expression?.StartsWith($"{definition.Type}.text", StringComparison.Ordinal) == true))
        {
            _withoutNarrative.Add(document.Name);
            faults = Faults(Parse(document, withoutNarrative: true), definition);
        }

        foreach (var fault in faults.Take(ShownIssues))
            _issues.Add(fault with { Diagnostics = $"{document.Name} is not loaded: {fault.Diagnostics}", Message = null });
        if (faults.Count > ShownIssues)
            Say(IssueSeverity.Error, "invalid", $"{document.Name} is not loaded: {faults.Count - ShownIssues} more faults.");
        return faults.Count == 0;
    }

    // The id is the server's to choose, so a faulty one does no harm.
    private List<Issue> Faults(ParseResult parsed, Definition definition)
    {
        if (parsed.Tree is not { } tree)
            return [.. parsed.Issues.Where(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)];
        var faults = parsed.Issues.Where(issue => RequestBody.Forbids(issue, _validation) && issue.Expression != $"{definition.Type}.id").ToList();
        return faults.Count > 0 ? faults : [.. ReferenceRules.Check(tree.Root)];
    }

    private static ParseResult Parse(PackageDocument document, bool withoutNarrative)
    {
        if (!withoutNarrative)
            return ResourceParser.ParseJson(document.Content);
        var resource = JsonNode.Parse(document.Content.Span, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth })!.AsObject();
        resource.Remove("text");
        var output = new ArrayBufferWriter<byte>(document.Content.Length);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            resource.WriteTo(json);
        return ResourceParser.ParseJson(output.WrittenMemory);
    }

    private void TellOfNarratives()
    {
        if (_withoutNarrative.Count == 0)
            return;
        var names = string.Join(", ", _withoutNarrative.Take(ShownIssues)) + (_withoutNarrative.Count > ShownIssues ? ", …" : "");
        Say(IssueSeverity.Information, "informational", $"{_withoutNarrative.Count:N0} resources are loaded without their narrative, which is empty or not safe to show: {names}");
    }

    private void TellOfRecords()
    {
        if (_records.Count == 0)
            return;
        var types = string.Join(", ", _records.Take(20).Select(static type => $"{PackageFile.Printable(type.Key.Length > 64 ? type.Key[..64] : type.Key)} {type.Value}"));
        Say(IssueSeverity.Information, "informational", $"{_records.Values.Sum()} resources are left out, since they are no definitions of R4: {types}.");
    }

    private void Say(IssueSeverity severity, string code, string text) => _issues.Add(new Issue(severity, code, text));
}
