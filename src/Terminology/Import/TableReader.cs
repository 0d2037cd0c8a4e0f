// Code systems in a CSV file or a workbook, by a mapping of its columns: ICD-10 and ATC lists, catalogues of a hospital.

using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Reads a table with a line of column names and a concept in each other line.</summary>
public sealed class TableReader : ReleaseReader
{
    private static readonly string[] s_yes = ["1", "true", "yes", "y", "inactive", "retired", "是", "停用"];

    private readonly ReleaseFile _file;

    /// <summary>Opens a release that holds one such file.</summary>
    /// <exception cref="TerminologyException">It holds none or several, or the system or version is not said.</exception>
    public TableReader(ReleaseFiles files, ReleaseOptions options)
        : base(files, options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        var tables = files.All.Where(static file => IsTable(file.Name)).ToList();
        _file = tables.Count == 1
            ? tables[0]
            : throw new TerminologyException("invalid", $"{files.Path} has {tables.Count:N0} CSV files and workbooks and is no release of a known format; give one file.");
        if (options.System is null)
            throw new TerminologyException("invalid", $"{_file.Path} does not say which code system it holds; say the system, such as --system http://hl7.org/fhir/sid/icd-10.");
        Header = Wanted(MakeHeader());
    }

    /// <inheritdoc/>
    public override string Format => IsWorkbook(_file.Name) ? "workbook" : "CSV";

    /// <inheritdoc/>
    public override CodeSystemHeader Header { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ReleaseFile> Sources => [_file];

    /// <summary>True for the name of a CSV file or workbook.</summary>
    public static bool IsTable(string name) => IsWorkbook(name)
        || name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override void Read(ConceptTableBuilder builder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        using var table = Open();
        var mapping = Options.Columns is { Code.Length: > 0 } said ? said : Merge(ColumnMapping.Guess(table.Columns));
        var columns = new Columns(table, mapping, _file);
        var codes = new List<string>();
        var rows = 0;
        while (table.Read())
        {
            if ((++rows & 0xFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            if (builder.Count > Files.Limits.Concepts)
                throw new TerminologyException("too-costly", $"{_file.Path} has more than {Files.Limits.Concepts:N0} concepts.");
            var code = table[columns.Code];
            if (code.Length == 0)
                continue;
            if (builder.Find(code) >= 0)
                throw table.Fault($"the code '{code}' is there twice; remove one of the two rows");
            AddConcept(builder, table, columns, code);
            if (mapping.HasPrefixHierarchy)
                codes.Add(code);
        }

        foreach (var code in codes)
            AddPrefixParent(builder, code);
    }

    private static bool IsWorkbook(string name) => name.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase);

    // What is said of hierarchy, sheet and separator holds also where the columns are guessed.
    private ColumnMapping Merge(ColumnMapping guess) => Options.Columns is not { } said ? guess : guess with
    {
        HasPrefixHierarchy = guess.HasPrefixHierarchy || said.HasPrefixHierarchy,
    };

    private IRowTable Open() => IsWorkbook(_file.Name)
        ? new Workbook(_file, Files.Limits, Options.Columns?.Sheet)
        : new CsvTable(_file, Files.Limits, Options.Columns?.Separator);

    private CodeSystemHeader MakeHeader()
    {
        var name = _file.Name[..Math.Max(0, _file.Name.LastIndexOf('.'))];
        return new CodeSystemHeader
        {
            Name = new string([.. name.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_')]),
            Title = name,
            Status = "active",
            Content = "complete",
            CaseSensitive = true,
            HierarchyMeaning = "is-a",
            Properties =
            [
                Standard("parent", PropertyType.Code, "The concepts right above"),
                Standard("child", PropertyType.Code, "The concepts right below"),
                Standard("inactive", PropertyType.Boolean, "True for concepts that are no longer in use"),
            ],
            Filters = [HierarchyFilter],
        };
    }

    private static void AddConcept(ConceptTableBuilder builder, IRowTable table, Columns columns, string code)
    {
        var concept = builder.Add(code, NullIfEmpty(table[columns.Display]), NullIfEmpty(table[columns.Definition]));
        if (table[columns.Parent] is { Length: > 0 } parent && parent != code)
            builder.AddParent(concept, parent);
        if (s_yes.Contains(table[columns.Inactive], StringComparer.OrdinalIgnoreCase))
            builder.AddProperty(concept, "inactive", "true");
        foreach (var (language, column) in columns.Designations)
        {
            if (table[column] is { Length: > 0 } value)
                builder.AddDesignation(concept, value, NullIfEmpty(language));
        }

        foreach (var (property, column) in columns.Properties)
        {
            if (table[column] is { Length: > 0 } value)
                builder.AddProperty(concept, property, value);
        }
    }

    private static void AddPrefixParent(ConceptTableBuilder builder, string code)
    {
        for (var length = code.Length - 1; length > 0; length--)
        {
            if (char.IsAsciiLetterOrDigit(code[length - 1]) && builder.Find(code[..length]) is >= 0 and var parent)
            {
                builder.AddParent(builder.Find(code), parent);
                return;
            }
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    // The numbers of the columns; -1 for those that are not mapped.
    private sealed class Columns
    {
        public Columns(IRowTable table, ColumnMapping mapping, ReleaseFile file)
        {
            int Of(string? name)
            {
                if (name is null)
                    return -1;
                for (var column = 0; column < table.Columns.Count; column++)
                {
                    if (table.Columns[column].Equals(name, StringComparison.OrdinalIgnoreCase))
                        return column;
                }

                throw file.Fault($"there is no column '{name}'; the columns are {string.Join(", ", table.Columns.Take(30))}");
            }

            Code = Of(mapping.Code);
            Display = Of(mapping.Display);
            Definition = Of(mapping.Definition);
            Parent = Of(mapping.Parent);
            Inactive = Of(mapping.Inactive);
            Designations = [.. mapping.Designations.Select(one => (one.Language, Of(one.Column)))];
            Properties = [.. mapping.Properties.Select(one => (one.Property, Of(one.Column)))];
        }

        public int Code { get; }

        public int Display { get; }

        public int Definition { get; }

        public int Parent { get; }

        public int Inactive { get; }

        public IReadOnlyList<(string Language, int Column)> Designations { get; }

        public IReadOnlyList<(string Property, int Column)> Properties { get; }
    }
}
