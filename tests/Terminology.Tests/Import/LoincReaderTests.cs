// LOINC, in a made-up release.

using FhirHub.Model;
using FhirHub.Terminology.Import;

namespace FhirHub.Terminology.Tests.Import;

public sealed class LoincReaderTests
{
    private const string Columns = "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_TYP\",\"CLASS\",\"VersionLastChanged\",\"DefinitionDescription\",\"STATUS\",\"CLASSTYPE\",\"SHORTNAME\",\"EXTERNAL_COPYRIGHT_NOTICE\",\"LONG_COMMON_NAME\",\"DisplayName\"";

    [Fact]
    public void Terms_have_names_parts_and_status()
    {
        using var release = Release();
        var table = release.Read();
        Assert.Equal("http://loinc.org", table.Header.Url);
        Assert.Equal("2.77", table.Header.Version);
        var glucose = table.Find("99999-1");
        Assert.Equal("Glucose [Moles/volume] in Serum, Plasma or \"Blood\"", table.Display(glucose));
        Assert.Equal("What it is,\nin two lines", table.Definition(glucose));
        Assert.Contains(table.Designations(glucose), one => one is { Value: "Glucose SerPl-sCnc", Use.Code: "SHORTNAME" });
        var component = Assert.Single(table.Properties(glucose), one => one.Code == "COMPONENT");
        Assert.Equal(new CodingValue("http://loinc.org", null, "LP1-1", "Glucose"), component.Coding);
        Assert.Equal(["LOINC"], table.PropertyTexts(glucose, "copyright"));
        Assert.Equal(["3rdParty"], table.PropertyTexts(table.Find("99999-2"), "copyright"));
        Assert.True(table.IsInactive(table.Find("99999-2")));
        Assert.Equal(["CHEM"], table.PropertyTexts(glucose, "CLASS"));
    }

    [Fact]
    public void Without_links_to_parts_the_columns_stay_texts()
    {
        using var release = Release();
        File.Delete(Path.Combine(release.Folder, "AccessoryFiles/PartFile/LoincPartLink_Primary.csv"));
        var table = release.Read();
        Assert.Equal(["Glucose"], table.PropertyTexts(table.Find("99999-1"), "COMPONENT"));
    }

    [Fact]
    public void Codes_are_found_whatever_their_case()
    {
        using var release = Release();
        var table = release.Read();
        Assert.Equal(table.Find("LP1-1"), table.Find("lp1-1"));
    }

    [Fact]
    public void The_hierarchy_puts_terms_below_parts()
    {
        using var release = Release();
        var table = release.Read();
        Assert.True(table.Subsumes(table.Find("LP0-0"), table.Find("99999-1")));
        Assert.Equal("Chemistry", table.Display(table.Find("LP0-0")));
        Assert.Equal("Glucose in the tree", table.Display(table.Find("LP2-9")));
    }

    [Fact]
    public void Translations_are_designations_of_their_language()
    {
        using var release = Release();
        var table = release.Read();
        var chinese = table.Designations(table.Find("99999-1")).Where(one => one.Language == "zh-CN").Select(one => one.Value);
        Assert.Equal(["葡萄糖:物质的量浓度:时间点:血清/血浆:定量型"], chinese);
        var german = table.Designations(table.Find("99999-1")).Where(one => one.Language == "de-DE").Select(one => one.Value).ToList();
        Assert.Contains("Glukose im Serum", german);
    }

