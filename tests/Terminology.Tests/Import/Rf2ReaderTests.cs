// SNOMED CT's RF2, in made-up releases.

using FhirHub.Model;
using FhirHub.Terminology.Import;

namespace FhirHub.Terminology.Tests.Import;

public sealed class Rf2ReaderTests
{
    private const string ConceptColumns = "id | effectiveTime | active | moduleId | definitionStatusId";
    private const string DescriptionColumns = "id | effectiveTime | active | moduleId | conceptId | languageCode | typeId | term | caseSignificanceId";
    private const string RelationshipColumns = "id | effectiveTime | active | moduleId | sourceId | destinationId | relationshipGroup | typeId | characteristicTypeId | modifierId";
    private const string RefsetColumns = "id | effectiveTime | active | moduleId | refsetId | referencedComponentId";
    private const string Core = "900000000000207008";
    private const string Primitive = "900000000000074008";
    private const string Defined = "900000000000073002";
    private const string Fsn = "900000000000003001";
    private const string Synonym = "900000000000013009";
    private const string Us = "900000000000509007";
    private const string Gb = "900000000000508004";
    private const string Preferred = "900000000000548007";
    private const string Acceptable = "900000000000549004";
    private const string Inferred = "900000000000011006";

    [Fact]
    public void A_snapshot_becomes_a_code_system_of_its_edition_and_day()
    {
        using var release = Snapshot();
        var table = release.Read();
        Assert.Equal("http://snomed.info/sct", table.Header.Url);
        Assert.Equal("http://snomed.info/sct/900000000000207008/version/20240301", table.Header.Version);
        Assert.Equal("complete", table.Header.Content);
        Assert.Equal(9, table.Count);
    }

    [Fact]
    public void An_archive_is_read_as_its_folder_is()
    {
        using var release = Snapshot();
        Assert.Equal(release.Read().Count, release.Read(path: release.Zip()).Count);
    }

    [Fact]
    public void Displays_are_the_preferred_terms_of_the_language_wanted()
    {
        using var release = Snapshot();
        var american = release.Read();
        Assert.Equal("Hemophilia", american.Display(american.Find("1000003")));
        var british = release.Read(new ReleaseOptions { Language = "en-GB" });
        Assert.Equal("Haemophilia", british.Display(british.Find("1000003")));
        var other = release.Read(new ReleaseOptions { Language = "zh" });
        Assert.Equal("血友病", other.Display(other.Find("1000003")));
        Assert.Equal("Finding (finding)", american.Display(american.Find("1000002")));
    }

    [Fact]
    public void Descriptions_are_designations_with_their_dialects()
    {
        using var release = Snapshot();
        var table = release.Read();
        var designations = table.Designations(table.Find("1000003"));
        Assert.Contains(designations, one => one is { Value: "Hemophilia (disorder)", Language: "en", Use.Code: Fsn });
        Assert.Contains(designations, one => one is { Value: "Hemophilia", Language: "en-US", Use.Code: "preferredForLanguage" });
        Assert.Contains(designations, one => one is { Value: "Haemophilia", Language: "en-GB", Use.Code: "preferredForLanguage" });
        Assert.Contains(designations, one => one is { Value: "Bleeder's disease", Language: "en", Use.Code: Synonym });
        Assert.Contains(designations, one => one is { Value: "血友病", Language: "zh", Use.Code: "preferredForLanguage" });
        Assert.DoesNotContain(designations, one => one.Value == "Withdrawn name");
        Assert.Equal("A disease in which blood does not clot.", table.Definition(table.Find("1000003")));
    }

