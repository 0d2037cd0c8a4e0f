// ClaML, the XML in which WHO and others publish classifications (EN 14463, ISO 13120): ICD-10, ICF, ATC and their national editions.

using System.Text;
using System.Xml;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Reads a ClaML file. Its document type is skipped and nothing outside is read.</summary>
public sealed class ClaMlReader : ReleaseReader
{
    // Rubrics that are the concept's name or further names; others are kept as properties.
    private const string Preferred = "preferred";
    private static readonly string[] s_names = ["preferredLong", "shortTitle", "text", "inclusion", "introduction"];

    private readonly ReleaseFile _file;
    private readonly Dictionary<string, List<(string Code, string Label)>> _modifierClasses = [];
    private readonly List<(int Concept, string Modifier, HashSet<string>? Valid)> _modified = [];
    private readonly Dictionary<int, string> _labels = [];
    private readonly Dictionary<int, List<(int Concept, string Code)>> _stems = [];

    /// <summary>Opens a release that holds one ClaML file.</summary>
    /// <exception cref="TerminologyException">It holds none, or one that does not say what it is.</exception>
    public ClaMlReader(ReleaseFiles files, ReleaseOptions options)
        : base(files, options)
    {
        ArgumentNullException.ThrowIfNull(files);
        _file = Find(files) ?? throw new TerminologyException("invalid", $"{files.Path} has no ClaML file.");
        Header = Wanted(ReadHeader());
        if (Header.Url.Length == 0)
            throw new TerminologyException("invalid", $"{_file.Path} is titled '{Header.Title}', a code system whose URL is not known here; say the system.");
    }

    /// <inheritdoc/>
    public override string Format => "ClaML";

