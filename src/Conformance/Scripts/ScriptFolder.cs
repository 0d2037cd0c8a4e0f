// Scripts in files and folders, and what may be read beside them. The files are whose who runs them; what the scripts in them say is not trusted.

using System.Text.Json;
using System.Xml;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>What can't be read as a script although it is meant to be one.</summary>
/// <param name="Place">The file, with line and column where they are known.</param>
/// <param name="Message">What is wrong.</param>
public sealed record ScriptProblem(string Place, string Message);

/// <summary>
/// The TestScripts below some paths, in order. Hidden files, links, folders called <c>fixtures</c> and files that hold no TestScript are passed over, unless
/// they are named themselves.
/// </summary>
public sealed class ScriptFolder
{
    private const int MaxFiles = 200_000;
    private const int MaxScriptBytes = 16 * 1024 * 1024;
    private const int MaxFixtureBytes = 256 * 1024 * 1024;
    private const int ShownProblems = 5;
    private const string FixtureFolder = "fixtures";

    private readonly List<TestScript> _scripts = [];
    private readonly List<ScriptProblem> _problems = [];
    private readonly List<ScriptProblem> _notes = [];
    private readonly Dictionary<TestScript, (string Folder, string Root)> _places = [];
    private readonly Dictionary<string, TestScript> _names = new(StringComparer.Ordinal);

    private ScriptFolder()
    {
    }

    /// <summary>The scripts.</summary>
    public IReadOnlyList<TestScript> Scripts => _scripts;

    /// <summary>Files that are meant to be scripts and are broken.</summary>
    public IReadOnlyList<ScriptProblem> Problems => _problems;

    /// <summary>What is amiss in scripts that can be run all the same.</summary>
    public IReadOnlyList<ScriptProblem> Notes => _notes;

    /// <summary>Reads what lies below the paths.</summary>
    /// <param name="paths">Files and folders that exist.</param>
    /// <exception cref="ScriptException">There are too many files.</exception>
    public static ScriptFolder Open(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var folder = new ScriptFolder();
        var (seen, files) = (new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var path in paths)
        {
            var isFolder = Directory.Exists(path);
            var root = RealPath(isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
            foreach (var file in isFolder ? Files(path) : [path])
            {
                if (++files > MaxFiles)
                    throw new ScriptException($"There are more than {MaxFiles:N0} files below {path}; name a smaller folder.");
                if (seen.Add(Path.GetFullPath(file)))
                    folder.Read(file, root, isNamed: !isFolder);
            }
        }

        return folder;
    }

    /// <summary>
    /// Reads a fixture of a script: a relative path, which is looked for beside the script, then beside each folder above it up to the path that was given. No
    /// path and no link leads out of that.
    /// </summary>
    /// <exception cref="ScriptException">The reference is none that may be read.</exception>
    public async ValueTask<Payload?> ReadFixtureAsync(TestScript script, string reference, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(reference);
        if (!_places.TryGetValue(script, out var place) || Steps(reference) is not { } steps)
            return null;
        for (var folder = place.Folder; ; folder = Path.GetDirectoryName(folder)!)
        {
            var file = Path.Combine([folder, .. steps]);
            if (File.Exists(file))
            {
                if (!IsBelow(RealPath(file), place.Root))
                    throw new ScriptException($"The fixture '{Printable(reference)}' of {script.Source} leads out of {place.Root} by a link; copy it there.");
                return await ReadFixtureAsync(file, cancel);
            }

            if (!IsBelow(folder, place.Root) || folder == place.Root)
                return null;
        }
    }

    /// <summary>Finds a script by its name, its id, its URL or the name of its file.</summary>
    public ValueTask<TestScript?> FindScriptAsync(string name, CancellationToken cancel) => ValueTask.FromResult(_names.GetValueOrDefault(name));

    private static IEnumerable<string> Files(string path)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(path, "*", options).Order(StringComparer.Ordinal))
        {
            if (IsXml(file) || file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                yield return file;
        }

        foreach (var inner in Directory.EnumerateDirectories(path, "*", options).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(inner).Equals(FixtureFolder, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var file in Files(inner))
                yield return file;
        }
    }

    private void Read(string file, string root, bool isNamed)
    {
        var source = Printable(file);
        byte[] bytes;
        try
        {
            if (new FileInfo(file).Length > MaxScriptBytes)
            {
                if (isNamed)
                    _problems.Add(new ScriptProblem(source, $"The file is larger than {MaxScriptBytes:N0} bytes, which no TestScript is."));
                return;
            }

            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new ScriptProblem(source, $"The file can't be read: {e.Message}"));
            return;
        }

