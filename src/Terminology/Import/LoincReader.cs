// LOINC as Regenstrief releases it: Loinc.csv with parts, answer lists, the hierarchy and translations (R4 loinc.html).

using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Reads a LOINC release; of its accessory files those that are there.</summary>
public sealed partial class LoincReader : ReleaseReader
{
    private const string Url = "http://loinc.org";

    // Columns of Loinc.csv that name a part; with the part links they are Codings.
    private static readonly string[] s_parts = ["COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP", "CLASS"];

    // Columns that are texts for programs and people.
    private static readonly string[] s_texts =
    [
        "STATUS", "CLASSTYPE", "ORDER_OBS", "VersionLastChanged", "VersionFirstReleased", "CHNG_TYPE", "SURVEY_QUEST_TEXT", "UNITSREQUIRED",
        "RELATEDNAMES2", "EXAMPLE_UNITS", "EXAMPLE_UCUM_UNITS", "STATUS_REASON", "STATUS_TEXT", "COMMON_TEST_RANK", "COMMON_ORDER_RANK",
        "HL7_ATTACHMENT_STRUCTURE", "EXTERNAL_COPYRIGHT_NOTICE", "PanelType", "AskAtOrderEntry", "AssociatedObservations", "ValidHL7AttachmentRequest",
    ];

    private static readonly string[] s_names = ["SHORTNAME", "DisplayName", "CONSUMER_NAME"];

    private readonly ReleaseFile _main;
    private readonly ReleaseFile? _parts;
    private readonly ReleaseFile? _partLinks;
    private readonly ReleaseFile? _answers;
    private readonly ReleaseFile? _answerLinks;
    private readonly ReleaseFile? _hierarchy;
    private readonly IReadOnlyList<(ReleaseFile File, string Language)> _variants;

    /// <summary>Opens a release.</summary>
    /// <exception cref="TerminologyException">It has no Loinc.csv, or does not say its version.</exception>
    public LoincReader(ReleaseFiles files, ReleaseOptions options, CancellationToken cancel)
        : base(files, options)
    {
        ArgumentNullException.ThrowIfNull(files);
        _main = files.Find("Loinc.csv") ?? throw new TerminologyException("invalid", $"{files.Path} has no Loinc.csv; give the folder or archive of a LOINC release.");
        _parts = files.Find("Part.csv");
        _partLinks = files.Find("LoincPartLink_Primary.csv");
        _answers = files.Find("AnswerList.csv");
        _answerLinks = files.Find("LoincAnswerListLink.csv");
        _hierarchy = files.Find("ComponentHierarchyBySystem.csv") ?? files.Find("MultiAxialHierarchy.csv");
        _variants = [.. files.All.Select(static file => (file, Variant().Match(file.Name)))
            .Where(static found => found.Item2.Success)
            .Select(static found => (found.file, $"{found.Item2.Groups[1].Value}-{found.Item2.Groups[2].Value}"))];
        Header = Wanted(MakeHeader(options?.Version ?? FindVersion(cancel)));
    }

    /// <inheritdoc/>
    public override string Format => "LOINC";