    [Fact]
    public void Relationships_make_the_hierarchy_and_the_attributes_in_their_groups()
    {
        using var release = Snapshot();
        var table = release.Read();
        var concept = table.Find("1000003");
        Assert.Equal("1000002", table.Code(table.Parents(concept)[0]));
        Assert.Equal(1, table.Parents(concept).Length);
        Assert.True(table.Subsumes(table.Find("138875005"), concept));
        var attributes = table.Properties(concept);
        Assert.Contains(attributes, one => one is { Code: "2000001", Text: "3000001", Group: 1, Type: PropertyType.Code });
        Assert.Contains(attributes, one => one is { Code: "2000002", Text: "5.5", Group: 2, Type: PropertyType.Decimal });
        Assert.Contains(attributes, one => one is { Code: "2000003", Text: "PANADOL", Group: 2, Type: PropertyType.String });
        Assert.Contains(attributes, one => one is { Code: "sufficientlyDefined", Text: "true" });
        Assert.Contains(attributes, one => one is { Code: "moduleId", Text: Core });
        Assert.Contains(attributes, one => one is { Code: "effectiveTime", Text: "20020131" });
    }

    [Fact]
    public void Inactive_concepts_stay_and_say_so_with_what_took_their_place()
    {
        using var release = Snapshot();
        var table = release.Read();
        var concept = table.Find("1000004");
        Assert.True(table.IsInactive(concept));
        Assert.Equal(["1000003"], table.PropertyTexts(concept, "900000000000527005"));
    }

    [Fact]
    public void Reference_sets_have_members_and_map_targets()
    {
        using var release = Snapshot();
        var table = release.Read();
        Assert.Equal("1000003", Codes(table, "^ 723264001"));
        Assert.Equal("1000004", Codes(table, "^ 900000000000527005"));
        Assert.Equal(["D66"], table.PropertyTexts(table.Find("1000003"), "447562003"));
        Assert.Equal("1000003 1000004", Codes(table, "1000003 {{ +HISTORY-MIN }}"));
        Assert.Equal("1000003", Codes(table, "* : { 2000002 > #5, 2000003 = \"PANADOL\" }"));
        Assert.Equal("1000003", Codes(table, "* {{ term = \"haemo\", dialect = en-gb (prefer) }}"));
    }

    [Fact]
    public void The_full_files_give_the_state_of_a_day()
    {
        using var release = Full();
        var latest = release.Read(new ReleaseOptions { IsFull = true });
        Assert.Equal("http://snomed.info/sct/900000000000207008/version/20240301", latest.Header.Version);
        Assert.True(latest.IsInactive(latest.Find("1000003")));
        Assert.Equal("Later name", latest.Display(latest.Find("1000002")));
        var earlier = release.Read(new ReleaseOptions { Date = 20200131 });
        Assert.Equal("http://snomed.info/sct/900000000000207008/version/20200131", earlier.Header.Version);
        Assert.False(earlier.IsInactive(earlier.Find("1000003")));
        Assert.Equal("Early name", earlier.Display(earlier.Find("1000002")));
        Assert.Equal(-1, earlier.Find("1000005"));
    }

    [Fact]
    public void An_extension_is_named_by_the_module_on_which_no_other_depends()
    {
        using var release = Snapshot();
        release.AddRf2(
            "Refset/Metadata/der2_ssRefset_ModuleDependencySnapshot_XX_20240401.txt",
            RefsetColumns + " | sourceEffectiveTime | targetEffectiveTime",
            $"80000000-0000-0000-0000-000000000011 | 20240301 | 1 | {Core} | 900000000000534007 | 900000000000012004 | 20240301 | 20240301",
            $"80000000-0000-0000-0000-000000000012 | 20240401 | 1 | 11000999107 | 900000000000534007 | {Core} | 20240401 | 20240301");
        Assert.Equal("http://snomed.info/sct/11000999107/version/20240401", release.Read().Header.Version);
    }

