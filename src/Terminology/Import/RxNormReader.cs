// RxNorm's RRF files (NLM, "RxNorm Technical Documentation" 10 to 12; R4 rxnorm.html).

using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Reads an RxNorm release: what NLM says of its own concepts, not what its sources say of theirs.</summary>
public sealed partial class RxNormReader : ReleaseReader
{
    private const string Url = "http://www.nlm.nih.gov/research/umls/rxnorm";

    // Added to the rank of a name that is obsolete.
    private const int Obsolete = 1000;

    // The term types that name a concept (documentation, appendix 5), best first; all others are further names.
    private static readonly string[] s_naming =
        ["SCD", "SBD", "GPCK", "BPCK", "IN", "PIN", "MIN", "BN", "SCDC", "SBDC", "SCDF", "SBDF", "SCDFP", "SBDFP", "SCDG", "SBDG", "SCDGP", "DF", "DFG", "ET"];

    private readonly ReleaseFile _names;
    private readonly ReleaseFile? _relations;
    private readonly ReleaseFile? _attributes;
    private readonly ReleaseFile? _types;

    /// <summary>Opens a release.</summary>
    /// <exception cref="TerminologyException">It has no RXNCONSO.RRF, or does not say its version.</exception>
    public RxNormReader(ReleaseFiles files, ReleaseOptions options)
        : base(files, options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        _names = Find("RXNCONSO.RRF") ?? throw new TerminologyException("invalid", $"{files.Path} has no RXNCONSO.RRF; give the folder or archive of an RxNorm release.");
        _relations = Find("RXNREL.RRF");
        _attributes = Find("RXNSAT.RRF");
        _types = Find("RXNSTY.RRF");
        Header = Wanted(MakeHeader(options.Version ?? FindVersion()));
    }

    /// <inheritdoc/>
    public override string Format => "RxNorm";