    /// <inheritdoc/>
    public override CodeSystemHeader Header { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ReleaseFile> Sources =>
        [.. new[] { _main, _parts, _partLinks, _answers, _answerLinks, _hierarchy }.OfType<ReleaseFile>(), .. _variants.Select(static variant => variant.File)];

    /// <inheritdoc/>
    public override void Read(ConceptTableBuilder builder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Rows(_main, row => AddTerm(builder, row), ["LOINC_NUM", "LONG_COMMON_NAME"], cancel);
        Rows(_parts, row => AddPart(builder, row), ["PartNumber", "PartName"], cancel);
        Rows(_partLinks, row => LinkPart(builder, row), ["LoincNumber", "PartNumber", "PartName"], cancel);
        Rows(_answers, row => AddAnswer(builder, row), ["AnswerListId", "AnswerStringId"], cancel);
        Rows(_answerLinks, row => LinkAnswers(builder, row), ["LoincNumber", "AnswerListId"], cancel);
        Rows(_hierarchy, row => AddParent(builder, row), ["IMMEDIATE_PARENT", "CODE"], cancel);
        foreach (var (file, language) in _variants)
            Rows(file, row => Translate(builder, row, language), ["LOINC_NUM"], cancel);
    }

    private static CodeSystemHeader MakeHeader(string version) => new()
    {
        Url = Url,
        Version = version,
        Name = "LOINC",
        Title = "LOINC: Logical Observation Identifiers, Names and Codes",
        Status = "active",
        Publisher = "Regenstrief Institute, Inc.",
        Content = "complete",
        CaseSensitive = false,
        HierarchyMeaning = "is-a",
        IsCompositional = false,
        VersionNeeded = false,
        Language = "en",
        ValueSet = $"{Url}/vs",
        Properties =
        [
            Standard("parent", PropertyType.Code, "The parts right above in the hierarchy by component and system"),
            Standard("child", PropertyType.Code, "The parts and terms right below"),
            Standard("inactive", PropertyType.Boolean, "True for deprecated terms"),
            .. s_parts.Select(static part => new PropertyDefinition(part, PropertyType.Coding, $"{Url}/property/{part}")),
            .. s_texts.Select(static text => new PropertyDefinition(text, PropertyType.String, $"{Url}/property/{text}")),
            new("copyright", PropertyType.String, null, "LOINC, or 3rdParty where others have rights in the term"),
            new("PartTypeName", PropertyType.String, null, "What a part is a part of"),
            new("answer-list", PropertyType.Code, null, "The answer lists of a term"),
            new("LIST", PropertyType.Code, null, "The answer lists that an answer is in"),
        ],
        Filters =
        [
            HierarchyFilter,
            new("LIST", ["="], "The code of an answer list"),
            new("copyright", ["="], "LOINC or 3rdParty"),
        ],
    };

    private void Rows(ReleaseFile? file, Action<CsvTable> row, string[] columns, CancellationToken cancel)
    {
        if (file is null)
            return;
        using var table = new CsvTable(file, Files.Limits, ',').With(columns);
        for (var count = 0; table.Read(); count++)
        {
            if ((count & 0xFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            row(table);
        }
    }

    // The archive's name has the version; else the latest that changed a term is the release's.
    private string FindVersion(CancellationToken cancel)
    {
        var match = Release().Match(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Files.Path))));
        if (match.Success)
            return match.Groups[1].Value;
        string? version = null;
        Rows(
            _main,
            row =>
            {
                var changed = row["VersionLastChanged"];
                if (changed.Length > 0 && (version is null || BusinessVersion.Order.Compare(changed, version) > 0))
                    version = changed;
            },
            [],
            cancel);
        return version ?? throw new TerminologyException("invalid", $"{Files.Path} does not say which version of LOINC it is; say it.");
    }

    private void AddTerm(ConceptTableBuilder builder, CsvTable row)
    {
        var code = row["LOINC_NUM"];
        if (code.Length == 0)
            throw row.Fault("the row has no LOINC_NUM");
        var concept = builder.Add(code, row["LONG_COMMON_NAME"], row["DefinitionDescription"] is { Length: > 0 } definition ? definition : null);
        foreach (var name in s_names)
        {
            if (row[name] is { Length: > 0 } value)
                builder.AddDesignation(concept, value, "en", new CodingValue(Url, null, name));
        }

        foreach (var property in s_texts)
        {
            if (row[property] is { Length: > 0 } value)
                builder.AddProperty(concept, property, value);
        }

        // With the links to parts there are Codings in their place.
        foreach (var part in s_parts)
        {
            if (row[part] is { Length: > 0 } value && (_partLinks is null || part == "CLASS"))
                builder.AddProperty(concept, part, value, PropertyType.String);
        }

        builder.AddProperty(concept, "copyright", row["EXTERNAL_COPYRIGHT_NOTICE"].Length > 0 ? "3rdParty" : "LOINC");
        if (row["STATUS"] == "DEPRECATED")
            builder.AddProperty(concept, "inactive", "true");
    }

