// Which columns of a CSV file or workbook mean what.

using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>What the columns of a table are, by their names in its first line.</summary>
public sealed record ColumnMapping
{
    // Names that tables in use give to the columns that matter.
    private static readonly string[] s_codes = ["code", "icd10_code", "atc_code", "atc code", "icd_code", "concept_code", "diagnosis code", "代码", "编码", "疾病编码", "诊断编码", "项目编码"];
    private static readonly string[] s_displays = ["display", "name", "title", "label", "description", "atc_name", "atc level name", "term", "名称", "疾病名称", "诊断名称", "项目名称"];
    private static readonly string[] s_parents = ["parent", "parent_code", "parentcode", "parent code", "上级编码", "父编码"];
    private static readonly string[] s_definitions = ["definition", "note", "定义"];

    /// <summary>The column of codes.</summary>
    public required string Code { get; init; }

    /// <summary>The column of displays, or null.</summary>
    public string? Display { get; init; }

    /// <summary>The column of definitions, or null.</summary>
    public string? Definition { get; init; }

    /// <summary>The column that has the code of the concept above, or null.</summary>
    public string? Parent { get; init; }

    /// <summary>The column that tells whether a concept is inactive, or null.</summary>
    public string? Inactive { get; init; }

    /// <summary>Columns of further names, by language; a language may be empty.</summary>
    public IReadOnlyList<(string Language, string Column)> Designations { get; init; } = [];

    /// <summary>Columns of properties, by the properties' names.</summary>
    public IReadOnlyList<(string Property, string Column)> Properties { get; init; } = [];

    /// <summary>True if a code is below the longest other code that it begins with, as in ATC and ICD-10.</summary>
    public bool HasPrefixHierarchy { get; init; }

    /// <summary>The sheet of a workbook; the first if null.</summary>
    public string? Sheet { get; init; }

    /// <summary>The separator of a CSV file; found if null.</summary>
    public char? Separator { get; init; }

    /// <summary>Reads <c>code=Code</c>, <c>display=Name</c>, <c>designation:zh-CN=中文名</c>, <c>property:strength=Strength</c> and so on.</summary>
    /// <exception cref="TerminologyException">A part is none of these, or the code is missing.</exception>
    public static ColumnMapping Parse(IEnumerable<string> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var mapping = new ColumnMapping { Code = "" };
        foreach (var part in parts)
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (target, column) = equals < 0 ? ("", "") : (part[..equals].Trim(), part[(equals + 1)..].Trim());
            var colon = target.IndexOf(':', StringComparison.Ordinal);
            var (kind, name) = colon < 0 ? (target, "") : (target[..colon], target[(colon + 1)..]);
            mapping = (kind, column.Length, name.Length) switch
            {
                ("code", > 0, 0) => mapping with { Code = column },
                ("display", > 0, 0) => mapping with { Display = column },
                ("definition", > 0, 0) => mapping with { Definition = column },
                ("parent", > 0, 0) => mapping with { Parent = column },
                ("inactive", > 0, 0) => mapping with { Inactive = column },
                ("designation", > 0, _) => mapping with { Designations = [.. mapping.Designations, (name, column)] },
                ("property", > 0, > 0) => mapping with { Properties = [.. mapping.Properties, (name, column)] },
                _ => throw new TerminologyException("invalid", $"'{part}' maps no column; write code=COLUMN, display=, definition=, parent=, inactive=, designation:LANGUAGE= or property:NAME=."),
            };
        }

        return mapping.Code.Length > 0 ? mapping : throw new TerminologyException("invalid", "The mapping of columns does not say which one has the codes; add code=COLUMN.");
    }

    /// <summary>What the names of columns suggest; all that are not known become properties.</summary>
    /// <exception cref="TerminologyException">None looks like codes.</exception>
    public static ColumnMapping Guess(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string? Named(string[] names) => names.Select(name => columns.FirstOrDefault(column => column.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(static column => column is not null);
        var code = Named(s_codes) ?? throw new TerminologyException("invalid", $"None of the columns ({string.Join(", ", columns.Take(20))}) is known to hold codes; map them: code=COLUMN.");
        var mapping = new ColumnMapping { Code = code, Display = Named(s_displays), Parent = Named(s_parents), Definition = Named(s_definitions) };
        string?[] taken = [mapping.Code, mapping.Display, mapping.Parent, mapping.Definition];
        return mapping with
        {
            Properties = [.. columns.Where(column => column.Length > 0 && !taken.Contains(column)).Select(static column => (column, column))],
            HasPrefixHierarchy = mapping.Parent is null && code.Contains("atc", StringComparison.OrdinalIgnoreCase),
        };
    }
}