        var isXml = IsXml(file);
        var content = bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
        if (!isNamed && !IsMeant(isXml ? XmlType(bytes) : JsonType(content.Span), content.Span))
            return;
        var parsed = isXml ? ResourceParser.ParseXml(content) : ResourceParser.ParseJson(content);
        var errors = parsed.Issues.Where(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();

        // Many scripts leave out what R4 wants and what has only one meaning where it is not there, such as warningOnly; they can be run as they are.
        if (parsed.Tree is not null && errors.TrueForAll(static issue => issue.Code == "required"))
        {
            if (errors.Count > 0)
                _notes.Add(new ScriptProblem(errors[0].Line == 0 ? source : $"{source}:{errors[0].Line}:{errors[0].Column}", $"{Printable(errors[0].Diagnostics)} {(errors.Count > 1 ? $"{errors.Count:N0} elements are missing like that; the" : "The")} script is run all the same."));
            Add(parsed.Tree, source, file, root);
            return;
        }

        foreach (var issue in errors.Take(ShownProblems))
        {
            var what = Printable(issue.Expression is null ? issue.Diagnostics : $"{issue.Expression}: {issue.Diagnostics}");
            _problems.Add(new ScriptProblem(issue.Line == 0 ? source : $"{source}:{issue.Line}:{issue.Column}", what));
        }

        if (errors.Count > ShownProblems)
            _problems.Add(new ScriptProblem(source, $"{errors.Count - ShownProblems:N0} more errors."));
    }

    private void Add(ResourceTree tree, string source, string file, string root)
    {
        TestScript script;
        try
        {
            script = TestScript.Read(tree, source);
        }
        catch (ScriptException fault)
        {
            _problems.Add(new ScriptProblem(source, fault.Message));
            return;
        }

        _scripts.Add(script);
        _places.Add(script, (RealPath(Path.GetDirectoryName(Path.GetFullPath(file))!), root));
        foreach (var name in new[] { script.Name, script.Id, script.Url, Path.GetFileNameWithoutExtension(file), Path.GetFileName(file) })
        {
            if (!string.IsNullOrEmpty(name))
                _names.TryAdd(name, script);
        }
    }

    private static async Task<Payload> ReadFixtureAsync(string file, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFixtureBytes)
                throw new ScriptException($"The fixture {Printable(file)} is larger than {MaxFixtureBytes:N0} bytes.");
            var bytes = await File.ReadAllBytesAsync(file, cancel);
            return new Payload(bytes, ContentType(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScriptException($"The fixture {Printable(file)} can't be read: {e.Message}");
        }
    }

    private static string ContentType(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".JSON" => "application/fhir+json",
        ".XML" => "application/fhir+xml",
        ".NDJSON" => "application/fhir+ndjson",
        ".DCM" => "application/dicom",
        ".TXT" => "text/plain",
        _ => "application/octet-stream",
    };

    // The steps of a relative path; null for what is no path at all.
    private static string[]? Steps(string reference)
    {
        var path = reference.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(reference) : reference;
        if (path.Length == 0 || path[0] == '#' || path.Contains(':', StringComparison.Ordinal))
            return null;
        var steps = path.Split('/').Where(static step => step != ".").ToArray();
        return steps.Any(static step => step.Length == 0 || step == ".." || step.AsSpan().ContainsAny('\\', '\0'))
            ? throw new ScriptException($"The fixture '{Printable(reference)}' is no path below the script's folder; write it without '..' and without a slash at its start.")
            : steps;
    }

    // A file that is damaged is meant to be a script if it speaks of one.
    private static bool IsMeant(string? type, ReadOnlySpan<byte> content) => type is null ? content.IndexOf("TestScript"u8) >= 0 : type == "TestScript";

    // The type of the resource; empty if it is none, null if it can't be told.
    private static string? JsonType(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 200 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("resourceType"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : "";
            }

            return "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? XmlType(byte[] xml)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : "";
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static bool IsXml(string file) => file.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);

    private static bool IsBelow(string path, string root) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // The path with every link in it followed.
    private static string RealPath(string path)
    {
        const int MaxLinks = 40;
        var full = Path.GetFullPath(path);
        var (current, left, links) = (Path.GetPathRoot(full)!, new Stack<string>(), 0);
        Push(full);
        while (left.TryPop(out var step))
        {
            var next = Path.Combine(current, step);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MaxLinks)
                throw new ScriptException($"{Printable(path)} has more than {MaxLinks} links in it.");
            var resolved = Path.GetFullPath(target, current);
            current = Path.GetPathRoot(resolved)!;
            Push(resolved);
        }

        return current;

        void Push(string absolute)
        {
            foreach (var step in absolute[Path.GetPathRoot(absolute)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                left.Push(step);
        }
    }

    // Names of files go to terminals, where control characters are commands.
    private static string Printable(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));
}