    /// <inheritdoc/>
    public override CodeSystemHeader Header { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ReleaseFile> Sources => [_file];

    /// <summary>True if one of the files is ClaML.</summary>
    public static bool IsRelease(ReleaseFiles files) => Find(files) is not null;

    /// <inheritdoc/>
    public override void Read(ConceptTableBuilder builder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        try
        {
            using var reader = Open(_file);
            reader.MoveToContent();
            reader.Read();
            while (!reader.EOF)
            {
                cancel.ThrowIfCancellationRequested();
                if (reader.NodeType != XmlNodeType.Element)
                    reader.Read();
                else if (reader.LocalName == "Class")
                    ReadClass(builder, reader);
                else if (reader.LocalName == "ModifierClass")
                    ReadModifierClass(reader);
                else
                    reader.Skip();
            }
        }
        catch (XmlException e)
        {
            throw _file.Fault(e.Message, e.LineNumber);
        }

        foreach (var (concept, modifier, valid) in _modified)
            Modify(builder, concept, modifier, valid);
    }

    private static ReleaseFile? Find(ReleaseFiles files)
    {
        foreach (var file in files.All)
        {
            if (!file.Name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
                continue;
            try
            {
                using var reader = Open(file);
                if (reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == "ClaML")
                    return file;
            }
            catch (XmlException)
            {
                // No XML, so no ClaML.
            }
        }

        return null;
    }

    private static XmlReader Open(ReleaseFile file) => XmlReader.Create(file.Open(), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });

    private CodeSystemHeader ReadHeader()
    {
        var (title, name, version, language) = ("", "", "", "");
        try
        {
            using var reader = Open(_file);
            while (reader.Read() && reader.LocalName is not ("Class" or "ModifierClass"))
            {
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                if (reader.LocalName == "Title")
                {
                    name = reader.GetAttribute("name") ?? "";
                    version = reader.GetAttribute("version") ?? reader.GetAttribute("date") ?? "";
                    title = reader.ReadElementContentAsString().Trim();
                }
                else if (reader.LocalName == "Meta" && reader.GetAttribute("name") is "lang")
                {
                    language = reader.GetAttribute("value") ?? "";
                }
            }
        }
        catch (XmlException e)
        {
            throw _file.Fault(e.Message, e.LineNumber);
        }

        return new CodeSystemHeader
        {
            Url = UrlOf($"{name} {title}"),
            Version = version.Length > 0 ? version : null,
            Name = new string([.. (name.Length > 0 ? name : title).Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_')]),
            Title = title.Length > 0 ? title : name,
            Status = "active",
            Content = "complete",
            CaseSensitive = true,
            HierarchyMeaning = "classified-with",
            Language = language.Length > 0 ? language : null,
            Properties =
            [
                Standard("parent", PropertyType.Code, "The class right above"),
                Standard("child", PropertyType.Code, "The classes right below"),
                new("kind", PropertyType.Code, null, "chapter, block or category"),
            ],
            Filters = [HierarchyFilter, new("kind", ["=", "in"], "chapter, block or category")],
        };
    }

    // The names that publishers give, and the URLs that HL7 gives (THO, "External code systems").
    private static string UrlOf(string name) => name.ToUpperInvariant() switch
    {
        var text when text.Contains("ICD-10-GM", StringComparison.Ordinal) => "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
        var text when text.Contains("ICD-10-CM", StringComparison.Ordinal) => "http://hl7.org/fhir/sid/icd-10-cm",
        var text when text.Contains("ICD-O", StringComparison.Ordinal) => "http://terminology.hl7.org/CodeSystem/icd-o-3",
        var text when text.Contains("ICD-10", StringComparison.Ordinal) || text.Contains("ICD10", StringComparison.Ordinal) => "http://hl7.org/fhir/sid/icd-10",
        var text when text.Contains("ICF", StringComparison.Ordinal) => "http://hl7.org/fhir/sid/icf",
        var text when text.Contains("ATC", StringComparison.Ordinal) || text.Contains("ANATOMICAL THERAPEUTIC", StringComparison.Ordinal) => "http://www.whocc.no/atc",
        _ => "",
    };

    private void ReadClass(ConceptTableBuilder builder, XmlReader reader)
    {
        var code = reader.GetAttribute("code") ?? throw _file.Fault("a Class has no code", (reader as IXmlLineInfo)?.LineNumber ?? 0);
        var concept = builder.Find(code);
        if (concept < 0)
            concept = builder.Add(code);
        if (builder.Count > Files.Limits.Concepts)
            throw new TerminologyException("too-costly", $"{_file.Path} has more than {Files.Limits.Concepts:N0} concepts.");
        if (reader.GetAttribute("kind") is { Length: > 0 } kind)
            builder.AddProperty(concept, "kind", kind);
        using var content = reader.ReadSubtree();
        content.Read();
        while (content.Read())
        {
            if (content.NodeType != XmlNodeType.Element)
                continue;
            switch (content.LocalName)
            {
                case "SuperClass" when content.GetAttribute("code") is { } parent:
                    builder.AddParent(concept, parent);
                    break;
                case "Meta" when content.GetAttribute("name") is { Length: > 0 } name && content.GetAttribute("value") is { Length: > 0 } value:
                    builder.AddProperty(concept, name, value);
                    break;
                case "ModifiedBy" when content.GetAttribute("code") is { } modifier:
                    _modified.Add((concept, modifier, ReadValid(content)));
                    _stems[concept] = [(concept, code)];
                    break;
                case "Rubric":
                    AddRubric(builder, concept, content);
                    break;
            }
        }
    }

    private void AddRubric(ConceptTableBuilder builder, int concept, XmlReader reader)
    {
        var (kind, language, text) = ReadRubric(reader);
        if (text.Length == 0)
            return;
        if (kind == Preferred && _labels.TryAdd(concept, text))
            builder.SetDisplay(concept, text);
        else if (kind == "definition")
            builder.SetDefinition(concept, text);
        else if (kind == Preferred || s_names.Contains(kind))
            builder.AddDesignation(concept, text, language, kind == Preferred ? null : new CodingValue(Header.Url, null, kind));
        else
            builder.AddProperty(concept, kind, text);
    }

    // <ModifiedBy code="S04"><ValidModifierClass code=".0"/></ModifiedBy>; without the latter all are valid.
    private static HashSet<string>? ReadValid(XmlReader reader)
    {
        HashSet<string>? valid = null;
        using var content = reader.ReadSubtree();
        while (content.Read())
        {
            if (content.NodeType == XmlNodeType.Element && content.LocalName == "ValidModifierClass" && content.GetAttribute("code") is { } code)
                (valid ??= []).Add(code);
        }

        return valid;
    }

    private void ReadModifierClass(XmlReader reader)
    {
        var (modifier, code, label) = (reader.GetAttribute("modifier") ?? "", reader.GetAttribute("code") ?? "", "");
        using (var content = reader.ReadSubtree())
        {
            content.Read();
            while (content.Read())
            {
                if (content.NodeType == XmlNodeType.Element && content.LocalName == "Rubric" && ReadRubric(content) is { Kind: Preferred, Text: var text })
                    label = text;
            }
        }

        if (!_modifierClasses.TryGetValue(modifier, out var classes))
            _modifierClasses[modifier] = classes = [];
        classes.Add((code, label));
    }

    // A modified class has a class below it for each of the modifier's: E10 and .0 make E10.0. A second modifier goes below the first.
    private void Modify(ConceptTableBuilder builder, int concept, string modifier, HashSet<string>? valid)
    {
        if (!_modifierClasses.TryGetValue(modifier, out var classes))
            return;
        var made = new List<(int, string)>();
        foreach (var (stem, stemCode) in _stems[concept])
        {
            foreach (var (code, label) in classes)
            {
                if (valid is not null && !valid.Contains(code))
                    continue;
                var child = builder.Find(stemCode + code);
                if (child < 0)
                {
                    var name = $"{_labels.GetValueOrDefault(stem)}: {label}";
                    child = builder.Add(stemCode + code, name);
                    _labels[child] = name;
                    builder.AddProperty(child, "kind", "category");
                }

                builder.AddParent(child, stem);
                made.Add((child, stemCode + code));
            }
        }

        _stems[concept] = made;
    }

    // A label has markup for print; a reference to another class stands in brackets, as in the book.
    private static (string Kind, string? Language, string Text) ReadRubric(XmlReader reader)
    {
        var kind = reader.GetAttribute("kind") ?? "";
        string? language = null;
        var text = new StringBuilder();
        using var content = reader.ReadSubtree();
        while (content.Read())
        {
            switch (content.NodeType)
            {
                case XmlNodeType.Element when content.LocalName == "Label":
                    language ??= content.GetAttribute("lang", "http://www.w3.org/XML/1998/namespace") ?? content.XmlLang;
                    break;
                case XmlNodeType.Element when content.LocalName == "Reference" && text.Length > 0:
                    text.Append(" (");
                    break;
                case XmlNodeType.EndElement when content.LocalName == "Reference" && text.ToString().Contains('(', StringComparison.Ordinal):
                    text.Append(") ");
                    break;
                case XmlNodeType.EndElement when content.LocalName is "Para" or "Fragment" or "ListItem" or "Cell":
                    text.Append(' ');
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    text.Append(content.Value);
                    break;
            }
        }

        var words = text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (kind, string.IsNullOrEmpty(language) ? null : language, string.Join(' ', words).Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal));
    }
}