    /// <inheritdoc/>
    public override CodeSystemHeader Header { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ReleaseFile> Sources => [.. new[] { _names, _types, _attributes, _relations }.OfType<ReleaseFile>()];

    /// <inheritdoc/>
    public override void Read(ConceptTableBuilder builder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var ranks = new Dictionary<int, int>();
        Rows(_names, row => AddName(builder, row, ranks), cancel);
        foreach (var (concept, rank) in ranks)
        {
            if (rank >= Obsolete)
                builder.AddProperty(concept, "inactive", "true");
        }

        Rows(_types, row => AddSemanticType(builder, row), cancel);
        Rows(_attributes, row => AddAttribute(builder, row), cancel);
        Rows(_relations, row => AddRelation(builder, row), cancel);
    }

    private static CodeSystemHeader MakeHeader(string version) => new()
    {
        Url = Url,
        Version = version,
        Name = "RxNorm",
        Title = "RxNorm",
        Status = "active",
        Publisher = "U.S. National Library of Medicine",
        Content = "complete",
        CaseSensitive = false,
        IsCompositional = false,
        VersionNeeded = false,
        Language = "en",
        ValueSet = $"{Url}/vs",
        Properties =
        [
            Standard("inactive", PropertyType.Boolean, "True for concepts all of whose names are obsolete"),
            new("TTY", PropertyType.String, null, "The term type: SCD for a clinical drug, IN for an ingredient, and so on"),
            new("STY", PropertyType.String, null, "The semantic type, as its TUI"),
        ],
        Filters =
        [
            new("TTY", ["=", "in"], "A term type"),
            new("STY", ["=", "in"], "A semantic type, as its TUI"),
        ],
    };

    // The release has its files in rrf, and a subset of them that may be prescribed in prescribe/rrf.
    private ReleaseFile? Find(string name) => Files.All
        .Where(file => file.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .OrderBy(static file => file.Path.Contains("prescribe/", StringComparison.OrdinalIgnoreCase))
        .ThenBy(static file => file.Path.Length)
        .FirstOrDefault();

    // NLM names a release by its day, RxNorm_full_03042024; year first, so that the latest is last in order.
    private string FindVersion()
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Files.Path)));
        var match = Release().Match(name);
        if (match.Success)
            return $"{match.Groups[1].ValueSpan[4..]}{match.Groups[1].ValueSpan[..4]}";

        // VCUI, RCUI, VSAB, RSAB, SON, SF, SVER
        if (Find("RXNSAB.RRF") is { } sources)
        {
            using var lines = new DelimitedLines(sources, '|', Files.Limits);
            while (lines.Read())
            {
                if (lines.Is(3, "RXNORM"u8) && SourceDay().Match(lines.Text(6)) is { Success: true } day)
                    return $"20{day.Groups[1].ValueSpan}";
            }
        }

        throw new TerminologyException("invalid", $"{Files.Path} does not say which release of RxNorm it is; say the version.");
    }

    private void Rows(ReleaseFile? file, Action<DelimitedLines> row, CancellationToken cancel)
    {
        if (file is null)
            return;
        cancel.ThrowIfCancellationRequested();
        using var lines = new DelimitedLines(file, '|', Files.Limits);
        while (lines.Read())
        {
            if ((lines.Line & 0xFFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            row(lines);
        }
    }

    // RXCUI, LAT, TS, LUI, STT, SUI, ISPREF, RXAUI, SAUI, SCUI, SDUI, SAB, TTY, CODE, STR, SRL, SUPPRESS, CVF
    private static void AddName(ConceptTableBuilder builder, DelimitedLines row, Dictionary<int, int> ranks)
    {
        if (!row.Is(11, "RXNORM"u8))
            return;
        var (code, type, name, isObsolete) = (row.Text(0), row.Text(12), row.Text(14), row.Is(16, "O"u8));
        var concept = builder.Find(code);
        if (concept < 0)
        {
            concept = builder.Add(code);
            ranks[concept] = int.MaxValue;
        }

        // Names in use come before obsolete ones of a better type.
        var naming = Array.IndexOf(s_naming, type);
        var rank = (naming < 0 ? s_naming.Length : naming) + (isObsolete ? Obsolete : 0);
        if (rank < ranks[concept])
        {
            ranks[concept] = rank;
            builder.SetDisplay(concept, name);
        }

        builder.AddDesignation(concept, name, "en", new CodingValue(Url, null, type));
        if (naming >= 0)
            builder.AddProperty(concept, "TTY", type);
    }

    // RXCUI, TUI, STN, STY, ATUI, CVF
    private static void AddSemanticType(ConceptTableBuilder builder, DelimitedLines row)
    {
        if (builder.Find(row.Text(0)) is >= 0 and var concept)
            builder.AddProperty(concept, "STY", row.Text(1));
    }

    // RXCUI, LUI, SUI, RXAUI, STYPE, CODE, ATUI, SATUI, ATN, SAB, ATV, SUPPRESS, CVF
    private static void AddAttribute(ConceptTableBuilder builder, DelimitedLines row)
    {
        if (row.Is(9, "RXNORM"u8) && builder.Find(row.Text(0)) is >= 0 and var concept)
            builder.AddProperty(concept, row.Text(8), row.Text(10));
    }

    // RXCUI1, RXAUI1, STYPE1, REL, RXCUI2, RXAUI2, STYPE2, RELA, RUI, SRUI, SAB, ...: the second stands in the relation to the first.
    private static void AddRelation(ConceptTableBuilder builder, DelimitedLines row)
    {
        if (!row.Is(10, "RXNORM"u8) || !row.Is(2, "CUI"u8) || !row.Is(6, "CUI"u8) || builder.Find(row.Text(4)) is not (>= 0 and var concept))
            return;
        var relation = row[7].IsEmpty ? row.Text(3) : row.Text(7);
        builder.AddProperty(concept, relation, row.Text(0), PropertyType.Code);
    }

    // 20AA_240304F
    [GeneratedRegex(@"_(\d{6})", RegexOptions.NonBacktracking)]
    private static partial Regex SourceDay();

    [GeneratedRegex(@"rxnorm.*?(\d{8})", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Release();
}