    private static void AddPart(ConceptTableBuilder builder, CsvTable row)
    {
        var name = row["PartDisplayName"] is { Length: > 0 } display ? display : row["PartName"];
        var concept = builder.Add(row["PartNumber"], name);
        if (row["PartName"] is { Length: > 0 } other && other != name)
            builder.AddDesignation(concept, other, "en", new CodingValue(Url, null, "PartName"));
        Property(builder, concept, "PartTypeName", row["PartTypeName"]);
        Property(builder, concept, "STATUS", row["Status"]);
        if (row["Status"] == "DEPRECATED")
            builder.AddProperty(concept, "inactive", "true");
    }

    private static void LinkPart(ConceptTableBuilder builder, CsvTable row)
    {
        var property = row["Property"];
        property = property[(property.LastIndexOf('/') + 1)..];
        if (s_parts.Contains(property) && builder.Find(row["LoincNumber"]) is >= 0 and var concept)
            builder.AddProperty(concept, property, new CodingValue(Url, null, row["PartNumber"], row["PartName"]));
    }

    private static void AddAnswer(ConceptTableBuilder builder, CsvTable row)
    {
        var list = row["AnswerListId"];
        if (builder.Find(list) < 0)
            builder.Add(list, row["AnswerListName"]);
        var code = row["AnswerStringId"];
        if (code.Length == 0)
            return;
        var answer = builder.Find(code);
        if (answer < 0)
            answer = builder.Add(code, row["DisplayText"]);
        builder.AddProperty(answer, "LIST", list);
        builder.AddToSet(list, answer);
    }

    private static void LinkAnswers(ConceptTableBuilder builder, CsvTable row)
    {
        if (builder.Find(row["LoincNumber"]) is >= 0 and var concept && row["AnswerListId"] is { Length: > 0 } list)
            builder.AddProperty(concept, "answer-list", list);
    }

    private static void AddParent(ConceptTableBuilder builder, CsvTable row)
    {
        var code = row["CODE"];
        if (code.Length == 0)
            return;
        var concept = builder.Find(code);
        if (concept < 0)
            concept = builder.Add(code, row["CODE_TEXT"]);
        if (row["IMMEDIATE_PARENT"] is { Length: > 0 } parent)
            builder.AddParent(concept, parent);
    }

    // Translators of the long name are few; the others give the six parts, which make the formal name.
    private static void Translate(ConceptTableBuilder builder, CsvTable row, string language)
    {
        if (builder.Find(row["LOINC_NUM"]) is not (>= 0 and var concept))
            return;
        if (row["LONG_COMMON_NAME"] is { Length: > 0 } name)
            builder.AddDesignation(concept, name, language, new CodingValue(Url, null, "LONG_COMMON_NAME"));
        if (row["LinguisticVariantDisplayName"] is { Length: > 0 } display)
            builder.AddDesignation(concept, display, language, new CodingValue(Url, null, "DisplayName"));
        if (row["SHORTNAME"] is { Length: > 0 } shortName)
            builder.AddDesignation(concept, shortName, language, new CodingValue(Url, null, "SHORTNAME"));
        if (row["COMPONENT"].Length > 0)
        {
            var formal = string.Join(':', s_parts.Take(6).Select(part => row[part])).TrimEnd(':');
            builder.AddDesignation(concept, formal, language, new CodingValue(Url, null, "FullySpecifiedName"));
        }
    }

    private static void Property(ConceptTableBuilder builder, int concept, string property, string value)
    {
        if (value.Length > 0)
            builder.AddProperty(concept, property, value);
    }

    [GeneratedRegex(@"^([a-z]{2})([A-Z]{2})\d+LinguisticVariant\.csv$", RegexOptions.NonBacktracking)]
    private static partial Regex Variant();

    [GeneratedRegex(@"loinc[_ -]*v?(\d+\.\d+)", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Release();
}
