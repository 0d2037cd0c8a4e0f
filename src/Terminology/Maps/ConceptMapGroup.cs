// The rows of a concept map from one code system to another, found by either code.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A <c>ConceptMap.group</c>. Immutable.</summary>
public sealed class ConceptMapGroup
{
    private readonly MapRow[] _rows;
    private readonly RowIndex _bySource;
    private readonly RowIndex _byTarget;

    private ConceptMapGroup(ElementNode group, MapRow[] rows)
    {
        Source = group.ChildValue("source");
        SourceVersion = group.ChildValue("sourceVersion");
        Target = group.ChildValue("target");
        TargetVersion = group.ChildValue("targetVersion");
        if (group.Child("unmapped") is { Exists: true } unmapped && unmapped.ChildValue("mode") is { } mode)
            Unmapped = new UnmappedRule(mode, unmapped.ChildValue("code"), unmapped.ChildValue("display"), unmapped.ChildValue("url"));
        _rows = rows;
        _bySource = new RowIndex(rows, static row => row.SourceCode);
        _byTarget = new RowIndex(rows, static row => row.TargetCode);
    }

    /// <summary>The source code system's URL, or null.</summary>
    public string? Source { get; }

    /// <summary>The version of the source that the rows are for, or null.</summary>
    public string? SourceVersion { get; }

    /// <summary>The target code system's URL, or null.</summary>
    public string? Target { get; }

    /// <summary>The version of the target that the rows are for, or null.</summary>
    public string? TargetVersion { get; }

    /// <summary>What to do with codes that have no row, or null for nothing.</summary>
    public UnmappedRule? Unmapped { get; }

    /// <summary>All rows, in the order of the map.</summary>
    public IReadOnlyList<MapRow> Rows => _rows;

    /// <summary>The rows from a code, in the order of the map.</summary>
    public MapRows From(string code) => new(_rows, _bySource, code);

    /// <summary>The rows to a code, in the order of the map.</summary>
    public MapRows To(string code) => new(_rows, _byTarget, code);

    internal static ConceptMapGroup Read(ElementNode group)
    {
        var rows = new List<MapRow>();
        foreach (var element in group.ChildrenOf("element"))
        {
            if (element.ChildValue("code") is not { } code)
                continue;
            var display = element.ChildValue("display");
            foreach (var target in element.ChildrenOf("target"))
            {
                rows.Add(new MapRow
                {
                    SourceCode = code,
                    SourceDisplay = display,
                    TargetCode = target.ChildValue("code"),
                    TargetDisplay = target.ChildValue("display"),
                    Equivalence = string.Intern(target.ChildValue("equivalence") ?? "relatedto"),
                    Comment = target.ChildValue("comment"),
                    DependsOn = Properties(target, "dependsOn"),
                    Products = Properties(target, "product"),
                });
            }
        }

        return new ConceptMapGroup(group, [.. rows]);
    }

    private static List<MapProperty> Properties(ElementNode target, string name)
    {
        List<MapProperty>? properties = null;
        foreach (var node in target.ChildrenOf(name))
        {
            if (node.ChildValue("property") is { } property && node.ChildValue("value") is { } value)
                (properties ??= []).Add(new MapProperty(property, node.ChildValue("system"), value, node.ChildValue("display")));
        }

        return properties ?? None;
    }

    private static readonly List<MapProperty> None = [];
}

/// <summary>The rows of one code, without allocating.</summary>
public struct MapRows
{
    private readonly MapRow[] _rows;
    private readonly RowIndex _index;
    private int _next;

    internal MapRows(MapRow[] rows, RowIndex index, string code)
    {
        _rows = rows;
        _index = index;
        _next = index.First(code);
        Current = null!;
    }

    /// <summary>The row at hand.</summary>
    public MapRow Current { get; private set; }

    /// <summary>True if there is a row left.</summary>
    public readonly bool Any => _next >= 0;

    /// <summary>Goes to the next row.</summary>
    public bool MoveNext()
    {
        if (_next < 0)
            return false;
        Current = _rows[_next];
        _next = _index.Next(_next);
        return true;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly MapRows GetEnumerator() => this;
}

// Rows by a code: the first row of each, and for each row the next of the same code.
internal sealed class RowIndex
{
    private readonly Dictionary<string, int> _first;
    private readonly int[] _next;

    public RowIndex(MapRow[] rows, Func<MapRow, string?> codeOf)
    {
        _first = new Dictionary<string, int>(rows.Length, StringComparer.Ordinal);
        _next = new int[rows.Length];

        // Backwards, so that each chain runs forward.
        for (var row = rows.Length - 1; row >= 0; row--)
        {
            if (codeOf(rows[row]) is not { } code)
                continue;
            _next[row] = _first.GetValueOrDefault(code, -1);
            _first[code] = row;
        }
    }

    public int First(string code) => _first.GetValueOrDefault(code, -1);

    public int Next(int row) => _next[row];
}