    [Fact]
    public void A_damaged_file_is_named_with_the_line()
    {
        using var release = new SmallRelease();
        release.AddRf2("sct2_Concept_Snapshot_INT_20240301.txt", ConceptColumns, $"138875005 | 20020131 | 1 | {Core} | {Primitive}", "138875006 | 20020131");
        var fault = Assert.Throws<TerminologyException>(() => release.Read());
        Assert.Contains("sct2_Concept_Snapshot_INT_20240301.txt:3:", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delta_alone_is_no_release()
    {
        using var release = new SmallRelease();
        release.AddRf2("sct2_Concept_Delta_INT_20240301.txt", ConceptColumns);
        Assert.Contains("not of a delta", Assert.Throws<TerminologyException>(() => release.Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_import_that_is_stopped_leaves_nothing()
    {
        using var release = Snapshot();
        using var data = new SmallRelease();
        using var files = ReleaseFiles.Open(release.Folder);
        using var stop = new CancellationTokenSource();
        var reader = Releases.Recognize(files, new ReleaseOptions(), stop.Token);
        var systems = new ImportedSystems(data.Folder);
        using (var import = systems.Begin(reader.Header))
        {
            stop.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => reader.Read(import.Builder, stop.Token));
        }

        Assert.Empty(systems.Entries);
        Assert.Empty(Directory.EnumerateFiles(data.Folder));
    }

    [Fact]
    public void An_archive_that_expands_beyond_measure_is_refused()
    {
        using var release = new SmallRelease();
        using (var file = File.CreateText(Path.Combine(release.Folder, "sct2_Concept_Snapshot_INT_20240301.txt")))
        {
            file.Write(ConceptColumns.Replace(" | ", "\t", StringComparison.Ordinal) + "\n");
            var rows = string.Concat(Enumerable.Repeat($"138875005\t20020131\t1\t{Core}\t{Primitive}\n", 20_000));
            for (var i = 0; i < 100; i++)
                file.Write(rows);
        }

        Assert.Equal("too-costly", Assert.Throws<TerminologyException>(() => release.Read(path: release.Zip())).Code);
    }

    private static string Codes(ConceptTable table, string expression) =>
        string.Join(' ', ExpressionConstraint.Evaluate(expression, table).Select(table.Code).Order(StringComparer.Ordinal));

    private static SmallRelease Snapshot()
    {
        var release = new SmallRelease();
        release.AddRf2(
            "Terminology/sct2_Concept_Snapshot_INT_20240301.txt",
            ConceptColumns,
            $"138875005 | 20020131 | 1 | {Core} | {Primitive}",
            $"1000002 | 20020131 | 1 | {Core} | {Primitive}",
            $"1000003 | 20020131 | 1 | {Core} | {Defined}",
            $"1000004 | 20230131 | 0 | {Core} | {Primitive}",
            $"2000001 | 20020131 | 1 | {Core} | {Primitive}",
            $"2000002 | 20020131 | 1 | {Core} | {Primitive}",
            $"2000003 | 20020131 | 1 | {Core} | {Primitive}",
            $"3000001 | 20020131 | 1 | {Core} | {Primitive}",
            $"723264001 | 20020131 | 1 | {Core} | {Primitive}");
        release.AddRf2(
            "Terminology/sct2_Description_Snapshot-en_INT_20240301.txt",
            DescriptionColumns,
            $"9001 | 20020131 | 1 | {Core} | 1000002 | en | {Fsn} | Finding (finding) | 0",
            $"9002 | 20020131 | 1 | {Core} | 1000003 | en | {Fsn} | Hemophilia (disorder) | 0",
            $"9003 | 20020131 | 1 | {Core} | 1000003 | en | {Synonym} | Hemophilia | 0",
            $"9004 | 20020131 | 1 | {Core} | 1000003 | en | {Synonym} | Haemophilia | 0",
            $"9005 | 20020131 | 1 | {Core} | 1000003 | en | {Synonym} | Bleeder's disease | 0",
            $"9006 | 20020131 | 0 | {Core} | 1000003 | en | {Synonym} | Withdrawn name | 0",
            $"9007 | 20020131 | 1 | {Core} | 1000003 | zh | {Synonym} | 血友病 | 0");
        release.AddRf2(
            "Terminology/sct2_TextDefinition_Snapshot-en_INT_20240301.txt",
            DescriptionColumns,
            $"9008 | 20020131 | 1 | {Core} | 1000003 | en | 900000000000550004 | A disease in which blood does not clot. | 0");
        release.AddRf2(
            "Terminology/sct2_Relationship_Snapshot_INT_20240301.txt",
            RelationshipColumns,
            $"9101 | 20020131 | 1 | {Core} | 1000002 | 138875005 | 0 | 116680003 | {Inferred} | 0",
            $"9102 | 20020131 | 1 | {Core} | 1000003 | 1000002 | 0 | 116680003 | {Inferred} | 0",
            $"9103 | 20020131 | 0 | {Core} | 1000003 | 138875005 | 0 | 116680003 | {Inferred} | 0",
            $"9104 | 20020131 | 1 | {Core} | 1000003 | 3000001 | 1 | 2000001 | {Inferred} | 0",
            $"9105 | 20020131 | 1 | {Core} | 1000003 | 138875005 | 0 | 116680003 | 900000000000010007 | 0");
        release.AddRf2(
            "Terminology/sct2_RelationshipConcreteValues_Snapshot_INT_20240301.txt",
            RelationshipColumns.Replace("destinationId", "value", StringComparison.Ordinal),
            $"9106 | 20020131 | 1 | {Core} | 1000003 | #5.5 | 2 | 2000002 | {Inferred} | 0",
            $"9107 | 20020131 | 1 | {Core} | 1000003 | \"PANADOL\" | 2 | 2000003 | {Inferred} | 0");
        release.AddRf2(
            "Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_20240301.txt",
            RefsetColumns + " | acceptabilityId",
            $"80000000-0000-0000-0000-000000000001 | 20020131 | 1 | {Core} | {Us} | 9003 | {Preferred}",
            $"80000000-0000-0000-0000-000000000002 | 20020131 | 1 | {Core} | {Gb} | 9004 | {Preferred}",
            $"80000000-0000-0000-0000-000000000003 | 20020131 | 1 | {Core} | {Us} | 9005 | {Acceptable}",
            $"80000000-0000-0000-0000-000000000004 | 20020131 | 1 | {Core} | {Gb} | 9005 | {Acceptable}",
            $"80000000-0000-0000-0000-000000000005 | 20020131 | 1 | {Core} | 722128001 | 9007 | {Preferred}");
        release.AddRf2(
            "Refset/Content/der2_Refset_SimpleSnapshot_INT_20240301.txt",
            RefsetColumns,
            $"80000000-0000-0000-0000-000000000006 | 20020131 | 1 | {Core} | 723264001 | 1000003",
            $"80000000-0000-0000-0000-000000000007 | 20020131 | 0 | {Core} | 723264001 | 1000002");
        release.AddRf2(
            "Refset/Content/der2_cRefset_AssociationSnapshot_INT_20240301.txt",
            RefsetColumns + " | targetComponentId",
            $"80000000-0000-0000-0000-000000000008 | 20230131 | 1 | {Core} | 900000000000527005 | 1000004 | 1000003");
        release.AddRf2(
            "Refset/Map/der2_iisssccRefset_ExtendedMapSnapshot_INT_20240301.txt",
            RefsetColumns + " | mapGroup | mapPriority | mapRule | mapAdvice | mapTarget | correlationId | mapCategoryId",
            $"80000000-0000-0000-0000-000000000009 | 20020131 | 1 | {Core} | 447562003 | 1000003 | 1 | 1 | TRUE | ALWAYS D66 | D66 | 447561005 | 447637006");
        return release;
    }

    private static SmallRelease Full()
    {
        var release = new SmallRelease();
        release.AddRf2(
            "sct2_Concept_Full_INT_20240301.txt",
            ConceptColumns,
            $"138875005 | 20020131 | 1 | {Core} | {Primitive}",
            $"1000002 | 20020131 | 1 | {Core} | {Primitive}",
            $"1000003 | 20240301 | 0 | {Core} | {Primitive}",
            $"1000003 | 20020131 | 1 | {Core} | {Primitive}",
            $"1000005 | 20230131 | 1 | {Core} | {Primitive}");
        release.AddRf2(
            "sct2_Description_Full-en_INT_20240301.txt",
            DescriptionColumns,
            $"9001 | 20020131 | 1 | {Core} | 1000002 | en | {Synonym} | Early name | 0",
            $"9001 | 20210131 | 1 | {Core} | 1000002 | en | {Synonym} | Later name | 0");
        release.AddRf2(
            "sct2_Relationship_Full_INT_20240301.txt",
            RelationshipColumns,
            $"9101 | 20020131 | 1 | {Core} | 1000002 | 138875005 | 0 | 116680003 | {Inferred} | 0");
        return release;
    }
}