    [Fact]
    public void Answer_lists_have_answers_and_terms_have_lists()
    {
        using var release = Release();
        var table = release.Read();
        Assert.Equal(["LL1-1"], table.PropertyTexts(table.Find("99999-1"), "answer-list"));
        Assert.Equal(["LA1-1", "LA2-2"], table.Set("LL1-1")!.Select(table.Code).Order(StringComparer.Ordinal));
        Assert.Equal(["LL1-1", "LL2-2"], table.PropertyTexts(table.Find("LA1-1"), "LIST").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_version_in_the_name_the_last_change_tells_it()
    {
        using var release = Release("anything");
        Assert.Equal("2.9", release.Read(new ReleaseOptions { Version = "2.9" }).Header.Version);
        Assert.Equal("2.76", release.Read().Header.Version);
    }

    [Fact]
    public void A_file_that_lacks_a_column_is_named()
    {
        using var release = new SmallRelease("Loinc_2.77");
        release.Add("Loinc.csv", "\"LOINC\",\"LONG_COMMON_NAME\"", "\"1-1\",\"x\"");
        Assert.Contains("Loinc.csv:1: the column LOINC_NUM is missing", Assert.Throws<TerminologyException>(() => release.Read()).Message, StringComparison.Ordinal);
    }

    private static SmallRelease Release(string name = "Loinc_2.77") => new SmallRelease(name)
        .Add(
            "LoincTable/Loinc.csv",
            Columns,
            "\"99999-1\",\"Glucose\",\"SCnc\",\"Pt\",\"Ser/Plas\",\"Qn\",\"\",\"CHEM\",\"2.76\",\"What it is,\nin two lines\",\"ACTIVE\",\"1\",\"Glucose SerPl-sCnc\",\"\",\"Glucose [Moles/volume] in Serum, Plasma or \"\"Blood\"\"\",\"Glucose\"",
            "\"99999-2\",\"Old\",\"SCnc\",\"Pt\",\"Ser\",\"Qn\",\"\",\"CHEM\",\"2.9\",\"\",\"DEPRECATED\",\"1\",\"Old\",\"Somebody's\",\"Old test\",\"\"")
        .Add(
            "AccessoryFiles/PartFile/Part.csv",
            "\"PartNumber\",\"PartTypeName\",\"PartName\",\"PartDisplayName\",\"Status\"",
            "\"LP1-1\",\"COMPONENT\",\"Glucose\",\"Glucose\",\"ACTIVE\"",
            "\"LP0-0\",\"CLASS\",\"CHEM\",\"Chemistry\",\"ACTIVE\"")
        .Add(
            "AccessoryFiles/PartFile/LoincPartLink_Primary.csv",
            "\"LoincNumber\",\"LongCommonName\",\"PartNumber\",\"PartName\",\"PartCodeSystem\",\"PartTypeName\",\"LinkTypeName\",\"Property\"",
            "\"99999-1\",\"x\",\"LP1-1\",\"Glucose\",\"http://loinc.org\",\"COMPONENT\",\"Primary\",\"http://loinc.org/property/COMPONENT\"")
        .Add(
            "AccessoryFiles/AnswerFile/AnswerList.csv",
            "\"AnswerListId\",\"AnswerListName\",\"AnswerStringId\",\"SequenceNumber\",\"DisplayText\"",
            "\"LL1-1\",\"Yes or no\",\"LA1-1\",\"1\",\"Yes\"",
            "\"LL1-1\",\"Yes or no\",\"LA2-2\",\"2\",\"No\"",
            "\"LL2-2\",\"Yes\",\"LA1-1\",\"1\",\"Yes\"")
        .Add(
            "AccessoryFiles/AnswerFile/LoincAnswerListLink.csv",
            "\"LoincNumber\",\"LongCommonName\",\"AnswerListId\",\"AnswerListName\"",
            "\"99999-1\",\"x\",\"LL1-1\",\"Yes or no\"")
        .Add(
            "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv",
            "\"PATH_TO_ROOT\",\"SEQUENCE\",\"IMMEDIATE_PARENT\",\"CODE\",\"CODE_TEXT\"",
            "\"\",\"1\",\"\",\"LP0-0\",\"Chemistry\"",
            "\"LP0-0\",\"1\",\"LP0-0\",\"LP2-9\",\"Glucose in the tree\"",
            "\"LP0-0.LP2-9\",\"1\",\"LP2-9\",\"99999-1\",\"Glucose\"")
        .Add(
            "AccessoryFiles/LinguisticVariants/zhCN5LinguisticVariant.csv",
            "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_TYP\",\"CLASS\",\"SHORTNAME\",\"LONG_COMMON_NAME\",\"RELATEDNAMES2\",\"LinguisticVariantDisplayName\"",
            "\"99999-1\",\"葡萄糖\",\"物质的量浓度\",\"时间点\",\"血清/血浆\",\"定量型\",\"\",\"化学试验\",\"\",\"\",\"\",\"\"")
        .Add(
            "AccessoryFiles/LinguisticVariants/deDE15LinguisticVariant.csv",
            "\"LOINC_NUM\",\"COMPONENT\",\"LONG_COMMON_NAME\"",
            "\"99999-1\",\"Glukose\",\"Glukose im Serum\"");
}
