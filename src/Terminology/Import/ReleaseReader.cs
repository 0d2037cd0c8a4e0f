// What every importer is: it knows which code system a release holds, and gives its concepts to a table.

namespace FhirHub.Terminology.Import;

/// <summary>What the one who imports wants beside the files.</summary>
public sealed record ReleaseOptions
{
    /// <summary>The canonical URL of the code system; that of the format if null.</summary>
    public string? System { get; init; }

    /// <summary>The version; what the release says if null.</summary>
    public string? Version { get; init; }

    /// <summary>The name for people; that of the format if null.</summary>
    public string? Title { get; init; }

    /// <summary>The language of displays (BCP-47); that of the release if null.</summary>
    public string? Language { get; init; }

    /// <summary>SNOMED CT: read the files of the full release instead of the snapshot, as they were on <see cref="Date"/>.</summary>
    public bool IsFull { get; init; }

    /// <summary>SNOMED CT's full release: the day (yyyyMMdd) whose state is wanted; the latest if null.</summary>
    public int? Date { get; init; }

    /// <summary>CSV and workbooks: which columns mean what; guessed from their names if null.</summary>
    public ColumnMapping? Columns { get; init; }
}

/// <summary>Reads one code system version of a release.</summary>
public abstract class ReleaseReader(ReleaseFiles files, ReleaseOptions options)
{
    /// <summary>Name of the format for messages.</summary>
    public abstract string Format { get; }

    /// <summary>What the code system is.</summary>
    public abstract CodeSystemHeader Header { get; }

    /// <summary>The files that are read, one that is read twice two times.</summary>
    public abstract IReadOnlyList<ReleaseFile> Sources { get; }

    /// <summary>The release.</summary>
    protected ReleaseFiles Files { get; } = files;

    /// <summary>What is wanted.</summary>
    protected ReleaseOptions Options { get; } = options;

    /// <summary>Gives all concepts to a builder that was made with <see cref="Header"/>.</summary>
    /// <exception cref="Model.TerminologyException">A file is not as it should be.</exception>
    public abstract void Read(ConceptTableBuilder builder, CancellationToken cancel);

    /// <summary>The header with what the options say over what the release says.</summary>
    protected CodeSystemHeader Wanted(CodeSystemHeader header) => header with
    {
        Url = Options.System ?? header.Url,
        Version = Options.Version ?? header.Version,
        Title = Options.Title ?? header.Title,
        Language = Options.Language ?? header.Language,
    };

    /// <summary>A property that the standard defines for all code systems.</summary>
    protected static PropertyDefinition Standard(string code, PropertyType type, string? description = null) =>
        new(code, type, CodeSystemHeader.ConceptProperties + code, description);

    /// <summary>Filters for a hierarchy (R4 valueset-filter-operator.html).</summary>
    protected static FilterDefinition HierarchyFilter { get; } =
        new("concept", ["is-a", "descendent-of", "is-not-a", "generalizes", "child-of", "descendent-leaf", "in", "not-in", "="], "A code of this code system");
}
