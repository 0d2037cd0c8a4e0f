// SNOMED CT's RF2 (Release File Specification 5): concepts, relationships and reference sets; Rf2Reader.Descriptions has the texts.

using System.Runtime.InteropServices;
using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Reads an edition of SNOMED CT, its snapshot or the state of a day out of its full files.</summary>
public sealed partial class Rf2Reader : ReleaseReader
{
    private readonly Rf2Files _rf2;
    private readonly Dictionary<long, int> _ordinals = [];
    private readonly Dictionary<long, string> _names = [];

    /// <summary>Opens a release.</summary>
    /// <exception cref="TerminologyException">It is none.</exception>
    public Rf2Reader(ReleaseFiles files, ReleaseOptions options, CancellationToken cancel)
        : base(files, options)
    {
        _rf2 = Rf2Files.Open(files, options);
        Header = Wanted(MakeHeader(Edition(cancel)));
    }

    /// <inheritdoc/>
    public override string Format => "SNOMED CT RF2";

    /// <inheritdoc/>
    public override CodeSystemHeader Header { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ReleaseFile> Sources =>
        [.. Enumerable.Repeat<ReleaseFile[]>([.. _rf2.Concepts, .. _rf2.Languages, .. _rf2.Descriptions, .. _rf2.Relationships, .. _rf2.ReferenceSets], _rf2.Passes).SelectMany(static files => files)];

    /// <inheritdoc/>
    public override void Read(ConceptTableBuilder builder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        _ordinals.Clear();
        foreach (var file in _rf2.Concepts)
            _rf2.Rows(file, row => AddConcept(builder, row), null, cancel);
        ReadDescriptions(builder, cancel);
        foreach (var file in _rf2.Relationships)
            _rf2.Rows(file, row => AddRelationship(builder, row), null, cancel);
        foreach (var file in _rf2.ReferenceSets)
            ReadReferenceSet(builder, file, cancel);

        // The table is finished and indexed next, which wants the memory.
        _ordinals.Clear();
        _ordinals.TrimExcess();
        _names.Clear();
    }

    private static CodeSystemHeader MakeHeader(string version) => new()
    {
        Url = Snomed.System,
        Version = version,
        Name = "SNOMED_CT",
        Title = "SNOMED CT",
        Status = "active",
        Publisher = "SNOMED International",
        Content = "complete",
        CaseSensitive = true,
        HierarchyMeaning = "is-a",
        IsCompositional = true,
        VersionNeeded = false,
        ValueSet = $"{Snomed.System}?fhir_vs",
        Properties =
        [
            Standard("parent", PropertyType.Code, "The concepts right above"),
            Standard("child", PropertyType.Code, "The concepts right below"),
            Standard(Snomed.Inactive, PropertyType.Boolean, "True for concepts that are no longer in use"),
            new(Snomed.SufficientlyDefined, PropertyType.Boolean, null, "True if the description logic definition says all that makes the concept"),
            new(Snomed.ModuleId, PropertyType.Code, null, "The module that maintains the concept"),
            new(Snomed.EffectiveTime, PropertyType.String, null, "The day since which the concept is as it is, yyyymmdd"),
        ],
        Filters =
        [
            HierarchyFilter,
            new("constraint", ["="], "An expression of SNOMED CT's Expression Constraint Language"),
            new("expressions", ["="], "true or false", "Whether expressions made of concepts are wanted too"),
        ],
    };

    // The module on which no other depends is the edition's (Release File Specification 5.2.4.2, module dependency).
    private string Edition(CancellationToken cancel)
    {
        var dependencies = new Dictionary<long, int>();
        var needed = new HashSet<long>();
        var latest = 0;
        foreach (var file in _rf2.ModuleDependencies)
        {
            _rf2.Rows(
                file,
                row =>
                {
                    if (!row.Is(2, "1"u8))
                        return;
                    CollectionsMarshal.GetValueRefOrAddDefault(dependencies, row.Number(3), out _)++;
                    if (row.Number(3) != row.Number(5))
                        needed.Add(row.Number(5));
                    latest = Math.Max(latest, (int)row.Number(6));
                },
                null,
                cancel);
        }

        var module = dependencies.Where(one => !needed.Contains(one.Key)).OrderByDescending(static one => one.Value).ThenBy(static one => one.Key)
            .Select(static one => one.Key.ToString()).FirstOrDefault() ?? Snomed.CoreModule;
        var date = Options.Date ?? (_rf2.ReleaseDate > 0 ? _rf2.ReleaseDate : latest);
        return date > 0
            ? $"{Snomed.System}/{module}/version/{date}"
            : Options.Version ?? throw new TerminologyException("invalid", $"The day of the release in {Files.Path} is not known, since the names of the files do not end with it; say the version.");
    }

    // id, effectiveTime, active, moduleId, definitionStatusId
    private void AddConcept(ConceptTableBuilder builder, DelimitedLines row)
    {
        if (builder.Count > Files.Limits.Concepts)
            throw new TerminologyException("too-costly", $"{Files.Path} has more than {Files.Limits.Concepts:N0} concepts.");
        var concept = builder.Add(row.Text(0));
        _ordinals[row.Number(0)] = concept;
        builder.AddProperty(concept, Snomed.Inactive, row.Is(2, "1"u8) ? "false" : "true");
        builder.AddProperty(concept, Snomed.SufficientlyDefined, row.Is(4, Snomed.Defined) ? "true" : "false");
        builder.AddProperty(concept, Snomed.ModuleId, Name(row.Number(3)));
        builder.AddProperty(concept, Snomed.EffectiveTime, Name(row.Number(1)));
    }

    // id, effectiveTime, active, moduleId, sourceId, destinationId or value, relationshipGroup, typeId, characteristicTypeId, modifierId
    private void AddRelationship(ConceptTableBuilder builder, DelimitedLines row)
    {
        if (!row.Is(2, "1"u8) || row.Is(8, Snomed.StatedRelationship) || !_ordinals.TryGetValue(row.Number(4), out var source))
            return;
        var type = Name(row.Number(7));
        var group = (int)row.Number(6);
        if (row[5] is [(byte)'#', ..])
        {
            builder.Define(new PropertyDefinition(type, PropertyType.Decimal, Snomed.Attribute + type));
            builder.AddProperty(source, type, row.Text(5)[1..], PropertyType.Decimal, group);
        }
        else if (row[5] is [(byte)'"', ..])
        {
            builder.Define(new PropertyDefinition(type, PropertyType.String, Snomed.Attribute + type));
            builder.AddProperty(source, type, row.Text(5).Trim('"'), PropertyType.String, group);
        }
        else if (type == Snomed.IsA)
        {
            if (_ordinals.TryGetValue(row.Number(5), out var parent))
                builder.AddParent(source, parent);
        }
        else
        {
            builder.Define(new PropertyDefinition(type, PropertyType.Code, Snomed.Attribute + type));
            builder.AddProperty(source, type, row.Text(5), PropertyType.Code, group);
        }
    }

    // id, effectiveTime, active, moduleId, refsetId, referencedComponentId, and what the pattern adds
    private void ReadReferenceSet(ConceptTableBuilder builder, ReleaseFile file, CancellationToken cancel)
    {
        var value = -1;
        var isMap = false;
        var group = -1;
        _rf2.Rows(
            file,
            row =>
            {
                if (!row.Is(2, "1"u8) || !_ordinals.TryGetValue(row.Number(5), out var member))
                    return;
                var set = Name(row.Number(4));
                builder.AddToSet(set, member);
                if (value < 0 || row[value].IsEmpty)
                    return;
                builder.Define(new PropertyDefinition(set, isMap ? PropertyType.String : PropertyType.Code, Snomed.ReferenceSet + set));
                builder.AddProperty(member, set, row.Text(value), group: group < 0 ? 0 : (int)row.Number(group));
            },
            columns =>
            {
                for (var column = 6; column < columns.Count; column++)
                {
                    if (columns.Is(column, "mapTarget"u8))
                        (value, isMap) = (column, true);
                    else if (columns.Is(column, "mapGroup"u8))
                        group = column;
                    else if (column == 6 && columns.Count == 7)
                        value = column;
                }
            },
            cancel);
    }

    // Modules, days, types and reference sets are few and come again and again.
    private string Name(long identifier)
    {
        ref var name = ref CollectionsMarshal.GetValueRefOrAddDefault(_names, identifier, out _);
        return name ??= identifier.ToString();
    }
}
